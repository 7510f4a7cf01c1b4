package fair

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

var held, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/fair").Int64Counter(
	"pipeline.fair.held", metric.WithDescription("jobs that found their tenant's share used up, by what became of them: waits, known, left to sweep"))

const (
	// room is how many jobs may wait: a few megabytes of closures and ids.
	room = 10_000
	// patience is how long one slot goes on with what waits, if jobs are short.
	patience = 4 * time.Minute
	// answersWithin is when the caller must have answered: Pub/Sub's 600 s, and some for saving
	// what the last job did. No job is begun that may last longer, as the longest so far did.
	answersWithin = 590 * time.Second
)

// Config says how much an instance does at once.
type Config struct {
	// Slots are shared by the tenants. The instance must admit twice as many requests: what
	// finds no slot is answered at once, but has to come in first.
	Slots int `env:"STEP_SLOTS, default=16"`
}

// Validate reports what cannot be.
func (c *Config) Validate() error {
	if c.Slots < 2 {
		return errors.New("STEP_SLOTS must be at least 2")
	}
	return nil
}

// Job is what one message asks for.
type Job struct {
	Tenant string
	Key    string // tells the tenant's jobs apart: one that waits already is not taken twice
	Work   func(context.Context) error
}

// Slots are an instance's. The zero value is not usable, call New.
type Slots struct {
	size int
	now  func() time.Time

	mu      sync.Mutex
	busy    int
	waiting int
	longest time.Duration // that a job took
	shares  map[string]*share
}

// share is what one tenant uses and waits for. It exists while it does either.
type share struct {
	busy  int
	queue []waiter
	keys  map[string]bool // of the queue
}

// waiter is a job with the trace that it belongs to.
type waiter struct {
	Job
	span trace.Span
}

// New returns slots that nobody uses yet.
func New(cfg Config) *Slots {
	return &Slots{size: cfg.Slots, now: time.Now, shares: map[string]*share{}}
}

// Do does the job if its tenant's share has room, then what else of the tenant waits, and
// returns the job's own error. Otherwise the job waits or is left to sweep, and Do returns nil
// at once: the message has done its duty, which was to point at a row that is due.
func (s *Slots) Do(ctx context.Context, job Job) error {
	if !s.enter(ctx, job) {
		return nil
	}
	began, entered := s.now(), true
	defer func() {
		if entered { // the job panicked
			s.leave(job.Tenant)
		}
	}()
	err := s.work(ctx, job)
	for {
		next, ok := s.next(job.Tenant, !over(ctx) && s.hasTime(began))
		if !ok {
			entered = false
			return err
		}
		if err := s.work(trace.ContextWithSpan(ctx, next.span), next.Job); err != nil {
			slog.WarnContext(ctx, "job that waited for its tenant's share failed, sweep will repeat it", "tenant_id", job.Tenant, "error", err)
		}
	}
}

// work does a job, and remembers the longest time that one took.
func (s *Slots) work(ctx context.Context, job Job) error {
	began := s.now()
	err := job.Work(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.longest = max(s.longest, s.now().Sub(began))
	return err
}

// hasTime reports whether a slot that began then may go on with another job.
func (s *Slots) hasTime(began time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Sub(began) < min(patience, answersWithin-s.longest)
}

// enter takes a slot, or makes the job wait.
func (s *Slots) enter(ctx context.Context, job Job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.shares[job.Tenant]
	if t == nil {
		t = &share{keys: map[string]bool{}}
		s.shares[job.Tenant] = t
	}
	switch {
	case t.busy == 0 || t.busy < s.size-s.busy:
		t.busy++
		s.busy++
		return true
	case t.keys[job.Key]:
		count(ctx, "known")
	case len(t.queue) < room-s.waiting: // half of it alone, as with slots
		t.queue, t.keys[job.Key] = append(t.queue, waiter{job, trace.SpanFromContext(ctx)}), true
		s.waiting++
		count(ctx, "waits")
	default:
		count(ctx, "left to sweep")
	}
	return false
}

// next returns what the tenant's slot goes on with. Without anything, or if it is not to go
// on, the slot is given back.
func (s *Slots) next(tenant string, goOn bool) (waiter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.shares[tenant]
	crowded := t.busy > 1 && s.busy >= s.size // who has several makes room for who has none
	if !goOn || crowded || len(t.queue) == 0 {
		s.release(tenant, t)
		return waiter{}, false
	}
	first := t.queue[0]
	t.queue[0] = waiter{} // for the garbage collector
	t.queue = t.queue[1:]
	delete(t.keys, first.Key)
	s.waiting--
	return first, true
}

func (s *Slots) leave(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.release(tenant, s.shares[tenant])
}

// release gives a slot back. With a tenant's last one goes what still waits: nobody would
// come for it.
func (s *Slots) release(tenant string, t *share) {
	t.busy--
	s.busy--
	if t.busy == 0 {
		s.waiting -= len(t.queue)
		delete(s.shares, tenant)
	}
}

// over reports whether the instance is to stop.
func over(ctx context.Context) bool {
	select {
	case <-server.Draining(ctx):
		return true
	default:
		return ctx.Err() != nil
	}
}

func count(ctx context.Context, outcome string) {
	held.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome)))
}
