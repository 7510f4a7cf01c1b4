package api

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Requests reads requests.
type Requests interface {
	List(ctx context.Context, f store.Filter) (store.Page, error)
	Request(ctx context.Context, requestID string) (*request.Request, error)
	Changes(ctx context.Context, after store.Position, limit int) ([]store.Changed, store.Position, error)
}

// Findings reads what the steps found out about a request, and what people corrected in it.
type Findings interface {
	Transcript(ctx context.Context, requestID string) (*request.Transcript, error)
	Answer(ctx context.Context, requestID string) (*request.Analysis, error)
	Corrections(ctx context.Context, requestID string) ([]request.Correction, error)
}

// History reads what became of a request.
type History interface {
	Deliveries(ctx context.Context, requestID string) ([]request.Delivery, error)
	Events(ctx context.Context, requestID string) ([]request.Event, error)
}

// handlers answers the operations of the document.
type handlers struct {
	scope func(tenantID string) Scope
	deps  Deps
	hub   *hub

	addresses Addresses
}

// ListRequests implements GET /v1/tenants/{tenant_id}/requests.
func (h *handlers) ListRequests(ctx context.Context, in ListRequestsRequestObject) (ListRequestsResponseObject, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	filter, err := filterOf(in.Params, t)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(in.Params.Fields)
	if err != nil {
		return nil, err
	}
	if filter.Before, err = cursor(in.Params.PageToken, filter); err != nil {
		return nil, err
	}
	filter.Limit = in.Params.Limit
	found, err := h.scope(t.ID).List(ctx, filter)
	if errors.Is(err, store.ErrNoSearch) {
		return nil, refuse(ProblemCodeSearchUnavailable)
	}
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	page := requestPage{RequestPage: RequestPage{Requests: []Request{}, NextPageToken: pageToken(found.Next, filter)}, fields: fields}
	for _, row := range found.Requests {
		page.Requests = append(page.Requests, presentRequest(row))
	}
	return page, nil
}

// filterOf returns what a list is asked for. Numbers are read as the tenant writes them.
func filterOf(p ListRequestsParams, t *tenant.Tenant) (store.Filter, error) {
	f := store.Filter{
		Status: p.Status, Kind: p.Kind, SourceID: p.SourceID, Source: p.Source, MinScore: p.MinScore, MaxScore: p.MaxScore,
		Band: p.ScoreBand, Intent: p.Intent, ProjectType: p.ProjectType, Timeline: p.Timeline, Budget: p.Budget,
		CRMState: p.CrmState, From: instant(p.ReceivedAfter), Until: instant(p.ReceivedBefore),
	}
	for name, at := range map[string]time.Time{"received_after": f.From, "received_before": f.Until} {
		if !storable(at) {
			return f, &refusal{code: ProblemCodeInvalidRequest, parameter: name}
		}
	}
	if p.Phone != "" {
		phone := contact.Keys(p.Phone, "", t.Region)
		if len(phone) == 0 {
			return f, &refusal{code: ProblemCodeInvalidRequest, parameter: "phone"}
		}
		f.People = append(f.People, phone...)
	}
	if p.Email != "" {
		email := contact.Keys("", p.Email, t.Region)
		if len(email) == 0 {
			return f, &refusal{code: ProblemCodeInvalidRequest, parameter: "email"}
		}
		f.People = append(f.People, email...)
	}
	if p.Q != "" {
		if f.Words = strings.Join(strings.Fields(p.Q), " "); f.Words == "" {
			return f, &refusal{code: ProblemCodeInvalidRequest, parameter: "q"}
		}
	}
	return f, nil
}

func instant(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return at.UTC()
}

// GetRequest implements GET /v1/tenants/{tenant_id}/requests/{request_id}. It shows what was
// said, so nothing is answered unless the audit log has it.
func (h *handlers) GetRequest(ctx context.Context, in GetRequestRequestObject) (GetRequestResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	found, err := readDetail(ctx, scope, in.RequestID)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	if err := scope.Audit(ctx, granted.principal.Actor(), "transcript.read", in.RequestID); err != nil {
		return nil, fmt.Errorf("audit read of request: %w", err)
	}
	return GetRequest200JSONResponse(found.present(h.deps.Prices)), nil
}

// readDetail reads the request first, so that its parts are at least as new as its status.
func readDetail(ctx context.Context, scope Scope, requestID string) (*detail, error) {
	var d detail
	var err error
	if d.request, err = scope.Request(ctx, requestID); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) { d.transcript, err = scope.Transcript(ctx, requestID); return err })
	group.Go(func() (err error) { d.answer, err = scope.Answer(ctx, requestID); return err })
	group.Go(func() (err error) { d.corrections, err = scope.Corrections(ctx, requestID); return err })
	group.Go(func() (err error) { d.deliveries, err = scope.Deliveries(ctx, requestID); return err })
	group.Go(func() (err error) { d.events, err = scope.Events(ctx, requestID); return err })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return &d, nil
}
