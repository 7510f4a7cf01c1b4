package reconcile

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	rhythmDays = 28             // how far back a source's rhythm is looked for
	leastDays  = 7              // days with deliveries that make a rhythm
	grace      = 12 * time.Hour // beyond the longest silence there was
	day        = 24 * time.Hour
)

var silent, _ = otel.Meter(meterName).Int64Counter("pipeline.reconcile.silent_sources",
	metric.WithDescription("polls that found a source silent for longer than it ever was"))

// silence says that a source has delivered nothing for longer than it has in four weeks,
// empty if it has not. The counts are by day: nights and weekends are part of the rhythm.
func silence(counts []store.DayCount, now time.Time) string {
	var days int
	var usual time.Duration
	var last, latest time.Time // the newest day with a sign of life, and the sign
	for _, c := range counts { // oldest first
		if c.Outcome == rejected {
			continue
		}
		if c.LastAt.After(latest) {
			latest = c.LastAt
		}
		if c.Day.Equal(last) {
			continue
		}
		if days++; days > 1 {
			usual = max(usual, c.Day.Sub(last))
		}
		last = c.Day
	}
	quiet := now.Sub(latest)
	if days < leastDays || quiet <= usual+grace {
		return ""
	}
	return fmt.Sprintf("Nothing has been delivered for %d hours; in four weeks that never took longer than %d.",
		int(quiet.Hours()), int((usual + grace).Hours()))
}

// rejected is the outcome that is no sign of life: anybody can send what is rejected.
const rejected = "rejected"

// listen reports a source that has gone silent. Whoever looks at the source sees it, too.
func (p *Poller) listen(ctx context.Context, owner *tenant.Tenant, src *tenant.Source) (string, error) {
	now := p.Taker.Now()
	counts, err := p.Taker.Store(owner.ID).SourceCounts(ctx, src.ID, now.Add(-rhythmDays*day), now)
	if err != nil {
		return "", fmt.Errorf("read counts: %w", err)
	}
	problem := silence(counts, now)
	if problem != "" {
		silent.Add(ctx, 1, metric.WithAttributes(attribute.String("tenant_id", owner.ID)))
		slog.WarnContext(ctx, "source is silent", "tenant_id", owner.ID, "source_id", src.ID)
	}
	return problem, nil
}
