package hubspot

import (
	"net/http"
	"slices"
	"strconv"
)

// ref names an object.
type ref struct{ kind, id string }

// link is an association, from one object's point of view.
type link struct {
	from, to ref
	typeID   int
}

func (l link) touches(r ref) bool { return l.from == r || l.to == r }

// categoryDefined is the category of the associations that HubSpot defines itself.
const categoryDefined = "HUBSPOT_DEFINED"

// associationTypes are the ids of unlabelled associations, by from and to.
var associationTypes = map[[2]string]int{
	{"deals", "contacts"}: 3, {"contacts", "deals"}: 4,
	{"calls", "contacts"}: 194, {"contacts", "calls"}: 193,
	{"calls", "deals"}: 206, {"deals", "calls"}: 205,
	{"notes", "contacts"}: 202, {"contacts", "notes"}: 201,
	{"notes", "deals"}: 214, {"deals", "notes"}: 213,
	{"tasks", "contacts"}: 204, {"contacts", "tasks"}: 203,
	{"tasks", "deals"}: 216, {"deals", "tasks"}: 215,
}

// association is a wish in the body of a create.
type association struct {
	To struct {
		ID string `json:"id"`
	} `json:"to"`
	Types []associationType `json:"types"`
}

type associationType struct {
	Category string `json:"associationCategory"`
	TypeID   int    `json:"associationTypeId"`
}

// resolve returns the links that a new object of a type wants. A wish without types
// links nothing, silently, as at HubSpot.
func (a *account) resolve(kind string, wishes []association) ([]link, *apiError) {
	var links []link
	for _, wish := range wishes {
		for _, t := range wish.Types {
			to, ok := targetOf(kind, t.TypeID)
			if t.Category != categoryDefined || !ok {
				return nil, invalid("Association type " + strconv.Itoa(t.TypeID) + " does not exist from " + kind + ".")
			}
			if _, err := found(a.byID(to, wish.To.ID)); err != nil {
				err.Message = "No " + to + " with ID " + wish.To.ID + " exists"
				return nil, err
			}
			links = append(links, link{from: ref{kind: kind}, to: ref{to, wish.To.ID}, typeID: t.TypeID})
		}
	}
	return links, nil
}

// targetOf returns the type that an association type leads to.
func targetOf(from string, typeID int) (string, bool) {
	for pair, id := range associationTypes {
		if id == typeID && pair[0] == from {
			return pair[1], true
		}
	}
	return "", false
}

// connect adds a link in both directions, once.
func (a *account) connect(l link) {
	if slices.Contains(a.links, l) {
		return
	}
	a.links = append(a.links, l)
	if back, ok := associationTypes[[2]string{l.to.kind, l.from.kind}]; ok {
		a.links = append(a.links, link{from: l.to, to: l.from, typeID: back})
	}
}

// associate links two objects the default way.
func (a *account) associate(r request) (int, any, *apiError) {
	to := typeName(r.PathValue("to"))
	typeID, ok := associationTypes[[2]string{r.kind, to}]
	if !ok {
		return 0, nil, invalid("No default association exists between these object types.")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	one, err := found(a.byID(r.kind, r.PathValue("id")))
	if err != nil {
		return 0, nil, err
	}
	other, err := found(a.byID(to, r.PathValue("toID")))
	if err != nil {
		return 0, nil, err
	}
	l := link{from: ref{one.kind, one.id}, to: ref{other.kind, other.id}, typeID: typeID}
	a.connect(l)
	type end struct {
		ID string `json:"id"`
	}
	return http.StatusOK, a.batch([]map[string]any{{
		"from": end{one.id}, "to": end{other.id}, "associationSpec": associationType{categoryDefined, typeID},
	}}), nil
}

func (a *account) listAssociations(r request) (int, any, *apiError) {
	to := typeName(r.PathValue("to"))
	if to == "" {
		return 0, nil, invalid("Unable to infer object type from: " + r.PathValue("to"))
	}
	type linkType struct {
		Category string  `json:"category"`
		TypeID   int     `json:"typeId"`
		Label    *string `json:"label"`
	}
	type row struct {
		ToObjectID string     `json:"toObjectId"`
		Types      []linkType `json:"associationTypes"`
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := found(a.byID(r.kind, r.PathValue("id")))
	if err != nil {
		return 0, nil, err
	}
	rows := []row{}
	for _, l := range a.linksOf(o, to) {
		rows = append(rows, row{l.to.id, []linkType{{categoryDefined, l.typeID, nil}}})
	}
	return http.StatusOK, list[row]{rows}, nil
}

// linksOf returns an object's links to a type, all for an empty one.
func (a *account) linksOf(o *object, to string) []link {
	var links []link
	for _, l := range a.links {
		if l.from == (ref{o.kind, o.id}) && (to == "" || l.to.kind == to) {
			links = append(links, l)
		}
	}
	return links
}

// linkedIDs returns the ids of the objects that are linked to one, by type.
func (a *account) linkedIDs(o *object) map[string][]string {
	ids := map[string][]string{}
	for _, l := range a.linksOf(o, "") {
		ids[l.to.kind] = append(ids[l.to.kind], l.to.id)
	}
	return ids
}

// addAssociations shows an object's associations with a type in its view.
func (a *account) addAssociations(v *view, o *object, to string) {
	links := a.linksOf(o, to)
	if to == "" || len(links) == 0 {
		return
	}
	if v.Associations == nil {
		v.Associations = map[string]linkedView{}
	}
	var linked linkedView
	for _, l := range links {
		name := o.kind[:len(o.kind)-1] + "_to_" + to[:len(to)-1]
		linked.Results = append(linked.Results, linkedObject{ID: l.to.id, Type: name})
	}
	v.Associations[to] = linked
}
