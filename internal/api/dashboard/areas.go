package dashboard

import (
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/insight"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/leads"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/setup"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// areas are the pages, in the order of the menu.
func areas(cfg Config) []web.Area {
	return []web.Area{leads.Area(), setup.Area(), insight.Area(cfg.MonitoringURL), home()}
}
