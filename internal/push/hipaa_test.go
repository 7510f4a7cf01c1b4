package push_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestInHIPAAModeNothingGoesWhereNoContractCoversIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	o := newOffice(t, w)
	w.rules(t, everything)
	w.tenant.Settings.Privacy = tenant.Privacy{HIPAA: true, Covered: []string{"hubspot"}}
	id := w.analyzedCall(t, true)
	w.push(t, id)
	want := map[string]request.DeliveryState{
		"hubspot": request.DeliveryDone, "custom": request.DeliverySkipped, request.ConnectorCallRail: request.DeliverySkipped,
	}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" {
		t.Error(diff)
	}
	if n := len(w.crms["custom"].created); n > 0 || o.writes > 0 {
		t.Errorf("%d steps were done at the custom destination, %d writes at CallRail", n, o.writes)
	}
	if why := w.delivery(t, id, "custom").Error; why != "HIPAA mode: the destination is not among those that a contract covers." {
		t.Errorf("the delivery does not say why: %q", why)
	}
}

func TestADeliveryThatWaitsIsWithheldOnceItsContractEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.tenant.Settings.Privacy = tenant.Privacy{HIPAA: true, Covered: []string{"hubspot"}}
	w.crms["hubspot"].fail[crm.StepContact] = &crm.Error{Fault: crm.Transient, Op: "create contact", Status: 503}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.tenant.Settings.Privacy.Covered = nil
	w.Advance(2 * w.pusher.Config.Longest)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
		t.Fatal(err)
	}
	if got := w.states(t, id)["hubspot"]; got != request.DeliverySkipped || len(w.crms["hubspot"].created) > 0 {
		t.Errorf("got %s, created %v", got, w.crms["hubspot"].created)
	}
}
