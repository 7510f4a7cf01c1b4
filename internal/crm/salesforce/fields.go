package salesforce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
)

// write is one change of a record that may go through without some of its fields.
type write struct {
	typ      string
	update   bool // of a record that is there
	fields   map[string]any
	required []string             // of fields: cannot be left out
	mapped   map[string]crm.Field // from the tenant's mapping; they win over fields
	send     func(ctx context.Context, fields map[string]any) (saved, error)
}

func (w write) needs(name string) bool {
	return w.mapped[name].Required || slices.Contains(w.required, name)
}

// save sends a write. One refused field refuses the whole record, so fields that the object
// does not have are not sent, and if Salesforce names fields, optional ones are left out
// with a warning, and the write is repeated once.
func (c *Connector) save(ctx context.Context, w write) (saved, []string, error) {
	s, err := c.client.schema(ctx, w.typ)
	if err != nil {
		return saved{}, nil, err
	}
	fields, warnings, err := c.fit(s, w)
	if err != nil {
		c.client.forget(w.typ) // the admin is about to put it right
		return saved{}, warnings, err
	}
	if w.update && len(fields) == 0 {
		return saved{}, warnings, nil
	}
	got, err := w.send(ctx, fields)
	refused := c.refused(err)
	if len(refused) == 0 {
		return got, warnings, err
	}
	c.client.forget(w.typ) // it may have changed since it was described
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		if _, sent := fields[name]; !sent || w.needs(name) {
			return saved{}, warnings, err
		}
		delete(fields, name)
		warnings = append(warnings, fmt.Sprintf("Salesforce refused the field %s of the %s (%s). It was left out.", name, w.typ, cmp.Or(refused[name], "no reason given")))
	}
	got, err = w.send(ctx, fields)
	return got, warnings, err
}

// refused returns the fields that an error blames, a unique value that another record has
// among them, unless it is the key: that says that the record itself is there.
func (c *Connector) refused(err error) fieldsError {
	var taken takenError
	if errors.As(err, &taken) && taken.field != "" && taken.field != c.config.KeyField {
		return fieldsError{taken.field: sameValue}
	}
	var refused fieldsError
	errors.As(err, &refused)
	return refused
}

// fit returns what of a write the object can take. Fields of our own that it lacks are left
// out in silence: not every org has them. Those that must be there stay, for Salesforce to
// say what is wrong with them.
func (c *Connector) fit(s schema, w write) (map[string]any, []string, error) {
	fields := make(map[string]any)
	for name, value := range w.fields {
		f, ok := s.fields[name]
		if !ok || !f.writable(w.update) {
			if slices.Contains(w.required, name) {
				fields[name] = value
			}
			continue
		}
		fields[name], _ = f.cut(value)
	}
	var warnings []string
	for _, name := range crm.MappedNames(w.mapped) {
		m := w.mapped[name]
		if c.reserved(s.typ, name) {
			warnings = append(warnings, "The field "+name+" of the "+s.typ+" is written by the pipeline itself. Remove it from the mapping.")
			continue
		}
		value, complaint := convert(s.fields[name], m.Value, w.update)
		if complaint != "" && value == nil && m.Required {
			return nil, warnings, crm.Unusable(name, "The field "+name+" of the "+s.typ+" "+complaint+".")
		}
		if complaint != "" {
			warnings = append(warnings, "The field "+name+" of the "+s.typ+" "+complaint+".")
		}
		if value != nil {
			fields[name] = value
		}
	}
	return fields, warnings, nil
}

// convert returns a mapped value as a field takes it, nil if it takes none like this, and
// what there is to complain about.
func convert(f field, value any, update bool) (converted any, complaint string) {
	if f.Name == "" || !f.writable(update) {
		return nil, "is missing, or the integration's user may not write it; it was left out"
	}
	converted, ok := encode(f, value)
	if !ok {
		return nil, "does not take a value such as the mapped one; it was left out"
	}
	if converted, ok = f.cut(converted); !ok {
		return converted, "is too short for the mapped value, which was cut"
	}
	return converted, ""
}

func (f field) writable(update bool) bool {
	return !update && f.Createable || update && f.Updateable
}

// cut shortens text to what a field holds; ok says that nothing was lost.
func (f field) cut(value any) (short any, ok bool) {
	text, isText := value.(string)
	if !isText || f.Length <= 0 || utf8.RuneCountInString(text) <= f.Length {
		return value, true
	}
	return string([]rune(text)[:f.Length-1]) + "…", false
}

// encode writes a value as JSON takes it for a field's type. A value of another type would
// refuse the whole record without a word about the field.
func encode(f field, value any) (any, bool) {
	text := textOf(f, value)
	if kinds[f.Type] == crm.FieldChoice {
		return f.choice(text), true
	}
	switch kind := kinds[f.Type]; kind {
	case crm.FieldNumber:
		n, err := strconv.ParseFloat(text, 64)
		if f.Type == "int" || f.Type == "long" {
			n = float64(int64(n))
		}
		return n, err == nil
	case crm.FieldBool:
		b, err := strconv.ParseBool(text)
		return b, err == nil
	case crm.FieldDate:
		_, err := time.Parse(time.DateOnly, text)
		return text, err == nil
	case crm.FieldTime:
		_, err := time.Parse(time.RFC3339, text)
		return text, err == nil
	default:
		return text, true
	}
}

// textOf writes a value in the only way that a field of its type could be written. A mapping
// gives moments in the tenant's zone and days as midnights in UTC: either shows the day that
// is meant, which in any other zone may be another one.
func textOf(f field, value any) string {
	switch v := value.(type) {
	case time.Time:
		if f.Type == "date" {
			return v.Format(time.DateOnly)
		}
		return v.UTC().Format(time.RFC3339)
	case []string:
		if f.Type != "multipicklist" {
			return strings.Join(v, ", ")
		}
		chosen := make([]string, 0, len(v))
		for _, text := range v {
			chosen = append(chosen, f.choice(text))
		}
		return strings.Join(chosen, ";")
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// choice returns the value of a picklist that a text means, by itself or its label;
// otherwise the text, which Salesforce takes where the picklist is not restricted.
func (f field) choice(text string) string {
	for _, c := range f.Picklist {
		if strings.EqualFold(text, c.Value) || strings.EqualFold(text, c.Label) {
			return c.Value
		}
	}
	return text
}

// gaps returns those of mapped fields that a record has no value in.
func gaps(mapped map[string]crm.Field, o object) map[string]crm.Field {
	open := make(map[string]crm.Field)
	for name, m := range mapped {
		if o.get(name) == "" {
			open[name] = m
		}
	}
	return open
}

func put(fields map[string]any, name, value string) {
	if value != "" {
		fields[name] = value
	}
}

// offered returns a value if a picklist of the object lists it: a value that it does not
// list would be refused, or would spoil the org's reports.
func (s schema) offered(name, value string) string {
	if s.fields[name].lists(value) {
		return value
	}
	return ""
}
