package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// accepts says which kinds of value each type of field takes.
var accepts = map[crm.FieldType][]expr.Kind{
	crm.FieldText:    {expr.Text},
	crm.FieldNumber:  {expr.Integer, expr.Number},
	crm.FieldBool:    {expr.Bool},
	crm.FieldDate:    {day, expr.Time},
	crm.FieldTime:    {expr.Time, day},
	crm.FieldChoice:  {expr.Text},
	crm.FieldChoices: {expr.Text, expr.List},
}

// typeNames are the types in words.
var typeNames = map[crm.FieldType]string{
	crm.FieldText: "text", crm.FieldNumber: "a number", crm.FieldBool: "true or false", crm.FieldDate: "a date",
	crm.FieldTime: "a time", crm.FieldChoice: "one of its options", crm.FieldChoices: "some of its options",
}

// vocabularies are the only values that these parts of a request have.
var vocabularies = map[string][]string{
	"request.kind":           {string(request.Call), string(request.Form), string(request.Text)},
	"analysis.intent":        request.Intents,
	"analysis.project_type":  request.ProjectTypes,
	"analysis.timeline":      request.Timelines,
	"analysis.budget.signal": request.Budgets,
	"analysis.sentiment":     request.Sentiments,
	"analysis.appointment":   request.Appointments,
	"analysis.score_band":    {string(request.Hot), string(request.Warm), string(request.Cold), string(request.NoLead)},
}

// Check compares the rules with the fields that the CRM says it has, by the step that makes
// their record. A connector that cannot describe its fields leaves nothing to compare with:
// nil finds nothing.
func (m Mapping) Check(fields map[string][]crm.FieldInfo) []Problem {
	if fields == nil {
		return nil
	}
	var problems []Problem
	filled := make(map[[2]string]bool)
	for _, r := range m.rules {
		filled[[2]string{r.Record, r.Field}] = true
		if r.broken != "" {
			continue // Parse has said so
		}
		c := checker{rule: r, problems: &problems}
		if infos, ok := fields[r.Record]; ok {
			c.check(infos)
		} else {
			c.problem("record", "this CRM's integration has no "+r.Record)
		}
	}
	return append(problems, unfilled(fields, filled)...)
}

// unfilled returns the CRM's required fields that neither a rule nor the connector fills.
func unfilled(fields map[string][]crm.FieldInfo, filled map[[2]string]bool) []Problem {
	var problems []Problem
	for _, record := range records {
		for _, info := range fields[record] {
			if info.Required && !info.ReadOnly && !filled[[2]string{record, info.Name}] {
				problems = append(problems, Problem{Rule: -1, Record: record, Field: info.Name,
					Message: fmt.Sprintf("the CRM requires %s.%s%s, and no rule fills it", record, info.Name, labelled(info))})
			}
		}
	}
	return problems
}

func labelled(info crm.FieldInfo) string {
	if info.Label == "" || info.Label == info.Name {
		return ""
	}
	return " (“" + info.Label + "”)"
}

// checker compares one rule with the fields of its record.
type checker struct {
	rule
	problems *[]Problem
}

func (c checker) problem(key, message string) {
	*c.problems = append(*c.problems, Problem{Rule: c.index, Key: key, Record: c.Record, Field: c.Field, Message: message})
}

func (c checker) check(infos []crm.FieldInfo) {
	i := slices.IndexFunc(infos, func(f crm.FieldInfo) bool { return f.Name == c.Field })
	if i < 0 {
		c.problem("field", fmt.Sprintf("the CRM's %s has no field %s%s", c.Record, c.Field, c.similar(infos)))
		return
	}
	info := infos[i]
	if info.ReadOnly {
		c.problem("field", "the CRM does not let anybody write "+c.Field+labelled(info))
		return
	}
	c.types(info)
	c.options(info)
	if info.Required && !c.Required && c.fallback == nil && c.program != nil {
		c.problem("required", "the CRM requires this field: without a default or required, it refuses leads that have no value for it")
		(*c.problems)[len(*c.problems)-1].Warning = true
	}
}

// similar names the field that has the name as its label, or in other capitals.
func (c checker) similar(infos []crm.FieldInfo) string {
	for _, f := range infos {
		if strings.EqualFold(f.Name, c.Field) || strings.EqualFold(f.Label, c.Field) {
			return fmt.Sprintf("; did you mean %s%s?", f.Name, labelled(f))
		}
	}
	return ""
}

func (c checker) types(info crm.FieldInfo) {
	if kind := c.result(); kind != "" {
		c.typeOf("value", kind, info)
	}
	if c.fallback != nil {
		c.typeOf("default", kindOf(c.fallback), info)
	}
}

