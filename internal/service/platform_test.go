package service

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestADeploymentsHIPAAModeReachesEveryTenant(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	demo := tenant.Tenant{ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US"}
	if err := s.Operator().PutTenant(t.Context(), "test", demo); err != nil {
		t.Fatal(err)
	}
	for _, hipaa := range []bool{false, true} {
		p := &Platform{config: &PlatformConfig{HIPAA: hipaa, Refresh: time.Minute}, Store: s}
		p.Track(nil)
		if err := p.Directory.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if known, ok := p.Directory.Lookup("tenant_demo"); !ok || known.Settings.Privacy.HIPAA != hipaa {
			t.Errorf("with %v: got %+v", hipaa, known)
		}
	}
}
