// Command notify is the Cloud Run service of the same name; internal/service/notify wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/notify"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("notify", service.FromEnvironment(notify.Serve)) }
