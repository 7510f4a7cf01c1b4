package sweep

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Task is work that is done again and again beside the sweep, which it must not hold up.
type Task struct {
	Name  string        // for the log
	Every time.Duration // do it without being called; 0: Cloud Scheduler calls
	Do    func(ctx context.Context) error
}

// Run does the task at its interval until ctx ends. Without an interval it returns.
func (t *Task) Run(ctx context.Context) {
	if t.Every <= 0 {
		return
	}
	tick := time.NewTicker(t.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := t.Do(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "task failed", "task", t.Name, "error", err)
		}
	}
}

// ServeHTTP (scheduled: every minute) does the task once.
func (t *Task) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	if err := t.Do(r.Context()); err != nil {
		slog.ErrorContext(r.Context(), "task failed", "task", t.Name, "error", err)
		http.Error(w, t.Name+" failed", http.StatusInternalServerError)
		return
	}
	slog.InfoContext(r.Context(), "task done", "task", t.Name, "duration_ms", time.Since(start).Milliseconds())
	w.WriteHeader(http.StatusNoContent)
}
