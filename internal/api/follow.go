package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const (
	pollEvery    = time.Second     // how late a change is seen, at most
	overlap      = 2 * time.Second // how far our clock may be ahead of the database's
	pollRows     = 100             // changes read at once
	buffered     = 64              // updates that a follower may be behind before it is dropped
	maxFollowers = 100             // of one tenant, on one instance
	maxRemember  = 10_000          // requests whose last update is remembered, for each tenant
)

// update is a request as the stream shows it.
type update struct {
	at  store.Position
	row []byte // JSON
}

// hub reads what changes for the tenants that somebody follows: once for all followers of a
// tenant, and not at all without any.
type hub struct {
	ctx   context.Context // the service's: readers outlive the request that began them
	scope func(tenantID string) Scope
	now   func() time.Time

	mu    sync.Mutex
	feeds map[string]*feed
}

// feed is what one tenant's followers get. The hub's lock guards it.
type feed struct {
	at        store.Position // everything up to here was sent
	followers map[*follower]bool
	stop      context.CancelFunc
	last      map[string]string // the last update of each request: leases change rows unseen
}

// follower is one reader of a feed.
type follower struct {
	updates chan update    // closed if it was too slow
	since   store.Position // everything after this comes by updates
}

func newHub(ctx context.Context, scope func(string) Scope, now func() time.Time) *hub {
	return &hub{ctx: ctx, scope: scope, now: now, feeds: map[string]*feed{}}
}

// follow adds a follower of the tenant's requests; stop takes it away. It refuses if there are
// too many.
func (h *hub) follow(tenantID string) (f *follower, stop func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to := h.feeds[tenantID]
	if to == nil {
		ctx, cancel := context.WithCancel(h.ctx)
		to = &feed{at: store.Position{At: h.now().Add(-overlap)}, followers: map[*follower]bool{}, stop: cancel, last: map[string]string{}}
		h.feeds[tenantID] = to
		go h.run(ctx, tenantID, to)
	}
	if len(to.followers) >= maxFollowers {
		return nil, nil, refuseFor(ProblemCodeRateLimited, time.Minute)
	}
	f = &follower{updates: make(chan update, buffered), since: to.at}
	to.followers[f] = true
	return f, func() { h.leave(tenantID, to, f) }, nil
}

func (h *hub) leave(tenantID string, from *feed, f *follower) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(from.followers, f)
	if len(from.followers) == 0 && h.feeds[tenantID] == from {
		from.stop()
		delete(h.feeds, tenantID)
	}
}

// run reads until the last follower has left.
func (h *hub) run(ctx context.Context, tenantID string, to *feed) {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	for {
		if err := h.poll(ctx, tenantID, to); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "changes not read", "tenant_id", tenantID, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// poll sends what has changed since the last time.
func (h *hub) poll(ctx context.Context, tenantID string, to *feed) error {
	scope := h.scope(tenantID)
	for after := to.at; ; { // only poll writes it
		updates, next, err := changes(ctx, scope, after)
		if err != nil {
			return err
		}
		h.send(to, updates, next)
		if next == after || len(updates) < pollRows {
			return nil
		}
		after = next
	}
}

// changes reads updates after a place, and where to go on.
func changes(ctx context.Context, scope Scope, after store.Position) ([]update, store.Position, error) {
	rows, next, err := scope.Changes(ctx, after, pollRows)
	if err != nil {
		return nil, after, err
	}
	updates := make([]update, 0, len(rows))
	for _, row := range rows {
		text, err := json.Marshal(presentRequest(row.Request))
		if err != nil {
			return nil, after, err
		}
		updates = append(updates, update{at: row.Position, row: text})
	}
	return updates, next, nil
}

// send gives updates to every follower. One that does not keep up is dropped, and goes on
// from its last event when it comes again.
func (h *hub) send(to *feed, updates []update, next store.Position) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to.at = next
	for _, u := range updates {
		if to.last[u.at.RequestID] == string(u.row) {
			continue
		}
		if len(to.last) >= maxRemember {
			clear(to.last)
		}
		to.last[u.at.RequestID] = string(u.row)
		for f := range to.followers {
			select {
			case f.updates <- u:
			default:
				close(f.updates)
				delete(to.followers, f)
			}
		}
	}
}
