package service

import (
	"context"
	"errors"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/notify"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type notifyConfig struct {
	Step   stepConfig
	Notify notify.Config
}

func (c *notifyConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Notify.Validate())
}

// Notify serves the step that tells people.
func Notify(ctx context.Context, env envconfig.Lookuper, opts ...Option) error {
	var cfg notifyConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "notify", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	worker, err := notify.New(cfg.Notify, s.secrets, s.http(outbound.Options{}))
	if err != nil {
		return err
	}
	if err := s.run(request.Pushed, request.Completed, worker); err != nil {
		return err
	}
	return s.serve(ctx)
}
