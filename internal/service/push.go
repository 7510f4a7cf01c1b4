package service

import (
	"context"
	"errors"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/oauth"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/salesforce"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type pushConfig struct {
	Step     stepConfig
	Delivery push.Config
	Breaker  crm.BreakerConfig
	CallRail callrail.Settings
}

func (c *pushConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Delivery.Validate(), c.Breaker.Validate(), c.CallRail.Validate())
}

// Push serves the step that brings requests into CRMs.
func Push(ctx context.Context, env envconfig.Lookuper, opts ...Option) error {
	var cfg pushConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "push", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	client := push.Counted(s.http(outbound.Options{HeaderTimeout: custom.MaxTimeout})) // a tenant may give its own address as long
	calls, err := callrail.NewClient(callrail.Config{BaseURL: cfg.CallRail.BaseURL, HTTP: client, Media: client})
	if err != nil {
		return err
	}
	worker, err := push.New(cfg.Delivery, push.Deps{
		Store: s.store, Tenants: s.directory, Secrets: s.secrets, Connectors: connectors(), HTTP: client,
		CallRail: calls, Vault: vaults(s.store, s.secrets).Vault, Breakers: crm.NewBreakers(cfg.Breaker, time.Now), Ledger: s.wiring.ledgers,
	})
	if err != nil {
		return err
	}
	if err := s.run(request.Analyzed, request.Pushed, worker); err != nil {
		return err
	}
	s.on(topic.DeliveryDue, func(ctx context.Context, m topic.Message) error {
		return worker.HandleDue(ctx, m.TenantID, m.RequestID, m.Destination)
	})
	return s.serve(ctx)
}

// vaults returns the vaults of the tenants' OAuth credentials, which all instances share.
func vaults(s *store.Store, secrets *secret.Reader) *oauth.Vaults {
	lock := func(ctx context.Context, tenantID, name string, ttl time.Duration) (oauth.Lock, error) {
		lease, err := s.ForTenant(tenantID).Lock(ctx, name, ttl)
		if err != nil {
			return nil, err
		}
		return lease, nil
	}
	return oauth.NewVaults(lock, secrets, time.Now)
}

// connectors returns the CRMs that can be delivered to, by integration kind.
func connectors() map[string]crm.Factory {
	return map[string]crm.Factory{
		"hubspot": hubspot.NewFactory(), "salesforce": salesforce.NewFactory(),
		"pipedrive": pipedrive.NewFactory(), "custom": custom.NewFactory(),
	}
}
