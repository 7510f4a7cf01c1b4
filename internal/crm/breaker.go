package crm

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// BreakerConfig says when a destination is taken for dead.
type BreakerConfig struct {
	Failures uint32        `env:"BREAKER_FAILURES, default=5"`   // in a row, of remote calls
	Open     time.Duration `env:"BREAKER_OPEN, default=30s"`     // until one delivery may try again
	Longest  time.Duration `env:"BREAKER_OPEN_MAX, default=10m"` // the longest that the others wait, doubled from BREAKER_OPEN
}

// Validate reports every problem at once.
func (c *BreakerConfig) Validate() error {
	if c.Failures == 0 || c.Open <= 0 || c.Longest < c.Open {
		return errors.New("BREAKER_FAILURES and BREAKER_OPEN must be positive, BREAKER_OPEN_MAX not shorter")
	}
	return nil
}

var openCircuits, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/crm").Int64UpDownCounter(
	"crm.circuits.open", metric.WithDescription("Destinations that are not asked because they failed too often"))

// Breakers are a process's circuit breakers, one for each destination: what a dead
// destination costs is one probe now and then, and nothing that others wait for.
type Breakers struct {
	config BreakerConfig
	now    func() time.Time

	mu  sync.Mutex
	all map[Destination]*Breaker
}

// Destination names a tenant's account with a CRM.
type Destination struct{ TenantID, IntegrationID, Kind string }

// NewBreakers returns breakers that are all closed.
func NewBreakers(config BreakerConfig, now func() time.Time) *Breakers {
	return &Breakers{config: config, now: now, all: make(map[Destination]*Breaker)}
}

// Breaker returns a destination's breaker, the same one each time.
func (b *Breakers) Breaker(d Destination) *Breaker {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := b.all[d]
	if found == nil {
		found = newBreaker(d, b.config, b.now)
		b.all[d] = found
	}
	return found
}

// Breaker lets remote work pass as long as it does not fail all the time. Open, it refuses
// with an *Error of the fault Unreachable; half open, it lets one try through.
type Breaker struct {
	destination Destination
	config      BreakerConfig
	now         func() time.Time
	circuit     *gobreaker.CircuitBreaker[any]

	mu       sync.Mutex
	trips    int // since it was last closed
	openedAt time.Time
}

func newBreaker(d Destination, config BreakerConfig, now func() time.Time) *Breaker {
	b := &Breaker{destination: d, config: config, now: now}
	b.circuit = gobreaker.NewCircuitBreaker[any](gobreaker.Settings{
		MaxRequests:   1,
		Timeout:       config.Open,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= config.Failures },
		IsSuccessful:  func(err error) bool { return err == nil || !silent(err) },
		IsExcluded:    func(err error) bool { return errors.Is(err, context.Canceled) || FaultOf(err) == RateLimited },
		OnStateChange: func(_ string, from, to gobreaker.State) { b.changed(from, to) },
	})
	return b
}

// silent reports whether the destination did not answer, or with nothing but a failure. A
// refusal is a sign of life.
func silent(err error) bool {
	f := FaultOf(err)
	return f == Transient || f == Ambiguous
}

// changed is called with the circuit's lock held.
func (b *Breaker) changed(from, to gobreaker.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := b.destination
	attrs := metric.WithAttributes(
		attribute.String("tenant_id", d.TenantID), attribute.String("destination", d.IntegrationID), attribute.String("connector", d.Kind))
	ctx := context.Background() //nolint:forbidigo // a change of state belongs to no request
	switch to {
	case gobreaker.StateOpen:
		if from == gobreaker.StateClosed {
			openCircuits.Add(ctx, 1, attrs)
		}
		b.trips++
		b.openedAt = b.now()
	case gobreaker.StateClosed:
		openCircuits.Add(ctx, -1, attrs)
		b.trips = 0
	}
	slog.WarnContext(ctx, "circuit changed", "tenant_id", d.TenantID, "destination", d.IntegrationID, "status", to.String())
}

// ready fails while the circuit is open: nothing needs to be begun.
func (b *Breaker) ready() error {
	if b.circuit.State() == gobreaker.StateOpen {
		return b.refusal()
	}
	return nil
}

func (b *Breaker) do(work func() error) error {
	_, err := b.circuit.Execute(func() (any, error) { return nil, work() })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return b.refusal()
	}
	return err
}

// refusal says when to come again: later the longer this lasts, and not all at once. The
// first that is due after the open time, which may be a new request, tries for all.
func (b *Breaker) refusal() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait := b.config.Open
	for n := 1; n < b.trips && wait < b.config.Longest; n++ {
		wait *= 2
	}
	wait = min(wait, b.config.Longest)
	at := b.openedAt.Add(wait)
	if now := b.now(); at.Before(now) {
		at = now
	}
	at = at.Add(rand.N(wait/2 + 1)) //nolint:gosec // spreads load, guards nothing
	return &Error{Fault: Unreachable, Op: "deliver", RetryAt: at}
}

// Guard returns a connector whose remote work passes the breaker. Deliver with it does
// nothing at all, not even in the ledger, while the circuit is open.
func Guard(c Connector, b *Breaker) Connector { return &guarded{Connector: c, breaker: b} }

type guarded struct {
	Connector
	breaker *Breaker
}

func (g *guarded) ready() error { return g.breaker.ready() }

// Steps implements Connector.
func (g *guarded) Steps() []Step {
	steps := g.Connector.Steps()
	for i := range steps {
		find, do := steps[i].Find, steps[i].Do
		steps[i].Find = func(ctx context.Context, s State) (id string, err error) {
			err = g.breaker.do(func() error { id, err = find(ctx, s); return err })
			return id, err
		}
		steps[i].Do = func(ctx context.Context, s State) (rec Record, err error) {
			err = g.breaker.do(func() error { rec, err = do(ctx, s); return err })
			return rec, err
		}
	}
	return steps
}
