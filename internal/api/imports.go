package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cloud.google.com/go/civil"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Importer says what an import would bring. What the tenant can put right is a
// *reconcile.AccessError.
type Importer interface {
	Estimate(ctx context.Context, owner *tenant.Tenant, order reconcile.Order) (reconcile.Estimate, error)
}

// CreateImport implements POST /v1/tenants/{tenant_id}/sources/{source_id}/imports.
func (h *handlers) CreateImport(ctx context.Context, in CreateImportRequestObject) (CreateImportResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	order, err := h.importOrder(owner, in)
	if err != nil {
		return nil, err
	}
	if in.Body.Estimate {
		return h.estimate(ctx, owner, order)
	}
	input, err := order.Input()
	if err != nil {
		return nil, err
	}
	created, err := h.createJob(ctx, granted, job.Job{Kind: job.Import, Input: input}, store.AuditLine{Action: "import.create"})
	if err != nil {
		return nil, err
	}
	return CreateImport202JSONResponse(created), nil
}

// importOrder returns what the body asks for, by whole days of the tenant's zone.
func (h *handlers) importOrder(owner *tenant.Tenant, in CreateImportRequestObject) (reconcile.Order, error) {
	src := owner.Source(in.SourceID)
	if src == nil {
		return reconcile.Order{}, refuse(ProblemCodeNotFound)
	}
	order := reconcile.Order{
		SourceID: src.ID, Batch: in.Body.Batch, Push: in.Body.Push,
		From: dayIn(owner, in.Body.From, 0), To: dayIn(owner, in.Body.To, 1).Add(-time.Minute),
	}
	var wrong []FieldError
	if !reconcile.Reachable(src) {
		wrong = append(wrong, FieldError{"source_id", "the source must be CallRail's, active, and have company, account and API key"})
	}
	if order.To.Before(order.From) {
		wrong = append(wrong, FieldError{"to", "must not be before from"})
	}
	if order.From.Before(reconcile.Oldest(h.deps.Now())) {
		wrong = append(wrong, FieldError{"from", "CallRail does not answer for what is older than 25 months"})
	}
	if len(wrong) > 0 {
		return reconcile.Order{}, refuseWith(ProblemCodeInvalidSettings, wrong...)
	}
	return order, nil
}

// dayIn returns the first instant of a day, or of one some days later, in the tenant's zone.
func dayIn(owner *tenant.Tenant, day openapi_types.Date, later int) time.Time {
	return calendar.Start(civil.DateOf(day.Time).AddDays(later), owner.Location())
}

func (h *handlers) estimate(ctx context.Context, owner *tenant.Tenant, order reconcile.Order) (CreateImportResponseObject, error) {
	found, err := h.deps.Importer.Estimate(ctx, owner, order)
	var why *reconcile.AccessError
	if errors.As(err, &why) {
		return nil, refuseWith(ProblemCodeInvalidSettings, FieldError{"source_id", why.Why})
	}
	if err != nil {
		return nil, fmt.Errorf("estimate import: %w", err)
	}
	return CreateImport200JSONResponse{
		Calls: int64(found.Calls), Recorded: int64(found.Recorded), Minutes: found.Seconds / 60,
		CostUSD: importCost(h.deps.Prices.At(h.deps.Now()), found, order.Batch), TakesMinutes: found.Takes.Minutes(),
	}, nil
}

// importCost prices an estimate as the pipeline will, request by request. Which model will
// answer is not known: without a name the dearest is assumed.
func importCost(prices *cost.Prices, e reconcile.Estimate, batch bool) float64 {
	used := request.Metering{SpeechS: e.Seconds}
	if batch {
		used = request.Metering{SpeechBatchS: e.Seconds}
	}
	each := prices.Of(request.Metering{Models: map[string]request.Usage{"": cost.TypicalAnalysis}}, 0).TotalUSD
	none := prices.Of(request.Metering{}, 0).TotalUSD
	return float64(e.Calls)*each + prices.Of(used, 0).TotalUSD - none
}
