package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Surveyor says what another look at past requests would change, or cost.
type Surveyor interface {
	Scores(ctx context.Context, tenantID string, order reanalyze.Scores) (reanalyze.Preview, error)
	Answers(ctx context.Context, tenantID string, order reanalyze.Answers) (reanalyze.Estimate, error)
}

// CreateRescore implements POST /v1/tenants/{tenant_id}/rescores.
func (h *handlers) CreateRescore(ctx context.Context, in CreateRescoreRequestObject) (CreateRescoreResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := h.scope(granted.tenantID).Tenant(ctx) // the directory may be behind: whoever has just changed the weights wants these
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	body := in.Body
	order := reanalyze.Scores{Weights: owner.Settings.Weights, Push: body.Push}
	if order.Choice, err = choice(owner, body.From, body.To); err != nil {
		return nil, err
	}
	order.SourceID, order.Band = body.SourceID, body.ScoreBand
	if body.Weights != nil {
		if err := checkTrial(body); err != nil {
			return nil, err
		}
		order.Weights = body.Weights
	}
	found, err := h.deps.Surveyor.Scores(ctx, owner.ID, order)
	if err != nil {
		return nil, fmt.Errorf("preview scores: %w", err)
	}
	if body.Preview {
		return presentPreview(found), nil
	}
	if found.Complete {
		order.Expected = found.Looked
	}
	input, err := reanalyze.Input(order)
	if err != nil {
		return nil, err
	}
	created, err := h.createJob(ctx, granted, job.Job{Kind: job.Rescore, Input: input}, store.AuditLine{Action: "rescore.create", After: membersOf(input)})
	if err != nil {
		return nil, err
	}
	return CreateRescore202JSONResponse(created), nil
}

// membersOf returns an order as the audit log shows it: nothing in it is personal.
func membersOf(order json.RawMessage) map[string]any {
	var members map[string]any
	_ = json.Unmarshal(order, &members) // it was just written
	return members
}

// choice returns the requests of whole days of the tenant's zone.
func choice(owner *tenant.Tenant, from, to types.Date) (reanalyze.Choice, error) {
	c := reanalyze.Choice{From: dayIn(owner, from, 0), Until: dayIn(owner, to, 1)}
	for name, at := range map[string]types.Date{"from": from, "to": to} {
		if !storable(at.Time) || at.Year() > lastYear {
			return c, &refusal{code: ProblemCodeInvalidRequest, parameter: "/" + name}
		}
	}
	if !c.From.Before(c.Until) {
		return c, refuseWith(ProblemCodeInvalidSettings, FieldError{"to", "must not be before from"})
	}
	return c, nil
}

// lastYear is one whose end the store can still keep, in every zone.
const lastYear = 9998

// checkTrial refuses weights that are none, or that scores are to be kept by.
func checkTrial(body *NewRescore) error {
	if !body.Preview {
		return refuseWith(ProblemCodeInvalidSettings, FieldError{"weights", "are for a preview: to score by them, make them the tenant's"})
	}
	if err := rubric.CheckWeights(body.Weights); err != nil {
		lines := strings.Split(err.Error(), "\n")
		slices.Sort(lines)
		return refuseWith(ProblemCodeInvalidSettings, FieldError{"weights", strings.Join(lines, "; ")})
	}
	return nil
}

func presentPreview(p reanalyze.Preview) CreateRescore200JSONResponse {
	shown := CreateRescore200JSONResponse{
		Complete: p.Complete, Looked: p.Looked, Done: p.Done, Changed: p.Changed, Busy: p.Busy, Skipped: p.Skipped,
		Bands: p.Bands, Requests: p.Requests,
	}
	if shown.Bands == nil {
		shown.Bands = map[string]map[string]int{}
	}
	if shown.Requests == nil {
		shown.Requests = []ScoreChange{}
	}
	return shown
}

// CreateReanalysis implements POST /v1/tenants/{tenant_id}/reanalyses.
func (h *handlers) CreateReanalysis(ctx context.Context, in CreateReanalysisRequestObject) (CreateReanalysisResponseObject, error) {
	granted, err := grantOf(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := h.grantedTenant(ctx)
	if err != nil {
		return nil, err
	}
	body := in.Body
	order := reanalyze.Answers{Push: body.Push, Sample: body.Sample}
	if order.Choice, err = choice(owner, body.From, body.To); err != nil {
		return nil, err
	}
	order.SourceID, order.Band = body.SourceID, body.ScoreBand
	order.Analyzer, order.ModelNot, order.PromptNot = body.Analyzer, body.ModelNot, body.PromptVersionNot
	found, err := h.deps.Surveyor.Answers(ctx, owner.ID, order)
	if err != nil {
		return nil, fmt.Errorf("estimate analyses: %w", err)
	}
	if body.Estimate {
		return CreateReanalysis200JSONResponse{Requests: int64(found.Requests), CostUSD: found.CostUSD, Complete: found.Complete}, nil
	}
	order.Expected = found.Requests
	input, err := reanalyze.Input(order)
	if err != nil {
		return nil, err
	}
	created, err := h.createJob(ctx, granted, job.Job{Kind: job.Reanalyze, Input: input}, store.AuditLine{Action: "reanalysis.create", After: membersOf(input)})
	if err != nil {
		return nil, err
	}
	return CreateReanalysis202JSONResponse(created), nil
}
