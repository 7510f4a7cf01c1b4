package hubspot

import (
	"net/http"
)

// maxBatch is how many inputs a batch takes.
const maxBatch = 100

// upsertInput is one object to create or change. Associations are not among its members:
// HubSpot ignores them here.
type upsertInput struct {
	ID         string            `json:"id"`
	IDProperty string            `json:"idProperty"`
	Properties map[string]string `json:"properties"`
}

// upsertObjects creates or changes objects by a unique property, all or none. Without
// inputs it succeeds and does nothing, as HubSpot does.
func (a *account) upsertObjects(r request) (int, any, *apiError) {
	var body struct {
		Inputs []upsertInput `json:"inputs"`
	}
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.checkUpserts(r.kind, body.Inputs); err != nil {
		return 0, nil, err
	}
	results := []view{}
	for _, in := range body.Inputs {
		o := a.byValue(r.kind, in.IDProperty, in.ID)
		isNew := o == nil
		if isNew {
			o = a.newObject(r.kind, in.Properties)
		} else {
			a.write(o, in.Properties)
		}
		v := a.showAll(o)
		v.New = &isNew
		results = append(results, v)
	}
	return http.StatusOK, a.batch(results), nil
}

func (a *account) checkUpserts(kind string, inputs []upsertInput) *apiError {
	if len(inputs) > maxBatch {
		return invalid("The maximum number of inputs is 100.")
	}
	seen := map[string]bool{}
	for i := range inputs {
		in := &inputs[i]
		if in.ID == "" || in.IDProperty == "" || in.Properties == nil {
			return missing("id", "idProperty", "properties")
		}
		if in.IDProperty == "hs_object_id" || !a.schema[kind].identifies(kind, in.IDProperty) {
			return invalid("Property '" + in.IDProperty + "' is not a unique property.")
		}
		if seen[in.IDProperty+"="+in.ID] {
			return invalid("Duplicate IDs found in batch input: [" + in.ID + "]")
		}
		seen[in.IDProperty+"="+in.ID] = true
		in.Properties[in.IDProperty] = in.ID
		if err := a.check(kind, in.Properties, a.byValue(kind, in.IDProperty, in.ID)); err != nil {
			return err
		}
	}
	return nil
}
