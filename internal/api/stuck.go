package api

import (
	"context"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// stuckShown is how many deliveries are listed: who has more looks for what they share.
const stuckShown = 100

// ListStuckDeliveries implements GET /v1/tenants/{tenant_id}/integrations/{integration_id}/stuck.
func (h *handlers) ListStuckDeliveries(ctx context.Context, in ListStuckDeliveriesRequestObject) (ListStuckDeliveriesResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	if t.Integration(in.IntegrationID) == nil {
		return nil, store.ErrNotFound
	}
	found, err := o.scope.StuckDeliveries(ctx, in.IntegrationID, stuckShown+1)
	if err != nil {
		return nil, fmt.Errorf("list stuck deliveries: %w", err)
	}
	answer := ListStuckDeliveries200JSONResponse{Deliveries: []StuckDelivery{}, Complete: len(found) <= stuckShown}
	for _, d := range found[:min(len(found), stuckShown)] {
		answer.Deliveries = append(answer.Deliveries, StuckDelivery{
			RequestID: d.RequestID, State: StuckDeliveryState(d.State), Error: d.Error, UpdatedAt: d.UpdatedAt,
		})
	}
	return answer, nil
}
