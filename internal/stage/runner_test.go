package stage_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// fakeClaim records how the claim ended.
type fakeClaim struct {
	stage.Record
	r     *request.Request
	ended []string
	err   error
	lost  bool
}

func (f *fakeClaim) Held() *request.Request { return f.r }
func (f *fakeClaim) Renew(context.Context, time.Duration) error {
	if f.lost {
		return stage.ErrLost
	}
	return nil
}
func (f *fakeClaim) Advance(_ context.Context, to request.Status, _ stage.Result, _ request.Event) error {
	f.ended = append(f.ended, "advance "+string(to))
	return f.err
}
func (f *fakeClaim) Postpone(_ context.Context, _ time.Time, why string, attempt bool, _ request.Event) error {
	kind := "wait"
	if attempt {
		kind = "retry"
	}
	f.ended = append(f.ended, kind+" "+why)
	return f.err
}
func (f *fakeClaim) Fail(_ context.Context, why string, _ request.Event) error {
	f.ended = append(f.ended, "fail "+why)
	return f.err
}

type worker func(context.Context, *stage.Job) (stage.Result, error)

func (w worker) Work(ctx context.Context, job *stage.Job) (stage.Result, error) { return w(ctx, job) }

type tenants tenant.Status

func (s tenants) Tenant(context.Context, string) (*tenant.Tenant, error) {
	return &tenant.Tenant{ID: "t", Status: tenant.Status(s)}, nil
}

// paused is a tenant with one pause.
type paused tenant.Pause

func (p paused) Tenant(context.Context, string) (*tenant.Tenant, error) {
	return &tenant.Tenant{ID: "t", Status: tenant.Active, Pauses: []tenant.Pause{tenant.Pause(p)}}, nil
}

// announcements counts what was announced.
type announcements struct {
	mu  sync.Mutex
	got []string
	err error
}

func (a *announcements) Announce(_ context.Context, s request.Status, _, id string, _ int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.got = append(a.got, string(s)+" "+id)
	return a.err
}

func newRunner(claim *fakeClaim, claimErr error, w worker) (*stage.Runner, *announcements) {
	next := &announcements{}
	return &stage.Runner{
		Name: "analyze", From: request.Transcribed, To: request.Analyzed, Worker: w, Next: next,
		Tenants: tenants(tenant.Active), Now: time.Now,
		Config: stage.Config{Lease: time.Minute, Attempts: 3, Backoff: time.Second, Longest: time.Minute},
		Claim: func(context.Context, string, stage.Wanted) (stage.Claim, error) {
			if claimErr != nil {
				return nil, claimErr
			}
			return claim, nil
		},
	}, next
}

func TestHowAnAttemptEnds(t *testing.T) {
	t.Parallel()
	announced := []string{"analyzed req_1"}
	tests := []struct {
		name     string
		work     error
		attempts int64
		ended    []string
		next     []string
	}{
		{"done is saved and announced", nil, 0, []string{"advance analyzed"}, announced},
		{"later waits without counting", stage.Later(time.Now().Add(time.Minute), "not yet"), 0, []string{"wait not yet"}, nil},
		{"permanent fails", stage.Permanent("no such thing"), 0, []string{"fail no such thing"}, nil},
		{"an error is tried again", errors.New("boom"), 0, []string{"retry analyze failed"}, nil},
		{"the last error fails", errors.New("boom"), 2, []string{"fail analyze failed 3 times"}, nil},
		{"a lost claim is dropped", stage.ErrLost, 0, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			claim := &fakeClaim{r: &request.Request{ID: "req_1", Attempts: tt.attempts}}
			r, next := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, tt.work })
			if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.ended, claim.ended); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.next, next.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatCannotBeClaimedIsLeft(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		err     error
		next    []string
		refused bool
	}{
		{"held", stage.ErrHeld, nil, false},
		{"not found", stage.ErrNotFound, nil, false},
		{"just finished here", &stage.PassedError{Status: request.Analyzed, Run: 1}, []string{"analyzed req_1"}, false},
		{"finished here in another run", &stage.PassedError{Status: request.Analyzed, Run: 2}, nil, false},
		{"long past", &stage.PassedError{Status: request.Completed, Run: 1}, nil, false},
		{"the store is away", errors.New("unavailable"), nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, next := newRunner(nil, tt.err, nil)
			if err := r.Handle(t.Context(), "t", "req_1", 1); (err != nil) != tt.refused {
				t.Errorf("got %v, want refused %v", err, tt.refused)
			}
			if diff := cmp.Diff(tt.next, next.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAMessageIsRefusedOnlyIfTheOutcomeCouldNotBeSaved(t *testing.T) {
	t.Parallel()
	claim := &fakeClaim{r: &request.Request{ID: "req_1"}, err: errors.New("unavailable")}
	r, next := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, nil })
	if err := r.Handle(t.Context(), "t", "req_1", 1); err == nil {
		t.Error("acknowledged without the outcome saved")
	}
	if len(next.got) != 0 {
		t.Error("announced before it was saved")
	}
}

func TestAFailedAnnouncementIsNoFailure(t *testing.T) {
	t.Parallel()
	claim := &fakeClaim{r: &request.Request{ID: "req_1"}}
	r, next := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, nil })
	next.err = errors.New("pubsub is down")
	if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
		t.Errorf("got %v: the row is due, sweep will announce it", err)
	}
}

