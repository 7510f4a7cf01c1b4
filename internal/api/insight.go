package api

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/civil"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Queues knows what waits and what is used up, of all tenants.
type Queues interface {
	Backlog(ctx context.Context, words string) ([]store.Backlog, error)
	UsedQuotas(ctx context.Context, since civil.Date) ([]store.Used, error)
}

// GetOutcomes implements GET /v1/tenants/{tenant_id}/stats/outcomes.
func (h *handlers) GetOutcomes(ctx context.Context, in GetOutcomesRequestObject) (GetOutcomesResponseObject, error) {
	scope, days, err := h.grantedDays(ctx, in.Params.From, in.Params.To)
	if err != nil {
		return nil, err
	}
	lines, err := scope.Outcomes(ctx, days)
	if err != nil {
		return nil, fmt.Errorf("count deliveries: %w", err)
	}
	return GetOutcomes200JSONResponse{Outcomes: outcomes(lines)}, nil
}

// GetPlatformOutcomes implements GET /v1/stats/outcomes.
func (h *handlers) GetPlatformOutcomes(ctx context.Context, in GetPlatformOutcomesRequestObject) (GetPlatformOutcomesResponseObject, error) {
	days, err := dayRange(in.Params.From, in.Params.To, time.UTC, maxPlatformDays)
	if err != nil {
		return nil, err
	}
	lines, err := h.deps.Platform.Outcomes(ctx, days)
	if err != nil {
		return nil, fmt.Errorf("count deliveries of all tenants: %w", err)
	}
	return GetPlatformOutcomes200JSONResponse{Outcomes: outcomes(lines)}, nil
}

// outcomes puts the lines of each destination together; those of one follow each other.
func outcomes(lines []store.Outcome) []DeliveryOutcomes {
	all := []DeliveryOutcomes{}
	for _, line := range lines {
		if n := len(all); n == 0 || all[n-1].Connector != line.Connector || all[n-1].Destination != line.Destination {
			all = append(all, DeliveryOutcomes{Connector: line.Connector, Destination: line.Destination})
		}
		one := &all[len(all)-1]
		one.Deliveries += line.Deliveries
		switch request.DeliveryState(line.State) {
		case request.DeliveryDone:
			one.Done += line.Deliveries
		case request.DeliveryPending:
			one.Pending += line.Deliveries
		case request.DeliveryParked:
			one.Parked += line.Deliveries
		case request.DeliveryFailed:
			one.Failed += line.Deliveries
		case request.DeliverySkipped:
			one.Skipped += line.Deliveries
		}
		switch crm.Outcome(line.Outcome) {
		case crm.Created:
			one.Created += line.Deliveries
		case crm.Updated:
			one.Updated += line.Deliveries
		case crm.Matched:
			one.Matched += line.Deliveries
		}
	}
	return all
}

// waitsFor is the step that a request of a status waits for.
var waitsFor = map[request.Status]QueueStep{
	request.Received: QueueStepTranscribe, request.Transcribed: QueueStepAnalyze, request.Analyzed: QueueStepPush, request.Pushed: QueueStepNotify,
}

// GetBacklog implements GET /v1/backlog.
func (h *handlers) GetBacklog(ctx context.Context, _ GetBacklogRequestObject) (GetBacklogResponseObject, error) {
	lines, err := h.deps.Platform.Backlog(ctx, crm.WordsUnreachable)
	if err != nil {
		return nil, fmt.Errorf("count what waits: %w", err)
	}
	answer := GetBacklog200JSONResponse{Queues: []Queue{}}
	for _, line := range lines {
		step, known := QueueStepPush, true
		if line.Destination == "" {
			step, known = waitsFor[request.Status(line.Status)]
		}
		if !known {
			continue // it waits for no step
		}
		answer.Queues = append(answer.Queues, Queue{
			TenantID: line.TenantID, Step: step, Destination: line.Destination, Waiting: line.Waiting, Overdue: line.Overdue,
			OldestDueAt: line.Oldest.UTC(), Circuit: line.Refused,
		})
	}
	return answer, nil
}

// GetQuotas implements GET /v1/quotas.
func (h *handlers) GetQuotas(ctx context.Context, _ GetQuotasRequestObject) (GetQuotasResponseObject, error) {
	now := h.deps.Now()
	lines, err := h.deps.Platform.UsedQuotas(ctx, civil.DateOf(now.UTC()).AddDays(-1)) // where the day began last
	if err != nil {
		return nil, fmt.Errorf("read used quotas: %w", err)
	}
	tenants := map[string]*tenant.Tenant{}
	for _, t := range h.deps.Tenants.All() {
		tenants[t.ID] = t
	}
	answer := GetQuotas200JSONResponse{Quotas: []Quota{}}
	for _, line := range lines {
		t := tenants[line.TenantID] // nil: just created, and not in the snapshot yet
		if t == nil || line.Day != civil.DateOf(now.In(t.Location())) {
			continue
		}
		answer.Quotas = append(answer.Quotas, Quota{
			TenantID: line.TenantID, Name: QuotaName(line.Name), Day: openapi_types.Date{Time: line.Day.In(time.UTC)}, Used: line.Used,
			Limit: int64(h.deps.Limiter.PerDay(t, limit.Subject(line.Name))),
		})
	}
	return answer, nil
}
