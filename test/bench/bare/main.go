// Command bare is the least that a service could be: it only answers that it is healthy. The
// bench compares the services' start and memory with it.
package main

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("bare", run) }

func run(ctx context.Context) error {
	var cfg server.Config
	if err := config.Load(ctx, &cfg); err != nil {
		return err
	}
	return server.Serve(ctx, cfg, server.Health("bare"))
}
