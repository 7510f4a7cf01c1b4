// Package connect is the CRMs that the services can reach, and how.
package connect

import (
	"context"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/salesforce"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Vaults returns the vaults of the tenants' OAuth credentials, which all instances share.
func Vaults(s *store.Store, secrets *secret.Reader) *oauth.Vaults {
	lock := func(ctx context.Context, tenantID, name string, ttl time.Duration) (oauth.Lock, error) {
		lease, err := s.ForTenant(tenantID).Lock(ctx, name, ttl)
		if err != nil {
			return nil, err
		}
		return lease, nil
	}
	return oauth.NewVaults(lock, secrets, time.Now)
}

// Connectors returns the CRMs that can be delivered to, by integration kind.
func Connectors() map[string]crm.Factory {
	return map[string]crm.Factory{
		"hubspot": hubspot.NewFactory(), "salesforce": salesforce.NewFactory(),
		"pipedrive": pipedrive.NewFactory(), "custom": custom.NewFactory(),
	}
}
