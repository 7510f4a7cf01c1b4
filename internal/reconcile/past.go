package reconcile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// suspended is the reason that deliveries of a suspended source are counted under.
const suspended = "source_suspended"

// inUse returns since when a source's callers are leads. What is missing from before is history, which nobody
// wants to be told of; what is missing from then on is a customer who met an outage. When a source was added or
// activated again is written nowhere, so that it is read off its signs of life, and errs towards leads.
func inUse(t turn, counts []store.DayCount, now time.Time) time.Time {
	var since time.Time // one that was asked before was in use then
	if t.state.PolledUntil.IsZero() {
		since = begins(t, counts, now)
	}
	for _, c := range counts {
		if c.Reason == suspended { // it was not in use when this came
			since = later(since, c.LastAt)
		}
	}
	return since
}

// begins returns when a source that was never asked came into use: on the first day with a delivery, for only
// the last one of a day has a time; or when it could not be asked; or now. None did before there was its tenant.
func begins(t turn, counts []store.DayCount, now time.Time) time.Time {
	since := now
	if polled := t.state.PolledAt; !polled.IsZero() {
		since = polled
	}
	for _, c := range counts {
		if c.Outcome != rejected && c.Reason != suspended && c.Day.Before(since) {
			since = c.Day
		}
	}
	return later(since, t.owner.CreatedAt)
}

func later(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// since returns when the source's callers became leads.
func (p *Poller) since(ctx context.Context, t turn) (time.Time, error) {
	now := p.Taker.Now()
	counts, err := p.Taker.Store(t.owner.ID).SourceCounts(ctx, t.src.ID, now.Add(-max(rhythmDays*day, p.Config.Longest)), now)
	if err != nil {
		return time.Time{}, fmt.Errorf("read counts: %w", err)
	}
	return inUse(t, counts, now), nil
}

// takeIn takes in what is missing, and reports whether a delivery was lost: history, which is handled like an
// import's, had none to lose.
func (p *Poller) takeIn(ctx context.Context, t turn, r *request.Request, since time.Time) (lost bool, err error) {
	past := !r.StartedAt.IsZero() && r.StartedAt.Before(since)
	if past {
		r.Handling = request.Handling{Silent: true, NoCRM: true}
	}
	news, err := p.Taker.take(ctx, t.owner, t.src, r)
	if err != nil || past || !news {
		return false, err
	}
	count := tenant.SourceCount{
		TenantID: t.owner.ID, SourceID: t.src.ID, Outcome: "recovered", Reason: string(r.Kind), Count: 1, LastAt: p.Taker.Now(),
	}
	if err := p.Counts.AddCounts(ctx, []tenant.SourceCount{count}); err != nil {
		return true, fmt.Errorf("count recovered request: %w", err)
	}
	return true, nil
}
