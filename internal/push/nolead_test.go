package push_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// noLead has a person say that the request is none, and returns the run that this began, if any.
func (w *world) noLead(t *testing.T, id string, push bool) int64 {
	t.Helper()
	due, err := w.store.ForTenant("tenant_demo").Correct(t.Context(), id, store.Correcting{
		Actor: "ann", Values: []request.Correction{{Field: "is_lead", Value: json.RawMessage("false")}}, Push: push,
	})
	if err != nil {
		t.Fatal(err)
	}
	return due.Run
}

// finished takes the request past notify: what is completed can be sent through again.
func (w *world) finished(t *testing.T, id string) {
	t.Helper()
	w.advance(t, id, request.Pushed, request.Completed, stage.Result{})
}

func TestWhatTurnsOutToBeNoLeadIsBroughtUpToDateInTheCRM(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	hubspot := w.watch("hubspot", ``)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.finished(t, id)
	run := w.noLead(t, id, true)
	if err := w.runner.Handle(t.Context(), "tenant_demo", id, run); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{crm.StepContact: 1, crm.StepDeal: 1, crm.StepCall: 1}, hubspot.updated); diff != "" {
		t.Errorf("updated (-want +got):\n%s", diff)
	}
	if hubspot.lead.Analysis.IsLead {
		t.Error("its records still say that it is a lead")
	}
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryDone || d.Synced != 2 || hubspot.created[crm.StepDeal] != 1 {
		t.Errorf("delivery: %+v, %d deals", d, hubspot.created[crm.StepDeal])
	}
}

func TestWhatTurnsOutToBeNoLeadBeforeItArrivesIsNotDelivered(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fails string // the step, at the first attempt
		push  bool   // the correction asks for the CRMs to follow
		made  map[string]int
	}{
		"before anything was made":             {crm.StepContact, false, map[string]int{}},
		"between the contact and the deal":     {crm.StepDeal, false, map[string]int{crm.StepContact: 1}},
		"between the two, and the CRMs follow": {crm.StepDeal, true, map[string]int{crm.StepContact: 1}},
		"before anything, and the CRMs follow": {crm.StepContact, true, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "hubspot")
			w.crms["hubspot"].fail[test.fails] = &crm.Error{Fault: crm.Transient, Op: "create", Status: 503}
			id := w.analyzed(t, "FRM1", true)
			w.push(t, id)
			w.finished(t, id)
			run := w.noLead(t, id, test.push)
			w.Advance(2 * w.pusher.Config.Longest)
			if test.push {
				if err := w.runner.Handle(t.Context(), "tenant_demo", id, run); err != nil {
					t.Fatal(err)
				}
			} else {
				w.handleDue(t, id, "hubspot")
			}
			if d := w.delivery(t, id, "hubspot"); d.State != request.DeliverySkipped || d.Error != "not a lead" || !d.DueAt.IsZero() {
				t.Errorf("delivery: %+v", d)
			}
			if diff := cmp.Diff(test.made, w.crms["hubspot"].created); diff != "" {
				t.Errorf("made (-want +got):\n%s", diff)
			}
		})
	}
}

// A deal that was made must not go on saying that there is one, whether or not all else was made;
// unless whoever corrects it leaves the CRMs as they are.
func TestWhatTurnsOutToBeNoLeadAfterItsDealWasMadeIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	for push, updated := range map[bool]int{true: 1, false: 0} {
		w := newWorld(t, "hubspot")
		hubspot := w.crms["hubspot"]
		hubspot.fail[crm.StepCall] = &crm.Error{Fault: crm.Transient, Op: "create", Status: 503}
		id := w.analyzed(t, "FRM1", true)
		w.push(t, id)
		w.finished(t, id)
		run := w.noLead(t, id, push)
		w.Advance(2 * w.pusher.Config.Longest)
		if push {
			if err := w.runner.Handle(t.Context(), "tenant_demo", id, run); err != nil {
				t.Fatal(err)
			}
		} else {
			w.handleDue(t, id, "hubspot")
		}
		if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryDone {
			t.Errorf("push %t: delivery: %+v", push, d)
		}
		if hubspot.updated[crm.StepDeal] != updated || hubspot.created[crm.StepDeal] != 1 || hubspot.created[crm.StepCall] != 1 {
			t.Errorf("push %t: made %v, updated %v", push, hubspot.created, hubspot.updated)
		}
	}
}

// What a rule sends elsewhere while it waits goes on: the attempt plans nothing elsewhere.
func TestARuleThatSendsElsewhereDoesNotEndWhatWaits(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]request.DeliveryState{
		`[{"name":"A","actions":{"destinations":["custom"]}}]`: request.DeliveryDone,
		`[{"name":"A","actions":{"destinations":"none"}}]`:     request.DeliverySkipped,
		`[{"name":"A","actions":{"skip":"a test call"}}]`:      request.DeliverySkipped,
	} {
		w := newWorld(t, "hubspot", "custom")
		w.crms["hubspot"].fail[crm.StepContact] = &crm.Error{Fault: crm.Transient, Op: "create", Status: 503}
		id := w.analyzed(t, "FRM1", true)
		w.push(t, id)
		w.rules(t, rule)
		w.Advance(2 * w.pusher.Config.Longest)
		w.handleDue(t, id, "hubspot")
		if got := w.states(t, id)["hubspot"]; got != want {
			t.Errorf("%s: it is %s, want %s", rule, got, want)
		}
	}
}

func TestWhatWaitsForAnIntegrationThatIsSwitchedOffIsParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.crms["hubspot"].fail[crm.StepContact] = &crm.Error{Fault: crm.Transient, Op: "create", Status: 503}
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	w.tenant.Integration("hubspot").Status = tenant.Suspended
	w.Advance(2 * w.pusher.Config.Longest)
	w.handleDue(t, id, "hubspot")
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryParked || d.Error != "The integration is switched off." {
		t.Errorf("delivery: %+v", d)
	}
	if n := len(w.crms["hubspot"].created); n > 0 {
		t.Errorf("%d steps were done", n)
	}
}
