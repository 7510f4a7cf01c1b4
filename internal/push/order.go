package push

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

// order is a request with what its tenant's workflow wants done with it.
type order struct {
	tenant   *tenant.Tenant
	lead     crm.Lead
	plan     workflow.Plan
	optedOut bool // the person: nothing goes to third parties
}

// order gathers what connectors may write, and evaluates the workflow: with the tenant's
// rules as they are now, so that a parked delivery profits from a corrected one.
func (p *Worker) order(ctx context.Context, t *tenant.Tenant, r *request.Request, from answers) (order, error) {
	lead, err := p.lead(ctx, t, r, from)
	if err != nil {
		return order{}, err
	}
	plan, err := workflow.Evaluate(ctx, expr.Subject{
		Tenant: t, Request: r, Analysis: lead.Analysis, Transcript: lead.Transcript, Link: lead.Link,
	})
	if err != nil {
		return order{}, err
	}
	lead.Tags = plan.Tags
	optedOut, err := p.optedOut(ctx, t, r.ID)
	return order{tenant: t, lead: lead, plan: plan, optedOut: optedOut}, err
}

const (
	destinationPaused = "Deliveries to this destination are paused."
	historyIsKept     = "It was brought in to be kept here, not to be sent."
)

// deliveries returns the plan as the store keeps it. What no contract covers is planned like the
// rest, and parked by the attempt, so that the timeline and the metric have it. What is paused is planned like the rest,
// and is due when the pause ends; nobody waits for it. What turns out to be no lead after it was
// delivered follows: its records must not go on saying that it is one.
func (o order) deliveries(now time.Time) []store.Plan {
	var plans []store.Plan
	kept := o.lead.Request.Handling.NoCRM
	writeBack := o.plan.CallRail != nil && !kept
	for _, d := range o.plan.Destinations {
		plan := store.Plan{Destination: d.ID, Connector: d.Kind, Skip: d.Skip, Follow: true}
		switch {
		case kept:
			plan.Skip, plan.Follow = historyIsKept, false
		case o.refused(d.ID):
			plan.Skip, plan.Follow = personOptedOut, false
		}
		plans = append(plans, plan)
		writeBack = writeBack && d.ID != request.ConnectorCallRail // the name is taken: Validate refuses that
	}
	if writeBack {
		plans = append(plans, store.Plan{Destination: request.ConnectorCallRail, Connector: request.ConnectorCallRail})
	}
	for i, plan := range plans {
		if o.tenant.Paused(now, tenant.PauseDestination(plan.Destination)) != nil {
			plans[i].Defer = destinationPaused
		}
	}
	return plans
}

// detail says for the timeline what was done: the names of rules are the tenant's own words.
func (o order) detail(tried int) string {
	detail := fmt.Sprintf("%d destinations tried", tried)
	if fired := o.plan.Fired(); len(fired) > 0 {
		detail += "; rules: " + strings.Join(fired, ", ")
	}
	if n := len(o.plan.Warnings); n > 0 {
		detail += fmt.Sprintf("; rules that failed: %d", n)
	}
	return detail
}

// leadFor returns the lead as one destination gets it: with its owner there, and with the
// fields that its mapping fills. Warnings are about rules of the mapping that failed.
func (o order) leadFor(ctx context.Context, d request.Delivery) (lead crm.Lead, warnings []string, err error) {
	lead = o.lead
	lead.Revision, lead.Owner = d.Revision, o.plan.Owner.For(d.Destination)
	in := o.tenant.Integration(d.Destination)
	if in == nil {
		return lead, nil, nil // connecting will say so
	}
	_, raw, err := mapping.Split(in.Config)
	if err != nil {
		return lead, nil, settingsError(err)
	}
	rules, err := mapping.Parse(raw)
	if err != nil && rules.Empty() {
		warnings = append(warnings, "The mapping was not applied: "+err.Error()+".")
	}
	fields, failed, err := rules.Apply(ctx, lead, o.tenant)
	lead.Fields = fields
	return lead, append(warnings, failed...), err
}

func settingsError(err error) error {
	return &crm.Error{Fault: crm.Invalid, Op: "connect", Message: "the integration's settings are not a JSON object", Err: err}
}

// answers is where a lead's transcript and analysis are read.
type answers interface {
	Transcript(ctx context.Context) (*request.Transcript, error)
	Analysis(ctx context.Context) (*request.Analysis, error)
}

// children reads the answers of a request that is not claimed itself.
type children struct {
	scope     *store.Scope
	requestID string
}

func (c children) Transcript(ctx context.Context) (*request.Transcript, error) {
	return c.scope.Transcript(ctx, c.requestID)
}

func (c children) Analysis(ctx context.Context) (*request.Analysis, error) {
	return c.scope.Analysis(ctx, c.requestID)
}

// lead gathers what connectors may write.
func (p *Worker) lead(ctx context.Context, t *tenant.Tenant, r *request.Request, from answers) (crm.Lead, error) {
	analysis, err := from.Analysis(ctx)
	if err != nil {
		return crm.Lead{}, fmt.Errorf("read analysis: %w", err)
	}
	transcript, err := from.Transcript(ctx)
	if err != nil {
		return crm.Lead{}, fmt.Errorf("read transcript: %w", err)
	}
	return crm.Lead{
		Request: r, Analysis: analysis, Transcript: transcript,
		Person: crm.PersonOf(r, analysis, t.Region), Region: t.Region, Zone: t.Location(),
		Link:    request.Link(p.Config.DashboardURL, t.ID, r.ID),
		Recheck: t.Paused(p.Now(), tenant.PauseTrust) != nil,
	}, nil
}
