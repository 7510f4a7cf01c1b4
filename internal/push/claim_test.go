package push_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// during makes the CRM's step run fn before it answers.
type during struct {
	*fakeCRM
	step string
	fn   func(context.Context) error
}

func (d during) Steps() []crm.Step {
	steps := d.fakeCRM.Steps()
	for i := range steps {
		do := steps[i].Do
		if steps[i].Name != d.step {
			continue
		}
		steps[i].Do = func(ctx context.Context, s crm.State) (crm.Record, error) {
			if err := d.fn(ctx); err != nil {
				return crm.Record{}, err
			}
			return do(ctx, s)
		}
	}
	return steps
}

func (w *world) during(step string, fn func(context.Context) error) {
	d := during{w.crms["hubspot"], step, fn}
	w.pusher.Connectors["hubspot"] = func(crm.Settings, *http.Client) (crm.Connector, error) { return d, nil }
}

func TestAConnectorThatPanicsCostsItsOwnDeliveryAnAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.during(crm.StepDeal, func(context.Context) error { panic("nil map") })
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryPending || d.Attempts != 1 {
		t.Errorf("got %s after %d attempts", d.State, d.Attempts)
	}
	if got := w.request(t, id).Status; got != request.Pushed {
		t.Errorf("got %s", got)
	}
}

func TestADeliveryIsSavedThoughItsRequestWentToSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	id := w.analyzed(t, "FRM1", true)
	ctx, cancel := context.WithCancelCause(t.Context())
	w.during(crm.StepCall, func(context.Context) error {
		cancel(stage.ErrLost) // a recording came late: the request has a new run
		return nil
	})
	claim, err := w.store.ForTenant("tenant_demo").Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: request.Analyzed, Lease: w.runner.Config.Lease, Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.pusher.Work(ctx, &stage.Job{Tenant: w.tenant, Request: claim.Request, Record: claim}); err != nil {
		t.Fatal(err)
	}
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryDone || len(d.Ledger) != 3 {
		t.Errorf("got %s with %d entries", d.State, len(d.Ledger))
	}
}

func TestWhatTheCRMRefusedWhileWeAreStoppedIsParkedAndNotDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	id := w.analyzed(t, "FRM1", true)
	ctx, cancel := context.WithCancel(t.Context())
	w.during(crm.StepDeal, func(context.Context) error {
		cancel()
		return &crm.Error{Fault: crm.Invalid, Op: "create deal", Message: "stage is missing"}
	})
	if err := w.runner.Handle(ctx, "tenant_demo", id, 1); err != nil {
		t.Fatal(err)
	}
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryParked || !d.DueAt.IsZero() {
		t.Errorf("got %s, due at %s", d.State, d.DueAt)
	}
}

func TestBeingStoppedInTheLastAttemptFailsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.pusher.Config.Attempts = 1
	id := w.analyzed(t, "FRM1", true)
	ctx, cancel := context.WithCancel(t.Context())
	w.during(crm.StepDeal, func(ctx context.Context) error {
		cancel()
		return ctx.Err()
	})
	if err := w.runner.Handle(ctx, "tenant_demo", id, 1); err != nil {
		t.Fatal(err)
	}
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryPending || d.Attempts != 0 {
		t.Errorf("got %s after %d attempts", d.State, d.Attempts)
	}
}

func TestAKnownPersonIsResolvedByOneDeliveryAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.push(t, w.analyzed(t, "FRM1", true))
	scope := w.store.ForTenant("tenant_demo")
	var claims []*store.DeliveryClaim
	for _, external := range []string{"FRM2", "FRM3"} {
		id := w.analyzed(t, external, true)
		claim, err := scope.Claim(t.Context(), stage.Wanted{RequestID: id, Run: 1, From: request.Analyzed, Lease: w.runner.Config.Lease, Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		taken, err := claim.PlanDeliveries(t.Context(), []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, w.runner.Config.Lease)
		if err != nil {
			t.Fatal(err)
		}
		claims = append(claims, taken...)
	}
	keys := []string{"email:dana@example.com", "phone:+13035550142"}
	known, err := claims[0].Contact(t.Context(), keys)
	if err != nil || known.RemoteID != "contact-1" || known.Ambiguous {
		t.Fatalf("first: got %+v, %v", known, err)
	}
	var busy *crm.BusyError
	if _, err := claims[1].Contact(t.Context(), keys); !errors.As(err, &busy) {
		t.Fatalf("second, while the first resolves the person: got %v, want busy", err)
	}
	if err := claims[0].Write(t.Context(), request.LedgerEntry{Step: crm.StepContact, RemoteID: "contact-2", Outcome: "created", At: w.Now()}); err != nil {
		t.Fatal(err)
	}
	known, err = claims[1].Contact(t.Context(), keys)
	if err != nil || known.RemoteID != "contact-2" {
		t.Fatalf("second, afterwards: got %+v, %v", known, err)
	}
}
