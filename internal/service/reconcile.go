package service

import (
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/pkg/outbound"
)

// reconcileConfig is what asking CallRail needs.
type reconcileConfig struct {
	CallRail callrail.Settings
	Poll     reconcile.Config
}

func (c *reconcileConfig) Validate() error {
	return errors.Join(c.CallRail.Validate(), c.Poll.Validate())
}

// taker returns what takes in what CallRail knows of.
func (p *platform) taker(cfg callrail.Settings) (*reconcile.Taker, error) {
	client := p.http(outbound.Options{})
	calls, err := callrail.NewClient(callrail.Config{BaseURL: cfg.BaseURL, HTTP: client, Media: client})
	if err != nil {
		return nil, err
	}
	return &reconcile.Taker{
		CallRail: calls, Secrets: p.secrets, Announcer: p.publisher, Now: time.Now,
		Store: func(tenantID string) reconcile.Store { return p.store.ForTenant(tenantID) },
	}, nil
}

// importer brings in history.
func (p *platform) importer(cfg *reconcileConfig) (*reconcile.Importer, error) {
	taker, err := p.taker(cfg.CallRail)
	if err != nil {
		return nil, err
	}
	return &reconcile.Importer{Taker: taker, Tenants: p.directory, PerMinute: cfg.Poll.PerMinute, Settle: cfg.Poll.Settle}, nil
}
