package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// sabotageVariable takes away one of the parts that keep deliveries from being lost or
// doubled, to show that test/chaos would notice. It is a variable and no flag because it is
// nothing to use.
const sabotageVariable = "CHAOS_SABOTAGE"

// sabotages are the parts that can be missing, each with what stands in its place. no-sweep
// is a setting: see environment.
var sabotages = map[string][]service.Option{
	"":                     nil,
	"announce-before-save": {service.WithAccepter(saveLater)},
	"no-lease":             {service.WithClaims(claimAnyway)},
	"no-ledger":            {service.WithLedgers(func(*store.DeliveryClaim) crm.Ledger { return forgetful{} })},
	"no-sweep":             nil,
}

// sabotage returns what is put in the place of the services' parts.
func sabotage() ([]service.Option, error) {
	opts, ok := sabotages[os.Getenv(sabotageVariable)]
	if !ok {
		return nil, fmt.Errorf("%s=%s is not known", sabotageVariable, os.Getenv(sabotageVariable))
	}
	return opts, nil
}

// saving is how long saveLater keeps deliveries in memory.
const saving = 2 * time.Second

// writeBehind acknowledges and announces deliveries before they are saved.
type writeBehind struct {
	service.Accepter
	announcer *topic.Publisher
}

func saveLater(a service.Accepter, p *topic.Publisher) service.Accepter { return writeBehind{a, p} }

func (w writeBehind) Accept(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	r, ctx := in.Request, context.WithoutCancel(ctx)
	if err := w.announcer.Announce(ctx, r.Kind.FirstStatus(), r.TenantID, r.ID, 1); err != nil {
		return request.Acceptance{}, err
	}
	go func() {
		time.Sleep(saving)
		if _, err := w.Accepter.Accept(ctx, in); err != nil {
			slog.WarnContext(ctx, "delivery not saved", "tenant_id", r.TenantID, "request_id", r.ID, "error", err)
		}
	}()
	return request.Acceptance{Outcome: request.Accepted, Status: r.Kind.FirstStatus(), Run: 1}, nil
}

// claimAnyway works on requests that somebody else holds.
func claimAnyway(next stage.ClaimFunc, s *store.Store) stage.ClaimFunc {
	return func(ctx context.Context, tenantID string, w stage.Wanted) (stage.Claim, error) {
		claim, err := next(ctx, tenantID, w)
		if !errors.Is(err, stage.ErrHeld) {
			return claim, err
		}
		scope := s.ForTenant(tenantID)
		r, err := scope.Request(ctx, w.RequestID)
		if err != nil {
			return nil, err
		}
		return intruder{scope, r}, nil
	}
}

// intruder is a claim on a request that another worker holds. Nothing that it saves is kept,
// but what it does outside is done.
type intruder struct {
	*store.Scope
	request *request.Request
}

func (i intruder) Held() *request.Request                       { return i.request }
func (intruder) Renew(context.Context, time.Duration) error     { return nil }
func (intruder) Notified(context.Context, request.Notice) error { return nil }

func (intruder) Checkpoint(context.Context, *request.Request) error { return nil }

func (i intruder) Transcript(ctx context.Context) (*request.Transcript, error) {
	return i.Scope.Transcript(ctx, i.request.ID)
}

func (i intruder) Analysis(ctx context.Context) (*request.Analysis, error) {
	return i.Scope.Analysis(ctx, i.request.ID)
}

func (i intruder) Answer(ctx context.Context) (*request.Analysis, error) {
	return i.Scope.Answer(ctx, i.request.ID)
}

func (i intruder) Deliveries(ctx context.Context) ([]request.Delivery, error) {
	return i.Scope.Deliveries(ctx, i.request.ID)
}

func (i intruder) Notices(ctx context.Context) ([]request.Notice, error) {
	return i.Scope.Notices(ctx, i.request.ID)
}

func (intruder) Advance(context.Context, request.Status, stage.Result, request.Event) error {
	return nil
}

func (intruder) Postpone(context.Context, time.Time, string, bool, request.Event) error { return nil }

func (intruder) Fail(context.Context, string, request.Event) error { return nil }

// forgetful is a ledger that remembers nothing.
type forgetful struct{}

func (forgetful) Contact(context.Context, []string) (crm.Known, error) { return crm.Known{}, nil }

func (forgetful) Entry(string) (request.LedgerEntry, bool) { return request.LedgerEntry{}, false }

func (forgetful) Write(context.Context, ...request.LedgerEntry) error { return nil }
