package salesforce

import (
	"net/http"
	"slices"
	"strings"
)

// saved is the answer to a create and to an upsert.
type saved struct {
	ID      string `json:"id"`
	Success bool   `json:"success"`
	Errors  []any  `json:"errors"`
	Created *bool  `json:"created,omitempty"` // of an upsert
}

func (o *org) createRecord(r *http.Request) (int, any, *apiError) {
	object := r.PathValue("type")
	body, err := readBody(r)
	if err != nil {
		return 0, nil, err
	}
	values, err := o.check(object, body, nil)
	if err != nil {
		return 0, nil, err
	}
	if err := o.checkDuplicates(r, object, values, nil); err != nil {
		return 0, nil, err
	}
	made := o.insert(object, values)
	return http.StatusCreated, saved{ID: made.id, Success: true, Errors: []any{}}, nil
}

// readBody reads a record's fields.
func readBody(r *http.Request) (map[string]any, *apiError) {
	var body map[string]any
	if err := decode(r, &body); err != nil {
		return nil, err
	}
	if _, ok := body["Id"]; ok {
		return nil, refused(http.StatusBadRequest, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
	}
	return body, nil
}

// addressed returns the record that the path names by its id.
func (o *org) addressed(r *http.Request) (*record, *apiError) {
	id := r.PathValue("id")
	if objectOf(id) != r.PathValue("type") || normalID(id) == "" {
		return nil, notFound()
	}
	found := o.byID(id)
	switch {
	case found == nil:
		return nil, notFound()
	case found.deleted:
		return nil, isDeleted()
	}
	return found, nil
}

func (o *org) readRecord(r *http.Request) (int, any, *apiError) {
	found, err := o.addressed(r)
	if err != nil {
		return 0, nil, err
	}
	return o.shown(r, found)
}

// shown answers with the fields that the request asks for, all without such a wish.
func (o *org) shown(r *http.Request, found *record) (int, any, *apiError) {
	schema := o.schema[found.object]
	names := schema.order
	if wish := r.URL.Query().Get("fields"); wish != "" {
		names = nil
		for name := range strings.SplitSeq(wish, ",") {
			f := schema.field(strings.TrimSpace(name))
			if f == nil {
				return 0, nil, noColumn(name, found.object)
			}
			names = append(names, f.Name)
		}
		if !slices.Contains(names, "Id") {
			names = append(names, "Id")
		}
	}
	return http.StatusOK, found.show(r.PathValue("version"), names), nil
}

func (o *org) updateRecord(r *http.Request) (int, any, *apiError) {
	found, err := o.addressed(r)
	if err != nil {
		return 0, nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return 0, nil, err
	}
	values, err := o.check(found.object, body, found)
	if err != nil {
		return 0, nil, err
	}
	if err := o.checkDuplicates(r, found.object, values, found); err != nil {
		return 0, nil, err
	}
	o.write(found, values)
	return http.StatusNoContent, nil, nil
}

func (o *org) deleteRecord(r *http.Request) (int, any, *apiError) {
	found, err := o.addressed(r)
	if err != nil {
		return 0, nil, err
	}
	o.remove(found)
	return http.StatusNoContent, nil, nil
}

// remove moves a record to the recycle bin, where its keys are free again. SOSL finds it
// until the lag is over.
func (o *org) remove(r *record) {
	r.deleted = true
	r.fields["IsDeleted"] = true
	o.publish(r)
}

// describe shows an object's fields.
func (o *org) describe(r *http.Request) (int, any, *apiError) {
	schema := o.schema[r.PathValue("type")]
	fields := []*field{}
	for _, name := range schema.order {
		fields = append(fields, schema.fields[name])
	}
	about := aboutObject(schema.name)
	about["fields"] = fields
	return http.StatusOK, about, nil
}

func (o *org) listObjects(*http.Request) (int, any, *apiError) {
	all := []map[string]any{}
	for _, name := range objectNames {
		all = append(all, aboutObject(name))
	}
	return http.StatusOK, map[string]any{"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": all}, nil
}

func aboutObject(name string) map[string]any {
	return map[string]any{
		"name": name, "label": name, "keyPrefix": prefixes[name], "createable": true, "updateable": true,
		"deletable": true, "queryable": true, "searchable": true, "custom": false,
	}
}
