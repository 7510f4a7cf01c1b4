package salesforce

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check reads and validates what is about to be written to a record, nil for a new one.
// What the parser cannot read is refused first, then unknown fields, then values.
func (o *org) check(object string, body map[string]any, self *record) (map[string]any, *apiError) {
	schema := o.schema[object]
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if name == "attributes" { // only says what object it is
			continue
		}
		f := schema.field(name)
		if f == nil {
			return nil, noColumn(name, object)
		}
		if err := f.writable(self == nil); err != nil {
			return nil, err
		}
		value, err := f.read(body[name])
		if err != nil {
			return nil, err
		}
		values[f.Name] = value
	}
	if self != nil && self.isConverted() {
		return nil, isConverted()
	}
	if err := schema.checkRequired(values, self == nil); err != nil {
		return nil, err
	}
	if err := o.checkUnique(schema, values, self); err != nil {
		return nil, err
	}
	return values, o.checkReferences(schema, values, self)
}

func (f *field) writable(creating bool) *apiError {
	if creating && f.Createable || !creating && f.Updateable {
		return nil
	}
	return invalid("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+f.Name+
		". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", f.Name)
}

// checkRequired refuses a new record without a required field, and a change that clears
// one.
func (o *object) checkRequired(values map[string]any, creating bool) *apiError {
	var lacking []string
	for _, name := range o.order {
		f := o.fields[name]
		value, given := values[name]
		if f.required() && value == nil && (given || creating) {
			lacking = append(lacking, name)
		}
	}
	if len(lacking) > 0 {
		return invalid("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(lacking, ", ")+"]", lacking...)
	}
	return nil
}

func (o *org) checkUnique(schema *object, values map[string]any, self *record) *apiError {
	for name, value := range values {
		text, _ := value.(string)
		if !schema.fields[name].Unique {
			continue
		}
		for _, other := range o.byKey(schema.name, name, text) {
			if other != self {
				return invalid("DUPLICATE_VALUE", fmt.Sprintf("duplicate value found: %s duplicates value on record with id: %s", name, other.id))
			}
		}
	}
	return nil
}

// checkReferences refuses ids of records that are not there or are of the wrong object.
func (o *org) checkReferences(schema *object, values map[string]any, self *record) *apiError {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f := schema.fields[name]
		id, ok := values[name].(string)
		if f.Type != "reference" || !ok {
			continue
		}
		if err := o.checkReference(f, id); err != nil {
			return err
		}
	}
	if schema.name == "Task" {
		return checkTask(values, self)
	}
	return nil
}

func (o *org) checkReference(f *field, id string) *apiError {
	object := objectOf(id)
	switch {
	case f.Name == "OwnerId":
		if normalID(id) != o.user {
			return invalid("INACTIVE_OWNER_OR_USER", "operation performed with inactive user ["+id+"] as owner of record", f.Name)
		}
		return nil
	case !slices.Contains(f.ReferenceTo, object):
		return invalid("MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", f.Label, id), f.Name)
	}
	target := o.byID(id)
	switch {
	case target == nil:
		return invalid("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", f.Name)
	case target.deleted:
		return isDeleted(f.Name)
	case target.isConverted():
		return isConverted(f.Name)
	}
	return nil
}

// checkTask refuses a task of a lead that is related to something else besides.
func checkTask(values map[string]any, self *record) *apiError {
	after := map[string]any{}
	if self != nil {
		maps.Copy(after, self.fields)
	}
	maps.Copy(after, values)
	who, _ := after["WhoId"].(string)
	if objectOf(who) == "Lead" && after["WhatId"] != nil {
		return invalid("FIELD_INTEGRITY_EXCEPTION", "Related To ID: cannot be set for a task of a lead", "WhatId")
	}
	return nil
}
