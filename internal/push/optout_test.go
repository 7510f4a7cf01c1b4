package push_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// optOut opts the person of analyzed out of third parties, or in again.
func (w *world) optOut(t *testing.T, out bool) {
	t.Helper()
	scope := w.store.ForTenant("tenant_demo")
	if err := scope.SetOptOut(t.Context(), scope.PersonKeys("", "dana@example.com", "US"), out, "ann"); err != nil {
		t.Fatal(err)
	}
}

func TestNothingAboutAPersonWhoOptedOutGoesToThirdParties(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.tenant.Integrations[1].ThirdParty = true
	w.optOut(t, true)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliverySkipped}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" {
		t.Error(diff)
	}
	if n := len(w.crms["custom"].created); n > 0 {
		t.Errorf("%d steps were done at the third party", n)
	}
	all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
	if err != nil || all[0].Error != "The person opted out of third parties." {
		t.Errorf("the delivery does not say why: %+v, %v", all, err)
	}

	w.optOut(t, false)
	next := w.analyzed(t, "FRM2", true)
	w.push(t, next)
	if got := w.states(t, next)["custom"]; got != request.DeliveryDone {
		t.Errorf("after the opt-in: got %s", got)
	}
}

func TestADeliveryThatWaitsIsWithheldOnceThePersonOptsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "custom")
	w.tenant.Integrations[0].ThirdParty = true
	w.crms["custom"].fail[crm.StepContact] = &crm.Error{Fault: crm.Transient, Op: "create contact", Status: 503}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.optOut(t, true)
	w.Advance(2 * w.pusher.Config.Longest)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "custom"); err != nil {
		t.Fatal(err)
	}
	if got := w.states(t, id)["custom"]; got != request.DeliverySkipped || len(w.crms["custom"].created) > 0 {
		t.Errorf("got %s, created %v", got, w.crms["custom"].created)
	}
	if r := w.request(t, id); r.CRMState != request.CRMNone {
		t.Errorf("CRM state: got %s", r.CRMState)
	}
}
