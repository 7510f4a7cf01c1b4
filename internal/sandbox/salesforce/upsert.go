package salesforce

import (
	"net/http"
)

// bodyVersion is the first version whose upsert answers a change with a body.
const bodyVersion = 46

// keyed returns the key field and the records that the path names by it.
func (o *org) keyed(r *http.Request) (*field, []*record, *apiError) {
	object, name, value := r.PathValue("type"), r.PathValue("key"), r.PathValue("value")
	f := o.schema[object].field(name)
	if f == nil || !f.ExternalID {
		return nil, nil, refused(http.StatusNotFound, "NOT_FOUND",
			"Provided external ID field does not exist or is not accessible: "+name)
	}
	found := o.byKey(object, f.Name, value)
	if len(found) < 2 {
		return f, found, nil
	}
	several := &apiError{HTTP: http.StatusMultipleChoices}
	for _, one := range found {
		several.Matches = append(several.Matches, "/services/data/"+r.PathValue("version")+"/sobjects/"+object+"/"+one.id)
	}
	return nil, nil, several
}

func (o *org) readByKey(r *http.Request) (int, any, *apiError) {
	_, found, err := o.keyed(r)
	if err != nil {
		return 0, nil, err
	}
	if len(found) == 0 {
		return 0, nil, notFound()
	}
	return o.shown(r, found[0])
}

// upsertRecord creates or changes the record that has the key's value.
func (o *org) upsertRecord(r *http.Request) (int, any, *apiError) {
	f, found, err := o.keyed(r)
	if err != nil {
		return 0, nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return 0, nil, err
	}
	object := r.PathValue("type")
	for name := range body {
		if o.schema[object].field(name) == f {
			return 0, nil, refused(http.StatusBadRequest, "INVALID_FIELD", "The "+f.Name+" field should not be specified in the sobject data.")
		}
	}
	var self *record
	switch {
	case len(found) == 1:
		self = found[0]
	case r.URL.Query().Get("updateOnly") == "true":
		return 0, nil, notFound()
	default:
		body[f.Name] = r.PathValue("value")
	}
	values, err := o.check(object, body, self)
	if err != nil {
		return 0, nil, err
	}
	if err := o.checkDuplicates(r, object, values, self); err != nil {
		return 0, nil, err
	}
	return o.upserted(r, self, values)
}

func (o *org) upserted(r *http.Request, self *record, values map[string]any) (int, any, *apiError) {
	isNew := self == nil
	status := http.StatusOK
	if isNew {
		self, status = o.insert(r.PathValue("type"), values), http.StatusCreated
	} else {
		o.write(self, values)
	}
	if !isNew && versionOf(r) < bodyVersion {
		return http.StatusNoContent, nil, nil
	}
	return status, saved{ID: self.id, Success: true, Errors: []any{}, Created: &isNew}, nil
}
