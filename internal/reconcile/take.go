package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/secret"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// CallRail lists what CallRail knows.
type CallRail interface {
	Calls(ctx context.Context, a callrail.Access, w callrail.Window) (callrail.Page, error)
	Forms(ctx context.Context, a callrail.Access, w callrail.Window) (callrail.Page, error)
	WebhookState(ctx context.Context, a callrail.Access) (string, error)
}

// Store keeps one tenant's requests.
type Store interface {
	Known(ctx context.Context, requestIDs []string) (map[string]bool, error)
	Accept(ctx context.Context, in request.Intake) (request.Acceptance, error)
	SourceState(ctx context.Context, sourceID string) (tenant.SourceState, error)
	PutSourceState(ctx context.Context, sourceID string, state tenant.SourceState) error
	SourceCounts(ctx context.Context, sourceID string, from, to time.Time) ([]store.DayCount, error)
}

// Announcer tells the step that follows a status.
type Announcer interface {
	Announce(ctx context.Context, status request.Status, tenantID, requestID string, run int64) error
}

// Secrets reads a secret by its name.
type Secrets interface {
	Get(ctx context.Context, name string) (string, error)
}

// errNoAccess says that a source has no way into CallRail's API.
var errNoAccess = errors.New("the source has no API access")

// Taker takes in what CallRail knows of.
type Taker struct {
	CallRail  CallRail
	Store     func(tenantID string) Store
	Secrets   Secrets
	Announcer Announcer
	Now       func() time.Time
}

// access returns the source's way into the API.
func (t *Taker) access(ctx context.Context, src *tenant.Source) (callrail.Access, error) {
	if !Reachable(src) {
		return callrail.Access{}, errNoAccess
	}
	key, err := t.Secrets.Get(ctx, src.APIKeySecret)
	if errors.Is(err, secret.ErrNotFound) {
		return callrail.Access{}, errNoAccess
	}
	if err != nil {
		return callrail.Access{}, fmt.Errorf("read api key: %w", err)
	}
	return callrail.Access{AccountID: src.AccountID, APIKey: key, CompanyResourceID: src.CompanyResourceID}, nil
}

// Reachable reports whether the source says enough to ask CallRail's API.
func Reachable(src *tenant.Source) bool {
	return src.Kind == tenant.SourceCallRail && src.Status != tenant.Suspended &&
		src.APIKeySecret != "" && src.AccountID != "" && src.CompanyResourceID != ""
}

// missing returns the requests of a page that are not here and that the tenant processes. What
// has ended after a moment is left to its delivery, which may still be on its way: lists go by
// when a call began.
func (t *Taker) missing(ctx context.Context, owner *tenant.Tenant, page callrail.Page, settled time.Time) ([]*request.Request, error) {
	var found []*request.Request
	var ids []string
	for _, item := range page.Items {
		r := item.Request(owner.Region)
		if !item.Over() || r.Details.Direction == "outbound" && !owner.Settings.Process.Outbound {
			continue
		}
		if ended := r.StartedAt.Add(time.Duration(r.Details.DurationS) * time.Second); ended.After(settled) {
			continue
		}
		r.TenantID, r.ID = owner.ID, request.ID(owner.ID, r.Namespace, r.ExternalID)
		found, ids = append(found, r), append(ids, r.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	known, err := t.Store(owner.ID).Known(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("look for requests: %w", err)
	}
	var missing []*request.Request
	for _, r := range found {
		if !known[r.ID] {
			missing = append(missing, r)
		}
	}
	return missing, nil
}

// take commits one request as its delivery would have, and reports whether it was news.
func (t *Taker) take(ctx context.Context, owner *tenant.Tenant, src *tenant.Source, r *request.Request) (bool, error) {
	r.SourceID = src.ID
	if !owner.Settings.Privacy.KeepCardNumbers {
		redact.Details(&r.Details)
	}
	accepted, err := t.Store(owner.ID).Accept(ctx, request.Intake{Request: r})
	if err != nil {
		return false, fmt.Errorf("accept request: %w", err)
	}
	if !accepted.Announce {
		return accepted.Outcome == request.Accepted, nil
	}
	if err := t.Announcer.Announce(ctx, accepted.Status, r.TenantID, r.ID, accepted.Run); err != nil { // it is due
		slog.WarnContext(ctx, "request not announced", "tenant_id", r.TenantID, "request_id", r.ID, "error", err)
	}
	return true, nil
}
