// Command sweep is the Cloud Run service of the same name; internal/service/sweep wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/sweep"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("sweep", service.FromEnvironment(sweep.Serve)) }
