package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/webhook"
	"github.com/your-org/multi-tenant-pipeline/pkg/logging"
)

// newHook returns the webhook with clients that take everything at no cost.
func newHook(ctx context.Context) (*webhook.Webhook, error) {
	keys := webhook.NewKeyRing(swift{}, "")
	directory := tenant.NewDirectory(swift{}, tenant.Options{Interval: time.Hour, Prepare: keys.Load})
	if err := directory.Refresh(ctx); err != nil {
		return nil, fmt.Errorf("load tenants: %w", err)
	}
	return webhook.New(webhook.Config{
		BodyTimeout: time.Minute, CommitTimeout: time.Minute, PublishTimeout: time.Minute, Patience: time.Hour,
	}, webhook.Deps{
		Tenants: directory, Keys: keys, Store: swift{}, Announcer: swift{}, Intake: swift{}, Limits: swift{}, Counts: swift{},
		Logger: logging.New(io.Discard, logging.Config{Format: "json", Level: slog.LevelInfo}),
	})
}

// swift is every client of the webhook at once.
type swift struct{}

func (swift) Tenants(context.Context) ([]tenant.Tenant, error) {
	return []tenant.Tenant{{
		ID: tenantID, Status: tenant.Active, Region: "US",
		Sources: []tenant.Source{{
			ID: "callrail", Kind: tenant.SourceCallRail, Status: tenant.Active, CompanyID: companyID, CompanyResourceID: resourceID,
			SigningSecrets: []string{secretName(tenantID, "signing")},
		}},
	}}, nil
}

func (swift) Get(context.Context, string) (string, error) { return signingKey, nil }

func (swift) Accept(context.Context, request.Intake) (request.Acceptance, error) {
	return request.Acceptance{Outcome: request.Accepted, Status: request.Received, Run: 1, Announce: true}, nil
}

func (swift) Announce(context.Context, request.Status, string, string, int64) error { return nil }

func (swift) Keep(context.Context, []byte) error { return nil }

func (swift) Take(context.Context, *tenant.Tenant, limit.Subject) error { return nil }

func (swift) Count(string, string, string, string) {}
