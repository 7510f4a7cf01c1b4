// Package notify wires the step that tells people.
package notify

import (
	"context"
	"errors"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/notify"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type notifyConfig struct {
	Step   service.StepConfig
	Notify notify.Config
}

func (c *notifyConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Notify.Validate())
}

// Serve serves the step that tells people.
func Serve(ctx context.Context, env envconfig.Lookuper, opts ...service.Option) error {
	var cfg notifyConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := service.OpenStep(ctx, "notify", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	worker, err := notify.New(cfg.Notify, s.Secrets, s.HTTP(outbound.Options{}))
	if err != nil {
		return err
	}
	if err := s.Run(request.Pushed, request.Completed, worker); err != nil {
		return err
	}
	return s.Serve(ctx)
}
