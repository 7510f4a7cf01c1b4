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
		"hubspot": request.DeliveryDone, "custom": request.DeliveryParked, request.ConnectorCallRail: request.DeliveryParked,
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
	if got := w.states(t, id)["hubspot"]; got != request.DeliveryParked || len(w.crms["hubspot"].created) > 0 {
		t.Errorf("got %s, created %v", got, w.crms["hubspot"].created)
	}
}

func TestWhatNoContractCoveredGoesOutOnceItIsCoveredAndRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.tenant.Settings.Privacy = tenant.Privacy{HIPAA: true}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if r := w.request(t, id); r.Status != request.Pushed || r.CRMState != request.CRMParked {
		t.Errorf("while it is not covered: got %s, CRM %s; people are told that they must do something", r.Status, r.CRMState)
	}
	again := func() {
		t.Helper()
		if n, err := w.store.ForTenant("tenant_demo").RetryDeliveries(t.Context(), "ann", "hubspot"); n != 1 || err != nil {
			t.Fatalf("retried %d, %v", n, err)
		}
		if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil {
			t.Fatal(err)
		}
	}
	again()
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryParked || d.Error == "" || len(w.crms["hubspot"].created) > 0 {
		t.Errorf("retried too early: got %s, %q, created %v", d.State, d.Error, w.crms["hubspot"].created)
	}
	w.tenant.Settings.Privacy.Covered = []string{"hubspot"}
	again()
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryDone || d.Error != "" {
		t.Errorf("once it is covered: got %s, %q", d.State, d.Error)
	}
}

func TestWhatGoesNowhereAnywayWaitsForNoContract(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.tenant.Settings.Privacy = tenant.Privacy{HIPAA: true, Covered: []string{"hubspot"}}
	w.tenant.Integrations[1].ThirdParty = true
	w.optOut(t, true)
	skipped := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliverySkipped}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if diff := cmp.Diff(skipped, w.states(t, id)); diff != "" {
		t.Errorf("opted out: %s", diff)
	}
	skipped["hubspot"] = request.DeliverySkipped
	id = w.analyzed(t, "FRM2", false)
	w.push(t, id)
	if diff := cmp.Diff(skipped, w.states(t, id)); diff != "" {
		t.Errorf("no lead: %s", diff)
	}
}
