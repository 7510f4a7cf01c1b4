package verdict

import "github.com/your-org/multi-tenant-pipeline/internal/request"

// Schema is the subset of JSON Schema that Gemini takes as responseJsonSchema.
// https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/control-generated-output
type Schema struct {
	Type             any                `json:"type"` // a name, or two with "null"
	Description      string             `json:"description,omitempty"`
	Enum             []string           `json:"enum,omitempty"`
	Properties       map[string]*Schema `json:"properties,omitempty"`
	PropertyOrdering []string           `json:"propertyOrdering,omitempty"`
	Required         []string           `json:"required,omitempty"`
	Items            *Schema            `json:"items,omitempty"`
	Minimum          *float64           `json:"minimum,omitempty"`
	Maximum          *float64           `json:"maximum,omitempty"`
}

// ResponseSchema returns the schema of an Answer. Evidence comes first, so that a model
// collects its quotes before it draws conclusions from them.
func ResponseSchema() *Schema {
	return object(
		property{"evidence", array(object(
			property{"field", enum(Fields)},
			property{"segment", &Schema{Type: "integer", Minimum: new(float64)}},
			property{"quote", text("words copied from that segment")},
		))},
		property{"intent", enum(request.Intents)},
		property{"project_type", enum(request.ProjectTypes)},
		property{"timeline", enum(request.Timelines)},
		property{"budget", object(
			property{"signal", enum(request.Budgets)},
			property{"min", &Schema{Type: []string{"integer", "null"}, Description: "whole US dollars"}},
			property{"max", &Schema{Type: []string{"integer", "null"}, Description: "whole US dollars"}},
		)},
		property{"spam", &Schema{Type: "boolean"}},
		property{"appointment", enum(request.Appointments)},
		property{"sentiment", enum(request.Sentiments)},
		property{"customer", object(
			property{"name", text("empty if not said")},
			property{"email", text("empty if not said")},
			property{"phone", text("empty if not said")},
			property{"address", text("empty if not said")},
		)},
		property{"signals", signalsSchema()},
		property{"summary", text("one or two sentences")},
		property{"next_steps", array(&Schema{Type: "string"})},
		property{"score_estimate", upTo(100, "integer")},
		property{"confidence", object(
			property{"intent", upTo(1, "number")},
			property{"project_type", upTo(1, "number")},
			property{"timeline", upTo(1, "number")},
			property{"budget", upTo(1, "number")},
		)},
	)
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

// object returns the schema of an object that has all the properties, in that order.
func object(properties ...property) *Schema {
	s := &Schema{Type: "object", Properties: make(map[string]*Schema, len(properties))}
	for _, p := range properties {
		s.Properties[p.name] = p.schema
		s.Required = append(s.Required, p.name)
	}
	s.PropertyOrdering = s.Required
	return s
}

func array(items *Schema) *Schema { return &Schema{Type: "array", Items: items} }

func enum(words []string) *Schema { return &Schema{Type: "string", Enum: words} }

func text(description string) *Schema { return &Schema{Type: "string", Description: description} }

// upTo returns the schema of a number from 0.
func upTo(high float64, kind string) *Schema {
	return &Schema{Type: kind, Minimum: new(float64), Maximum: &high}
}
