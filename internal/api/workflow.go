package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// GetWorkflow implements GET /v1/tenants/{tenant_id}/workflow.
func (h *handlers) GetWorkflow(ctx context.Context, _ GetWorkflowRequestObject) (GetWorkflowResponseObject, error) {
	_, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	return GetWorkflow200JSONResponse(presentWorkflow(t)), nil
}

func presentWorkflow(t *tenant.Tenant) Workflow { return Workflow{Rules: list(t.Settings.Workflow)} }

// PutWorkflow implements PUT /v1/tenants/{tenant_id}/workflow.
func (h *handlers) PutWorkflow(ctx context.Context, in PutWorkflowRequestObject) (PutWorkflowResponseObject, error) {
	o, err := h.office(ctx)
	if err != nil {
		return nil, err
	}
	changed, err := h.update(ctx, o, "workflow.put", o.tenantID, func(t *tenant.Tenant) error {
		if err := match(in.Params.IfMatch, presentWorkflow(t), true); err != nil {
			return err
		}
		t.Settings.Workflow = in.Body.Rules
		return checkWorkflow(t).refusal()
	})
	if err != nil {
		return nil, err
	}
	return PutWorkflow200JSONResponse(presentWorkflow(changed)), nil
}

// checkWorkflow returns everything that is wrong with a tenant's rules.
func checkWorkflow(t *tenant.Tenant) wrong {
	var w wrong
	var problems workflow.Errors
	errors.As(workflow.Validate(t), &problems)
	for _, p := range problems {
		place, message, _ := strings.Cut(p.String(), ": ")
		w.add(strings.Replace(place, "workflow", "rules", 1), message)
	}
	return w
}

// DryRunWorkflow implements POST /v1/tenants/{tenant_id}/workflow/dry-run.
func (h *handlers) DryRunWorkflow(ctx context.Context, in DryRunWorkflowRequestObject) (DryRunWorkflowResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	if in.Body.Rules != nil {
		t.Settings.Workflow = *in.Body.Rules
		if err := checkWorkflow(t).refusal(); err != nil {
			return nil, err
		}
	}
	_, plan, err := h.lead(ctx, o, t, in.Body.RequestID)
	if err != nil {
		return nil, fmt.Errorf("try workflow: %w", err)
	}
	return DryRunWorkflow200JSONResponse(presentPlan(plan)), nil
}

func presentPlan(plan workflow.Plan) WorkflowPlan {
	shown := WorkflowPlan{
		Destinations: []PlannedDestination{}, Channels: []PlannedChannel{}, Tags: list(plan.Tags), Trace: []RuleTrace{},
	}
	for _, d := range plan.Destinations {
		shown.Destinations = append(shown.Destinations, PlannedDestination{Destination: d.ID, Chosen: d.Skip == "", Reason: d.Skip})
	}
	for _, c := range plan.Channels {
		shown.Channels = append(shown.Channels, PlannedChannel{Channel: c.Name, Chosen: c.Told, Reason: c.Why})
	}
	for _, step := range plan.Trace {
		shown.Trace = append(shown.Trace, RuleTrace{Rule: step.Name, Matched: step.Matched, Why: step.Why, Error: step.Error})
	}
	return shown
}
