// Command analyze is the Cloud Run service of the same name; internal/service/analyze wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/analyze"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("analyze", service.FromEnvironment(analyze.Serve)) }
