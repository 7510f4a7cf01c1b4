package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/topic"
)

// Retries makes deliveries that ended badly due again.
type Retries interface {
	RetryDelivery(ctx context.Context, actor, requestID, destination string) error
	RetryDeliveries(ctx context.Context, actor, destination string) (int, error)
	StuckDeliveries(ctx context.Context, destination string, limit int) ([]store.StuckDelivery, error)
}

// Announcer tells steps what is due. An announcement that is lost is made up for by sweep.
type Announcer interface {
	Announce(ctx context.Context, status request.Status, tenantID, requestID string, run int64) error
}

// startOf returns the status that a step waits for, empty for no step.
func startOf(step RetryOrderFrom) request.Status {
	for _, status := range request.Statuses() {
		if step != "" && status.Step() == string(step) {
			return status
		}
	}
	return ""
}

// RetryRequest implements POST /v1/tenants/{tenant_id}/requests/{request_id}/retry.
func (h *handlers) RetryRequest(ctx context.Context, in RetryRequestRequestObject) (RetryRequestResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	due, err := h.scope(granted.tenantID).Requeue(ctx, in.RequestID, store.Requeue{
		Actor: granted.principal.Actor(), From: startOf(in.Body.From), Fresh: in.Body.Fresh,
	})
	if err != nil {
		return nil, fmt.Errorf("retry request: %w", err)
	}
	h.announce(ctx, granted.tenantID, in.RequestID, due)
	return RetryRequest202JSONResponse{RequestID: in.RequestID, Status: due.Status, CrmState: due.CRMState}, nil
}

// announce tells the step that a request is due for, if it is for one.
func (h *handlers) announce(ctx context.Context, tenantID, requestID string, due store.Requeued) {
	if due.Status == "" {
		return
	}
	if err := h.deps.Announcer.Announce(ctx, due.Status, tenantID, requestID, due.Run); err != nil {
		h.unannounced(ctx, tenantID, requestID, err)
	}
}

func (h *handlers) unannounced(ctx context.Context, tenantID, requestID string, err error) {
	slog.WarnContext(ctx, "announcement failed, sweep will repeat it", "tenant_id", tenantID, "request_id", requestID, "error", err)
}

// RetryDelivery implements POST /v1/tenants/{tenant_id}/requests/{request_id}/deliveries/{integration_id}/retry.
func (h *handlers) RetryDelivery(ctx context.Context, in RetryDeliveryRequestObject) (RetryDeliveryResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	scope := h.scope(granted.tenantID)
	if err := retryDelivery(ctx, scope, granted.principal.Actor(), in.RequestID, in.IntegrationID); err != nil {
		return nil, err
	}
	r, err := scope.Request(ctx, in.RequestID)
	if err != nil {
		return nil, fmt.Errorf("read request: %w", err)
	}
	err = h.deps.Publisher.Publish(ctx, topic.DeliveryDue, topic.Message{
		TenantID: granted.tenantID, RequestID: in.RequestID, Run: r.Run, Destination: in.IntegrationID,
	})
	if err != nil {
		h.unannounced(ctx, granted.tenantID, in.RequestID, err)
	}
	return RetryDelivery202JSONResponse{RequestID: r.ID, Status: r.Status, CrmState: r.CRMState}, nil
}

// retryDelivery makes a delivery due again. One that did not end badly is a conflict.
func retryDelivery(ctx context.Context, scope Scope, actor, requestID, destination string) error {
	err := scope.RetryDelivery(ctx, actor, requestID, destination)
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}
	all, readErr := scope.Deliveries(ctx, requestID)
	if readErr != nil {
		return fmt.Errorf("read deliveries: %w", readErr)
	}
	if slices.ContainsFunc(all, func(d request.Delivery) bool { return d.Destination == destination }) {
		return conflict(whyNotFailed)
	}
	return err
}

// RetryIntegration implements POST /v1/tenants/{tenant_id}/integrations/{integration_id}/retry.
// Sweep announces what is due: that may be a lot.
func (h *handlers) RetryIntegration(ctx context.Context, in RetryIntegrationRequestObject) (RetryIntegrationResponseObject, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	if t.Integration(in.IntegrationID) == nil {
		return nil, refuse(ProblemCodeNotFound)
	}
	n, err := h.scope(t.ID).RetryDeliveries(ctx, granted.principal.Actor(), in.IntegrationID)
	if err != nil {
		return nil, fmt.Errorf("retry deliveries: %w", err)
	}
	return RetryIntegration200JSONResponse{Retried: int64(n)}, nil
}
