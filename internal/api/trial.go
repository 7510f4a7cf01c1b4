package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// connector is an integration that can be asked.
type connector struct {
	crm.Connector
	rules mapping.Mapping
}

// settingsError says why an integration cannot be asked. It is for the caller to know.
type settingsError string

func (e settingsError) Error() string { return string(e) }

// connector connects to an integration as deliveries do. It fails with a settingsError if
// that cannot work.
func (h *handlers) connector(ctx context.Context, t *tenant.Tenant, id string) (*connector, error) {
	in := t.Integration(id)
	if in == nil {
		return nil, store.ErrNotFound
	}
	settings, raw, err := mapping.Split(in.Config)
	if err != nil {
		return nil, settingsError("The settings are not an object.")
	}
	rules, err := mapping.Parse(raw)
	if err != nil {
		return nil, settingsError(err.Error())
	}
	credentials, err := h.credentials(ctx, t, id, "")
	if err != nil {
		return nil, err
	}
	if credentials == "" {
		return nil, settingsError("There are no credentials.")
	}
	made, err := h.deps.Connect(t.ID, in, settings, credentials)
	if err != nil {
		return nil, settingsError(err.Error())
	}
	return &connector{Connector: made, rules: rules}, nil
}

// TestIntegration implements POST /v1/tenants/{tenant_id}/integrations/{integration_id}/test.
func (h *handlers) TestIntegration(ctx context.Context, in TestIntegrationRequestObject) (TestIntegrationResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	if err := o.scope.Audit(ctx, o.actor, "integration.test", in.IntegrationID); err != nil {
		return nil, fmt.Errorf("audit test: %w", err)
	}
	c, err := h.connector(ctx, t, in.IntegrationID)
	var broken settingsError
	if errors.As(err, &broken) {
		return TestIntegration200JSONResponse{Message: string(broken), Problems: []MappingProblem{}}, nil
	}
	if err != nil {
		return nil, err
	}
	return TestIntegration200JSONResponse(c.tried(ctx)), nil
}

// tried says what would keep a lead from arriving.
func (c *connector) tried(ctx context.Context) TestResult {
	result := TestResult{Problems: []MappingProblem{}}
	if err := c.Test(ctx); err != nil {
		result.Message = crm.Dispose(err).Words
		return result
	}
	fields, err := mapping.Describe(ctx, c.Connector)
	if err != nil {
		result.Message = "The CRM does not tell its fields. " + crm.Dispose(err).Words
		return result
	}
	result.Ok = true
	for _, p := range c.rules.Check(fields) {
		result.Problems = append(result.Problems, presentProblem(p))
		result.Ok = result.Ok && p.Warning
	}
	return result
}

func presentProblem(p mapping.Problem) MappingProblem {
	return MappingProblem{Object: p.Record, Field: p.Field, Message: p.String(), Warning: p.Warning}
}

// ListIntegrationFields implements GET /v1/tenants/{tenant_id}/integrations/{integration_id}/fields.
func (h *handlers) ListIntegrationFields(ctx context.Context, in ListIntegrationFieldsRequestObject) (ListIntegrationFieldsResponseObject, error) {
	_, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	c, err := h.connector(ctx, t, in.IntegrationID)
	var broken settingsError
	if errors.As(err, &broken) {
		return nil, refuseWith(ProblemCodeInvalidSettings, FieldError{Field: "config", Message: string(broken)})
	}
	if err != nil {
		return nil, err
	}
	fields, err := mapping.Describe(ctx, c.Connector)
	if err != nil {
		return nil, fmt.Errorf("describe fields: %w", crmError(err))
	}
	answer := ListIntegrationFields200JSONResponse{Fields: []CRMField{}}
	for _, step := range c.Steps() {
		for _, f := range fields[step.Name] {
			answer.Fields = append(answer.Fields, presentField(step.Name, f))
		}
	}
	return answer, nil
}

func presentField(record string, f crm.FieldInfo) CRMField {
	shown := CRMField{
		Object: record, Name: f.Name, Label: cmp.Or(f.Label, f.Name), Type: string(f.Type), Required: f.Required,
		ReadOnly: f.ReadOnly, Options: []string{},
	}
	for _, o := range f.Options {
		shown.Options = append(shown.Options, o.Value)
	}
	return shown
}

