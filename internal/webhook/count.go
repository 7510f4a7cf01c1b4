package webhook

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// flushTimeout is for a store that is away: the counts can wait, who stops the service cannot.
const flushTimeout = 5 * time.Second

// CountStore keeps counts by source and day.
type CountStore interface {
	AddCounts(ctx context.Context, counts []tenant.SourceCount) error
}

// Counter counts deliveries in memory and writes the counts from time to time, so that no
// delivery waits for its count and a flood costs one row. Only tenants that exist are
// counted, which bounds both.
type Counter struct {
	store CountStore
	now   func() time.Time

	mu     sync.Mutex
	counts map[countKey]*tenant.SourceCount
}

type countKey struct{ tenantID, sourceID, outcome, reason string }

// NewCounter returns a counter that writes to store.
func NewCounter(store CountStore, now func() time.Time) *Counter {
	return &Counter{store: store, now: now, counts: make(map[countKey]*tenant.SourceCount)}
}

// Count counts one delivery.
func (c *Counter) Count(tenantID, sourceID, outcome, reason string) {
	c.add(tenant.SourceCount{
		TenantID: tenantID, SourceID: sourceID, Outcome: outcome, Reason: reason, Count: 1, LastAt: c.now(),
	})
}

func (c *Counter) add(n tenant.SourceCount) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := countKey{n.TenantID, n.SourceID, n.Outcome, n.Reason}
	have := c.counts[key]
	if have == nil {
		c.counts[key] = &n
		return
	}
	have.Count += n.Count
	if n.LastAt.After(have.LastAt) {
		have.LastAt = n.LastAt
	}
}

// Run flushes at every interval until ctx is done. Flush once more after that.
func (c *Counter) Run(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.Flush(ctx)
		}
	}
}

// Flush writes what was counted. Each count is written by itself, so that those that fail,
// and only those, are kept for the next time.
func (c *Counter) Flush(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	c.mu.Lock()
	counts := c.counts
	c.counts = make(map[countKey]*tenant.SourceCount)
	c.mu.Unlock()

	var failure error
	for _, n := range counts {
		if failure == nil {
			failure = c.store.AddCounts(ctx, []tenant.SourceCount{*n})
			if failure == nil {
				continue
			}
		}
		c.add(*n) // the store is down: the others would only wait for it
	}
	if failure != nil {
		slog.WarnContext(ctx, "delivery counts not written", "error", failure)
	}
}
