// Command migrate is the Cloud Run job that brings the database's schema up to date.
package main

import (
	"context"
	"log/slog"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("migrate", run) }

func run(ctx context.Context) error {
	var cfg store.Config
	if err := config.Load(ctx, &cfg); err != nil {
		return err
	}
	applied, err := store.Migrate(ctx, cfg)
	slog.InfoContext(ctx, "schema migrated", "database", cfg.Name(), "applied", applied)
	return err
}
