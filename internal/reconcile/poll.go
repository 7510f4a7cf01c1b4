package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const meterName = "github.com/your-org/multi-tenant-pipeline/internal/reconcile"

var (
	recovered, _ = otel.Meter(meterName).Int64Counter("pipeline.reconcile.recovered",
		metric.WithDescription("calls and forms that were never delivered and were found by asking"))
	disabled, _ = otel.Meter(meterName).Int64Counter("pipeline.reconcile.webhooks_inactive",
		metric.WithDescription("polls that found a source's webhooks not active at the call tracker"))
)

// Config says how often and how far back CallRail is asked.
type Config struct {
	Every   time.Duration `env:"POLL_EVERY, default=15m"`    // between two polls of a source; 0: never
	Settle  time.Duration `env:"POLL_SETTLE, default=10m"`   // what is newer may still be on its way
	Overlap time.Duration `env:"POLL_OVERLAP, default=4h"`   // asked for again: a call that was going on then is over now
	First   time.Duration `env:"POLL_FIRST, default=24h"`    // how far back a source is asked for the first time
	Longest time.Duration `env:"POLL_LONGEST, default=720h"` // how far back after a long silence

	// PerMinute is how much of a tenant's history is brought in. Each call takes two requests of the 1,000 an
	// hour and 10,000 a day that CallRail allows an account: more would wait for its recordings.
	PerMinute int `env:"IMPORT_PER_MINUTE, default=3"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if c.Every < 0 || c.Settle < 0 || c.Overlap < 0 || c.First <= 0 || c.Longest < c.First {
		return errors.New("POLL_EVERY, POLL_SETTLE and POLL_OVERLAP must not be negative, POLL_FIRST positive, POLL_LONGEST not shorter")
	}
	if c.PerMinute <= 0 {
		return errors.New("IMPORT_PER_MINUTE must be positive")
	}
	return nil
}

// Tenants lists the tenants.
type Tenants interface {
	All() []*tenant.Tenant
}

// Counts adds to the daily counts of sources.
type Counts interface {
	AddCounts(ctx context.Context, counts []tenant.SourceCount) error
}

// Poller asks CallRail for what it never delivered.
type Poller struct {
	Config  Config
	Taker   *Taker
	Tenants Tenants
	Counts  Counts

	turn sync.Mutex // one poll at a time: the next one finds what this one left
}

// Poll asks for every source whose turn it is. A source that cannot be asked is left for the
// next time, and says why; it keeps no other from being asked.
func (p *Poller) Poll(ctx context.Context) error {
	if p.Config.Every == 0 || !p.turn.TryLock() {
		return nil
	}
	defer p.turn.Unlock()
	var group errgroup.Group
	group.SetLimit(accountsAtOnce)
	for _, due := range p.due(ctx) {
		group.Go(func() error {
			for _, t := range due {
				if err := p.source(ctx, t); err != nil {
					slog.WarnContext(ctx, "source not polled", "tenant_id", t.owner.ID, "source_id", t.src.ID, "error", err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// source polls one source.
func (p *Poller) source(ctx context.Context, t turn) error {
	if err := ctx.Err(); err != nil {
		return err // the next poll begins with who is left
	}
	store, state, now := p.Taker.Store(t.owner.ID), t.state, p.Taker.Now()
	window := p.window(state, now)
	found, failure := p.gaps(ctx, t, window)
	state.PolledAt, state.Problem = now, problem(failure)
	if failure == nil {
		state.PolledUntil = window.To
		state.Webhooks, failure = p.webhooks(ctx, t.owner, t.src)
	}
	if state.Problem == "" {
		quiet, err := p.listen(ctx, t.owner, t.src)
		state.Problem, failure = quiet, errors.Join(failure, err)
	}
	if found > 0 {
		recovered.Add(ctx, int64(found), metric.WithAttributes(attribute.String("tenant_id", t.owner.ID)))
		slog.WarnContext(ctx, "deliveries were missing", "tenant_id", t.owner.ID, "source_id", t.src.ID, "count", found)
	}
	return errors.Join(failure, store.PutSourceState(ctx, t.src.ID, state))
}

// window returns the time to ask for: from where the last poll ended, and a while before.
func (p *Poller) window(state tenant.SourceState, now time.Time) callrail.Window {
	from := state.PolledUntil.Add(-p.Config.Overlap)
	if state.PolledUntil.IsZero() {
		from = now.Add(-p.Config.First)
	}
	if oldest := now.Add(-p.Config.Longest); from.Before(oldest) {
		from = oldest
	}
	return callrail.Window{From: from, To: now.Add(-p.Config.Settle)}
}

// gaps takes in what is missing of a window, and counts what should have been delivered.
func (p *Poller) gaps(ctx context.Context, t turn, w callrail.Window) (found int, err error) {
	access, err := p.Taker.access(ctx, t.src)
	if err != nil {
		return 0, err
	}
	since := sync.OnceValues(func() (time.Time, error) { return p.since(ctx, t) }) // most polls find nothing
	for _, list := range []listFunc{p.Taker.CallRail.Calls, p.Taker.CallRail.Forms} {
		n, err := p.listed(ctx, t, query{list, access, w, since})
		if found += n; err != nil {
			return found, err
		}
	}
	return found, nil
}

type listFunc func(ctx context.Context, a callrail.Access, w callrail.Window) (callrail.Page, error)

// query is what is asked of CallRail.
type query struct {
	list   listFunc
	access callrail.Access
	window callrail.Window
	since  func() (time.Time, error) // what is missing from before is history
}

func (p *Poller) listed(ctx context.Context, t turn, q query) (found int, err error) {
	for q.window.Page = 1; ; q.window.Page++ {
		page, err := inTurn(ctx, func() (callrail.Page, error) { return q.list(ctx, q.access, q.window) })
		if err != nil {
			return found, err
		}
		missing, err := p.Taker.missing(ctx, t.owner, page, q.window.To)
		if err != nil {
			return found, err
		}
		for _, r := range missing {
			since, err := q.since()
			if err != nil {
				return found, err
			}
			lost, err := p.takeIn(ctx, t, r, since)
			if lost {
				found++
			}
			if err != nil {
				return found, err
			}
		}
		if !page.More {
			return found, nil
		}
	}
}

// webhooks returns the state of the source's webhooks, and says so if they are not active:
// CallRail turns them off by itself when deliveries fail.
func (p *Poller) webhooks(ctx context.Context, owner *tenant.Tenant, src *tenant.Source) (string, error) {
	access, err := p.Taker.access(ctx, src)
	if err != nil {
		return "", err
	}
	state, err := inTurn(ctx, func() (string, error) { return p.Taker.CallRail.WebhookState(ctx, access) })
	if err != nil {
		return "", err
	}
	if state == "" {
		return "none", nil // set up by hand in a place that the API does not show
	}
	if state != "active" {
		disabled.Add(ctx, 1, metric.WithAttributes(attribute.String("tenant_id", owner.ID)))
		slog.ErrorContext(ctx, "webhooks are not active", "tenant_id", owner.ID, "source_id", src.ID, "status", state)
	}
	return state, nil
}

// problem returns what people should know of a poll that failed.
func problem(err error) string {
	var limited *callrail.RateLimitedError
	switch {
	case err == nil, errors.As(err, &limited), errors.Is(err, callrail.ErrTransient):
		return ""
	case errors.Is(err, errNoAccess):
		return "The API key is missing."
	case errors.Is(err, callrail.ErrUnauthorized):
		return "CallRail does not accept the API key."
	case errors.Is(err, callrail.ErrNotFound), errors.Is(err, callrail.ErrForeignCompany):
		return "The API key does not see the account or the company."
	case errors.Is(err, callrail.ErrRejected):
		return "CallRail refuses to list the company's calls."
	default:
		return ""
	}
}
