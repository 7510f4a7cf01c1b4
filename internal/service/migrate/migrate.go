// Package migrate wires the job that brings the database's schema up to date.
package migrate

import (
	"context"
	"log/slog"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

type migrateConfig struct {
	Store store.Config
	// Restored says that the database was restored from a backup or to an earlier moment, and
	// that no service uses it yet.
	Restored bool `env:"MIGRATE_RESTORED, default=false"`
}

func (c *migrateConfig) Validate() error { return c.Store.Validate() }

// Run brings the database's schema up to date, and makes a restored one ready to be served
// from. It is a job: it ends.
func Run(ctx context.Context, env envconfig.Lookuper) error {
	var cfg migrateConfig
	if err := config.LoadFrom(ctx, &cfg, env); err != nil {
		return err
	}
	var recordings recording.Config // needed after a restore only
	if cfg.Restored {
		if err := config.LoadFrom(ctx, &recordings, env); err != nil {
			return err
		}
	}
	applied, err := store.Migrate(ctx, cfg.Store)
	slog.InfoContext(ctx, "schema migrated", "database", cfg.Store.Name(), "applied", applied)
	if err != nil || !cfg.Restored {
		return err
	}
	return restored(ctx, recordings, cfg.Store)
}

func restored(ctx context.Context, cfg recording.Config, database store.Config) error {
	bucket, err := recording.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { _ = bucket.Close() }() // nothing was written
	s, err := store.Open(ctx, database)
	if err != nil {
		return err
	}
	defer s.Close()
	_, err = privacy.Restored(ctx, s, bucket)
	return err
}