// crmError says what a CRM's refusal means for the caller: something to put right, or to wait
// for.
func crmError(err error) error {
	if d := crm.Dispose(err); d.State == request.DeliveryParked {
		return &refusal{code: ProblemCodeInvalidSettings, fields: []FieldError{{Field: "credentials", Message: d.Words}}, cause: err}
	}
	return &refusal{code: ProblemCodeUnavailable, cause: err}
}

// PreviewMapping implements POST /v1/tenants/{tenant_id}/integrations/{integration_id}/mapping/preview.
func (h *handlers) PreviewMapping(ctx context.Context, in PreviewMappingRequestObject) (PreviewMappingResponseObject, error) {
	o, t, err := h.administered(ctx)
	if err != nil {
		return nil, err
	}
	integration := t.Integration(in.IntegrationID)
	if integration == nil {
		return nil, store.ErrNotFound
	}
	raw := in.Body.Mapping
	if len(raw) == 0 {
		if _, raw, err = mapping.Split(integration.Config); err != nil {
			return nil, refuseWith(ProblemCodeInvalidSettings, FieldError{Field: "config", Message: "it must be an object"})
		}
	}
	lead, plan, err := h.lead(ctx, o, t, in.Body.RequestID)
	if err != nil {
		return nil, err
	}
	lead.Owner = plan.Owner.For(in.IntegrationID)
	rules, err := mapping.Parse(raw)
	answer := PreviewMapping200JSONResponse{Values: []MappedValue{}, Problems: []MappingProblem{}}
	var problems mapping.Errors
	errors.As(err, &problems)
	for _, p := range problems {
		answer.Problems = append(answer.Problems, presentProblem(p))
	}
	broken := brokenRules(problems)
	for _, line := range rules.Preview(ctx, lead, t) {
		answer.Values = append(answer.Values, MappedValue{Object: line.Record, Field: line.Field, Value: line.Value})
		if message := remark(line); message != "" && !broken[line.Rule] {
			answer.Problems = append(answer.Problems, MappingProblem{Object: line.Record, Field: line.Field, Message: message, Warning: !line.Required})
		}
	}
	return answer, nil
}

// brokenRules returns the rules that have been found fault with already.
func brokenRules(problems mapping.Errors) map[int]bool {
	broken := make(map[int]bool)
	for _, p := range problems {
		broken[p.Rule] = true
	}
	return broken
}

// remark says what happened to a rule's value; empty: nothing unusual.
func remark(line mapping.Line) string {
	if line.Required && line.Value == nil && line.Problem == "" {
		return "the rule is required, and this request has no value for it: the delivery would be parked"
	}
	return line.Problem
}

// lead gathers what a request would bring into a CRM, and what the tenant's workflow says to
// it. It shows what was said, so nothing is gathered unless the audit log has it.
func (h *handlers) lead(ctx context.Context, o *office, t *tenant.Tenant, requestID string) (crm.Lead, workflow.Plan, error) {
	found, err := readDetail(ctx, o.scope, requestID)
	if err != nil {
		return crm.Lead{}, workflow.Plan{}, fmt.Errorf("read request: %w", err)
	}
	if err := o.scope.Audit(ctx, o.actor, "transcript.read", requestID); err != nil {
		return crm.Lead{}, workflow.Plan{}, fmt.Errorf("audit read of request: %w", err)
	}
	analysis := found.answer.Corrected(found.corrections)
	lead := crm.Lead{
		Request: found.request, Analysis: analysis, Transcript: found.transcript,
		Person: crm.PersonOf(found.request, analysis, t.Region), Region: t.Region,
		Link: request.Link(h.addresses.DashboardURL, t.ID, requestID),
	}
	plan, err := workflow.Evaluate(ctx, expr.Subject{
		Tenant: t, Request: lead.Request, Analysis: analysis, Transcript: lead.Transcript, Link: lead.Link,
	})
	lead.Tags = plan.Tags
	return lead, plan, err
}
