// Package transcribe wires the step that finds out what was said.
package transcribe

import (
	"context"
	"errors"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type transcribeConfig struct {
	Step       service.StepConfig
	Transcribe transcribe.Config
	Recording  recording.Config
	Speech     speech.Config
	CallRail   callrail.Settings
	Prices     cost.Config
}

func (c *transcribeConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Transcribe.Validate(), c.Recording.Validate(), c.Speech.Validate(), c.CallRail.Validate(), c.Prices.Validate())
}

// Serve serves the step that finds out what was said.
func Serve(ctx context.Context, env envconfig.Lookuper, opts ...service.Option) error {
	var cfg transcribeConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := service.OpenStep(ctx, "transcribe", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	worker, err := transcriber(ctx, s, cfg)
	if err != nil {
		return err
	}
	if err := s.Run(request.Received, request.Transcribed, worker); err != nil {
		return err
	}
	return s.Serve(ctx)
}

func transcriber(ctx context.Context, s *service.Step, cfg transcribeConfig) (*transcribe.Worker, error) {
	prices, err := cfg.Prices.Table()
	if err != nil {
		return nil, err
	}
	bucket, err := recording.Open(ctx, cfg.Recording)
	if err != nil {
		return nil, err
	}
	s.Defers(func() { _ = bucket.Close() })
	recognizer, err := speech.New(ctx, cfg.Speech, bucket)
	if err != nil {
		return nil, err
	}
	s.Defers(func() { _ = recognizer.Close() })
	calls, err := callrail.NewClient(callrail.Config{
		BaseURL: cfg.CallRail.BaseURL, Limits: cfg.CallRail.Limits, HTTP: s.HTTP(outbound.Options{}),
		Media: s.HTTP(outbound.Options{Timeout: cfg.Transcribe.DownloadTimeout}),
	})
	if err != nil {
		return nil, err
	}
	return transcribe.New(cfg.Transcribe, transcribe.Deps{
		Source: transcribe.NewCallRail(calls, s.Secrets), Bucket: bucket, Speech: recognizer, Prices: prices,
	})
}
