package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	// accountsAtOnce is how many accounts are asked side by side: one that is at its rate limit
	// keeps no other waiting.
	accountsAtOnce = 8

	// patience is how long one request of a poll waits for the account's rate limit. An account that has
	// used up its burst has a request every four seconds, and recordings are fetched from it, too. A poll that
	// gave up there would begin anew each time, and never come to the end of what it asks for.
	patience = 30 * time.Second
)

// turn is a source that is to be asked, and how far it was asked.
type turn struct {
	owner *tenant.Tenant
	src   *tenant.Source
	state tenant.SourceState
}

// due returns the sources whose turn it is by account, who waits longest first: an account's rate
// may not be enough for all of them at once.
func (p *Poller) due(ctx context.Context) map[string][]turn {
	accounts, now := map[string][]turn{}, p.Taker.Now()
	for _, owner := range p.Tenants.All() {
		for i := range owner.Sources {
			src := &owner.Sources[i]
			if owner.Status != tenant.Active || !Reachable(src) || ctx.Err() != nil {
				continue
			}
			state, err := p.Taker.Store(owner.ID).SourceState(ctx, src.ID)
			if err != nil {
				slog.WarnContext(ctx, "source not polled", "tenant_id", owner.ID, "source_id", src.ID, "error", err)
				continue
			}
			if now.Sub(state.PolledAt) >= p.Config.Every {
				accounts[src.AccountID] = append(accounts[src.AccountID], turn{owner, src, state})
			}
		}
	}
	for _, turns := range accounts {
		slices.SortStableFunc(turns, func(a, b turn) int { return a.state.PolledAt.Compare(b.state.PolledAt) })
	}
	return accounts
}

// inTurn asks, and waits for the account's rate limit if that is near.
func inTurn[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	until := time.Now().Add(patience)
	for {
		answer, err := ask()
		var limited *callrail.RateLimitedError
		if !errors.As(err, &limited) {
			return answer, err
		}
		wait := time.Until(limited.RetryAt)
		if wait <= 0 || time.Now().Add(wait).After(until) {
			return answer, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return answer, err
		case <-timer.C:
		}
	}
}
