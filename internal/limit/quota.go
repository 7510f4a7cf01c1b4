package limit

import (
	"context"
	"fmt"
	"sync"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// largestBlock is the share of a day's limit that one instance may take at a time.
const largestBlock = 100

// Quotas keeps how much of each day's limit a tenant has taken, over all instances.
type Quotas interface {
	// TakeQuota takes up to want of what is left of a day's limit and returns how much it got.
	TakeQuota(ctx context.Context, name string, day civil.Date, limit, want int64) (granted int64, err error)
}

// Quota keeps tenants within their limits by day, as the calendar of their time zone has it.
type Quota struct {
	quotas func(tenantID string) Quotas
	now    func() time.Time

	mu   sync.Mutex
	days map[dayKey]*day // one per tenant and subject: as many as there are tenants
}

type dayKey struct {
	tenantID string
	subject  Subject
}

// day is what this instance has of one day's limit.
type day struct {
	turn chan struct{} // held by who reads or changes the rest, also while the store is asked

	date  civil.Date
	left  int64 // taken from the store and not used yet
	used  int64 // by this instance
	spent int64 // the limit of which nothing was left; 0: there still was some
}

// NewQuota returns a quota that takes blocks from each tenant's quotas.
func NewQuota(quotas func(tenantID string) Quotas, now func() time.Time) *Quota {
	return &Quota{quotas: quotas, now: now, days: make(map[dayKey]*day)}
}

// Take takes one of the tenant's day, or returns an *ExceededError, which ends at midnight in the
// tenant's zone. While one caller asks the store, the tenant's others wait for the answer.
func (q *Quota) Take(ctx context.Context, t *tenant.Tenant, s Subject, perDay int64) error {
	d := q.of(dayKey{t.ID, s})
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return fmt.Errorf("wait for quota: %w", ctx.Err())
	}
	now := q.now().In(t.Location())
	if today := civil.DateOf(now); d.date != today {
		d.date, d.left, d.used, d.spent = today, 0, 0, 0
	}
	if d.left == 0 && d.spent != perDay {
		want := max(1, min(d.used, perDay/largestBlock))
		granted, err := q.quotas(t.ID).TakeQuota(ctx, string(s), d.date, perDay, want)
		if err != nil {
			return fmt.Errorf("take quota: %w", err)
		}
		d.left, d.spent = granted, 0
		if granted == 0 {
			d.spent = perDay
		}
	}
	if d.left == 0 {
		return &ExceededError{Daily: true, After: midnight(now).Sub(now)}
	}
	d.left--
	d.used++
	return nil
}

func (q *Quota) of(key dayKey) *day {
	q.mu.Lock()
	defer q.mu.Unlock()
	d := q.days[key]
	if d == nil {
		d = &day{turn: make(chan struct{}, 1)}
		q.days[key] = d
	}
	return d
}

// midnight returns the beginning of the next day in now's zone.
func midnight(now time.Time) time.Time {
	return calendar.Start(civil.DateOf(now).AddDays(1), now.Location())
}
