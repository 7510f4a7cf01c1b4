package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func newJob(t *testing.T, scope *store.Scope, id, kind string) {
	t.Helper()
	j := job.Job{ID: id, Kind: kind, Input: json.RawMessage(`{"people":["k1"]}`), Actor: "ann"}
	must(t, scope.CreateJob(t.Context(), j, store.AuditLine{Actor: "ann", Action: "privacy." + kind, Target: id}))
}

func claimJob(t *testing.T, s *store.Store, id string) job.Claim {
	t.Helper()
	claim, err := s.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: id}, time.Minute)
	must(t, err)
	return claim
}

func dueJobs(t *testing.T, s *store.Store) []job.Ref {
	t.Helper()
	due, err := s.Operator().DueJobs(t.Context(), 10)
	must(t, err)
	return due
}

func TestAJobGoesOnWhereItsDeadWorkerStopped(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	newJob(t, scope, "job_1", job.Export)
	newJob(t, scope, "job_1", job.Export) // asked twice
	if diff := cmp.Diff([]job.Ref{{TenantID: demo, ID: "job_1"}}, dueJobs(t, s)); diff != "" {
		t.Fatal(diff)
	}
	first := claimJob(t, s, "job_1")
	if _, err := s.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: "job_1"}, time.Minute); !errors.Is(err, store.ErrHeld) {
		t.Errorf("second claim: got %v, want ErrHeld", err)
	}
	if len(dueJobs(t, s)) != 0 {
		t.Error("a job that is held is due")
	}
	must(t, first.Save(t.Context(), job.Update{State: job.Running, Progress: json.RawMessage(`{"page":1}`), Report: json.RawMessage(`{"rows":7}`)}))
	clock.Advance(2 * time.Minute)
	second := claimJob(t, s, "job_1")
	if got := second.Held(); string(got.Progress) != `{"page":1}` || string(got.Report) != `{"rows":7}` || got.Attempts != 1 {
		t.Errorf("got %+v", got)
	}
	if err := first.Save(t.Context(), job.Update{State: job.Done}); !errors.Is(err, stage.ErrLost) {
		t.Errorf("the dead worker's save: got %v", err)
	}
	if err := first.Renew(t.Context(), time.Minute); !errors.Is(err, stage.ErrLost) {
		t.Errorf("the dead worker's renewal: got %v", err)
	}
	must(t, second.Save(t.Context(), job.Update{State: job.Running, Due: clock.Now().Add(time.Hour), Error: "waits"}))
	got, err := scope.Job(t.Context(), "job_1")
	must(t, err)
	if got.State != job.Queued || got.Attempts != 0 || got.Error != "waits" || !got.HeldUntil.IsZero() || len(dueJobs(t, s)) != 0 {
		t.Errorf("got %+v", got)
	}
	clock.Advance(time.Hour)
	must(t, claimJob(t, s, "job_1").Save(t.Context(), job.Update{State: job.Done}))
	if _, err := s.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: "job_1"}, time.Minute); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("claim of a finished job: got %v", err)
	}
}

func TestAPausedJobKeepsItsLastPieceAndGoesOn(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	newJob(t, scope, "job_1", job.Erase)
	claim := claimJob(t, s, "job_1")
	_, err := scope.PauseJob(t.Context(), "ann", "job_1")
	must(t, err)
	must(t, claim.Renew(t.Context(), time.Minute))
	if err := claim.Save(t.Context(), job.Update{State: job.Running, Progress: json.RawMessage("1")}); !errors.Is(err, job.ErrStopped) {
		t.Errorf("got %v, want ErrStopped", err)
	}
	if len(dueJobs(t, s)) != 0 {
		t.Error("a paused job is due")
	}
	got, err := scope.ResumeJob(t.Context(), "ann", "job_1")
	must(t, err)
	if got.State != job.Queued || string(got.Progress) != "1" || len(dueJobs(t, s)) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestWhoPausesAndResumesWhileAPieceRunsDoesNotGetTwoWorkers(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	newJob(t, scope, "job_1", job.Export)
	claim := claimJob(t, s, "job_1")
	_, err := scope.PauseJob(t.Context(), "ann", "job_1")
	must(t, err)
	_, err = scope.ResumeJob(t.Context(), "ann", "job_1")
	must(t, err)
	if _, err := s.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: "job_1"}, time.Minute); !errors.Is(err, store.ErrHeld) {
		t.Errorf("got %v, want ErrHeld", err)
	}
	must(t, claim.Save(t.Context(), job.Update{State: job.Running}))
}

