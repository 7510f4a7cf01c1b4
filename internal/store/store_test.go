package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const demo = "tenant_demo"

// clock is a settable time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newStore(t *testing.T) (*store.Store, *clock) {
	t.Helper()
	c := newClock()
	s := storetest.New(t, store.WithClock(c.Now))
	for _, id := range []string{demo, "tenant_other"} {
		must(t, s.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
			ID: id, Name: id, Status: tenant.Active, TimeZone: "UTC", Region: "US",
			Sources: []tenant.Source{{ID: "callrail", Kind: "callrail", Status: tenant.Active, CompanyResourceID: "COM" + id, SigningSecrets: []string{"a"}}},
		}))
	}
	return s, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func call(id string) request.Intake {
	return request.Intake{
		Request: &request.Request{
			TenantID: demo, ID: request.ID(demo, request.NamespaceCall, id), Kind: request.Call,
			Namespace: request.NamespaceCall, ExternalID: id, Caller: request.Caller{Phone: "+13035550142"},
			Details: request.Details{Answered: true, Tags: []string{"kitchen"}},
		},
		Body: []byte(`{}`), BodyHash: "hash-" + id,
	}
}

func wanted(in request.Intake, from request.Status) stage.Wanted {
	return stage.Wanted{RequestID: in.Request.ID, Run: 1, From: from, Lease: 30 * time.Second, Limit: 3}
}

func TestADeliveryIsAcceptedOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	in := call("CAL1")
	var mu sync.Mutex
	outcomes := map[request.Outcome]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := s.ForTenant(demo).Accept(t.Context(), in)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[got.Outcome]++
		})
	}
	wg.Wait()
	if diff := cmp.Diff(map[request.Outcome]int{request.Accepted: 1, request.Duplicate: 19}, outcomes); diff != "" {
		t.Error(diff)
	}
	got, err := s.ForTenant(demo).Request(t.Context(), in.Request.ID)
	must(t, err)
	if got.Status != request.Received || got.Run != 1 || got.Details.Tags[0] != "kitchen" || got.Caller.Phone != "+13035550142" {
		t.Errorf("got %+v", got)
	}
}

func TestOnlyOneWorkerHoldsAClaimUntilItsLeaseRunsOut(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	first, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	if _, err := scope.Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("second claim: got %v, want ErrHeld", err)
	}
	clock.Advance(31 * time.Second)
	second, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	if second.Request.Attempts != 1 {
		t.Errorf("attempts after an expired lease: got %d, want 1", second.Request.Attempts)
	}
	if err := first.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}); !errors.Is(err, stage.ErrLost) {
		t.Errorf("save of a lost claim: got %v, want ErrLost", err)
	}
	result := stage.Result{Transcript: &request.Transcript{Origin: request.OriginNone}}
	must(t, second.Advance(t.Context(), request.Transcribed, result, request.Event{Step: "transcribe", Name: "done"}))
	_, err = scope.Claim(t.Context(), wanted(in, request.Received))
	var passed *stage.PassedError
	if !errors.As(err, &passed) || passed.Status != request.Transcribed {
		t.Errorf("claim after the save: got %v, want passed", err)
	}
}

func accept(t *testing.T, scope *store.Scope, in request.Intake) {
	t.Helper()
	if _, err := scope.Accept(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func TestARequestFailsAfterTooManyExpiredLeases(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	for range 3 {
		_, err := scope.Claim(t.Context(), wanted(in, request.Received))
		must(t, err)
		clock.Advance(time.Minute)
	}
	_, err := scope.Claim(t.Context(), wanted(in, request.Received))
	var passed *stage.PassedError
	if !errors.As(err, &passed) || passed.Status != request.Failed || passed.Ended == nil || passed.Ended.Kind != request.Call {
		t.Fatalf("got %+v, want failed by this claim", err)
	}
	_, err = scope.Claim(t.Context(), wanted(in, request.Received))
	if !errors.As(err, &passed) || passed.Status != request.Failed || passed.Ended != nil {
		t.Errorf("got %+v, want failed before this claim", err)
	}
	got, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if got.Status != request.Failed || got.Reason == "" {
		t.Errorf("got %s %q", got.Status, got.Reason)
	}
}

func TestAWaitDoesNotCountAsAnAttempt(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	must(t, claim.Postpone(t.Context(), clock.Now().Add(time.Minute), "no recording yet", false, request.Event{Step: "transcribe", Name: "waiting"}))
	if _, err := scope.Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("claim before its time: got %v, want ErrHeld", err)
	}
	clock.Advance(time.Minute)
	claim, err = scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	if claim.Request.Attempts != 0 {
		t.Errorf("attempts: got %d, want 0", claim.Request.Attempts)
	}
}

// A call that waits for days, for its turn at a source's rate limit, is looked at every minute.
func TestWhoWaitsOnForTheSameThingSaysSoOnce(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	for _, turn := range []struct {
		why     string
		attempt bool
	}{{"the source asks to wait", false}, {"the source asks to wait", false}, {"no recording yet", false}, {"failed", true}, {"failed", true}} {
		claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
		must(t, err)
		must(t, claim.Postpone(t.Context(), clock.Now().Add(time.Minute), turn.why, turn.attempt, request.Event{Step: "transcribe", Name: "turn", Detail: turn.why}))
		clock.Advance(time.Minute)
	}
	events, err := scope.Events(t.Context(), in.Request.ID)
	must(t, err)
	var said []string
	for _, e := range events {
		if e.Name == "turn" {
			said = append(said, e.Detail)
		}
	}
	if diff := cmp.Diff([]string{"the source asks to wait", "no recording yet", "failed", "failed"}, said); diff != "" {
		t.Errorf("timeline (-want +got):\n%s", diff)
	}
}

func TestTheFirstAudioStartsANewRunAndTheOldClaimIsLost(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	must(t, claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}))
	claim, err = scope.Claim(t.Context(), wanted(in, request.Transcribed))
	must(t, err)

	late := call("CAL1")
	late.Change, late.BodyHash, late.Request.Details = true, "late", request.Details{HasRecording: true}
	got, err := scope.Accept(t.Context(), late)
	must(t, err)
	want := request.Acceptance{Outcome: request.Updated, Status: request.Received, Run: 2, Announce: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := claim.Advance(t.Context(), request.Analyzed, stage.Result{}, request.Event{Step: "analyze", Name: "done"}); !errors.Is(err, stage.ErrLost) {
		t.Errorf("save of the old run: got %v, want ErrLost", err)
	}
	again, err := scope.Accept(t.Context(), late)
	must(t, err)
	if again.Outcome != request.Duplicate {
		t.Errorf("the same change again: got %s, want duplicate", again.Outcome)
	}
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if row.Details.Tags[0] != "kitchen" {
		t.Error("what the change did not mention is gone")
	}
}

