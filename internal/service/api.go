package service

import (
	"context"
	"errors"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

type apiConfig struct {
	Platform platformConfig
	API      api.Config
}

func (c *apiConfig) Validate() error {
	return errors.Join(c.Platform.Validate(), c.API.Validate())
}

// API serves the management API.
func API(ctx context.Context, env envconfig.Lookuper) error {
	var cfg apiConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	p, err := open(ctx, "api", &cfg.Platform)
	if err != nil {
		return err
	}
	defer p.Close()
	handler, err := api.New(ctx, cfg.API, api.Deps{
		Tenants: p.directory, Health: server.Health("api"), Now: time.Now,
		Scope: func(tenantID string) api.Scope { return p.store.ForTenant(tenantID) },
	})
	if err != nil {
		return err
	}
	p.router.Mount("/", handler)
	return p.serve(ctx, server.Public())
}
