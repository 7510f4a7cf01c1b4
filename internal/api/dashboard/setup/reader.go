package setup

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// reader takes values out of a form that was sent, and notes what cannot be read.
type reader struct {
	values url.Values
	wrong  []client.FieldError
}

func (r *reader) note(name, message string) {
	r.wrong = append(r.wrong, client.FieldError{Field: name, Message: message})
}

func (r *reader) text(name string) string { return strings.TrimSpace(r.values.Get(name)) }

func (r *reader) on(name string) bool { return r.values.Get(name) != "" }

// day reads a day of the calendar; nothing is the other one.
func (r *reader) day(name, other string) openapi.Date {
	day, err := time.Parse(time.DateOnly, cmp.Or(r.text(name), other))
	if err != nil {
		r.note(name, "it must be a day")
	}
	return openapi.Date{Time: day}
}

// amount reads a figure that cannot be negative; nothing is 0.
func (r *reader) amount(name string) float64 {
	text := strings.NewReplacer(",", "", "$", "").Replace(r.text(name))
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 1e12) { // NaN is neither
		r.note(name, "it must be a number from 0")
		return 0
	}
	return n
}

// whole reads a whole number from 0; nothing is 0.
func (r *reader) whole(name string) int {
	n := r.amount(name)
	if n != float64(int(n)) {
		r.note(name, "it must be a whole number")
	}
	return int(n)
}

// lines reads a list with one item in each line.
func (r *reader) lines(name string) []string { return split(r.values.Get(name), "\n") }

// words reads a list with commas or lines between its items.
func (r *reader) words(name string) []string {
	return split(strings.ReplaceAll(r.values.Get(name), ",", "\n"), "\n")
}

func split(text, separator string) []string {
	var all []string
	for item := range strings.SplitSeq(text, separator) {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

// rows returns the numbers of a list's rows, in order: prefix.0.name, prefix.1.name.
func (r *reader) rows(prefix string) []int {
	var rows []int
	for name := range r.values {
		rest, ok := strings.CutPrefix(name, prefix+".")
		if !ok {
			continue
		}
		number, _, _ := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(number); err == nil && n >= 0 && !slices.Contains(rows, n) {
			rows = append(rows, n)
		}
	}
	slices.Sort(rows)
	return rows
}

// row names a field of a list's row.
func row(prefix string, i int, name string) string {
	return prefix + "." + strconv.Itoa(i) + "." + name
}

// scalar reads a constant: what is JSON is taken as that (42, true, "42", a list), anything else
// is a text.
func scalar(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	if json.Valid([]byte(text)) && text != "null" && text[0] != '{' {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return nil // a text can always be written
	}
	return quoted
}

// unscalar is the opposite of scalar.
func unscalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil || json.Valid([]byte(text)) {
		return string(raw)
	}
	return text
}
