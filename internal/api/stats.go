package api

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/civil"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// The longest ranges that are summed up in one answer, in days: what a tenant's own is good
// for, and what every tenant's at once may cost.
const (
	maxDays         = 366
	maxPlatformDays = 31
)

// Statistics sums up a tenant's requests.
type Statistics interface {
	Stats(ctx context.Context, by store.Grouping, r store.Range) (*store.Stats, error)
	SpentUSD(ctx context.Context, r store.Range) (float64, error)
	Outcomes(ctx context.Context, r store.Range) ([]store.Outcome, error)
	Timings(ctx context.Context, r store.Range, each int) ([]store.Timing, error)
}

// Tally sums up the requests of every tenant.
type Tally interface {
	StatsByTenant(ctx context.Context, r store.Range) ([]store.TenantFigures, error)
	Stats(ctx context.Context, by store.Grouping, r store.Range) (*store.Stats, error)
	Outcomes(ctx context.Context, r store.Range) ([]store.Outcome, error)
	Timings(ctx context.Context, r store.Range, each int) ([]store.Timing, error)
}

// GetStats implements GET /v1/tenants/{tenant_id}/stats.
func (h *handlers) GetStats(ctx context.Context, in GetStatsRequestObject) (GetStatsResponseObject, error) {
	stats, err := h.stats(ctx, in.Params.GroupBy, in.Params.From, in.Params.To)
	if err != nil {
		return nil, err
	}
	return GetStats200JSONResponse(presentStats(string(in.Params.GroupBy), stats)), nil
}

func presentStats(by string, stats *store.Stats) Stats {
	shown := Stats{GroupBy: by, Groups: []StatsGroup{}, Total: statsGroup("", stats.Total)}
	for _, g := range stats.Groups {
		shown.Groups = append(shown.Groups, statsGroup(g.Key, g.Figures))
	}
	return shown
}

// stats sums up the requests of the granted tenant's days from one to another.
func (h *handlers) stats(ctx context.Context, by Dimension, from, to openapi_types.Date) (*store.Stats, error) {
	scope, days, err := h.grantedDays(ctx, from, to)
	if err != nil {
		return nil, err
	}
	stats, err := scope.Stats(ctx, store.Grouping(by), days)
	if err != nil {
		return nil, fmt.Errorf("sum up requests: %w", err)
	}
	return stats, nil
}

// grantedDays returns the scope of the granted tenant and its days from one to another.
func (h *handlers) grantedDays(ctx context.Context, from, to openapi_types.Date) (Scope, store.Range, error) {
	t, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, store.Range{}, err
	}
	days, err := dayRange(from, to, t.Location(), maxDays)
	if err != nil {
		return nil, store.Range{}, err
	}
	return h.scope(t.ID), days, nil
}

// grantedTenant returns the tenant that the gate let the caller to.
func (h *handlers) grantedTenant(ctx context.Context) (*tenant.Tenant, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	t, err := h.deps.Tenants.Tenant(ctx, granted.tenantID)
	if err != nil {
		return nil, fmt.Errorf("find tenant: %w", err)
	}
	return t, nil
}

// dayRange returns the time from the first day's beginning to the last day's end in a zone.
func dayRange(from, to openapi_types.Date, zone *time.Location, atMost int) (store.Range, error) {
	if to.Before(from.Time) || to.After(from.AddDate(0, 0, atMost)) {
		return store.Range{}, &refusal{code: ProblemCodeInvalidRequest, parameter: "to"}
	}
	first, after := civil.DateOf(from.Time), civil.DateOf(to.Time).AddDays(1)
	days := store.Range{From: calendar.Start(first, zone), To: calendar.Start(after, zone), Zone: zone.String()}
	if !storable(days.From) || !storable(days.To) {
		return store.Range{}, &refusal{code: ProblemCodeInvalidRequest, parameter: "from"}
	}
	return days, nil
}

func statsGroup(key string, f store.Figures) StatsGroup {
	g := StatsGroup{
		Key: key, Requests: f.Requests, Analyzed: f.Analyzed, Leads: f.Leads(), Hot: f.Hot, Warm: f.Warm, Cold: f.Cold,
		Delivered: f.Delivered, Failed: f.Failed, Answered: f.Answered, Missed: f.Missed, Voicemails: f.Voicemails,
		AnsweredLeads: f.AnsweredLeads, SpeechMinutes: f.SpeechS / 60, CostUSD: store.Dollars(f.CostMicros),
	}
	if leads := f.Leads(); leads > 0 {
		average := float64(f.LeadScore) / float64(leads)
		g.AverageScore = &average
	}
	return g
}

// GetPlatformStats implements GET /v1/stats.
func (h *handlers) GetPlatformStats(ctx context.Context, in GetPlatformStatsRequestObject) (GetPlatformStatsResponseObject, error) {
	days, err := dayRange(in.Params.From, in.Params.To, time.UTC, maxPlatformDays)
	if err != nil {
		return nil, err
	}
	if by := in.Params.GroupBy; by != PlatformDimensionTenant {
		stats, err := h.deps.Platform.Stats(ctx, store.Grouping(by), days)
		if err != nil {
			return nil, fmt.Errorf("sum up requests of all tenants: %w", err)
		}
		return GetPlatformStats200JSONResponse(presentStats(string(by), stats)), nil
	}
	lines, err := h.deps.Platform.StatsByTenant(ctx, days)
	if err != nil {
		return nil, fmt.Errorf("sum up requests of all tenants: %w", err)
	}
	answer := GetPlatformStats200JSONResponse{GroupBy: string(PlatformDimensionTenant), Groups: []StatsGroup{}}
	var total store.Figures
	for _, line := range lines {
		answer.Groups = append(answer.Groups, statsGroup(line.TenantID, line.Figures))
		total = total.Plus(line.Figures)
	}
	answer.Total = statsGroup("", total)
	return answer, nil
}
