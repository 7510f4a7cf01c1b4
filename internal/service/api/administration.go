package api

import (
	"encoding/json"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/notify"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/connect"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// administer adds what tenants, sources and integrations are set up with. Everything that a
// tenant can name is reached by a guarded client, as deliveries reach it.
func administer(p *service.Platform, deps *api.Deps, cfg *apiConfig) error {
	client := p.HTTP(outbound.Options{})
	rail := cfg.Reconcile.CallRail
	calls, err := callrail.NewClient(callrail.Config{BaseURL: rail.BaseURL, Limits: rail.Limits, HTTP: client, Media: client})
	if err != nil {
		return err
	}
	tester, err := notify.NewTester(cfg.SMTP, p.Secrets, client)
	if err != nil {
		return err
	}
	factories, vaults := connect.Connectors(), connect.Vaults(p.Store, p.Secrets)
	deps.Secrets, deps.Vault, deps.Tracker, deps.Tester = p.Secrets, vaults.Vault, calls, tester
	deps.Connect = func(tenantID string, in *tenant.Integration, settings json.RawMessage, credentials string) (crm.Connector, error) {
		factory, ok := factories[in.Kind]
		if !ok {
			return nil, fmt.Errorf("there is no connector for %q", in.Kind)
		}
		return factory(crm.Settings{
			TenantID: tenantID, IntegrationID: in.ID, Credentials: credentials, Config: settings, Vault: vaults.Vault(tenantID, in.Secret),
		}, client)
	}
	return nil
}
