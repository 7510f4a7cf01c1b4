package sweep

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

var openLetters, _ = otel.Meter(scope).Int64Gauge(
	"pipeline.dead_letters.open", metric.WithDescription("dead letters that nobody has seen to, a hundred at most"))

const (
	lettersEvery = time.Minute
	lettersMost  = 100 // beyond that more of them say nothing new
)

// LetterStore lists dead letters.
type LetterStore interface {
	DeadLetters(ctx context.Context, f store.LetterFilter) ([]store.DeadLetter, error)
}

// Letters watches the dead letters. The number is read again and again: unlike a count of
// those that came, it is right after a restart, and goes down when somebody has seen to them.
type Letters struct {
	Store LetterStore
	Now   func() time.Time

	mu      sync.Mutex
	checked time.Time
}

// Check counts those that are open, once a minute.
func (l *Letters) Check(ctx context.Context) {
	if !l.mu.TryLock() {
		return // another sweep is at it
	}
	defer l.mu.Unlock()
	if l.Now().Sub(l.checked) < lettersEvery {
		return
	}
	open, err := l.Store.DeadLetters(ctx, store.LetterFilter{State: store.LetterOpen, Limit: lettersMost})
	if err != nil {
		slog.WarnContext(ctx, "dead letters not counted", "error", err)
		return
	}
	l.checked = l.Now()
	openLetters.Record(ctx, int64(len(open)))
}
