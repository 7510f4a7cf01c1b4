package service

import (
	"github.com/your-org/multi-tenant-pipeline/internal/push"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
)

// Option puts something else in the place of one of a service's parts. Production has none:
// they are for showing what happens without the part.
type Option func(*wiring)

type wiring struct {
	accepts func(webhook.Store, webhook.Announcer) webhook.Store
	claims  func(stage.ClaimFunc, *store.Store) stage.ClaimFunc
	ledgers push.LedgerFunc
}

func wired(opts []Option) wiring {
	var w wiring
	for _, opt := range opts {
		opt(&w)
	}
	return w
}

// WithAccepter replaces what commits deliveries.
func WithAccepter(replace func(webhook.Store, webhook.Announcer) webhook.Store) Option {
	return func(w *wiring) { w.accepts = replace }
}

// WithClaims replaces how steps claim requests.
func WithClaims(replace func(stage.ClaimFunc, *store.Store) stage.ClaimFunc) Option {
	return func(w *wiring) { w.claims = replace }
}

// WithLedgers replaces what deliveries remember of their remote records.
func WithLedgers(replace push.LedgerFunc) Option {
	return func(w *wiring) { w.ledgers = replace }
}

func (w wiring) accepter(s webhook.Store, a webhook.Announcer) webhook.Store {
	if w.accepts == nil {
		return s
	}
	return w.accepts(s, a)
}

func (w wiring) claim(c stage.ClaimFunc, s *store.Store) stage.ClaimFunc {
	if w.claims == nil {
		return c
	}
	return w.claims(c, s)
}
