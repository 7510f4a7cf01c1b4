package crm

import (
	"context"
	"sync"
	"time"
)

// Window is a rolling-window limit of one account: at most limit requests in any span,
// which is how the CRMs count. (A token bucket of the same rate lets twice the limit pass
// within one span.)
type Window struct {
	span time.Duration
	now  func() time.Time

	mu     sync.Mutex
	slots  []time.Time // when the last requests went, or will go; a ring
	next   int         // the oldest slot
	paused time.Time   // the account said that nothing may go before
}

// NewWindow returns a window that nothing has passed yet.
func NewWindow(limit int, span time.Duration, now func() time.Time) *Window {
	return &Window{span: span, now: now, slots: make([]time.Time, limit)}
}

// Wait returns when a request may go: within a span, if nobody else uses the account. If its
// turn comes later it returns an *Error with the fault RateLimited at once, so that the
// delivery is due then. (Waiting holds one of the tenant's own slots. Giving up sooner would
// claim and give back every delivery of a backlog for each full window.)
func (w *Window) Wait(ctx context.Context) error {
	wait, err := w.reserve()
	if err != nil || wait <= 0 {
		return err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return &Error{Fault: Transient, Op: "wait for the rate limit", Err: ctx.Err()}
	}
}

func (w *Window) reserve() (time.Duration, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	turn := now
	if w.paused.After(turn) {
		turn = w.paused
	}
	if oldest := w.slots[w.next]; !oldest.IsZero() && oldest.Add(w.span).After(turn) {
		turn = oldest.Add(w.span)
	}
	wait := turn.Sub(now)
	if wait > w.span {
		return 0, &Error{Fault: RateLimited, Op: "wait for the rate limit", RetryAt: turn}
	}
	w.slots[w.next] = turn
	w.next = (w.next + 1) % len(w.slots)
	return wait, nil
}

// Pause lets nothing pass before until: the account's own word, which counts what other
// instances and programs sent.
func (w *Window) Pause(until time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if until.After(w.paused) {
		w.paused = until
	}
}
