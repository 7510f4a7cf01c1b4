package service

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

type sweepConfig struct {
	Step  stepConfig
	Sweep sweep.Config
	Jobs  jobsConfig
}

func (c *sweepConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Sweep.Validate(), c.Jobs.Validate())
}

// Sweep serves the sweep: Cloud Scheduler calls it every minute.
func Sweep(ctx context.Context, env envconfig.Lookuper, _ ...Option) error {
	var cfg sweepConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "sweep", &cfg.Step)
	if err != nil {
		return err
	}
	defer s.Close()
	sweeper := &sweep.Sweeper{
		Config: cfg.Sweep, Due: s.store.Operator(), Publisher: s.publisher,
		Budgets: &sweep.Budgets{Store: s.store, Tenants: s.directory, Every: cfg.Sweep.Budgets, Now: time.Now},
	}
	s.router.Method(http.MethodPost, "/sweep", topic.Authenticated(s.verifier, sweeper))
	s.router.Method(http.MethodPost, "/pubsub/"+string(topic.DeadLetter), topic.LetterHandler(s.verifier, keepLetter(s.store.Operator())))
	go sweeper.Run(ctx)
	tasks, err := s.longWork(ctx, &cfg.Jobs)
	if err != nil {
		return err
	}
	s.schedule(ctx, cfg.Sweep.Every, tasks)
	return s.serve(ctx)
}
