package push_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// searchable is a CRM that finds a record by its marker as soon as it is there.
type searchable struct{ *fakeCRM }

func (s searchable) Steps() []crm.Step {
	steps := s.fakeCRM.Steps()
	for i, step := range steps {
		steps[i].Find = func(context.Context, crm.State) (string, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.created[step.Name] == 0 {
				return "", nil
			}
			return step.Name + "-1", nil
		}
	}
	return steps
}

// Wherever the database goes away, the message is refused, so that it comes again; and what is
// in the CRM already is not made once more.
func TestADeliveryThatIsInterruptedAnywhereIsCompletedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.pusher.Config.Attempts = 1000
	w.pause(t, tenant.PauseDestination("hubspot"))
	w.pusher.Connectors["hubspot"] = func(crm.Settings, *http.Client) (crm.Connector, error) { return searchable{w.crms["hubspot"]}, nil }
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.tenant.Pauses = nil

	interrupted := 0
	for ; ; interrupted++ {
		w.until(w.delivery(t, id, "hubspot").DueAt)
		w.outage.Begin(interrupted)
		err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot")
		if !w.outage.End() {
			if err != nil {
				t.Errorf("the database is back: %v", err)
			}
			break
		}
		if err == nil {
			t.Errorf("the outcome was not saved after %d messages, and the message is gone", interrupted)
		}
	}
	for range 10 { // what was begun may have to wait until the CRM's search shows it
		if w.delivery(t, id, "hubspot").State == request.DeliveryDone {
			break
		}
		w.until(w.delivery(t, id, "hubspot").DueAt)
		if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.states(t, id)["hubspot"]; got != request.DeliveryDone {
		t.Errorf("it is %s", got)
	}
	if diff := cmp.Diff(map[string]int{crm.StepContact: 1, crm.StepDeal: 1, crm.StepCall: 1}, w.crms["hubspot"].created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if interrupted < 10 {
		t.Errorf("it was interrupted %d times only", interrupted)
	}
}

// brokenSecrets cannot be asked.
type brokenSecrets struct{}

func (brokenSecrets) Get(context.Context, string) (string, error) {
	return "", errors.New("unavailable")
}

func TestWhatKeepsADestinationFromBeingAsked(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(*world)
		state  request.DeliveryState
		says   string
	}{
		"it was removed":           {func(w *world) { w.tenant.Integrations = nil }, request.DeliveryParked, "the integration was removed"},
		"nobody knows its kind":    {func(w *world) { delete(w.pusher.Connectors, "hubspot") }, request.DeliveryParked, "there is no connector"},
		"its settings are no good": {func(w *world) { w.pusher.Connectors["hubspot"] = misconfigured }, request.DeliveryParked, "base_url is missing"},
		"its secret is unreadable": {func(w *world) { w.pusher.Secrets = brokenSecrets{} }, request.DeliveryPending, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "hubspot")
			w.pause(t, tenant.PauseDestination("hubspot"))
			id := w.analyzed(t, "FRM1", true)
			w.push(t, id)
			w.tenant.Pauses = nil
			tt.change(w)
			w.until(w.delivery(t, id, "hubspot").DueAt)
			if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
				t.Fatal(err)
			}
			if d := w.delivery(t, id, "hubspot"); d.State != tt.state || !strings.Contains(d.Error, tt.says) {
				t.Errorf("it is %s: %s", d.State, d.Error)
			}
			if len(w.crms["hubspot"].created) > 0 {
				t.Errorf("it was asked: %v", w.crms["hubspot"].created)
			}
		})
	}
}

func misconfigured(crm.Settings, *http.Client) (crm.Connector, error) {
	return nil, errors.New("base_url is missing")
}

func TestASuspendedTenantsDeliveriesStayDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.tenant.Status = tenant.Suspended
	w.outage.Begin(0) // nothing is asked at all
	defer w.outage.End()
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", "req_1", "hubspot"); err != nil {
		t.Error(err)
	}
}

func TestAPushersConfigIsChecked(t *testing.T) {
	t.Parallel()
	good := push.Config{Lease: time.Minute, Attempts: 1, Backoff: time.Second, Longest: time.Second, ThrottleWait: crm.StepTimeout - 1}
	for _, test := range []struct {
		variable string
		change   func(*push.Config)
	}{
		{"DELIVERY_LEASE", func(c *push.Config) { c.Lease = 0 }},
		{"DELIVERY_BACKOFF", func(c *push.Config) { c.Backoff = 0 }},
		{"DELIVERY_BACKOFF_MAX", func(c *push.Config) { c.Longest = c.Backoff - 1 }},
		{"DELIVERY_ATTEMPTS", func(c *push.Config) { c.Attempts = 0 }},
		{"DELIVERY_THROTTLE_WAIT", func(c *push.Config) { c.ThrottleWait = -1 }},
		{"DELIVERY_THROTTLE_WAIT", func(c *push.Config) { c.ThrottleWait = crm.StepTimeout }},
	} {
		bad := good
		test.change(&bad)
		if err := bad.Validate(); err == nil || !strings.Contains(err.Error(), test.variable) {
			t.Errorf("%s: got %v", test.variable, err)
		}
	}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	w := newWorld(t)
	if _, err := push.New(good, w.pusher.Deps); err != nil {
		t.Error(err)
	}
	for name, lack := range map[string]func(*push.Deps){
		"store":   func(d *push.Deps) { d.Store = nil },
		"tenants": func(d *push.Deps) { d.Tenants = nil },
		"secrets": func(d *push.Deps) { d.Secrets = nil },
		"client":  func(d *push.Deps) { d.HTTP = nil },
	} {
		deps := w.pusher.Deps
		lack(&deps)
		if _, err := push.New(good, deps); err == nil {
			t.Errorf("a pusher without its %s is made", name)
		}
	}
}
