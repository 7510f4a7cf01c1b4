// Package quota counts requests against a vendor's published limits.
package quota

import (
	"sync"
	"time"
)

// Window admits a number of requests in any span of a length: a rolling window, as the
// vendors count their bursts. It is safe for concurrent use.
type Window struct {
	limit int
	span  time.Duration
	now   func() time.Time

	mu    sync.Mutex
	taken []time.Time // admitted requests that are still inside the span, oldest first
}

// NewWindow returns a window that admits limit requests in any span.
func NewWindow(limit int, span time.Duration, now func() time.Time) *Window {
	return &Window{limit: limit, span: span, now: now}
}

// Take admits a request, and returns how many more are admitted now. A refused request
// does not count.
func (w *Window) Take() (remaining int, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	w.forget(now.Add(-w.span))
	if len(w.taken) >= w.limit {
		return 0, false
	}
	w.taken = append(w.taken, now)
	return w.limit - len(w.taken), true
}

// Remaining returns how many more requests are admitted now.
func (w *Window) Remaining() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forget(w.now().Add(-w.span))
	return w.limit - len(w.taken)
}

// Limit returns how many requests a span admits.
func (w *Window) Limit() int { return w.limit }

// Reset forgets every request.
func (w *Window) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = nil
}

func (w *Window) forget(before time.Time) {
	gone := 0
	for gone < len(w.taken) && !w.taken[gone].After(before) {
		gone++
	}
	w.taken = w.taken[gone:]
}
