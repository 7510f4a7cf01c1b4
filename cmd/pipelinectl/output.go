package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// show prints an answer: as it came with -o json, else as layout says.
func show[T any](s *session, a answer, layout func(p *page, v T)) error {
	if s.json {
		return s.printJSON(a.body)
	}
	v, err := decode[T](a)
	if err != nil {
		return err
	}
	p := newPage(s.out)
	layout(p, v)
	return p.flush()
}

func (s *session) printJSON(body []byte) error {
	if len(body) == 0 {
		return nil
	}
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	_, err := fmt.Fprintln(s.out, strings.TrimRight(b.String(), "\n"))
	return err
}

// printValue prints as JSON what the tool found out itself.
func (s *session) printValue(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return s.printJSON(raw)
}

// say tells the person what was done; programs read the exit code.
func (s *session) say(format string, args ...any) {
	if !s.json {
		fmt.Fprintf(s.out, format+"\n", args...)
	}
}

// warn tells the person something beside the output.
func (s *session) warn(format string, args ...any) {
	fmt.Fprintf(s.err, format+"\n", args...)
}

// page is output for people: columns that line up.
type page struct{ w *tabwriter.Writer }

func newPage(w io.Writer) *page {
	return &page{w: tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)}
}

// row prints cells in columns.
func (p *page) row(cells ...any) {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = cell(c)
	}
	fmt.Fprintln(p.w, strings.Join(texts, "\t"))
}

// header prints the columns' names.
func (p *page) header(names ...string) {
	fmt.Fprintln(p.w, strings.ToUpper(strings.Join(names, "\t")))
}

// line prints a line that is in no column.
func (p *page) line(format string, args ...any) {
	_ = p.w.Flush() // what failed is seen at the end
	fmt.Fprintf(p.w, format+"\n", args...)
	_ = p.w.Flush()
}

// yaml prints a document under a title, in a form that can be edited and sent back.
func (p *page) yaml(title string, raw json.RawMessage) {
	text, err := toYAML(raw)
	if err != nil || strings.TrimSpace(text) == "{}" {
		p.row(title, nil)
		return
	}
	p.line("%s", title)
	for l := range strings.Lines(text) {
		p.line("  %s", strings.TrimRight(l, "\n"))
	}
}

func (p *page) flush() error { return p.w.Flush() }

// nothing is what stands in an empty cell.
const nothing = "-"

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return nothing
	case string:
		return orNothing(clean(v))
	case *string:
		return deref(v)
	case *int:
		return deref(v)
	case *float64:
		return deref(v)
	case *time.Time:
		return deref(v)
	case time.Time:
		if v.IsZero() {
			return nothing
		}
		return v.UTC().Format(time.DateTime)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64) // a million is 1000000, not 1e+06
	case float32:
		return strconv.FormatFloat(float64(v), 'f', -1, 32)
	case []string:
		return orNothing(clean(strings.Join(v, ", ")))
	default:
		return clean(fmt.Sprint(v))
	}
}

func deref[T any](v *T) string {
	if v == nil {
		return nothing
	}
	return cell(*v)
}

func orNothing(s string) string {
	if s == "" {
		return nothing
	}
	return s
}

// clean makes a text safe for a terminal: callers write names, and a name with an escape
// sequence must not rewrite the screen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return unicode.ReplacementChar
		default:
			return r
		}
	}, s)
}

// short cuts a text for a column.
func short(s *string, runes int) string {
	if s == nil {
		return ""
	}
	r := []rune(*s)
	if len(r) <= runes {
		return *s
	}
	return string(r[:runes-1]) + "…"
}

// usd is an amount of dollars; small ones keep what makes them differ.
func usd(amount float64) string {
	if amount != 0 && amount < 1 {
		return fmt.Sprintf("$%.4f", amount)
	}
	return fmt.Sprintf("$%.2f", amount)
}

// flatten lists what an object holds, with dots between the names. Lists stay whole.
func flatten(at string, v any, add func(name string, value any)) {
	fields, ok := v.(map[string]any)
	if !ok {
		add(at, v)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		flatten(strings.TrimPrefix(at+"."+name, "."), fields[name], add)
	}
}

// summary writes what something holds into one cell.
func summary(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		items := make([]string, 0, len(v))
		for _, item := range v {
			items = append(items, summary(item))
		}
		return strings.Join(items, ", ")
	case map[string]any:
		var parts []string
		flatten("", v, func(name string, value any) { parts = append(parts, name+"="+summary(value)) })
		return strings.Join(parts, " ")
	default:
		return cell(v)
	}
}

func toYAML(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "{}", nil
	}
	var v any
	if err := yaml.Unmarshal(raw, &v); err != nil { // JSON is YAML, and whole numbers stay whole
		return "", err
	}
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	err := e.Encode(v)
	return b.String(), err
}
