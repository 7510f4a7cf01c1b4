package service

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type connectConfig struct {
	Store    store.Config
	Secrets  secret.Config
	Outbound outbound.Config
}

func (c *connectConfig) Validate() error {
	return errors.Join(c.Store.Validate(), c.Secrets.Validate())
}

// TestIntegration connects to a tenant's CRM as push does, writes nothing there, and says
// what would keep a lead from arriving: credentials and settings (the error), and what is
// wrong with the mapping (the problems).
func TestIntegration(ctx context.Context, env envconfig.Lookuper, tenantID, integrationID string) ([]mapping.Problem, error) {
	var cfg connectConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, cfg.Store)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	client, err := secret.NewClient(ctx, cfg.Secrets)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	t, err := tenant.NewDirectory(s.Operator(), tenant.Options{Interval: time.Minute}).Tenant(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	in := t.Integration(integrationID)
	if in == nil {
		return nil, fmt.Errorf("tenant %s has no integration %q", tenantID, integrationID)
	}
	trial := trial{store: s, secrets: secret.New(client, cfg.Secrets), http: outbound.New(outbound.Options{AllowLoopback: cfg.Outbound.AllowLoopback})}
	return trial.run(ctx, t, in)
}

// trial is what an integration is tried out with.
type trial struct {
	store   *store.Store
	secrets *secret.Reader
	http    *http.Client
}

func (tr trial) run(ctx context.Context, t *tenant.Tenant, in *tenant.Integration) ([]mapping.Problem, error) {
	factory, ok := connectors()[in.Kind]
	if !ok {
		return nil, fmt.Errorf("there is no connector for %q", in.Kind)
	}
	settings, raw, err := mapping.Split(in.Config)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	rules, err := mapping.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	credentials, err := tr.secrets.Get(ctx, in.Secret)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	connector, err := factory(crm.Settings{
		TenantID: t.ID, IntegrationID: in.ID, Credentials: credentials, Config: settings,
		Vault: vaults(tr.store, tr.secrets).Vault(t.ID, in.Secret),
	}, tr.http)
	if err != nil {
		return nil, err
	}
	if err := connector.Test(ctx); err != nil {
		return nil, errors.Join(errors.New(crm.Dispose(err).Words), err)
	}
	if rules.Empty() {
		return nil, nil
	}
	fields, err := mapping.Describe(ctx, connector)
	if err != nil {
		return nil, fmt.Errorf("read the CRM's fields: %w", err)
	}
	return rules.Check(fields), nil
}
