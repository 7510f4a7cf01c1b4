package store_test

import (
	"errors"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
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
