// Command api is the Cloud Run service of the same name; internal/service/api wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/api"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("api", service.FromEnvironment(api.Serve)) }
