package setup

import (
	"encoding/json"
	"html/template"
	"regexp"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// funcs are the functions of this area's templates.
var funcs = template.FuncMap{
	"field": field, "option": newOption, "choices": choices, "plain": plain, "when": when, "options": options, "pretty": pretty, "row": row, "shown": shown,
	"sourceState": sourceState, "jobState": jobState, "report": report, "signal": signalText, "lasting": lasting,
}

// fieldPart is the data of the parts in _fields.html.
type fieldPart struct {
	Name, ID, Label, Hint, Value, Error string
	On                                  bool
	Attrs                               map[string]string // type, min, max, placeholder, list …
	Options                             []option
}

type option struct{ Value, Label string }

// Attr returns an attribute, empty if it is not set.
func (p fieldPart) Attr(name string) string { return p.Attrs[name] }

// With returns the part with the choices of a select box.
func (p fieldPart) With(options []option) fieldPart {
	p.Options = options
	return p
}

// field describes one field of a form; attributes are "type=number", "min=0" and the like.
func field(f form, name, label, hint string, attrs ...string) fieldPart {
	p := fieldPart{
		Name: name, ID: "f-" + strings.NewReplacer(".", "-", ":", "-").Replace(name), Label: label, Hint: hint,
		Value: f.Get(name), On: f.Get(name) != "", Error: f.Wrong(name), Attrs: map[string]string{},
	}
	for _, attr := range attrs {
		key, value, _ := strings.Cut(attr, "=")
		p.Attrs[key] = value
	}
	return p
}

func newOption(value, label string) option { return option{value, label} }

// options returns the choices of a select box, called as the API's words are shown to people.
// An empty word is written as "=Any".
func options(words ...string) []option {
	var all []option
	for _, word := range words {
		if label, empty := strings.CutPrefix(word, "="); empty {
			all = append(all, option{"", label})
		} else {
			all = append(all, option{word, web.Label(word)})
		}
	}
	return all
}

// pretty shows JSON on several lines, as people write it: & is &.
func pretty(v any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the template escapes it
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return strings.TrimSpace(text.String()), err
}

// shown is one value of a preview.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "" // it was read from JSON
	}
	return string(text)
}

var rulePlace = regexp.MustCompile(`^mapping(\[\d+\])?(\.[a-z]+)?( \d+:\d+)?: `)

// plain is what is wrong with a rule without its place, which stands beside it.
func plain(message string) string { return rulePlace.ReplaceAllString(message, "") }

// choices makes a list of options one for a select box.
func choices(items []any) []option {
	var all []option
	for _, item := range items {
		if o, ok := item.(option); ok {
			all = append(all, o)
		}
	}
	return all
}

// when returns the text if the condition holds.
func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}
