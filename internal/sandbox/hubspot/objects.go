package hubspot

import (
	"net/http"
	"slices"
	"strings"
)

// createBody is the body of a create. Associations may be empty, not missing.
type createBody struct {
	Properties   map[string]string `json:"properties"`
	Associations *[]association    `json:"associations"`
}

func (a *account) createObject(r request) (int, any, *apiError) {
	var body createBody
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	var lacking []string
	if body.Properties == nil {
		lacking = append(lacking, "properties")
	}
	if body.Associations == nil {
		lacking = append(lacking, "associations")
	}
	if len(lacking) > 0 {
		return 0, nil, missing(lacking...)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.check(r.kind, body.Properties, nil); err != nil {
		return 0, nil, err
	}
	links, err := a.resolve(r.kind, *body.Associations)
	if err != nil {
		return 0, nil, err
	}
	o := a.newObject(r.kind, body.Properties)
	for _, l := range links {
		l.from.id = o.id
		a.connect(l)
	}
	return http.StatusCreated, a.showAll(o), nil
}

// addressed returns the object that the path names, by id or by idProperty.
func (a *account) addressed(r request) (*object, *apiError) {
	id, by := r.PathValue("id"), r.URL.Query().Get("idProperty")
	if by == "" || by == "hs_object_id" {
		return found(a.byID(r.kind, id))
	}
	if !a.schema[r.kind].identifies(r.kind, by) {
		return nil, invalid("Property '" + by + "' is not a unique property.")
	}
	return found(a.byValue(r.kind, by, id))
}

// found turns an object that is missing or archived into a 404.
func found(o *object) (*object, *apiError) {
	if o == nil || o.archived {
		return nil, notFound()
	}
	return o, nil
}

func (a *account) readObject(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := a.addressed(r)
	if err != nil {
		return 0, nil, err
	}
	query := r.URL.Query()
	v := a.show(o, commaList(query["properties"]))
	for _, name := range commaList(query["associations"]) {
		a.addAssociations(&v, o, typeName(name))
	}
	return http.StatusOK, v, nil
}

// commaList reads a parameter that may be repeated and may hold several names.
func commaList(values []string) []string {
	var names []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

func (a *account) updateObject(r request) (int, any, *apiError) {
	var body struct {
		Properties map[string]string `json:"properties"`
	}
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	if body.Properties == nil {
		return 0, nil, missing("properties")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := a.addressed(r)
	if err != nil {
		return 0, nil, err
	}
	if err := a.check(r.kind, body.Properties, o); err != nil {
		return 0, nil, err
	}
	a.write(o, body.Properties)
	return http.StatusOK, a.showAll(o), nil
}

// archiveObject deletes an object, and answers alike if there is none. Search finds it
// until the lag is over.
func (a *account) archiveObject(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := a.addressed(r)
	if err != nil {
		return http.StatusNoContent, nil, nil
	}
	o.archived = true
	a.publish(o)
	a.links = slices.DeleteFunc(a.links, func(l link) bool { return l.touches(ref{o.kind, o.id}) })
	return http.StatusNoContent, nil, nil
}
