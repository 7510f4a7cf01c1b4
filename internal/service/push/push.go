// Package push wires the step that brings requests into CRMs.
package push

import (
	"context"
	"errors"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/connect"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type pushConfig struct {
	Step     service.StepConfig
	Delivery push.Config
	Breaker  crm.BreakerConfig
	CallRail callrail.Settings
}

func (c *pushConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Delivery.Validate(), c.Breaker.Validate(), c.CallRail.Validate())
}

// Serve serves the step that brings requests into CRMs.
func Serve(ctx context.Context, env envconfig.Lookuper, opts ...service.Option) error {
	var cfg pushConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := service.OpenStep(ctx, "push", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	client := push.Counted(s.HTTP(outbound.Options{HeaderTimeout: custom.MaxTimeout})) // a tenant may give its own address as long
	calls, err := callrail.NewClient(callrail.Config{BaseURL: cfg.CallRail.BaseURL, Limits: cfg.CallRail.Limits, HTTP: client, Media: client})
	if err != nil {
		return err
	}
	worker, err := push.New(cfg.Delivery, push.Deps{
		Store: s.Store, Tenants: s.Directory, Secrets: s.Secrets, Connectors: connect.Connectors(), HTTP: client,
		CallRail: calls, Vault: connect.Vaults(s.Store, s.Secrets).Vault, Breakers: crm.NewBreakers(cfg.Breaker, time.Now), Ledger: s.Wiring.Ledgers(),
	})
	if err != nil {
		return err
	}
	if err := s.Run(request.Analyzed, request.Pushed, worker); err != nil {
		return err
	}
	s.On(topic.DeliveryDue, func(ctx context.Context, m topic.Message) error {
		return worker.HandleDue(ctx, m.TenantID, m.RequestID, m.Destination)
	})
	return s.Serve(ctx)
}
