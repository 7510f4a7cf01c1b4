package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// kind says what a value is. Text comes before the name of a schema, which is a link.
type kind struct {
	Text   string
	Schema string   // empty: no schema of its own
	Values []string // all that there are; none: any
	Limits string   // what else is asked of it
}

// schema is one schema as the page shows it.
type schema struct {
	Name, About string
	Type        kind
	Fields      []field
}

// field is one field of a schema; those of objects within it are named with dots.
type field struct {
	Name, About string
	Required    bool
	Type        kind
}

const schemaPrefix = "#/components/schemas/"

func schemasOf(document *openapi3.T) []schema {
	var all []schema
	schemas := document.Components.Schemas
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		value := schemas[name].Value
		s := schema{Name: name, About: value.Description, Fields: fieldsOf(value, "")}
		if len(s.Fields) == 0 {
			s.Type = kindOf(&openapi3.SchemaRef{Value: value})
		}
		all = append(all, s)
	}
	return all
}

// fieldsOf returns an object's fields, those of its parts included, in order of their names.
func fieldsOf(s *openapi3.Schema, prefix string) []field {
	var fields []field
	for _, part := range s.AllOf {
		fields = append(fields, fieldsOf(part.Value, prefix)...)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		ref := s.Properties[name]
		fields = append(fields, field{
			Name: prefix + name, About: ref.Value.Description, Required: slices.Contains(s.Required, name), Type: kindOf(ref),
		})
		switch {
		case ref.Ref != "":
		case ref.Value.Items != nil && ref.Value.Items.Ref == "":
			fields = append(fields, fieldsOf(ref.Value.Items.Value, prefix+name+"[].")...)
		default:
			fields = append(fields, fieldsOf(ref.Value, prefix+name+".")...)
		}
	}
	return fields
}

// kindOf says what a value is.
func kindOf(ref *openapi3.SchemaRef) kind {
	if ref == nil {
		return kind{Text: "anything"}
	}
	if name, named := strings.CutPrefix(ref.Ref, schemaPrefix); named {
		return kind{Schema: name}
	}
	s := ref.Value
	k := kind{Values: valuesOf(s), Limits: limitsOf(s)}
	switch {
	case len(s.AllOf) == 1: // a reference with a description of its own
		k.Schema = kindOf(s.AllOf[0]).Schema
	case len(s.OneOf) > 0:
		k.Text = "one of: " + join(s.OneOf)
	case s.Type.Is("array"):
		inner := kindOf(s.Items)
		k.Text, k.Schema, k.Values = strings.TrimSpace("list of "+inner.Text), inner.Schema, inner.Values
	case s.AdditionalProperties.Schema != nil:
		inner := kindOf(s.AdditionalProperties.Schema)
		k.Text, k.Schema = strings.TrimSpace("map of "+inner.Text), inner.Schema
	case s.Type != nil:
		k.Text = strings.Join(s.Type.Slice(), " or ")
	default:
		k.Text = "anything"
	}
	if s.Nullable {
		k.Limits = strings.TrimPrefix(k.Limits+", or null", ", ")
	}
	return k
}

func join(refs openapi3.SchemaRefs) string {
	names := make([]string, 0, len(refs))
	for _, ref := range refs {
		k := kindOf(ref)
		names = append(names, strings.TrimSpace(k.Text+" "+k.Schema))
	}
	return strings.Join(names, "; ")
}

// valuesOf returns what an enumeration allows, but for null, which is said otherwise.
func valuesOf(s *openapi3.Schema) []string {
	var values []string
	for _, v := range s.Enum {
		if v != nil {
			values = append(values, fmt.Sprint(v))
		}
	}
	return values
}

// limitsOf returns what is asked of a value beside its type.
func limitsOf(s *openapi3.Schema) string {
	var limits []string
	add := func(format string, values ...any) { limits = append(limits, fmt.Sprintf(format, values...)) }
	if s.Format != "" {
		add("%s", s.Format)
	}
	if s.Min != nil {
		add("at least %v", *s.Min)
	}
	if s.Max != nil {
		add("at most %v", *s.Max)
	}
	if s.MinLength > 0 {
		add("%d characters or more", s.MinLength)
	}
	if s.MaxLength != nil {
		add("%d characters at most", *s.MaxLength)
	}
	if s.MaxItems != nil {
		add("%d at most", *s.MaxItems)
	}
	if s.Pattern != "" {
		add("matches %s", s.Pattern)
	}
	if s.Default != nil {
		add("default %v", s.Default)
	}
	return strings.Join(limits, ", ")
}
