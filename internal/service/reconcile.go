package service

import (
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// ReconcileConfig is what asking CallRail needs.
type ReconcileConfig struct {
	CallRail callrail.Settings
	Poll     reconcile.Config
}

// Validate reports every problem at once.
func (c *ReconcileConfig) Validate() error {
	return errors.Join(c.CallRail.Validate(), c.Poll.Validate())
}

// taker returns what takes in what CallRail knows of.
func (p *Platform) taker(cfg callrail.Settings) (*reconcile.Taker, error) {
	client := p.HTTP(outbound.Options{})
	calls, err := callrail.NewClient(callrail.Config{BaseURL: cfg.BaseURL, Limits: cfg.Limits, HTTP: client, Media: client})
	if err != nil {
		return nil, err
	}
	return &reconcile.Taker{
		CallRail: calls, Secrets: p.Secrets, Announcer: p.Publisher, Now: time.Now,
		Store: func(tenantID string) reconcile.Store { return p.Store.ForTenant(tenantID) },
	}, nil
}

// Retranscriber makes up for the words that an old key kept from us.
func (p *Platform) Retranscriber(cfg *ReconcileConfig) *reconcile.Retranscriber {
	return &reconcile.Retranscriber{
		Store:     func(tenantID string) reconcile.Unheard { return p.Store.ForTenant(tenantID) },
		PerMinute: cfg.Poll.PerMinute, Settle: 2 * p.config.Secrets.TTL, Now: time.Now,
	}
}

// Importer brings in history.
func (p *Platform) Importer(cfg *ReconcileConfig) (*reconcile.Importer, error) {
	taker, err := p.taker(cfg.CallRail)
	if err != nil {
		return nil, err
	}
	return &reconcile.Importer{Taker: taker, Tenants: p.Directory, PerMinute: cfg.Poll.PerMinute, Settle: cfg.Poll.Settle}, nil
}