func TestAChangeThatComesFirstCreatesTheRequest(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	in := call("CAL1")
	in.Change = true
	got, err := s.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	if got.Outcome != request.Accepted || !got.Announce {
		t.Errorf("got %+v", got)
	}
	in.Change, in.BodyHash = false, "post call"
	got, err = s.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	if got.Outcome != request.Duplicate {
		t.Errorf("the delivery itself: got %s, want duplicate", got.Outcome)
	}
}

func TestAnotherTenantsRequestIsNotFound(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	in := call("CAL1")
	accept(t, s.ForTenant(demo), in)
	other := s.ForTenant("tenant_other")
	if _, err := other.Request(t.Context(), in.Request.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("read: got %v, want ErrNotFound", err)
	}
	if _, err := other.Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("claim: got %v, want ErrNotFound", err)
	}
	page, err := other.List(t.Context(), store.Filter{Limit: 10})
	must(t, err)
	if len(page.Requests) != 0 {
		t.Errorf("list: got %d rows of another tenant", len(page.Requests))
	}
}

func TestSweepTakesWhatIsDueInTurnsAndOnlyOnce(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	for i := range 5 {
		accept(t, s.ForTenant(demo), call(fmt.Sprintf("CAL%d", i)))
	}
	other := call("CALx")
	other.Request.TenantID = "tenant_other"
	accept(t, s.ForTenant("tenant_other"), other)
	if due := take(t, s); len(due) != 0 {
		t.Fatalf("due at once: %v", due)
	}
	clock.Advance(2 * time.Minute)
	due := take(t, s)
	if len(due) != 4 {
		t.Fatalf("got %d due, want 3 of one tenant and 1 of the other", len(due))
	}
	if due[0].TenantID == due[1].TenantID {
		t.Error("tenants do not take turns")
	}
	if due[0].Status != request.Received || due[0].Run != 1 {
		t.Errorf("got %+v", due[0])
	}
	if due, err := s.Operator().TakeDue(t.Context(), 3, due[0].Queue(), due[1].Queue()); err != nil || len(due) != 0 {
		t.Errorf("except both tenants' calls: got %d, %v", len(due), err)
	}
	if due := take(t, s); len(due) != 2 {
		t.Errorf("second sweep: got %d, want the 2 that are left", len(due))
	}
}

func take(t *testing.T, s *store.Store) []store.Due {
	t.Helper()
	due, err := s.Operator().TakeDue(t.Context(), 3)
	must(t, err)
	return due
}

func TestTheDirectoryReadsWhatWasPut(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	want := tenant.Tenant{
		ID: "tenant_full", Name: "Full", Status: tenant.Active, TimeZone: "America/Denver", Region: "US",
		Settings:     tenant.Settings{Services: []string{"kitchens"}},
		Sources:      []tenant.Source{{ID: "s", Kind: "callrail", Status: tenant.Active, CompanyID: "777", SigningSecrets: []string{"k"}}},
		Integrations: []tenant.Integration{{ID: "hubspot", Kind: "hubspot", Status: tenant.Active, Secret: "x", Config: []byte(`{"pipeline":"default"}`)}},
	}
	must(t, s.Operator().PutTenant(t.Context(), "test", want))
	all, err := s.Operator().Tenants(t.Context())
	must(t, err)
	var got tenant.Tenant
	for _, one := range all {
		if one.ID == want.ID {
			got = one
		}
	}
	if got.CreatedAt.IsZero() {
		t.Error("nobody knows when the tenant was created")
	}
	want.CreatedAt = got.CreatedAt
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	thief := tenant.Tenant{ID: "tenant_thief", Name: "T", Status: tenant.Active, TimeZone: "UTC", Region: "US", Sources: want.Sources}
	if err := s.Operator().PutTenant(t.Context(), "test", thief); !errors.Is(err, store.ErrConflict) {
		t.Errorf("company of another tenant: got %v, want ErrConflict", err)
	}
}

func TestAnUnreachableStoreIsSaidSo(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := s.ForTenant(demo).Accept(ctx, call("CAL1")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
}
