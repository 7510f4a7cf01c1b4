// Package all is every service, for what runs them together.
package all

import (
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/service/api"
	"github.com/your-org/multi-tenant-pipeline/internal/service/notify"
	"github.com/your-org/multi-tenant-pipeline/internal/service/push"
	"github.com/your-org/multi-tenant-pipeline/internal/service/sweep"
	"github.com/your-org/multi-tenant-pipeline/internal/service/transcribe"
	"github.com/your-org/multi-tenant-pipeline/internal/service/webhook"
)

// Services returns the services by name: binary, Cloud Run service and package are called the same.
func Services() map[string]service.Service {
	return map[string]service.Service{
		"webhook": webhook.Serve, "transcribe": transcribe.Serve, "analyze": analyze.Serve, "push": push.Serve,
		"notify": notify.Serve, "api": api.Serve, "sweep": sweep.Serve,
	}
}
