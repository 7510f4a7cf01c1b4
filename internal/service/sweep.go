package service

import (
	"context"
	"errors"
	"net/http"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

type sweepConfig struct {
	Step  stepConfig
	Sweep sweep.Config
}

func (c *sweepConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Sweep.Validate())
}

// Sweep serves the sweep: Cloud Scheduler calls it every minute.
func Sweep(ctx context.Context, env envconfig.Lookuper) error {
	var cfg sweepConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "sweep", &cfg.Step)
	if err != nil {
		return err
	}
	defer s.Close()
	sweeper := &sweep.Sweeper{Config: cfg.Sweep, Due: s.store.Operator(), Publisher: s.publisher}
	s.router.Method(http.MethodPost, "/sweep", topic.Authenticated(s.verifier, sweeper))
	go sweeper.Run(ctx)
	return s.serve(ctx)
}
