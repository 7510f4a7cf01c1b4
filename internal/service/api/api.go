// Package api wires the management API.
package api

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/notify"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

type apiConfig struct {
	Platform service.PlatformConfig
	API      api.Config
	Prices   cost.Config

	Dashboard dashboard.Config

	Recording recording.Config
	Reconcile service.ReconcileConfig
	Limits    limit.Config // of requests created by API; the webhook has those of forms
	SMTP      notify.SMTPConfig
}

func (c *apiConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.API.Validate(), c.Dashboard.Validate(), c.Prices.Validate(), c.Recording.Validate(),
		c.Reconcile.Validate(), c.Limits.Validate(), c.SMTP.Validate())
}

// Serve serves the management API.
func Serve(ctx context.Context, env envconfig.Lookuper, _ ...service.Option) error {
	var cfg apiConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	p, err := service.Open(ctx, "api", &cfg.Platform)
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
	p.Defers(func() { _ = bucket.Close() })
	limiter, err := p.Limiter(cfg.Limits)
	if err != nil {
		return err
	}
	counts := webhook.NewCounter(p.Store.Operator(), time.Now)
	importer, err := p.Importer(&cfg.Reconcile)
	if err != nil {
		return err
	}
	deps := api.Deps{
		Tenants: p.Directory, Health: server.Health("api"), Now: time.Now, Prices: prices,
		Platform: p.Store.Operator(), Publisher: p.Publisher, Announcer: p.Publisher, Downloads: bucket, Importer: importer,
		Limiter: limiter, Counts: counts, Recordings: bucket,
		Surveyor: &reanalyze.Surveyor{
			Prices: prices, Now: time.Now, Store: func(tenantID string) reanalyze.Lister { return p.Store.ForTenant(tenantID) },
		},
		Scope: func(tenantID string) api.Scope { return p.Store.ForTenant(tenantID) },
	}
	if err := administer(p, &deps, &cfg); err != nil {
		return err
	}
	handler, err := api.New(ctx, cfg.API, deps)
	if err != nil {
		return err
	}
	pages, err := dashboard.New(ctx, cfg.Dashboard, handler, time.Now)
	if err != nil {
		return err
	}
	debug.FreeOSMemory() // reading the document leaves three times of what is kept
	p.Router.Mount("/", handler)
	p.Router.Mount("/dashboard", pages)
	go counts.Run(ctx, service.CountInterval)
	defer func() { counts.Flush(context.WithoutCancel(ctx)) }()
	return p.Serve(ctx, server.Public())
}
