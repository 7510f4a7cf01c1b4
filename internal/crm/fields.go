package crm

import (
	"context"
	"slices"
)

// Fields are what a tenant's mapping adds to a lead's records: by step (StepContact,
// StepDeal, StepCall), then by the CRM's own name of the field.
type Fields map[string]map[string]Field

// Field is one mapped value.
type Field struct {
	Value    any  // string, bool, int64, float64, time.Time or []string; nil: leave the field alone
	Required bool // the delivery parks if the CRM refuses it; otherwise it is dropped with a warning
}

// MappedNames returns the names of a step's fields that the mapping has a value for, sorted.
func MappedNames(fields map[string]Field) []string {
	var names []string
	for name, field := range fields {
		if field.Value != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Unusable is the error of a required field that cannot be set.
func Unusable(name, message string) *Error {
	return &Error{Fault: Invalid, Op: "map fields", Code: "FIELD_UNUSABLE", Fields: []string{name}, Message: message}
}

// Describer is a Connector that can say which fields its account's records have, for
// checking a mapping when it is saved.
type Describer interface {
	// Describe returns the fields of the record that a step makes.
	Describe(ctx context.Context, step string) ([]FieldInfo, error)
}

// FieldInfo is a field of a CRM's record.
type FieldInfo struct {
	Name     string
	Label    string
	Type     FieldType
	Required bool // on create, without a default, and the connector does not fill it itself
	ReadOnly bool
	Options  []Option // of a choice; empty: any value
}

// Option is one value of a choice.
type Option struct {
	Value string // what is sent
	Label string // what people see
}

// FieldType is what a field holds.
type FieldType string

// The types of fields.
const (
	FieldText    FieldType = "text"
	FieldNumber  FieldType = "number"
	FieldBool    FieldType = "bool"
	FieldDate    FieldType = "date"     // a day
	FieldTime    FieldType = "datetime" // a moment
	FieldChoice  FieldType = "choice"   // one of Options
	FieldChoices FieldType = "choices"  // several of Options
)
