package api

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// handlers answers the operations of the document.
type handlers struct {
	scope func(tenantID string) Scope
}

// ListRequests implements GET /v1/tenants/{tenant_id}/requests.
func (h *handlers) ListRequests(ctx context.Context, in ListRequestsRequestObject) (ListRequestsResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	before, err := cursor(in.Params.PageToken)
	if err != nil {
		return nil, err
	}
	rows, err := h.scope(granted.tenantID).List(ctx, store.Filter{
		Status: in.Params.Status, Kind: in.Params.Kind, Before: before,
		Limit: in.Params.Limit + 1, // one more says whether there is another page
	})
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	page := ListRequests200JSONResponse{Requests: []Request{}}
	if len(rows) > in.Params.Limit {
		rows = rows[:in.Params.Limit]
		page.NextPageToken = pageToken(rows[len(rows)-1])
	}
	for _, row := range rows {
		page.Requests = append(page.Requests, presentRequest(row))
	}
	return page, nil
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
	return GetRequest200JSONResponse(presentDetail(found)), nil
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
	group.Go(func() (err error) { d.analysis, err = scope.Analysis(ctx, requestID); return err })
	group.Go(func() (err error) { d.deliveries, err = scope.Deliveries(ctx, requestID); return err })
	group.Go(func() (err error) { d.events, err = scope.Events(ctx, requestID); return err })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return &d, nil
}
