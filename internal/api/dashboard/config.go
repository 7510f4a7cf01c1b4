package dashboard

import (
	"errors"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/session"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Config is the dashboard's configuration.
type Config struct {
	Session session.Config
	// MediaOrigin is where signed addresses of recordings lead: the one other place from which
	// a page may fetch anything.
	MediaOrigin string `env:"DASHBOARD_MEDIA_ORIGIN,default=https://storage.googleapis.com"`
	// MonitoringURL is where the page of operations links to: the deployment's own dashboard in
	// Cloud Monitoring. Empty: no link, as on a laptop.
	MonitoringURL string `env:"DASHBOARD_MONITORING_URL"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	errs := []error{c.Session.Validate(), config.HTTPURL("DASHBOARD_MEDIA_ORIGIN", c.MediaOrigin)}
	if c.MonitoringURL != "" {
		errs = append(errs, config.HTTPURL("DASHBOARD_MONITORING_URL", c.MonitoringURL))
	}
	return errors.Join(errs...)
}
