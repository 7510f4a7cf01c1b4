package gemini

import (
	"encoding/json"
	"fmt"
	"slices"
)

// keywords are what responseJsonSchema may hold; the service refuses the rest of JSON
// Schema. https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
var keywords = []string{
	"$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems",
	"minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties",
	"required", "propertyOrdering",
}

var types = []string{"string", "number", "integer", "object", "array", "boolean", "null"}

func (g generationConfig) checkSchema() error {
	if len(g.ResponseSchema) > 0 && len(g.ResponseJSONSchema) > 0 {
		return refuse("Only one of response_schema and response_json_schema can be set.")
	}
	if len(g.ResponseSchema) > 0 {
		return refuse("response_schema is not served here: set response_json_schema.") // a limit of the stand-in
	}
	if len(g.ResponseJSONSchema) == 0 {
		return nil
	}
	if g.ResponseMIMEType != "application/json" {
		return refuse("The response schema can only be specified for response_mime_type application/json.")
	}
	var schema map[string]any
	if err := json.Unmarshal(g.ResponseJSONSchema, &schema); err != nil {
		return refuse("response_json_schema must be an object.")
	}
	return checkNode(schema, "response_json_schema")
}

func checkNode(schema map[string]any, at string) error {
	for keyword := range schema {
		if !slices.Contains(keywords, keyword) {
			return refuse("%s: the keyword %q is not supported.", at, keyword)
		}
	}
	if err := checkType(schema["type"], at); err != nil {
		return err
	}
	if err := checkRequired(schema, at); err != nil {
		return err
	}
	for keyword, value := range schema {
		for name, child := range children(keyword, value) {
			if err := checkNode(child, at+"."+name); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkType(value any, at string) error {
	names, isList := value.([]any)
	if value != nil && !isList {
		names = []any{value}
	}
	for _, name := range names {
		if s, ok := name.(string); !ok || !slices.Contains(types, s) {
			return refuse("%s: the type %v is unknown.", at, name)
		}
	}
	return nil
}

// checkRequired refuses names that are no properties.
func checkRequired(schema map[string]any, at string) error {
	properties, _ := schema["properties"].(map[string]any)
	for _, keyword := range []string{"required", "propertyOrdering"} {
		names, _ := schema[keyword].([]any)
		for _, name := range names {
			s, ok := name.(string)
			if _, defined := properties[s]; !ok || !defined {
				return refuse("%s.%s: property %v is not defined.", at, keyword, name)
			}
		}
	}
	return nil
}

// children returns the schemas below a keyword.
func children(keyword string, value any) map[string]map[string]any {
	found := map[string]map[string]any{}
	add := func(name string, v any) {
		if child, ok := v.(map[string]any); ok {
			found[name] = child
		}
	}
	switch keyword {
	case "items", "additionalProperties":
		add(keyword, value)
	case "properties", "$defs":
		all, _ := value.(map[string]any)
		for name, child := range all {
			add(name, child)
		}
	case "anyOf", "oneOf", "prefixItems":
		all, _ := value.([]any)
		for i, child := range all {
			add(fmt.Sprintf("%s[%d]", keyword, i), child)
		}
	}
	return found
}
