package push_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// pause holds something of the tenant back, for sweep and for the step.
func (w *world) pause(t *testing.T, subject string) {
	t.Helper()
	p := tenant.Pause{Subject: subject, Actor: "ann", Reason: "moving"}
	if err := w.store.ForTenant("tenant_demo").PutPause(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.tenant.Pauses = append(w.tenant.Pauses, p)
}

func (w *world) resume(t *testing.T, subject string) {
	t.Helper()
	if err := w.store.ForTenant("tenant_demo").DeletePause(t.Context(), "ann", subject); err != nil {
		t.Fatal(err)
	}
	w.tenant.Pauses = nil
}

// sweep announces what is due to the step, once.
func (w *world) sweep(t *testing.T) {
	t.Helper()
	s := &sweep.Sweeper{Config: sweep.Config{Each: 10, Budget: time.Minute}, Due: w.store.Operator(), Publisher: pushed{w, t}}
	if _, err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAPausedDestinationWaitsAndTheOthersAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.pause(t, tenant.PauseDestination("hubspot"))
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if r := w.request(t, id); r.Status != request.Pushed || r.CRMState != request.CRMPending {
		t.Errorf("the request: got %s, CRM %s; people are told although a destination is paused", r.Status, r.CRMState)
	}
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryPending, "custom": request.DeliveryDone}
	for range 3 { // hours of sweeps
		w.sweep(t)
		w.Advance(time.Hour)
	}
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", id, "hubspot"); err != nil { // announced before the pause
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" || len(w.crms["hubspot"].created) > 0 {
		t.Errorf("while paused (-want +got):\n%s created %v", diff, w.crms["hubspot"].created)
	}
	w.resume(t, tenant.PauseDestination("hubspot"))
	w.sweep(t)
	want["hubspot"] = request.DeliveryDone
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" || w.crms["custom"].created[crm.StepDeal] != 1 {
		t.Errorf("one sweep after the end (-want +got):\n%s", diff)
	}
	if d := w.delivery(t, id, "hubspot"); d.Error != "" || d.Attempts != 0 {
		t.Errorf("the delivery still says %q after %d attempts", d.Error, d.Attempts)
	}
}

func TestAPausedStepGoesOnWithinOneSweep(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{tenant.PauseAll, tenant.PauseStep("push")} {
		t.Run(subject, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "hubspot")
			w.crms["hubspot"].fail[crm.StepDeal] = &crm.Error{Fault: crm.Transient, Op: "create deal", Status: 503}
			begun, waiting := w.analyzed(t, "FRM1", true), w.analyzed(t, "FRM2", true)
			w.push(t, begun) // leaves a delivery that is due later
			w.pause(t, subject)
			w.push(t, waiting)
			w.Advance(time.Hour)
			w.sweep(t)
			if got := w.request(t, waiting).Status; got != request.Analyzed || w.states(t, begun)["hubspot"] != request.DeliveryPending {
				t.Fatalf("while paused: request %s, delivery %s", got, w.states(t, begun)["hubspot"])
			}
			w.resume(t, subject)
			w.sweep(t)
			if got := w.request(t, waiting); got.Status != request.Pushed || got.Attempts != 0 || w.states(t, begun)["hubspot"] != request.DeliveryDone {
				t.Errorf("one sweep after the end: request %s, delivery %s", got.Status, w.states(t, begun)["hubspot"])
			}
		})
	}
}

// pushed gives what is announced to push straight away.
type pushed struct {
	w *world
	t *testing.T
}

func (p pushed) Publish(_ context.Context, name topic.Name, m topic.Message) error {
	switch name {
	case topic.DeliveryDue:
		return p.w.pusher.HandleDue(p.t.Context(), m.TenantID, m.RequestID, m.Destination)
	case topic.RequestAnalyzed:
		return p.w.runner.Handle(p.t.Context(), m.TenantID, m.RequestID, m.Run)
	default:
		return nil // another step's
	}
}
