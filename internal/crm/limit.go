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

// hurried is how long a request waits for its turn unless its context is patient.
const hurried = 2 * time.Second

type patienceKey struct{}

// Patient lets the requests of ctx wait for their turn as long as d. Who has a whole backlog to
// deliver should wait: given up, every delivery would be taken and put back once for each full
// window.
func Patient(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, patienceKey{}, d)
}

// Wait returns when a request may go. If its turn does not come soon, or not before the deadline
// of ctx, it returns an *Error with the fault RateLimited at once, so that the delivery is due then.
func (w *Window) Wait(ctx context.Context) error {
	patience, ok := ctx.Value(patienceKey{}).(time.Duration)
	if !ok {
		patience = hurried
	}
	if deadline, ok := ctx.Deadline(); ok {
		patience = min(patience, time.Until(deadline))
	}
	wait, err := w.reserve(max(0, patience))
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

func (w *Window) reserve(patience time.Duration) (time.Duration, error) {
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
	if wait > patience {
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
