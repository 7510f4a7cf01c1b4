package workflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// maxNote is how many characters of a note are written back. CallRail names no limit, but
// shows notes in a list.
const maxNote = 2000

// Evaluate reads the tenant's rules for a request. It fails only if ctx ends.
func Evaluate(ctx context.Context, s expr.Subject) (Plan, error) {
	d := &decision{subject: s}
	if rules := s.Tenant.Settings.Workflow; len(rules) > 0 {
		d.read(ctx, rules, s.Vars())
	}
	if err := ctx.Err(); err != nil {
		return Plan{}, fmt.Errorf("evaluate workflow: %w", err)
	}
	return d.plan(), nil
}

func (d *decision) read(ctx context.Context, rules []tenant.Rule, vars *expr.Vars) {
	for i, r := range rules {
		vars = vars.With(d.tags, d.owner.For(""))
		step := Step{Rule: i, Name: nameOf(r, i)}
		var err error
		if step.Matched, step.Used, err = match(ctx, r, vars); err != nil {
			step.Error = err.Error()
			d.warn(step.Name, "it was not applied: "+err.Error())
		}
		step.Why = why(r, step.Matched, err)
		d.trace = append(d.trace, step)
		if !step.Matched {
			continue
		}
		d.apply(r.Actions, step.Name)
		d.writeBack(ctx, r.Actions.CallRail, step.Name, vars)
		if r.Stop {
			return
		}
	}
}

func nameOf(r tenant.Rule, i int) string { return cmp.Or(r.Name, strconv.Itoa(i+1)) }

func (d *decision) warn(rule, what string) {
	d.warnings = append(d.warnings, fmt.Sprintf("Rule %q: %s.", rule, what))
}

// match reports whether a rule is for the request, and what it looked at to decide.
func match(ctx context.Context, r tenant.Rule, vars *expr.Vars) (matched bool, used map[string]any, err error) {
	if strings.TrimSpace(r.When) == "" {
		return true, nil, nil
	}
	program, err := expr.Compile(r.When, expr.Bool)
	if err != nil {
		return false, nil, fmt.Errorf("its expression is invalid: %w", err)
	}
	matched, err = program.Match(ctx, vars)
	return matched, program.Used(vars), err
}

func why(r tenant.Rule, matched bool, err error) string {
	switch {
	case err != nil:
		return "it counts as not matching: " + err.Error()
	case strings.TrimSpace(r.When) == "":
		return "it has no condition"
	case !matched:
		return "its condition is false"
	case r.Stop:
		return "its condition is true, and no rule after it is read"
	default:
		return "its condition is true"
	}
}

// apply takes over what a rule decides.
func (d *decision) apply(a tenant.Actions, rule string) {
	switch {
	case a.Skip != "":
		d.destinations = choice{Selection: tenant.Selection{None: true}, by: rule, reason: a.Skip}
	case !a.Destinations.IsZero():
		d.destinations = choice{Selection: a.Destinations, by: rule}
	}
	if !a.Notify.IsZero() {
		d.notify = choice{Selection: a.Notify, by: rule}
	}
	d.nonLeads = d.nonLeads || a.NonLeads
	d.tags = addTags(d.tags, a.Tags)
	if len(a.Owner) > 0 {
		d.owner = maps.Clone(a.Owner)
	}
}

// writeBack takes over what a rule writes back to CallRail. Only calls can be written to.
func (d *decision) writeBack(ctx context.Context, c *tenant.CallRail, rule string, vars *expr.Vars) {
	if c == nil || d.subject.Request.Kind != request.Call || d.subject.Request.Namespace != request.NamespaceCall {
		return
	}
	var u request.SourceUpdate
	if d.callrail != nil {
		u = *d.callrail
	}
	u.Tags = addTags(u.Tags, c.Tags)
	u.LeadStatus = cmp.Or(c.LeadStatus, u.LeadStatus)
	value, err := amount(ctx, c.Value, vars)
	if err != nil {
		d.warn(rule, "the value for CallRail was left out: "+err.Error())
	}
	note, err := text(ctx, c.Note, vars)
	if err != nil {
		d.warn(rule, "the note for CallRail was left out: "+err.Error())
	}
	u.Value, u.Note = cmp.Or(value, u.Value), cmp.Or(note, u.Note)
	if !u.IsZero() {
		d.callrail = &u
	}
}

// result runs an expression of a rule's action; an empty one results in nothing.
func result(ctx context.Context, source string, vars *expr.Vars) (any, error) {
	if strings.TrimSpace(source) == "" {
		return nil, nil
	}
	program, err := expr.Compile(source, expr.Text, expr.Integer, expr.Number)
	if err != nil {
		return nil, fmt.Errorf("its expression is invalid: %w", err)
	}
	return program.Value(ctx, vars)
}

// maxAmount is more than anybody pays for a home.
const maxAmount = 1e9

// amount runs an expression for an amount of money, and writes it as CallRail takes it.
func amount(ctx context.Context, source string, vars *expr.Vars) (string, error) {
	value, err := result(ctx, source, vars)
	if err != nil || value == nil || value == "" {
		return "", err
	}
	dollars, err := strconv.ParseFloat(strings.NewReplacer("$", "", ",", "", " ", "").Replace(expr.AsText(value)), 64)
	if err != nil || !(dollars >= 0 && dollars <= maxAmount) {
		return "", errors.New("it is no amount of dollars")
	}
	return fmt.Sprintf("%.2f", dollars), nil
}

func text(ctx context.Context, source string, vars *expr.Vars) (string, error) {
	value, err := result(ctx, source, vars)
	if err != nil {
		return "", err
	}
	note := []rune(strings.TrimSpace(expr.AsText(value)))
	return string(note[:min(len(note), maxNote)]), nil
}
