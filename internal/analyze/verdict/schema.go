package verdict

import "github.com/your-org/multi-tenant-pipeline/internal/request"

// Schema is the subset of JSON Schema that Gemini takes as responseJsonSchema.
// https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/control-generated-output
type Schema struct {
	Type             any                `json:"type"` // a name, or two with "null"
	Enum             []string           `json:"enum,omitempty"`
	Properties       map[string]*Schema `json:"properties,omitempty"`
	PropertyOrdering []string           `json:"propertyOrdering,omitempty"`
	Required         []string           `json:"required,omitempty"`
	Items            *Schema            `json:"items,omitempty"`
	Minimum          *float64           `json:"minimum,omitempty"`
	Maximum          *float64           `json:"maximum,omitempty"`
}

// ResponseSchema returns the schema of an Answer, with answers to a company's own questions if
// it has any. Evidence comes first, so that a model collects its quotes before it draws
// conclusions from them.
func ResponseSchema(questions ...request.Question) *Schema {
	properties := []property{
		{"evidence", array(object(
			property{"field", enum(Fields)},
			property{"segment", &Schema{Type: "integer", Minimum: new(float64)}},
			property{"quote", &Schema{Type: "string"}},
		))},
		{"intent", enum(request.Intents)},
		{"project_type", enum(request.ProjectTypes)},
		{"timeline", enum(request.Timelines)},
		{"budget", object(
			property{"signal", enum(request.Budgets)},
			property{"min", &Schema{Type: []string{"integer", "null"}}},
			property{"max", &Schema{Type: []string{"integer", "null"}}},
		)},
		{"spam", &Schema{Type: "boolean"}},
		{"appointment", enum(request.Appointments)},
		{"sentiment", enum(request.Sentiments)},
		{"customer", object(
			property{"name", &Schema{Type: "string"}},
			property{"email", &Schema{Type: "string"}},
			property{"phone", &Schema{Type: "string"}},
			property{"address", &Schema{Type: "string"}},
		)},
		{"signals", signalsSchema()},
		{"summary", &Schema{Type: "string"}},
		{"next_steps", array(&Schema{Type: "string"})},
		{"score_estimate", upTo(100, "integer")},
		{"confidence", object(
			property{"intent", upTo(1, "number")},
			property{"project_type", upTo(1, "number")},
			property{"timeline", upTo(1, "number")},
			property{"budget", upTo(1, "number")},
		)},
	}
	if len(questions) > 0 {
		properties = append(properties, property{"answers", answersSchema(questions)})
	}
	schema := object(properties...)
	schema.PropertyOrdering = schema.Required
	return schema
}

// answersSchema is of the same size whatever the questions are, but for their ids: a schema of
// each question's own type and choices could grow until the service refuses it.
func answersSchema(questions []request.Question) *Schema {
	ids := make([]string, 0, len(questions))
	for _, q := range questions {
		ids = append(ids, q.ID)
	}
	return array(object(
		property{"id", enum(ids)},
		property{"value", &Schema{Type: "string"}},
		property{"segment", &Schema{Type: "integer", Minimum: new(float64)}},
		property{"quote", &Schema{Type: "string"}},
		property{"confidence", upTo(1, "number")},
	))
}

func signalsSchema() *Schema {
	return object(
		property{"decision_maker", enum(DecisionMakers)},
		property{"service_area", enum(ServiceAreas)},
		property{"commitment", enum(Commitments)},
		property{"interest", enum(Interests)},
		property{"job_size", enum(JobSizes)},
		property{"engagement", enum(Engagements)},
	)
}

type property struct {
	name   string
	schema *Schema
}

// object returns the schema of an object that has all the properties.
func object(properties ...property) *Schema {
	s := &Schema{Type: "object", Properties: make(map[string]*Schema, len(properties))}
	for _, p := range properties {
		s.Properties[p.name] = p.schema
		s.Required = append(s.Required, p.name)
	}
	return s
}

func array(items *Schema) *Schema { return &Schema{Type: "array", Items: items} }

func enum(words []string) *Schema { return &Schema{Type: "string", Enum: words} }

// upTo returns the schema of a number from 0.
func upTo(high float64, kind string) *Schema {
	return &Schema{Type: kind, Minimum: new(float64), Maximum: &high}
}