func TestAPanicIsAnAttempt(t *testing.T) {
	t.Parallel()
	claim := &fakeClaim{r: &request.Request{ID: "req_1"}}
	r, _ := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { panic("poison") })
	if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"retry analyze failed"}, claim.ended); diff != "" {
		t.Error(diff)
	}
}

func TestALostLeaseStopsTheWorkAndSavesNothing(t *testing.T) {
	t.Parallel()
	claim := &fakeClaim{r: &request.Request{ID: "req_1"}, lost: true}
	r, _ := newRunner(claim, nil, func(ctx context.Context, _ *stage.Job) (stage.Result, error) {
		<-ctx.Done()
		return stage.Result{}, ctx.Err()
	})
	r.Config.Lease = 30 * time.Millisecond
	if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
		t.Fatal(err)
	}
	if len(claim.ended) != 0 {
		t.Errorf("got %v, want nothing saved", claim.ended)
	}
}

func TestAStoppedInstanceGivesTheRequestBackUncounted(t *testing.T) {
	t.Parallel()
	claim := &fakeClaim{r: &request.Request{ID: "req_1"}}
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := newRunner(claim, nil, func(ctx context.Context, _ *stage.Job) (stage.Result, error) {
		cancel()
		<-ctx.Done()
		return stage.Result{}, ctx.Err()
	})
	if err := r.Handle(ctx, "t", "req_1", 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"wait the instance was stopped"}, claim.ended); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsPausedIsNotClaimed(t *testing.T) {
	t.Parallel()
	over := time.Now().Add(-time.Second)
	for name, test := range map[string]struct {
		pause paused
		works bool
	}{
		"everything":         {paused{Subject: tenant.PauseAll}, false},
		"this step":          {paused{Subject: tenant.PauseStep("analyze")}, false},
		"for all tenants":    {paused{TenantID: tenant.AllTenants, Subject: tenant.PauseAll}, false},
		"another step":       {paused{Subject: tenant.PauseStep("push")}, true},
		"a destination":      {paused{Subject: tenant.PauseDestination("analyze")}, true},
		"until a while ago":  {paused{Subject: tenant.PauseAll, Until: over}, true},
		"until a while from": {paused{Subject: tenant.PauseAll, Until: over.Add(time.Hour)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claim := &fakeClaim{r: &request.Request{ID: "req_1"}}
			r, _ := newRunner(claim, nil, func(context.Context, *stage.Job) (stage.Result, error) { return stage.Result{}, nil })
			r.Tenants = test.pause
			if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
				t.Fatal(err)
			}
			if worked := len(claim.ended) > 0; worked != test.works {
				t.Errorf("worked: got %t, want %t", worked, test.works)
			}
		})
	}
}

func TestASuspendedTenantsRequestsStayDue(t *testing.T) {
	t.Parallel()
	r, _ := newRunner(nil, errors.New("must not be claimed"), nil)
	r.Tenants = tenants(tenant.Suspended)
	if err := r.Handle(t.Context(), "t", "req_1", 1); err != nil {
		t.Error(err)
	}
}
