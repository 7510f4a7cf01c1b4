package workflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Limits of a workflow.
const (
	maxRules = 100
	maxText  = 100 // characters of a name, tag or reason
)

// Problem is a mistake in a rule.
type Problem struct {
	Rule    int    `json:"rule"`          // index from 0; -1: the workflow's as a whole
	Key     string `json:"key,omitempty"` // name, when, actions.tags …
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"` // both in the key's expression, from 1; 0: not about one
	Message string `json:"message"`
}

func (p Problem) String() string {
	place := "workflow"
	if p.Rule >= 0 {
		place = fmt.Sprintf("workflow[%d]", p.Rule)
	}
	if p.Key != "" {
		place += "." + p.Key
	}
	if p.Line > 0 {
		place += fmt.Sprintf(" %d:%d", p.Line, p.Column)
	}
	return place + ": " + p.Message
}

// Errors is every mistake in a workflow.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, 0, len(e))
	for _, p := range e {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Validate checks the rules in a tenant's settings against the tenant's integrations and
// channels. Its error is Errors.
func Validate(t *tenant.Tenant) error {
	v := &validator{tenant: t, names: make(map[string]int)}
	rules := t.Settings.Workflow
	if len(rules) > maxRules {
		return Errors{{Rule: -1, Message: fmt.Sprintf("there are more than %d rules", maxRules)}}
	}
	for i, r := range rules {
		v.index = i
		v.rule(r)
	}
	if len(v.errors) > 0 {
		return v.errors
	}
	return nil
}

type validator struct {
	tenant *tenant.Tenant
	index  int
	names  map[string]int
	errors Errors
}

func (v *validator) problem(key, format string, args ...any) {
	v.errors = append(v.errors, Problem{Rule: v.index, Key: key, Message: fmt.Sprintf(format, args...)})
}

func (v *validator) rule(r tenant.Rule) {
	v.short("name", r.Name)
	if first, ok := v.names[r.Name]; ok {
		v.problem("name", "rule %d has this name already", first)
	} else {
		v.names[r.Name] = v.index
	}
	if strings.TrimSpace(r.When) != "" {
		v.expression("when", r.When, expr.Bool)
	}
	v.actions(r.Actions, r.Stop)
}

// short checks a text that people see.
func (v *validator) short(key, s string) {
	if strings.TrimSpace(s) == "" || len([]rune(s)) > maxText {
		v.problem(key, "it must have between 1 and %d characters", maxText)
	}
}

func (v *validator) expression(key, source string, kinds ...expr.Kind) {
	_, err := expr.Compile(source, kinds...)
	if err == nil {
		return
	}
	for _, m := range expr.Mistakes(err) {
		v.errors = append(v.errors, Problem{Rule: v.index, Key: key, Line: m.Line, Column: m.Column, Message: m.Message})
	}
}

func (v *validator) actions(a tenant.Actions, stop bool) {
	if a.Destinations.IsZero() && a.Notify.IsZero() && !a.NonLeads && a.Skip == "" && len(a.Tags) == 0 && len(a.Owner) == 0 && a.CallRail == nil && !stop {
		v.problem("actions", "the rule does nothing")
	}
	if a.Skip != "" {
		v.short("actions.skip", a.Skip)
		if !a.Destinations.IsZero() {
			v.problem("actions.skip", "a rule either skips or names destinations")
		}
	}
	v.known("actions.destinations", a.Destinations.Names, "integration", v.destinations())
	v.known("actions.notify", a.Notify.Names, "channel", v.channels())
	v.tags("actions.tags", a.Tags)
	for _, destination := range slices.Sorted(maps.Keys(a.Owner)) {
		v.short("actions.owner", a.Owner[destination])
		if destination != "*" {
			v.known("actions.owner", []string{destination}, "integration", v.destinations())
		}
	}
	if a.CallRail != nil {
		v.callrail(*a.CallRail)
	}
}

func (v *validator) destinations() []string {
	var ids []string
	for _, in := range v.tenant.Integrations {
		ids = append(ids, in.ID)
	}
	return ids
}

func (v *validator) channels() []string {
	var names []string
	for _, c := range channels(v.tenant) {
		names = append(names, c.name, c.short)
	}
	return names
}

func (v *validator) known(key string, names []string, what string, known []string) {
	for _, name := range names {
		if !slices.Contains(known, name) {
			v.problem(key, "there is no %s %q", what, name)
		}
	}
}

func (v *validator) tags(key string, tags []string) {
	for _, tag := range tags {
		v.short(key, tag)
	}
}

func (v *validator) callrail(c tenant.CallRail) {
	const key = "actions.callrail"
	if slices.Contains(v.destinations(), request.ConnectorCallRail) {
		v.problem(key, "the name %q stands for writing back: give the integration of that name another id", request.ConnectorCallRail)
	}
	if len(c.Tags) == 0 && c.LeadStatus == "" && strings.TrimSpace(c.Value) == "" && strings.TrimSpace(c.Note) == "" {
		v.problem(key, "it writes nothing")
	}
	v.tags(key+".tags", c.Tags)
	if c.LeadStatus != "" && c.LeadStatus != "good_lead" && c.LeadStatus != "not_a_lead" {
		v.problem(key+".lead_status", "it must be good_lead or not_a_lead")
	}
	for _, e := range []struct{ name, source string }{{"value", c.Value}, {"note", c.Note}} {
		if strings.TrimSpace(e.source) != "" {
			v.expression(key+"."+e.name, e.source, expr.Text, expr.Integer, expr.Number)
		}
	}
}
