package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// maxTenants is how many tenants' buckets are kept. Those of tenants that send nothing are
// full, and are forgotten first.
const maxTenants = 10_000

// ExceededError says that a limit is reached.
type ExceededError struct {
	Daily bool          // the day's limit, not the minute's
	After time.Duration // until there is room again; more than zero
}

func (e *ExceededError) Error() string {
	limit := "requests per minute"
	if e.Daily {
		limit = "requests per day"
	}
	return fmt.Sprintf("limit of %s reached, room again in %s", limit, e.After)
}

// Seconds returns After in whole seconds, at least one: the value of a Retry-After header.
func (e *ExceededError) Seconds() int {
	return int(max(1, (e.After+time.Second-1)/time.Second))
}

// Limiter keeps tenants within their limits.
type Limiter struct {
	cfg     Config
	buckets *Buckets
	quota   *Quota
}

// New returns a limiter that takes blocks of days from each tenant's quotas. Now is usually
// time.Now.
func New(cfg Config, quotas func(tenantID string) Quotas, now func() time.Time) (*Limiter, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new limiter: %w", err)
	}
	if quotas == nil || now == nil {
		return nil, errors.New("new limiter: quotas and a clock are needed")
	}
	return &Limiter{cfg: cfg, buckets: NewBuckets(maxTenants, now), quota: NewQuota(quotas, now)}, nil
}

// Take takes one of a tenant's subject. It returns nil, an *ExceededError, or the error of the
// store that could not be asked. A store that does not answer is waited for until ctx ends.
func (l *Limiter) Take(ctx context.Context, t *tenant.Tenant, s Subject) error {
	perMinute, perDay := l.cfg.of(t, s)
	if err := l.buckets.Take(t.ID+"/"+string(s), perMinute); err != nil {
		return err
	}
	return l.quota.Take(ctx, t, s, int64(perDay))
}

// PerDay returns how many of a subject a tenant may have in a day.
func (l *Limiter) PerDay(t *tenant.Tenant, s Subject) int {
	_, perDay := l.cfg.of(t, s)
	return perDay
}
