// Command transcribe is the Cloud Run service of the same name; internal/service/transcribe wires it.
package main

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/transcribe"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

func main() { server.Main("transcribe", service.FromEnvironment(transcribe.Serve)) }