func TestWhatMayBeDoneToAJob(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	for _, id := range []string{"job_queued", "job_done", "job_failed", "job_export"} {
		newJob(t, scope, id, map[bool]string{true: job.Export, false: job.Erase}[id == "job_export"])
	}
	must(t, claimJob(t, s, "job_done").Save(t.Context(), job.Update{State: job.Done}))
	must(t, claimJob(t, s, "job_failed").Save(t.Context(), job.Update{State: job.Failed, Error: "why", Attempt: true}))
	claimJob(t, s, "job_export")
	begun := "job_begun"
	newJob(t, scope, begun, job.Erase)
	claimJob(t, s, begun)
	tests := []struct {
		name string
		do   func() (*job.Job, error)
		want error
	}{
		{"a done job is paused", func() (*job.Job, error) { return scope.PauseJob(t.Context(), "ann", "job_done") }, store.ErrConflict},
		{"a done job is canceled", func() (*job.Job, error) { return scope.CancelJob(t.Context(), "ann", "job_done") }, store.ErrConflict},
		{"a queued job is resumed", func() (*job.Job, error) { return scope.ResumeJob(t.Context(), "ann", "job_queued") }, store.ErrConflict},
		{"an erasure that has begun is canceled", func() (*job.Job, error) { return scope.CancelJob(t.Context(), "ann", begun) }, store.ErrConflict},
		{"an erasure that has not begun is canceled", func() (*job.Job, error) { return scope.CancelJob(t.Context(), "ann", "job_queued") }, nil},
		{"a canceled job is resumed", func() (*job.Job, error) { return scope.ResumeJob(t.Context(), "ann", "job_queued") }, store.ErrConflict},
		{"an export at work is canceled", func() (*job.Job, error) { return scope.CancelJob(t.Context(), "ann", "job_export") }, nil},
		{"a failed job is resumed", func() (*job.Job, error) { return scope.ResumeJob(t.Context(), "ann", "job_failed") }, nil},
		{"another tenant's job is paused", func() (*job.Job, error) { return s.ForTenant("tenant_other").PauseJob(t.Context(), "ann", begun) }, store.ErrNotFound},
	}
	for _, tt := range tests { // in order
		if _, err := tt.do(); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	got, err := scope.Job(t.Context(), "job_failed")
	must(t, err)
	if got.Attempts != 0 || got.Error != "" {
		t.Errorf("a resumed job has its failures: %+v", got)
	}
}

func TestATenantHasOneJobAtATimeThatLooksAtItsRequestsAgain(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	create := func(id, kind string) error {
		return scope.CreateJob(t.Context(), job.Job{ID: id, Kind: kind, Input: json.RawMessage(`{}`), Actor: "ann"})
	}
	steer := func(do func(ctx context.Context, actor, jobID string) (*job.Job, error), id string) error {
		_, err := do(t.Context(), "ann", id)
		return err
	}
	save := func(id string, u job.Update) error { return claimJob(t, s, id).Save(t.Context(), u) }
	for _, kind := range []string{job.Rescore, job.Reanalyze} {
		first, second, third := kind+"_1", kind+"_2", kind+"_3"
		for _, tt := range []struct {
			name string
			do   func() error
			want error
		}{
			{"the first", func() error { return create(first, kind) }, nil},
			{"the first once more", func() error { return create(first, kind) }, nil},
			{"another while it is queued", func() error { return create(second, kind) }, store.ErrConflict},
			{"another tenant's", func() error {
				return s.ForTenant("tenant_other").CreateJob(t.Context(), job.Job{ID: second, Kind: kind, Input: json.RawMessage(`{}`)})
			}, nil},
			{"it goes on", func() error { return save(first, job.Update{State: job.Running}) }, nil},
			{"another while it runs", func() error { return create(second, kind) }, store.ErrConflict},
			{"it is paused", func() error { return steer(scope.PauseJob, first) }, nil},
			{"another while it is paused", func() error { return create(second, kind) }, store.ErrConflict},
			{"it is canceled", func() error { return steer(scope.CancelJob, first) }, nil},
			{"another after it", func() error { return create(second, kind) }, nil},
			{"that one fails", func() error { return save(second, job.Update{State: job.Failed, Attempt: true}) }, nil},
			{"a third", func() error { return create(third, kind) }, nil},
			{"the failed one is resumed beside it", func() error { return steer(scope.ResumeJob, second) }, store.ErrConflict},
			{"the third is paused", func() error { return steer(scope.PauseJob, third) }, nil},
			{"and resumed", func() error { return steer(scope.ResumeJob, third) }, nil},
		} { // in order
			if err := tt.do(); !errors.Is(err, tt.want) {
				t.Errorf("%s, %s: got %v, want %v", kind, tt.name, err, tt.want)
			}
		}
	}
	newJob(t, scope, "job_1", job.Export)
	newJob(t, scope, "job_2", job.Export) // of other kinds there may be many
}

func TestJobsAreListedNewestFirstPageByPage(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	for _, id := range []string{"job_1", "job_2", "job_3"} {
		newJob(t, scope, id, job.Export)
	}
	newJob(t, s.ForTenant("tenant_other"), "job_4", job.Export)
	var ids []string
	var before store.JobCursor
	for {
		page, err := scope.Jobs(t.Context(), store.JobFilter{Kind: job.Export, State: job.Queued, Limit: 2, Before: before})
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, j := range page {
			ids = append(ids, j.ID)
			before = store.JobCursor{CreatedAt: j.CreatedAt, ID: j.ID}
		}
	}
	if diff := cmp.Diff([]string{"job_3", "job_2", "job_1"}, ids); diff != "" {
		t.Error(diff)
	}
	if _, err := scope.Job(t.Context(), "job_4"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another tenant's job: got %v", err)
	}
	if err := s.ForTenant("tenant_nobody").CreateJob(t.Context(), job.Job{ID: "job_5", Kind: job.Export, Input: json.RawMessage("{}")}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("job of an unknown tenant: got %v", err)
	}
}

func TestATenantWithManyJobsDelaysNobodyElses(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	var exports []job.Ref
	for _, id := range []string{"job_1", "job_2", "job_3", "job_4", "job_5"} {
		newJob(t, s.ForTenant("tenant_other"), id, job.Export)
		exports = append(exports, job.Ref{TenantID: "tenant_other", ID: id})
		clock.Advance(time.Second)
	}
	erasure := job.Ref{TenantID: demo, ID: "job_erase"}
	newJob(t, s.ForTenant(demo), erasure.ID, job.Erase)
	for limit, want := range map[int][]job.Ref{
		1: exports[:1], 2: {exports[0], erasure}, 4: {exports[0], erasure, exports[1], exports[2]},
		9: {exports[0], erasure, exports[1], exports[2], exports[3], exports[4]},
	} {
		due, err := s.Operator().DueJobs(t.Context(), limit)
		must(t, err)
		if diff := cmp.Diff(want, due); diff != "" {
			t.Errorf("the first %d: %s", limit, diff)
		}
	}
}
