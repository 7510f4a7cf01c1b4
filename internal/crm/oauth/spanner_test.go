package oauth

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestInstancesThatShareSpannerRenewOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if err := s.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US"}); err != nil {
		t.Fatal(err)
	}
	b := newBed(t, &provider{rotate: true})
	b.cloud.lag = 2 // "latest" is behind: only the lock's note knows the newest version
	instances := []*instance{b.instance(), b.instance(), b.instance()}
	for _, i := range instances {
		i.vaults = NewVaults(spannerLock(s), b.cloud, b.clock)
	}
	for _, token := range []string{"access-1", "access-2", "access-3", "access-4"} {
		var herd sync.WaitGroup
		for n := range 50 {
			herd.Go(func() { instances[n%len(instances)].want(t, token) })
		}
		herd.Wait()
		b.advance(time.Hour)
	}
	if got := b.provider.count(); got != 4 {
		t.Errorf("the provider was asked %d times, want once an hour", got)
	}
}

func spannerLock(s *store.Store) LockFunc {
	return func(ctx context.Context, tenantID, name string, ttl time.Duration) (Lock, error) {
		lease, err := s.ForTenant(tenantID).Lock(ctx, name, ttl)
		if err != nil {
			return nil, err
		}
		return lease, nil
	}
}
