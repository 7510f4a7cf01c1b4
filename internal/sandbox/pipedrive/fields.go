package pipedrive

import (
	"net/http"
	"slices"
)

// v2 shows a field as v2 does.
func (f *field) v2() map[string]any {
	var options any
	if len(f.options) > 0 {
		options = f.options
	}
	return map[string]any{
		"field_name": f.name, "field_code": f.code, "field_type": f.kind, "options": options, "description": nil,
		"subfields": nil, "is_custom_field": f.custom, "is_optional_response_field": false,
	}
}

// v1 shows a field as v1 does.
func (f *field) v1() map[string]any {
	shown := map[string]any{
		"id": f.id, "key": f.code, "name": f.name, "field_type": f.kind, "edit_flag": f.custom, "mandatory_flag": false,
		"active_flag": true, "bulk_edit_allowed": true,
	}
	if len(f.options) > 0 {
		shown["options"] = f.options
	}
	return shown
}

func (c *company) listFields(kind string, show func(*field) map[string]any) []any {
	all := []any{}
	for _, f := range c.fields[kind] {
		all = append(all, show(f))
	}
	return all
}

func listFieldsV2(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		return c.cursorPage(r, c.listFields(kind, (*field).v2))
	}
}

func listFieldsV1(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		return startPage(r, c.listFields(kind, (*field).v1))
	}
}

// listLeadFields shows the fields of leads with the custom ones of deals, which leads have
// too.
func (c *company) listLeadFields(r *http.Request) (result, *apiError) {
	all := c.listFields("leads", (*field).v1)
	for _, f := range c.fields["deals"] {
		if f.custom {
			all = append(all, f.v1())
		}
	}
	return startPage(r, all)
}

func readField(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		f := c.field(kind, r.PathValue("code"))
		if f == nil {
			return result{}, notFound("Field")
		}
		return ok(f.v2())
	}
}

// createField adds a custom field, whose hash nobody can choose. The versions differ in
// how they name its name and in how they show it.
func createField(kind, nameMember string, show func(*field) map[string]any) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		body, err := decode(r)
		if err != nil {
			return result{}, err
		}
		name, _ := body[nameMember].(string)
		if name == "" {
			return result{}, invalid("Validation failed: %s: Required", nameMember)
		}
		f, err := c.addField(kind, name, body)
		if err != nil {
			return result{}, err
		}
		return created(show(f))
	}
}

func (c *company) addField(kind, name string, body map[string]any) (*field, *apiError) {
	fieldType, _ := body["field_type"].(string)
	switch {
	case !slices.Contains(customKinds, fieldType):
		return nil, invalid("Validation failed: field_type: Invalid value")
	case slices.ContainsFunc(c.fields[kind], func(f *field) bool { return f.custom && f.name == name }):
		return nil, invalid("Field with the same name already exists")
	}
	c.nextID++
	f := &field{id: c.nextID, code: random(20), name: name, kind: fieldType, custom: true}
	if fieldType == "enum" || fieldType == "set" {
		if f.options = c.readOptions(body["options"]); len(f.options) == 0 {
			return nil, invalid("Validation failed: options: Required")
		}
	}
	c.fields[kind] = append(c.fields[kind], f)
	return f, nil
}

func (c *company) readOptions(value any) []option {
	var options []option
	all, _ := value.([]any)
	for _, one := range all {
		o, _ := one.(map[string]any)
		label, _ := o["label"].(string)
		if label == "" {
			return nil
		}
		c.nextID++
		options = append(options, option{ID: c.nextID, Label: label})
	}
	return options
}

func deleteField(kind string) handler {
	return func(c *company, r *http.Request) (result, *apiError) {
		f := c.field(kind, r.PathValue("code"))
		switch {
		case f == nil:
			return result{}, notFound("Field")
		case !f.custom:
			return result{}, invalid("A default field cannot be deleted")
		}
		c.fields[kind] = slices.DeleteFunc(c.fields[kind], func(other *field) bool { return other == f })
		return ok(f.v2())
	}
}
