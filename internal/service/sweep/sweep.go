// Package sweep wires what finds what is due, and does long work.
package sweep

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

type sweepConfig struct {
	Step  service.StepConfig
	Sweep sweep.Config
	Jobs  jobsConfig
}

func (c *sweepConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Sweep.Validate(), c.Jobs.Validate())
}

// Serve serves the sweep: Cloud Scheduler calls it every minute.
func Serve(ctx context.Context, env envconfig.Lookuper, _ ...service.Option) error {
	var cfg sweepConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := service.OpenStep(ctx, "sweep", &cfg.Step)
	if err != nil {
		return err
	}
	defer s.Close()
	sweeper := &sweep.Sweeper{
		Config: cfg.Sweep, Due: s.Store.Operator(), Publisher: s.Publisher,
		Budgets: &sweep.Budgets{Store: s.Store, Tenants: s.Directory, Every: cfg.Sweep.Budgets, Now: time.Now},
		Letters: &sweep.Letters{Store: s.Store.Operator(), Now: time.Now},
	}
	s.Router.Method(http.MethodPost, "/sweep", topic.Authenticated(s.Verifier, sweeper))
	s.Router.Method(http.MethodPost, "/pubsub/"+string(topic.DeadLetter), topic.LetterHandler(s.Verifier, keepLetter(s.Store.Operator())))
	go sweeper.Run(ctx)
	tasks, err := longWork(ctx, s, &cfg.Jobs)
	if err != nil {
		return err
	}
	schedule(ctx, s, cfg.Sweep.Every, tasks)
	return s.Serve(ctx)
}
