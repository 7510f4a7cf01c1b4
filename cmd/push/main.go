// Command push is the Cloud Run service of the same name; internal/service/push wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/push"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("push", service.FromEnvironment(push.Serve)) }
