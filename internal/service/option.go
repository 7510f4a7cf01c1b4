package service

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// Option puts something else in the place of one of a service's parts. Production has none:
// they are for showing what happens without the part.
type Option func(*Wiring)

// Wiring is what stands in the place of parts.
type Wiring struct {
	accepts func(Accepter, *topic.Publisher) Accepter
	claims  func(stage.ClaimFunc, *store.Store) stage.ClaimFunc
	ledgers LedgerFunc
}

// Accepter commits deliveries.
type Accepter interface {
	Accept(ctx context.Context, in request.Intake) (request.Acceptance, error)
}

// LedgerFunc returns what a delivery remembers of its remote records.
type LedgerFunc = func(*store.DeliveryClaim) crm.Ledger

// Wired returns what the options ask for.
func Wired(opts []Option) Wiring {
	var w Wiring
	for _, opt := range opts {
		opt(&w)
	}
	return w
}

// WithAccepter replaces what commits deliveries.
func WithAccepter(replace func(Accepter, *topic.Publisher) Accepter) Option {
	return func(w *Wiring) { w.accepts = replace }
}

// WithClaims replaces how steps claim requests.
func WithClaims(replace func(stage.ClaimFunc, *store.Store) stage.ClaimFunc) Option {
	return func(w *Wiring) { w.claims = replace }
}

// WithLedgers replaces what deliveries remember of their remote records.
func WithLedgers(replace LedgerFunc) Option {
	return func(w *Wiring) { w.ledgers = replace }
}

// Accepter returns what commits deliveries: a, or what replaces it.
func (w Wiring) Accepter(a Accepter, p *topic.Publisher) Accepter {
	if w.accepts == nil {
		return a
	}
	return w.accepts(a, p)
}

// Ledgers returns what deliveries remember, nil if that is not replaced.
func (w Wiring) Ledgers() LedgerFunc { return w.ledgers }

func (w Wiring) claim(c stage.ClaimFunc, s *store.Store) stage.ClaimFunc {
	if w.claims == nil {
		return c
	}
	return w.claims(c, s)
}
