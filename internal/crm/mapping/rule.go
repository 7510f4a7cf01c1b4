package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/expr"
)

const (
	maxRules = 200
	maxName  = 200 // characters of a field's name
)

// records are those that rules may speak about, by the step that makes them.
var records = []string{crm.StepContact, crm.StepDeal, crm.StepCall, crm.StepEvent}

// Rule fills one field.
type Rule struct {
	Record   string          `json:"record"` // contact, deal, call; event with a custom destination
	Field    string          `json:"field"`  // the CRM's own name
	Value    json.RawMessage `json:"value,omitempty"`
	Constant json.RawMessage `json:"constant,omitempty"` // instead of a value: a text, number, true, false or list of texts
	Enum     map[string]any  `json:"enum,omitempty"`     // what the CRM calls each value; others get the default
	Format   string          `json:"format,omitempty"`
	Default  json.RawMessage `json:"default,omitempty"` // instead of an empty value
	Required bool            `json:"required,omitempty"`
}

// Mapping is the rules of an integration. The zero value has none.
type Mapping struct{ rules []rule }

// Empty reports whether there is no rule.
func (m Mapping) Empty() bool { return len(m.rules) == 0 }

// rule is a Rule that was read.
type rule struct {
	Rule
	index    int
	program  *expr.Program // nil: constant
	constant any
	format   *format // nil: as it is
	fallback any     // the default; nil: none
	broken   string  // why it cannot be used; such a rule is as good as one that failed
}

// Problem is a mistake in a mapping.
type Problem struct {
	Rule    int    `json:"rule"`             // index from 0; -1: no rule's
	Key     string `json:"key,omitempty"`    // of the rule: value, enum …
	Record  string `json:"record,omitempty"` // what it is about
	Field   string `json:"field,omitempty"`
	Line    int    `json:"line,omitempty"` // in the rule's expression, from 1; 0: not about one
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Warning bool   `json:"warning,omitempty"` // the mapping works, but perhaps not as it is meant
}

func (p Problem) String() string {
	var b strings.Builder
	b.WriteString("mapping")
	if p.Rule >= 0 {
		fmt.Fprintf(&b, "[%d]", p.Rule)
	}
	if p.Key != "" {
		b.WriteString("." + p.Key)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, " %d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.Message)
	return b.String()
}

// Errors is every mistake in a mapping.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, 0, len(e))
	for _, one := range e {
		lines = append(lines, one.String())
	}
	return strings.Join(lines, "\n")
}

// Split takes the mapping out of an integration's settings. What is left is the connector's.
func Split(config json.RawMessage) (connector, mapping json.RawMessage, err error) {
	if len(bytes.TrimSpace(config)) == 0 {
		return config, nil, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(config, &all); err != nil {
		return nil, nil, fmt.Errorf("read settings: %w", err)
	}
	mapping, ok := all["mapping"]
	if !ok {
		return config, nil, nil
	}
	delete(all, "mapping")
	if connector, err = json.Marshal(all); err != nil {
		return nil, nil, fmt.Errorf("write settings: %w", err)
	}
	return connector, mapping, nil
}

// Parse reads the rules of a mapping. Its error is Errors: all there are. The mapping is
// usable with an error too: rules with a mistake count as failed ones, so that a lead is
// delivered although somebody broke a rule past the check.
func Parse(raw json.RawMessage) (Mapping, error) {
	var list []json.RawMessage
	if len(bytes.TrimSpace(raw)) == 0 {
		return Mapping{}, nil
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return Mapping{}, Errors{{Rule: -1, Message: "the mapping is not a list of rules"}}
	}
	if len(list) > maxRules {
		return Mapping{}, Errors{{Rule: -1, Message: fmt.Sprintf("the mapping has more than %d rules", maxRules)}}
	}
	var m Mapping
	var problems Errors
	seen := make(map[[2]string]int)
	for i, raw := range list {
		p := parser{index: i}
		r := p.rule(raw)
		target := [2]string{r.Record, r.Field}
		if first, ok := seen[target]; ok && r.Field != "" {
			p.problem("field", fmt.Sprintf("rule %d fills this field already", first))
		} else {
			seen[target] = i
		}
		if len(p.problems) > 0 {
			r.broken = p.problems[0].Message
		}
		m.rules = append(m.rules, r)
		problems = append(problems, p.problems...)
	}
	if len(problems) > 0 {
		return m, problems
	}
	return m, nil
}

// parser reads one rule and collects its mistakes.
type parser struct {
	index    int
	spec     Rule
	problems []Problem
}

func (p *parser) problem(key, message string) {
	p.problems = append(p.problems, Problem{Rule: p.index, Key: key, Record: p.spec.Record, Field: p.spec.Field, Message: message})
}

func (p *parser) rule(raw json.RawMessage) rule {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&p.spec); err != nil {
		p.problem("", decodeWords(err))
		return rule{Rule: p.spec, index: p.index}
	}
	for _, raw := range []*json.RawMessage{&p.spec.Value, &p.spec.Constant, &p.spec.Default} {
		if string(*raw) == "null" {
			*raw = nil
		}
	}
	p.target()
	r := rule{Rule: p.spec, index: p.index}
	p.source(&r)
	p.translation(&r)
	if p.spec.Format != "" {
		p.formatting(&r)
	}
	if len(p.spec.Default) > 0 {
		r.fallback = p.scalar("default", p.spec.Default)
	}
	return r
}

