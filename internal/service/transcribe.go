package service

import (
	"context"
	"errors"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

type transcribeConfig struct {
	Step       stepConfig
	Transcribe transcribe.Config
	Recording  recording.Config
	Speech     speech.Config
	CallRail   callrail.Settings
	Prices     cost.Config
}

func (c *transcribeConfig) Validate() error {
	return errors.Join(c.Step.Validate(), c.Transcribe.Validate(), c.Recording.Validate(), c.Speech.Validate(), c.CallRail.Validate(), c.Prices.Validate())
}

// Transcribe serves the step that finds out what was said.
func Transcribe(ctx context.Context, env envconfig.Lookuper, opts ...Option) error {
	var cfg transcribeConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	s, err := openStep(ctx, "transcribe", &cfg.Step, opts...)
	if err != nil {
		return err
	}
	defer s.Close()
	worker, err := s.transcriber(ctx, cfg)
	if err != nil {
		return err
	}
	if err := s.run(request.Received, request.Transcribed, worker); err != nil {
		return err
	}
	return s.serve(ctx)
}

func (s *step) transcriber(ctx context.Context, cfg transcribeConfig) (*transcribe.Worker, error) {
	prices, err := cfg.Prices.Table()
	if err != nil {
		return nil, err
	}
	bucket, err := recording.Open(ctx, cfg.Recording)
	if err != nil {
		return nil, err
	}
	s.defers(func() { _ = bucket.Close() })
	recognizer, err := speech.New(ctx, cfg.Speech, bucket)
	if err != nil {
		return nil, err
	}
	s.defers(func() { _ = recognizer.Close() })
	calls, err := callrail.NewClient(callrail.Config{
		BaseURL: cfg.CallRail.BaseURL, HTTP: s.http(outbound.Options{}),
		Media: s.http(outbound.Options{Timeout: cfg.Transcribe.DownloadTimeout}),
	})
	if err != nil {
		return nil, err
	}
	return transcribe.New(cfg.Transcribe, transcribe.Deps{
		Source: transcribe.NewCallRail(calls, s.secrets), Bucket: bucket, Speech: recognizer, Prices: prices,
	})
}
