// Package sweep looks after what nobody is working on: rows whose message was lost, whose
// worker died, or whose time to be tried again has come. It announces them; the steps do
// the work.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

const scope = "github.com/your-org/multi-tenant-pipeline/internal/sweep"

var announced, _ = otel.Meter(scope).Int64Counter(
	"pipeline.sweep.announced", metric.WithDescription("due requests and deliveries that sweep announced"))

var oldest, _ = otel.Meter(scope).Float64Gauge(
	"pipeline.due.oldest", metric.WithUnit("s"), metric.WithDescription("how long the row had been due that had been due for longest when sweep took it"))

// Config says how much one sweep does.
type Config struct {
	Each int `env:"SWEEP_EACH, default=100"` // rows taken of a tenant in one turn
	// Repeats is after how many rows of a tenant at one step that were announced before, in vain, a
	// sweep takes no more of them: what waits behind its tenant's share is not helped by being
	// announced again.
	Repeats int           `env:"SWEEP_REPEATS, default=1000"`
	Budget  time.Duration `env:"SWEEP_BUDGET, default=50s"` // a sweep ends before the next one begins
	Every   time.Duration `env:"SWEEP_EVERY"`               // sweep without being called; unset: Cloud Scheduler calls
	// Budgets is how long after a look at what a tenant has spent the next one follows.
	Budgets time.Duration `env:"BUDGET_CHECK_EVERY, default=5m"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if c.Each <= 0 || c.Repeats <= 0 || c.Budget <= 0 || c.Every < 0 || c.Budgets < 0 {
		return errors.New("SWEEP_EACH, SWEEP_REPEATS and SWEEP_BUDGET must be positive, SWEEP_EVERY and BUDGET_CHECK_EVERY not negative")
	}
	return nil
}

// Due takes rows that are due.
type Due interface {
	TakeDue(ctx context.Context, each int, except ...string) ([]store.Due, error)
}

// Publisher announces rows.
type Publisher interface {
	Publish(ctx context.Context, name topic.Name, m topic.Message) error
}

// Sweeper announces what is due.
type Sweeper struct {
	Config    Config
	Due       Due
	Publisher Publisher
	Budgets   *Budgets // nil: nobody's
	Letters   *Letters // nil: nobody watches them
}

// Sweep takes turns until nothing is due or its time is over, and returns how many rows
// it announced.
//
// What was taken is announced even when the time is over: it is not due again before its
// backoff has passed.
func (s *Sweeper) Sweep(ctx context.Context) (int, error) {
	budget, cancel := context.WithTimeout(ctx, s.Config.Budget)
	defer cancel()
	if s.Budgets != nil { // beside the rows: many of them are when budgets matter
		var checked sync.WaitGroup
		checked.Go(func() { s.Budgets.Check(budget) })
		defer checked.Wait()
	}
	if s.Letters != nil {
		s.Letters.Check(budget)
	}
	total, repeats := 0, repeats{limit: s.Config.Repeats}
	var longest time.Duration
	for budget.Err() == nil {
		due, err := s.Due.TakeDue(budget, s.Config.Each, repeats.spent...)
		for _, d := range due {
			repeats.add(d)
			longest = max(longest, d.Waited)
			s.announce(context.WithoutCancel(ctx), d)
		}
		total += len(due)
		if err != nil && (budget.Err() == nil || ctx.Err() != nil) { // the end of its time is no failure
			return total, fmt.Errorf("take due rows: %w", err)
		}
		if len(due) == 0 {
			break
		}
	}
	oldest.Record(ctx, longest.Seconds())
	return total, nil
}

// repeats counts rows that were announced before.
type repeats struct {
	limit   int
	byQueue map[string]int
	spent   []string // queues that have reached the limit
}

func (r *repeats) add(d store.Due) {
	if d.Announced == 0 {
		return
	}
	if r.byQueue == nil {
		r.byQueue = map[string]int{}
	}
	queue := d.Queue()
	r.byQueue[queue]++
	if r.byQueue[queue] == r.limit {
		r.spent = append(r.spent, queue)
	}
}

// announce publishes one row. If that fails, the row is due again after its backoff.
func (s *Sweeper) announce(ctx context.Context, d store.Due) {
	name, ok := topic.DeliveryDue, true
	if d.Destination == "" {
		name, ok = topic.ForStatus(d.Status)
	}
	if !ok {
		slog.ErrorContext(ctx, "due row has no topic", "tenant_id", d.TenantID, "request_id", d.RequestID, "status", d.Status)
		return
	}
	message := topic.Message{TenantID: d.TenantID, RequestID: d.RequestID, Run: d.Run, Destination: d.Destination}
	if err := s.Publisher.Publish(traced(ctx, d.TraceParent), name, message); err != nil {
		slog.WarnContext(ctx, "due row not announced", "tenant_id", d.TenantID, "request_id", d.RequestID, "error", err)
		return
	}
	announced.Add(ctx, 1, metric.WithAttributes(attribute.String("topic", string(name))))
}

// traced continues the trace of the delivery that made the row.
func traced(ctx context.Context, parent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": parent})
}

// Run sweeps at the configured interval until ctx ends. Without an interval it returns.
func (s *Sweeper) Run(ctx context.Context) {
	if s.Config.Every <= 0 {
		return
	}
	tick := time.NewTicker(s.Config.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "sweep failed", "error", err)
		}
	}
}

// ServeHTTP (scheduled: every minute) sweeps once.
func (s *Sweeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	n, err := s.Sweep(r.Context())
	if err != nil {
		slog.ErrorContext(r.Context(), "sweep failed", "error", err)
		http.Error(w, "sweep failed", http.StatusInternalServerError)
		return
	}
	slog.InfoContext(r.Context(), "swept", "announced", n, "duration_ms", time.Since(start).Milliseconds())
	w.WriteHeader(http.StatusNoContent)
}