func (p *parser) target() {
	if !slices.Contains(records, p.spec.Record) {
		p.problem("record", "the record must be "+strings.Join(records[:3], ", ")+" or, with a custom destination, "+records[3])
	}
	if name := strings.TrimSpace(p.spec.Field); name == "" || name != p.spec.Field || len(name) > maxName {
		p.problem("field", "the field's name is missing, too long or has spaces around it")
	}
}

// source reads where the value comes from. A text in "value" is an expression; anything else
// in it is a constant, as in "constant".
func (p *parser) source(r *rule) {
	if (len(p.spec.Value) > 0) == (len(p.spec.Constant) > 0) {
		p.problem("value", "the rule needs either a value (an expression) or a constant")
		return
	}
	if len(p.spec.Constant) > 0 {
		r.constant = p.scalar("constant", p.spec.Constant)
		return
	}
	var source string
	if json.Unmarshal(p.spec.Value, &source) != nil {
		r.constant = p.scalar("value", p.spec.Value)
		return
	}
	program, err := expr.Compile(source, expr.Values...)
	if err == nil {
		r.program = program
		return
	}
	for _, m := range expr.Mistakes(err) {
		p.problem("value", m.Message)
		last := &p.problems[len(p.problems)-1]
		last.Line, last.Column = m.Line, m.Column
	}
}

func (p *parser) translation(r *rule) {
	for from, to := range p.spec.Enum {
		value, ok := plain(to)
		if _, list := value.([]string); !ok || list {
			p.problem("enum", fmt.Sprintf("%q must become a text, a number, true or false", from))
			continue
		}
		r.Enum[from] = value
	}
}

func (p *parser) formatting(r *rule) {
	f, err := parseFormat(p.spec.Format)
	if err != nil {
		p.problem("format", err.Error())
		return
	}
	if kind := r.translated(); kind != "" && !f.takes(kind) {
		p.problem("format", fmt.Sprintf("the format %s is not for %s", p.spec.Format, kind))
		return
	}
	r.format = f
}

func (p *parser) scalar(key string, raw json.RawMessage) any {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err == nil {
		if value, ok := plain(v); ok {
			return value
		}
	}
	p.problem(key, "it must be a text, a number, true, false or a list of texts, and not empty")
	return nil
}

// plain returns a decoded JSON value as a field's value.
func plain(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		return v, v != ""
	case bool:
		return v, true
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n, true
		}
		f, err := v.Float64()
		return f, err == nil
	case []any:
		texts := make([]string, 0, len(v))
		for _, item := range v {
			s, ok := item.(string)
			if !ok || s == "" {
				return nil, false
			}
			texts = append(texts, s)
		}
		return texts, len(texts) > 0
	default:
		return nil, false
	}
}

// decodeWords says what is wrong with a rule's JSON without quoting it.
func decodeWords(err error) string {
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "there is no key " + name + "; a rule has record, field, value, constant, enum, format, default, required"
	}
	return "the rule is not an object with texts in record, field, value and format, an object in enum, and true or false in required"
}
