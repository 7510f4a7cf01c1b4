package mapping

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Line is what one rule makes of a request.
type Line struct {
	Rule     int    `json:"rule"` // index from 0
	Record   string `json:"record"`
	Field    string `json:"field"`
	Value    any    `json:"value"` // nil: the field is left alone
	Required bool   `json:"required,omitempty"`
	Problem  string `json:"problem,omitempty"` // why there is no value, or only the default
}

// Preview returns what each rule makes of a lead.
func (m Mapping) Preview(ctx context.Context, lead crm.Lead, t *tenant.Tenant) []Line {
	if len(m.rules) == 0 {
		return nil
	}
	vars := expr.Subject{
		Tenant: t, Request: lead.Request, Analysis: lead.Analysis, Transcript: lead.Transcript,
		Link: lead.Link, Tags: lead.Tags, Owner: lead.Owner,
	}.Vars()
	lines := make([]Line, 0, len(m.rules))
	for _, r := range m.rules {
		line := Line{Rule: r.index, Record: r.Record, Field: r.Field, Required: r.Required}
		value, err := r.value(ctx, vars, t)
		if err != nil {
			value, line.Problem = nil, err.Error()
		}
		if isEmpty(value) {
			value = r.fallback
		}
		if errors.Is(err, errUntranslated) && r.fallback != nil {
			line.Problem = "" // others get the default: as it is meant
		}
		line.Value = value
		lines = append(lines, line)
	}
	return lines
}

// Apply returns the fields that the rules fill for a lead, and warnings about rules that
// failed. A required field without a value is an *crm.Error: it parks the delivery.
func (m Mapping) Apply(ctx context.Context, lead crm.Lead, t *tenant.Tenant) (crm.Fields, []string, error) {
	fields := make(crm.Fields)
	var warnings, missing, reasons []string
	for _, line := range m.Preview(ctx, lead, t) {
		name := line.Record + "." + line.Field
		switch {
		case line.Value != nil:
			if fields[line.Record] == nil {
				fields[line.Record] = make(map[string]crm.Field)
			}
			fields[line.Record][line.Field] = crm.Field{Value: line.Value, Required: line.Required}
		case line.Required:
			missing = append(missing, name)
			if line.Problem != "" {
				reasons = append(reasons, name+": "+line.Problem+".")
			}
			continue
		}
		if line.Problem != "" {
			warnings = append(warnings, "Mapping of "+name+": "+line.Problem+".")
		}
	}
	if len(missing) > 0 {
		return nil, warnings, requiredError(missing, reasons)
	}
	return fields, warnings, nil
}

func requiredError(missing, reasons []string) error {
	return &crm.Error{
		Fault: crm.Invalid, Op: "map fields", Code: "REQUIRED_FIELD_EMPTY", Fields: missing,
		Message: strings.Join(append(reasons, "The mapping requires a value that this request does not have. "+
			"Give the rule a default or make it optional, then retry."), " "),
	}
}

// errUntranslated says that enum does not know a value.
var errUntranslated = errors.New("enum has no entry for the value")

// value returns what the rule makes of a request before the default.
func (r *rule) value(ctx context.Context, vars *expr.Vars, t *tenant.Tenant) (any, error) {
	if r.broken != "" {
		return nil, errors.New("the rule has a mistake: " + r.broken)
	}
	value := r.constant
	if r.program != nil {
		var err error
		if value, err = r.program.Value(ctx, vars); err != nil {
			return nil, fmt.Errorf("the expression failed: %w", err)
		}
	}
	if isEmpty(value) {
		return nil, nil
	}
	value, err := r.translate(value)
	if err != nil || r.format == nil {
		return inZone(value, t), err
	}
	if value, err = r.format.apply(value, t); err != nil {
		return nil, fmt.Errorf("the format %s failed: %w", r.Format, err)
	}
	return value, nil
}

// inZone lets connectors that write a day write the tenant's.
func inZone(value any, t *tenant.Tenant) any {
	if at, ok := value.(time.Time); ok {
		return at.In(t.Location())
	}
	return value
}

// word is what a vocabulary's value looks like: it may be quoted, a person's words may not.
var word = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)

// translate returns what enum calls a value; of a list, each element.
func (r *rule) translate(value any) (any, error) {
	if len(r.Enum) == 0 {
		return value, nil
	}
	list, ok := value.([]string)
	if !ok {
		return r.translateOne(value)
	}
	translated := make([]string, 0, len(list))
	for _, item := range list {
		one, err := r.translateOne(item)
		if err != nil {
			return nil, err
		}
		translated = append(translated, expr.AsText(one))
	}
	return translated, nil
}

func (r *rule) translateOne(value any) (any, error) {
	from := expr.AsText(value)
	to, ok := r.Enum[from]
	if ok {
		return to, nil
	}
	if word.MatchString(from) {
		return nil, fmt.Errorf("%w %q", errUntranslated, from)
	}
	return nil, errUntranslated
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []string:
		return len(v) == 0
	default:
		return false
	}
}
