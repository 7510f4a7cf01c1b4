package service

import (
	"context"
	"errors"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

type apiConfig struct {
	Platform platformConfig
	API      api.Config
	Prices   cost.Config

	Recording recording.Config
	Reconcile reconcileConfig
	Limits    limit.Config // of requests created by API; the webhook has those of forms
}

func (c *apiConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.API.Validate(), c.Prices.Validate(), c.Recording.Validate(), c.Reconcile.Validate(), c.Limits.Validate())
}

// API serves the management API.
func API(ctx context.Context, env envconfig.Lookuper, _ ...Option) error {
	var cfg apiConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	p, err := open(ctx, "api", &cfg.Platform)
	if err != nil {
		return err
	}
	defer p.Close()
	prices, err := cfg.Prices.Table()
	if err != nil {
		return err
	}
	bucket, err := recording.Open(ctx, cfg.Recording)
	if err != nil {
		return err
	}
	p.defers(func() { _ = bucket.Close() })
	limiter, err := p.limiter(cfg.Limits)
	if err != nil {
		return err
	}
	counts := webhook.NewCounter(p.store.Operator(), time.Now)
	importer, err := p.importer(&cfg.Reconcile)
	if err != nil {
		return err
	}
	deps := api.Deps{
		Tenants: p.directory, Health: server.Health("api"), Now: time.Now, Prices: prices,
		Platform: p.store.Operator(), Publisher: p.publisher, Announcer: p.publisher, Downloads: bucket, Importer: importer,
		Limiter: limiter, Counts: counts, Recordings: bucket,
		Scope: func(tenantID string) api.Scope { return p.store.ForTenant(tenantID) },
	}
	if err := p.administer(&deps, cfg.Reconcile.CallRail); err != nil {
		return err
	}
	handler, err := api.New(ctx, cfg.API, deps)
	if err != nil {
		return err
	}
	p.router.Mount("/", handler)
	go counts.Run(ctx, countInterval)
	defer func() { counts.Flush(context.WithoutCancel(ctx)) }()
	return p.serve(ctx, server.Public())
}
