package api

import (
	"cmp"
	"context"
	"fmt"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// GetCosts implements GET /v1/tenants/{tenant_id}/costs.
func (h *handlers) GetCosts(ctx context.Context, in GetCostsRequestObject) (GetCostsResponseObject, error) {
	stats, err := h.stats(ctx, in.Params.GroupBy, in.Params.From, in.Params.To)
	if err != nil {
		return nil, err
	}
	total := stats.Total
	answer := GetCosts200JSONResponse{
		GroupBy: string(in.Params.GroupBy), Requests: total.Requests, TotalUSD: store.Dollars(total.CostMicros),
		Components: costShares(total), Groups: []CostGroup{},
	}
	if total.Requests > 0 {
		each := answer.TotalUSD / float64(total.Requests)
		answer.PerRequestUSD = &each
	}
	for _, g := range stats.Groups {
		answer.Groups = append(answer.Groups, CostGroup{
			Key: g.Key, Requests: g.Requests, CostUSD: store.Dollars(g.CostMicros), Components: costShares(g.Figures),
		})
	}
	return answer, nil
}

// costShares says what the costs were for. What is for nothing else is the platform's.
func costShares(f store.Figures) []CostShare {
	platform := f.CostMicros - f.SpeechMicros - f.ModelMicros - f.StorageMicros
	return []CostShare{
		{Name: "speech", CostUSD: store.Dollars(f.SpeechMicros)},
		{Name: "model", CostUSD: store.Dollars(f.ModelMicros)},
		{Name: "storage", CostUSD: store.Dollars(f.StorageMicros)},
		{Name: "platform", CostUSD: store.Dollars(platform)},
	}
}

// GetBudget implements GET /v1/tenants/{tenant_id}/budget.
func (h *handlers) GetBudget(ctx context.Context, _ GetBudgetRequestObject) (GetBudgetResponseObject, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	now := h.deps.Now()
	month := cost.MonthOf(now, t.Location())
	spent, err := h.scope(t.ID).SpentUSD(ctx, store.Range{From: month.Start, To: month.End})
	if err != nil {
		return nil, fmt.Errorf("sum up costs: %w", err)
	}
	s := cost.Stand(t, spent, now)
	answer := GetBudget200JSONResponse{
		Month: s.Month.String(), SpentUSD: s.SpentUSD, ForecastUSD: s.ForecastUSD, WarnAt: s.WarnAt,
		OnLimit: cmp.Or(t.Settings.Budget.OnLimit, tenant.OnLimitWarn), State: string(s.State),
	}
	if s.State != cost.Unlimited {
		answer.LimitUSD = &s.LimitUSD
	}
	return answer, nil
}

// GetPrices implements GET /v1/prices.
func (h *handlers) GetPrices(context.Context, GetPricesRequestObject) (GetPricesResponseObject, error) {
	prices := h.deps.Prices.At(h.deps.Now())
	answer := GetPrices200JSONResponse{ValidFrom: openapi_types.Date{Time: prices.ValidFrom.Time}, Prices: []Price{}}
	for _, line := range prices.Lines() {
		answer.Prices = append(answer.Prices, Price{
			Name: line.Name, Model: line.Model, Unit: line.Unit, USD: line.Price.USD, Assumed: line.Price.Assumed, Note: line.Price.Source,
		})
	}
	return answer, nil
}
