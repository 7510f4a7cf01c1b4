package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// delivering returns a held delivery of a new request.
func delivering(t *testing.T, scope *store.Scope, id string) *store.DeliveryClaim {
	t.Helper()
	in := formOf(id, "hash-"+id)
	accept(t, scope, in)
	must(t, claimed(t, scope, in).Advance(t.Context(), request.Analyzed, stage.Result{}, request.Event{Step: "analyze", Name: "done"}))
	claim, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	claims, err := claim.PlanDeliveries(t.Context(), []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
	must(t, err)
	return claims[0]
}

func TestAnUnprovenContactIsKnownByNoNewKey(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	const theirs, own = "email:robin@example.com", "phone:+13035550199"
	resolve := func(id string, unproven bool, keys ...string) string {
		t.Helper()
		d := delivering(t, scope, id)
		known, err := d.Contact(t.Context(), keys)
		must(t, err)
		if known.Ambiguous {
			t.Errorf("%s: the lease was not given back", id)
		}
		must(t, d.Write(t.Context(), request.LedgerEntry{Step: crm.StepContact, RemoteID: "contact-1", Outcome: string(crm.Matched), Unproven: unproven}))
		return known.RemoteID
	}
	for _, step := range []struct {
		id       string
		unproven bool
		keys     []string
		known    string
	}{
		{"form-1", false, []string{theirs}, ""},
		{"form-2", true, []string{theirs, own}, "contact-1"},
		{"form-3", true, []string{own}, ""},
		{"form-4", false, []string{theirs, own}, "contact-1"},
		{"form-5", false, []string{own}, "contact-1"},
	} {
		if got := resolve(step.id, step.unproven, step.keys...); got != step.known {
			t.Errorf("%s: %q is known by %q, want %q", step.id, got, step.keys, step.known)
		}
	}
}

// A delivery that took longer than its lease on the person, and comes back with nothing, must not
// give away the lease of the one that has it now: a third one would make the person again.
func TestALateDeliveryLeavesThePersonToWhoHasItNow(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]request.LedgerEntry{
		"nothing was made":     {Step: crm.StepContact, Outcome: string(crm.Refused)},
		"nobody knows":         {Step: crm.StepContact},
		"the contact was made": {Step: crm.StepContact, RemoteID: "contact-1", Outcome: string(crm.Created)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, clock := newStore(t)
			scope, keys := s.ForTenant(demo), []string{"phone:+13035550199"}
			slow, next, third := delivering(t, scope, "form-1"), delivering(t, scope, "form-2"), delivering(t, scope, "form-3")
			_, err := slow.Contact(t.Context(), keys)
			must(t, err)
			clock.Advance(crm.ContactLease)
			for _, d := range []*store.DeliveryClaim{slow, next, third} {
				must(t, d.Renew(t.Context(), time.Minute))
			}
			known, err := next.Contact(t.Context(), keys)
			must(t, err)
			if !known.Ambiguous {
				t.Error("the next one does not know that somebody began")
			}
			must(t, slow.Write(t.Context(), entry))
			var busy *crm.BusyError
			if known, err := third.Contact(t.Context(), keys); !errors.As(err, &busy) {
				t.Errorf("a third one: got %+v, %v, want busy", known, err)
			}
		})
	}
}
