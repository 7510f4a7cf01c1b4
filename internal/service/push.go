package service

import (
	"context"
	"errors"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type pushConfig struct {
	Step     stepConfig
	Delivery push.Config
}

func (c *pushConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Delivery.Validate())
}

// Push serves the step that brings requests into CRMs.
func Push(ctx context.Context, env envconfig.Lookuper) error {
	var cfg pushConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "push", &cfg.Step)
	if err != nil {
		return err
	}
	defer s.Close()
	pusher := &push.Pusher{
		Config: cfg.Delivery, Store: s.store, Tenants: s.directory, Secrets: s.secrets,
		Connectors: connectors(), HTTP: s.http(outbound.Options{}), Now: time.Now,
	}
	if err := s.run(request.Analyzed, request.Pushed, pusher); err != nil {
		return err
	}
	s.on(topic.DeliveryDue, func(ctx context.Context, m topic.Message) error {
		return pusher.HandleDue(ctx, m.TenantID, m.RequestID, m.Destination)
	})
	return s.serve(ctx)
}

// connectors returns the CRMs that can be delivered to, by integration kind.
func connectors() map[string]crm.Factory {
	return map[string]crm.Factory{"hubspot": hubspot.NewFactory()}
}
