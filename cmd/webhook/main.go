// Command webhook is the Cloud Run service of the same name; internal/service/webhook wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("webhook", service.FromEnvironment(webhook.Serve)) }
