package store

import (
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// holds is what pauses keep from being announced, in the terms of the queries for due rows.
type holds struct {
	all     bool     // everything
	tenants []string // all rows of these
	rows    []string // tenant/status of requests, tenant/destination of deliveries; tenant may be *
}

// holdsOf returns what is held back of requests and of deliveries, which the step push makes.
func holdsOf(pauses []tenant.Pause, now time.Time) (requests, deliveries holds) {
	requests = holds{tenants: []string{}, rows: []string{}} // nil would be NULL in a query
	deliveries = requests
	for _, p := range pauses {
		step, isStep := tenant.PausedStep(p.Subject)
		destination, isDestination := tenant.PausedDestination(p.Subject)
		switch {
		case p.Over(now):
		case p.Subject == tenant.PauseAll:
			requests.add(p.TenantID)
			deliveries.add(p.TenantID)
		case isStep:
			for _, status := range request.Statuses() {
				if status.Step() == step {
					requests.rows = append(requests.rows, p.TenantID+"/"+string(status))
				}
			}
			if step == request.Analyzed.Step() {
				deliveries.add(p.TenantID)
			}
		case isDestination:
			deliveries.rows = append(deliveries.rows, p.TenantID+"/"+destination)
		}
	}
	return requests, deliveries
}

func (h *holds) add(tenantID string) {
	if tenantID == tenant.AllTenants {
		h.all = true
		return
	}
	h.tenants = append(h.tenants, tenantID)
}
