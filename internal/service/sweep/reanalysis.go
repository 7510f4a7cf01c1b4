package sweep

import (
	"context"
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
)

// reanalysisConfig is what another look at past requests needs: models are asked as the step
// asks them.
type reanalysisConfig struct {
	Reanalyze reanalyze.Config
	Analyze   analyze.Config
	Gemini    gemini.Config
	Prices    cost.Config
}

func (c *reanalysisConfig) Validate() error {
	return errors.Join(c.Reanalyze.Validate(), c.Analyze.Validate(), c.Gemini.Validate(), c.Prices.Validate())
}

// reanalysis adds the handlers of jobs that look again at past requests.
func reanalysis(ctx context.Context, s *service.Step, cfg *reanalysisConfig, handlers map[string]job.Handler) error {
	var model analyze.Model // none: the rules answer everything
	if !cfg.Gemini.Off() {
		var err error
		if model, err = gemini.New(ctx, cfg.Gemini); err != nil {
			return err
		}
	}
	prices, err := cfg.Prices.Table()
	if err != nil {
		return err
	}
	worker, err := analyze.New(cfg.Analyze, model, prices)
	if err != nil {
		return err
	}
	handlers[job.Rescore] = &reanalyze.Rescorer{
		Config: cfg.Reanalyze, Now: time.Now,
		Store: func(tenantID string) reanalyze.ScoreStore { return s.Store.ForTenant(tenantID) },
	}
	handlers[job.Reanalyze] = &reanalyze.Analyzer{
		Config: cfg.Reanalyze, Tenants: s.Directory, Analysis: worker, Prices: prices, Now: time.Now,
		Store: func(tenantID string) reanalyze.AnswerStore { return s.Store.ForTenant(tenantID) },
	}
	return nil
}
