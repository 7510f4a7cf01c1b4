// Command migrate is the Cloud Run job that brings the database's schema up to date.
package main

import (
	"context"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/internal/service/migrate"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("migrate", run) }

func run(ctx context.Context) error { return migrate.Run(ctx, envconfig.OsLookuper()) }