func (c checker) typeOf(key string, kind expr.Kind, info crm.FieldInfo) {
	kinds, known := accepts[info.Type]
	if !known || kind == expr.Any || slices.Contains(kinds, kind) {
		return
	}
	message := fmt.Sprintf("the field takes %s, but the %s is %s", typeNames[info.Type], key, kind)
	if hint := hints[hint{kind, info.Type}]; hint != "" && key == "value" {
		message += "; " + hint
	}
	c.problem(key, message)
}

type hint struct {
	from expr.Kind
	to   crm.FieldType
}

var hints = map[hint]string{
	{expr.Integer, crm.FieldText}: `add "format": "text" or "money"`,
	{expr.Number, crm.FieldText}:  `add "format": "text" or "money"`,
	{expr.Bool, crm.FieldText}:    `add "format": "yes_no"`,
	{expr.Bool, crm.FieldChoice}:  `add an enum for "true" and "false"`,
	{expr.Time, crm.FieldText}:    `add a format such as "yyyy-MM-dd HH:mm"`,
	{day, crm.FieldText}:          `use a format such as "yyyy-MM-dd"`,
	{expr.List, crm.FieldText}:    `add .join(", ") to the expression`,
	{expr.Text, crm.FieldNumber}:  `add "format": "number"`,
}

// translated returns the kind of the rule's value before its format, "" if it has none.
func (r *rule) translated() expr.Kind {
	kind := kindOf(r.constant)
	switch {
	case r.program != nil:
		kind = r.program.Kind
	case r.constant == nil:
		return ""
	}
	if len(r.Enum) == 0 {
		return kind
	}
	if kind == expr.List {
		return expr.List
	}
	var to expr.Kind
	for _, value := range r.Enum {
		if to != "" && to != kindOf(value) {
			return expr.Any
		}
		to = kindOf(value)
	}
	return to
}

// result returns the kind of the rule's value after its format.
func (r *rule) result() expr.Kind {
	kind := r.translated()
	if r.format == nil || kind == "" || kind == expr.List {
		return kind
	}
	return r.format.to
}

// options compares the values that are known beforehand with those that a choice has.
func (c checker) options(info crm.FieldInfo) {
	if len(info.Options) == 0 || info.Type != crm.FieldChoice && info.Type != crm.FieldChoices {
		return
	}
	c.optionsOf("default", []any{c.fallback}, info)
	switch path, ok := c.path(); {
	case c.format != nil: // it makes other values of these
	case len(c.Enum) > 0:
		targets := make([]any, 0, len(c.Enum))
		for _, to := range c.Enum {
			targets = append(targets, to)
		}
		c.optionsOf("enum", targets, info)
	case c.program == nil:
		c.optionsOf("constant", []any{c.constant}, info)
	case ok:
		c.vocabulary(path, info)
	}
}

func (c checker) path() (string, bool) {
	if c.program == nil {
		return "", false
	}
	return c.program.Path()
}

func (c checker) optionsOf(key string, values []any, info crm.FieldInfo) {
	var unknown []string
	for _, value := range values {
		list, ok := value.([]string)
		if !ok && value != nil {
			list = []string{expr.AsText(value)}
		}
		for _, one := range list {
			if !hasOption(info, one) && !slices.Contains(unknown, one) {
				unknown = append(unknown, one)
			}
		}
	}
	slices.Sort(unknown)
	for _, one := range unknown {
		c.problem(key, fmt.Sprintf("the field has no option %q; it has %s", one, some(info)))
	}
}

func (c checker) vocabulary(path string, info crm.FieldInfo) {
	var unknown []string
	for _, value := range vocabularies[path] {
		if !hasOption(info, value) {
			unknown = append(unknown, value)
		}
	}
	if len(unknown) > 0 {
		c.problem("value", fmt.Sprintf("the field has no option for %s; add an enum that translates them. It has %s",
			shorten(unknown), some(info)))
	}
}

func hasOption(info crm.FieldInfo, value string) bool {
	return slices.ContainsFunc(info.Options, func(o crm.Option) bool { return o.Value == value })
}

func some(info crm.FieldInfo) string {
	values := make([]string, 0, len(info.Options))
	for _, o := range info.Options {
		value := o.Value
		if o.Label != "" && o.Label != o.Value {
			value += " (“" + o.Label + "”)"
		}
		values = append(values, value)
	}
	return shorten(values)
}

// shorten names a few of many.
func shorten(values []string) string {
	const few = 12
	if len(values) <= few {
		return strings.Join(values, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(values[:few], ", "), len(values)-few)
}
