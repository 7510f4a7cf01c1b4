package hubspot

import (
	"encoding/json"
	"net/http"
	"slices"
)

// list is how the API answers several things.
type list[T any] struct {
	Results []T `json:"results"`
}

// decode reads a JSON request body.
func decode(r request, into any) *apiError {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 4<<20)).Decode(into); err != nil {
		return invalid("Invalid input JSON: " + err.Error())
	}
	return nil
}

func (a *account) listProperties(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := []property{}
	for _, name := range a.schema[r.kind].order {
		found = append(found, *a.schema[r.kind].properties[name])
	}
	return http.StatusOK, list[property]{found}, nil
}

func (a *account) readProperty(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.schema[r.kind].properties[r.PathValue("name")]
	if !ok {
		return 0, nil, notFound()
	}
	return http.StatusOK, *p, nil
}

func (a *account) createProperty(r request) (int, any, *apiError) {
	var p property
	if err := decode(r, &p); err != nil {
		return 0, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	made, err := a.define(r.kind, p)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, *made, nil
}

// createProperties defines several. Those that cannot be are told in the answer, whose
// status is then 207.
func (a *account) createProperties(r request) (int, any, *apiError) {
	var body struct {
		Inputs []property `json:"inputs"`
	}
	if err := decode(r, &body); err != nil {
		return 0, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	made, refused := []property{}, []*apiError{}
	for _, p := range body.Inputs {
		one, err := a.define(r.kind, p)
		if err != nil {
			err.Status = "error"
			refused = append(refused, err)
			continue
		}
		made = append(made, *one)
	}
	answer := a.batch(made)
	if len(refused) == 0 {
		return http.StatusCreated, answer, nil
	}
	answer["numErrors"], answer["errors"] = len(refused), refused
	return http.StatusMultiStatus, answer, nil
}

// batch returns the envelope of a batch's answer.
func (a *account) batch(results any) map[string]any {
	now := stamp(a.now())
	return map[string]any{"status": "COMPLETE", "startedAt": now, "completedAt": now, "results": results}
}

// updateProperty changes what may be changed: options are replaced as a whole, uniqueness
// and type stay what they are.
func (a *account) updateProperty(r request) (int, any, *apiError) {
	var change struct {
		Label       *string   `json:"label"`
		Description *string   `json:"description"`
		Options     *[]option `json:"options"`
	}
	if err := decode(r, &change); err != nil {
		return 0, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	p, ok := a.schema[r.kind].properties[r.PathValue("name")]
	if !ok {
		return 0, nil, notFound()
	}
	if change.Label != nil {
		p.Label = *change.Label
	}
	if change.Description != nil {
		p.Description = *change.Description
	}
	if change.Options != nil {
		p.Options = *change.Options
	}
	return http.StatusOK, *p, nil
}

func (a *account) archiveProperty(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, name := a.schema[r.kind], r.PathValue("name")
	p, ok := s.properties[name]
	if !ok {
		return 0, nil, notFound()
	}
	if p.HubSpotDefined {
		return 0, nil, invalid("Property '" + name + "' cannot be archived.")
	}
	p.Archived = true
	a.archived[r.kind+"/"+name] = p
	delete(s.properties, name)
	s.order = slices.DeleteFunc(s.order, func(other string) bool { return other == name })
	return http.StatusNoContent, nil, nil
}

func (a *account) listGroups(r request) (int, any, *apiError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return http.StatusOK, list[group]{slices.Clone(a.schema[r.kind].groups)}, nil
}

func (a *account) createGroup(r request) (int, any, *apiError) {
	var g group
	if err := decode(r, &g); err != nil {
		return 0, nil, err
	}
	if g.Name == "" || g.Label == "" {
		return 0, nil, missing("name", "label")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.schema[r.kind]
	if slices.ContainsFunc(s.groups, func(other group) bool { return other.Name == g.Name }) {
		return 0, nil, alreadyExists("A property group named '"+g.Name+"' already exists.", "Properties.GROUP_WITH_NAME_EXISTS")
	}
	s.groups = append(s.groups, g)
	return http.StatusCreated, g, nil
}
