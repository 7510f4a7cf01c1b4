package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// begun is a call that began so long before noon, and lasted a minute.
func begun(id string, ago time.Duration) string {
	return callJSON(id, fmt.Sprintf(`,"start_time":%q`, noon.Add(-ago).Format(time.RFC3339)))
}

// arrived is a day's count of what arrived from a source, the last of it so long before noon.
func arrived(outcome, reason string, ago time.Duration) store.DayCount {
	last := noon.Add(-ago)
	return store.DayCount{Day: last.Truncate(24 * time.Hour), Outcome: outcome, Reason: reason, Count: 1, LastAt: last}
}

// A tenant that connects a source does not want yesterday's callers in its CRM as new leads. A caller of an
// outage of ours is one.
func TestWhatBeganBeforeASourceWasInUseIsHistory(t *testing.T) {
	t.Parallel()
	const minute = time.Minute
	polled := tenant.SourceState{PolledUntil: noon.Add(-5 * time.Hour), PolledAt: noon.Add(-5 * time.Hour)}
	for name, tt := range map[string]struct {
		state   tenant.SourceState
		counts  []store.DayCount
		created time.Time // the tenant
		leads   []string  // of CAL20h CAL3h CAL30m
	}{
		"a new source": {},
		"a new source that could not be asked at first": {state: tenant.SourceState{PolledAt: noon.Add(-time.Hour)}, leads: []string{"CAL30m"}},
		"a new source, and strangers try to deliver":    {counts: []store.DayCount{arrived("rejected", "unauthorized", 20*time.Hour)}},
		"an outage":                      {state: polled, leads: []string{"CAL20h", "CAL3h", "CAL30m"}},
		"an outage of a tenant of today": {state: polled, created: noon.Add(-time.Minute), leads: []string{"CAL20h", "CAL3h", "CAL30m"}},
		"a source that delivered for days before it had a key":   {counts: []store.DayCount{arrived("accepted", "post_call", 100*time.Hour)}, leads: []string{"CAL20h", "CAL3h", "CAL30m"}},
		"a source that delivered today before it could be asked": {counts: []store.DayCount{arrived("accepted", "post_call", 10*minute)}, leads: []string{"CAL3h", "CAL30m"}},
		"the same, of a tenant of today":                         {counts: []store.DayCount{arrived("accepted", "post_call", 10*minute)}, created: noon.Add(-time.Hour), leads: []string{"CAL30m"}},
		"a source that was suspended": {state: polled, counts: []store.DayCount{
			arrived("accepted", "post_call", 100*time.Hour), arrived("ignored", "source_suspended", 50*time.Hour), arrived("ignored", "source_suspended", 2*time.Hour),
		}, leads: []string{"CAL30m"}},
		"a source that was suspended long ago": {state: polled, counts: []store.DayCount{
			arrived("ignored", "source_suspended", 50*time.Hour), arrived("accepted", "post_call", 49*time.Hour),
		}, leads: []string{"CAL20h", "CAL3h", "CAL30m"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, rail{})
			k := &tracker{calls: []string{begun("CAL20h", 20*time.Hour), begun("CAL3h", 3*time.Hour), begun("CAL30m", 30*time.Minute)}}
			s.taker.CallRail = rail{Client: k.client(t), state: "active"}
			s.memory.state, s.memory.counts, s.owner.CreatedAt = tt.state, tt.counts, tt.created
			must(t, s.poller.Poll(t.Context()))
			var leads []string
			for _, id := range []string{"CAL20h", "CAL3h", "CAL30m"} {
				switch got := s.memory.handled[id]; got {
				case request.Handling{}:
					leads = append(leads, id)
				case request.Handling{Silent: true, NoCRM: true}:
				default:
					t.Errorf("%s: handled as %+v", id, got)
				}
			}
			if len(s.memory.accepted) != 3 || !cmp.Equal(tt.leads, leads) {
				t.Errorf("took %v, leads %v, want %v", s.memory.accepted, leads, tt.leads)
			}
			if len(s.memory.added) != len(tt.leads) {
				t.Errorf("%d counted as missing deliveries, want %d", len(s.memory.added), len(tt.leads))
			}
		})
	}
}

// Who called when nobody knows is rather told of once too often than not at all.
func TestACallWithoutATimeIsALead(t *testing.T) {
	t.Parallel()
	s := newStand(t, rail{calls: 1})
	must(t, s.poller.Poll(t.Context()))
	if got := s.memory.handled["CAL1"]; got != (request.Handling{}) {
		t.Errorf("handled as %+v", got)
	}
}

func TestNothingIsTakenInWhileNobodyKnowsWhetherItIsHistory(t *testing.T) {
	t.Parallel()
	s := newStand(t, rail{calls: 1})
	s.memory.away = "SourceCounts"
	must(t, s.poller.Poll(t.Context()))
	if len(s.memory.accepted) > 0 || !s.memory.state.PolledUntil.IsZero() {
		t.Errorf("took %v, %+v", s.memory.accepted, s.memory.state)
	}
}
