package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// What is remembered of a destination are ids of one CRM. In another they are other people's.
func TestAnIDThatStoodForOneCRMNeverStandsForAnother(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	set := func(in ...tenant.Integration) error {
		return scope.UpdateTenant(t.Context(), store.TenantChange{Actor: "ann", Action: "integration.put", Target: "hubspot"},
			func(got *tenant.Tenant) error { got.Integrations = in; return nil })
	}
	hubspot := tenant.Integration{ID: "hubspot", Kind: "hubspot", Status: tenant.Active}
	must(t, set(hubspot))
	d := delivering(t, scope, "form-1")
	_, err := d.Contact(t.Context(), []string{"email:robin@example.com"})
	must(t, err)
	must(t, d.Write(t.Context(), request.LedgerEntry{Step: crm.StepContact, RemoteID: "101", Outcome: string(crm.Created)}))
	must(t, set())
	if err := set(tenant.Integration{ID: "hubspot", Kind: "pipedrive", Status: tenant.Active}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("another CRM under the same id: got %v, want ErrConflict", err)
	}
	must(t, set(tenant.Integration{ID: "pipedrive", Kind: "pipedrive", Status: tenant.Active}))
	must(t, set(hubspot))

	must(t, set())
	_, err = scope.EraseRequest(t.Context(), d.Delivery.RequestID) // the delivery is gone, the contact is not
	must(t, err)
	if err := set(tenant.Integration{ID: "hubspot", Kind: "pipedrive", Status: tenant.Active}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("with a contact left: got %v, want ErrConflict", err)
	}
}

// A company's first person is somebody else in the next company.
func TestAnIntegrationThatDeliveredKeepsItsAccount(t *testing.T) {
	t.Parallel()
	const trial, production = "https://acme-trial.pipedrive.com", "https://acme.pipedrive.com"
	for name, deliver := range map[string]func(*testing.T, *store.DeliveryClaim){
		"a delivery is done": func(t *testing.T, d *store.DeliveryClaim) {
			must(t, d.Settle(t.Context(), store.Settlement{State: request.DeliveryDone}, request.Event{Step: "push", Name: "delivery_done"}))
		},
		"a person is known": func(t *testing.T, d *store.DeliveryClaim) {
			_, err := d.Contact(t.Context(), []string{"email:robin@example.com"})
			must(t, err)
			must(t, d.Write(t.Context(), request.LedgerEntry{Step: crm.StepContact, RemoteID: "51", Outcome: string(crm.Created)}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := newStore(t)
			scope := s.ForTenant(demo)
			must(t, pointTo(t, scope, production))
			must(t, pointTo(t, scope, trial))
			parked := store.Settlement{State: request.DeliveryParked}
			must(t, deliveringTo(t, scope, "pd", "form-1").Settle(t.Context(), parked, request.Event{Step: "push", Name: "delivery_parked"}))
			must(t, pointTo(t, scope, production)) // nothing has arrived: the address may have been mistyped
			must(t, pointTo(t, scope, trial))
			deliver(t, deliveringTo(t, scope, "pd", "form-2"))
			if err := pointTo(t, scope, production); !errors.Is(err, store.ErrMoved) {
				t.Errorf("another company: got %v, want ErrMoved", err)
			}
			for _, same := range []string{"https://ACME-trial.pipedrive.com/", "https://api.pipedrive.com", "", trial, "http://127.0.0.1:8088"} {
				if err := pointTo(t, scope, same); err != nil {
					t.Errorf("%q: got %v", same, err)
				}
			}
		})
	}
}

// pointTo sets the address of the tenant's Pipedrive integration.
func pointTo(t *testing.T, scope *store.Scope, base string) error {
	t.Helper()
	config, err := json.Marshal(map[string]string{"base_url": base})
	must(t, err)
	return scope.UpdateTenant(t.Context(), store.TenantChange{Actor: "ann", Action: "integration.put", Target: "pd"}, func(got *tenant.Tenant) error {
		got.Integrations = []tenant.Integration{{ID: "pd", Kind: "pipedrive", Status: tenant.Active, Config: config}}
		return nil
	})
}

// deliveringTo returns a held delivery of a new request to a Pipedrive account.
func deliveringTo(t *testing.T, scope *store.Scope, destination, id string) *store.DeliveryClaim {
	t.Helper()
	in := formOf(id, "hash-"+id)
	accept(t, scope, in)
	must(t, claimed(t, scope, in).Advance(t.Context(), request.Analyzed, stage.Result{}, request.Event{Step: "analyze", Name: "done"}))
	claim, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	claims, err := claim.PlanDeliveries(t.Context(), []store.Plan{{Destination: destination, Connector: "pipedrive"}}, time.Minute)
	must(t, err)
	return claims[0]
}
