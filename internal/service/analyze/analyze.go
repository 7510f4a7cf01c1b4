// Package analyze wires the step that finds out what a request means.
package analyze

import (
	"context"
	"errors"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

type analyzeConfig struct {
	Step    service.StepConfig
	Analyze analyze.Config
	Gemini  gemini.Config
	Prices  cost.Config
}

func (c *analyzeConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Analyze.Validate(), c.Gemini.Validate(), c.Prices.Validate())
}

// Serve serves the step that finds out what a request means.
func Serve(ctx context.Context, env envconfig.Lookuper, opts ...service.Option) error {
	var cfg analyzeConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := service.OpenStep(ctx, "analyze", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	var model analyze.Model // none: the rules answer everything
	if !cfg.Gemini.Off() {
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
	if err := s.Run(request.Transcribed, request.Analyzed, worker); err != nil {
		return err
	}
	return s.Serve(ctx)
}
