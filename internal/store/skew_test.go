package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// skew is how wrong a service's clock is here: four leases.
const skew = 2 * time.Minute

// newSkewed returns two stores of one database, the second with a clock that is ahead, or behind
// if by is negative.
func newSkewed(t *testing.T, by time.Duration) (right, wrong *store.Store, clock *clock) {
	t.Helper()
	cfg, clock := storetest.Config(t), newClock()
	open := func(now func() time.Time) *store.Store {
		s, err := store.Open(t.Context(), cfg, store.WithClock(now))
		must(t, err)
		t.Cleanup(s.Close)
		return s
	}
	right, wrong = open(clock.Now), open(func() time.Time { return clock.Now().Add(by) })
	must(t, right.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	return right, wrong, clock
}

// A clock that is wrong by more than a lease takes it for expired, so that two work at once for a
// while. The first one learns of it when it next renews or saves, and saves nothing: one result is kept.
func TestAClockThatIsAheadTakesOverAndOneResultIsKept(t *testing.T) {
	t.Parallel()
	right, ahead, _ := newSkewed(t, skew)
	in := call("CAL1")
	_, err := right.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	first, err := right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	second, err := ahead.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	for name, word := range map[string]error{
		"renew":      first.Renew(t.Context(), 30*time.Second),
		"checkpoint": first.Checkpoint(t.Context(), first.Request),
		"advance":    first.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}),
	} {
		if !errors.Is(word, stage.ErrLost) {
			t.Errorf("%s by the first: got %v, want ErrLost", name, word)
		}
	}
	if _, err := right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("taken back: got %v, want ErrHeld", err)
	}
	must(t, second.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "transcribe", Name: "done"}))
}

// A clock that is behind waits longer than it need, and its own leases end early for others;
// while it renews them, they still lose nothing.
func TestAClockThatIsBehindExcludesNobodyForLong(t *testing.T) {
	t.Parallel()
	right, behind, clock := newSkewed(t, -skew)
	in := call("CAL1")
	_, err := right.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	_, err = right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received)) // and dies
	must(t, err)
	clock.Advance(30 * time.Second)
	if _, err := behind.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("when the lease is over: got %v, want ErrHeld by a clock that is behind", err)
	}
	clock.Advance(skew)
	slow, err := behind.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	other, err := right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	if err := slow.Renew(t.Context(), 30*time.Second); !errors.Is(err, stage.ErrLost) {
		t.Errorf("renewed by the one who lost it: %v", err)
	}
	must(t, other.Renew(t.Context(), 30*time.Second))
}

// A sweep whose clock is ahead announces what is worked on: nobody begins it again.
func TestASweepWhoseClockIsAheadDisturbsNobody(t *testing.T) {
	t.Parallel()
	right, ahead, _ := newSkewed(t, skew)
	in := call("CAL1")
	_, err := right.ForTenant(demo).Accept(t.Context(), in)
	must(t, err)
	claim, err := right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received))
	must(t, err)
	due, err := ahead.Operator().TakeDue(t.Context(), 9)
	must(t, err)
	var ids []string
	for _, d := range due {
		ids = append(ids, d.RequestID)
	}
	if diff := cmp.Diff([]string{in.Request.ID}, ids); diff != "" {
		t.Errorf("announced too early (-want +got):\n%s", diff)
	}
	if _, err := right.ForTenant(demo).Claim(t.Context(), wanted(in, request.Received)); !errors.Is(err, store.ErrHeld) {
		t.Errorf("a worker who is told: got %v, want ErrHeld", err)
	}
	must(t, claim.Renew(t.Context(), 30*time.Second))
}
