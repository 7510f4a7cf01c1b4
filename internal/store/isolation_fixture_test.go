package store_test

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const owner, stranger = "tenant_owner", "tenant_stranger"

// fixture is a store with two tenants: one has something of everything, the other nothing.
type fixture struct {
	config store.Config
	store  *store.Store
	wire   *storetest.Wire
	owned  storetest.Things
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{config: storetest.Config(t), wire: &storetest.Wire{}}
	var err error
	f.store, err = store.Open(t.Context(), f.config, f.wire.Option())
	must(t, err)
	t.Cleanup(f.store.Close)
	must(t, f.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: stranger, Name: "plain", Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	f.owned = storetest.Furnish(t, f.store, owner, canary)
	return f
}

func size[T any](rows []T, err error) (int, error) { return len(rows), err }

func aroundNow() store.Range {
	return store.Range{From: time.Now().Add(-24 * time.Hour), To: time.Now().Add(24 * time.Hour), Zone: "UTC"}
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}
