package api

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// unverified is the source of deliveries that came with the bootstrap key or with none.
const unverified = "-"

// GetSourceDeliveries implements GET /v1/tenants/{tenant_id}/sources/{source_id}/deliveries.
func (h *handlers) GetSourceDeliveries(ctx context.Context, in GetSourceDeliveriesRequestObject) (GetSourceDeliveriesResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := dayRange(in.Params.From, in.Params.To, time.UTC, maxDays); err != nil {
		return nil, err
	}
	sourceID, s := in.SourceID, t.Source(in.SourceID)
	switch {
	case sourceID == unverified:
		sourceID, s = "", &tenant.Source{}
	case sourceID == sourceAPI && s == nil: // nobody configured it: it is this API
		s = &tenant.Source{}
	case s == nil:
		return nil, store.ErrNotFound
	}
	counts, err := o.scope.SourceCounts(ctx, sourceID, in.Params.From.Time, in.Params.To.Time)
	if err != nil {
		return nil, err
	}
	states, err := o.scope.SourceStates(ctx)
	if err != nil {
		return nil, err
	}
	return GetSourceDeliveries200JSONResponse(presentArrivals(s, states[sourceID], counts)), nil
}

func presentArrivals(s *tenant.Source, state tenant.SourceState, counts []store.DayCount) SourceDeliveries {
	shown := SourceDeliveries{Counts: []DeliveryCount{}, Webhooks: state.Webhooks, PolledUntil: known(state.PolledUntil)}
	if s.ID != "" {
		shown.Problem = problemOf(s, state)
	}
	var accepted, rejected time.Time
	for _, c := range counts {
		switch c.Outcome {
		case "rejected":
			rejected = later(rejected, c.LastAt)
		case "accepted", "updated", "duplicate":
			accepted = later(accepted, c.LastAt)
		}
		shown.Counts = append(shown.Counts, DeliveryCount{
			Day: openapi_types.Date{Time: c.Day}, Outcome: c.Outcome, Reason: c.Reason, Count: c.Count, LastAt: c.LastAt.UTC(),
		})
	}
	shown.LastAcceptedAt, shown.LastRejectedAt = known(accepted), known(rejected)
	return shown
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// known returns nil for a time that is not known.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
