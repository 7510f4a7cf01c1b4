package push_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// outage is a CRM that can be away.
type outage struct {
	*fakeCRM
	away  atomic.Bool
	asked atomic.Int64
}

func (o *outage) factory(crm.Settings, *http.Client) (crm.Connector, error) { return o, nil }

func (o *outage) Steps() []crm.Step {
	steps := o.fakeCRM.Steps()
	for i, step := range steps {
		do := step.Do
		steps[i].Do = func(ctx context.Context, s crm.State) (crm.Record, error) {
			o.asked.Add(1)
			if o.away.Load() {
				return crm.Record{}, &crm.Error{Fault: crm.Transient, Op: step.Name, Status: http.StatusServiceUnavailable}
			}
			return do(ctx, s)
		}
	}
	return steps
}

// A CRM is away for a day, with the patience of production. People are told at once, the other
// CRM has the lead at once, and this one within one backoff of its return, once.
func TestACRMThatIsAwayForADayGetsItsLeadsWhenItIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.pusher.Config = push.Config{Lease: time.Minute, Attempts: 60, Backoff: 5 * time.Second, Longest: time.Hour}
	// The circuit's own clock is the wall's: it is half open again whenever the next delivery is due.
	w.pusher.Breakers = crm.NewBreakers(crm.BreakerConfig{Failures: 5, Open: time.Nanosecond, Longest: time.Nanosecond}, w.Now)
	dead := &outage{fakeCRM: w.crms["custom"]}
	dead.away.Store(true)
	w.pusher.Connectors["custom"] = dead.factory
	began := w.Now()
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliveryPending}
	if r := w.request(t, id); r.Status != request.Pushed || cmp.Diff(want, w.states(t, id)) != "" {
		t.Fatalf("at once: got %s, %v", r.Status, w.states(t, id))
	}
	for w.Now().Sub(began) < 24*time.Hour {
		w.until(w.delivery(t, id, "custom").DueAt)
		w.sweep(t)
	}
	if d := w.delivery(t, id, "custom"); d.State != request.DeliveryPending || dead.asked.Load() > 58 {
		t.Fatalf("after a day: %s, asked %d times", d.State, dead.asked.Load())
	}
	dead.away.Store(false)
	back := w.Now()
	late := w.analyzed(t, "FRM2", true)
	w.push(t, late) // a new lead need not wait
	w.until(w.delivery(t, id, "custom").DueAt)
	w.sweep(t)
	if d := w.delivery(t, id, "custom"); d.State != request.DeliveryDone || w.Now().Sub(back) > time.Hour {
		t.Errorf("back again: %s after %v, want it done within an hour", d.State, w.Now().Sub(back))
	}
	if got := w.states(t, late)["custom"]; got != request.DeliveryDone {
		t.Errorf("a lead that came after: got %s", got)
	}
	// Both are leads of one person.
	if diff := cmp.Diff(map[string]int{crm.StepContact: 1, crm.StepDeal: 2, crm.StepCall: 2}, dead.created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}

// until advances the clock to a time.
func (w *world) until(at time.Time) { w.Advance(max(time.Second, at.Sub(w.Now()))) }

func TestWithoutTrustRecordsAreLookedUpBeforeTheyAreCreated(t *testing.T) {
	t.Parallel()
	for name, found := range map[string]string{"there already": "77", "not there": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "hubspot")
			w.pause(t, tenant.PauseTrust)
			w.pusher.Connectors["hubspot"] = func(crm.Settings, *http.Client) (crm.Connector, error) {
				return marked{w.crms["hubspot"], found}, nil
			}
			w.push(t, w.analyzed(t, "FRM1", true))
			want := map[string]int{crm.StepContact: 1, crm.StepDeal: 1, crm.StepCall: 1}
			created, updated := w.crms["hubspot"].created, w.crms["hubspot"].updated
			if found != "" {
				created, updated = updated, created
			}
			if diff := cmp.Diff(want, created); diff != "" || len(updated) > 0 {
				t.Errorf("(-want +got):\n%s and besides %v", diff, updated)
			}
		})
	}
}

// marked is a CRM that finds each record by its marker.
type marked struct {
	*fakeCRM
	id string
}

func (m marked) Steps() []crm.Step {
	steps := m.fakeCRM.Steps()
	for i := range steps {
		steps[i].Find = func(context.Context, crm.State) (string, error) { return m.id, nil }
	}
	return steps
}
