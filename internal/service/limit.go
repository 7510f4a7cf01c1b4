package service

import (
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
)

// Limiter returns what keeps tenants within their limits, over all instances.
func (p *Platform) Limiter(cfg limit.Config) (*limit.Limiter, error) {
	return limit.New(cfg, func(tenantID string) limit.Quotas { return p.Store.ForTenant(tenantID) }, time.Now)
}

// CountInterval is how much of the counts of deliveries a crash may lose.
const CountInterval = 10 * time.Second
