package hubspot

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is one record of any type.
type object struct {
	kind     string
	id       string
	props    map[string]string
	created  time.Time
	updated  time.Time
	archived bool
	versions []version // what search sees, oldest first
}

// version is how an object looked from a time on, as far as search knows.
type version struct {
	from     time.Time
	props    map[string]string
	updated  time.Time
	archived bool
}

// view is an object in an answer.
type view struct {
	ID           string                `json:"id"`
	Properties   map[string]*string    `json:"properties"`
	CreatedAt    string                `json:"createdAt"`
	UpdatedAt    string                `json:"updatedAt"`
	Archived     bool                  `json:"archived"`
	New          *bool                 `json:"new,omitempty"`          // of an upsert
	Associations map[string]linkedView `json:"associations,omitempty"` // when asked for
}

// linkedView is an object's associations with one type, inside a view.
type linkedView struct {
	Results []linkedObject `json:"results"`
}

type linkedObject struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// stamp writes a time as HubSpot does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// newObject adds an object. The caller holds the lock, as in all that follows.
func (a *account) newObject(kind string, props map[string]string) *object {
	a.nextID++
	o := &object{kind: kind, id: strconv.Itoa(a.nextID), props: map[string]string{}, created: a.now()}
	a.objects[kind] = append(a.objects[kind], o)
	o.props[createdName(kind)] = stamp(o.created)
	a.write(o, props)
	return o
}

// write sets properties, clears those that are empty, and lets search know after the lag.
func (a *account) write(o *object, props map[string]string) {
	for name, value := range props {
		if value == "" {
			delete(o.props, name)
			continue
		}
		if name == "lifecyclestage" && isBackward(o.props[name], value) {
			continue // it only moves forward; HubSpot says nothing
		}
		o.props[name] = value
	}
	o.updated = a.now()
	o.props["hs_object_id"] = o.id
	o.props[modifiedName(o.kind)] = stamp(o.updated)
	if o.kind == "contacts" {
		setSearchablePhones(o.props)
	}
	a.publish(o)
}

// publish makes the object's present state visible to search once the lag is over.
func (a *account) publish(o *object) {
	if current := o.indexed(a.now()); current != nil {
		since := current.from
		o.versions = slices.DeleteFunc(o.versions, func(v version) bool { return v.from.Before(since) })
	}
	o.versions = append(o.versions, version{
		from: a.now().Add(a.lag), props: maps.Clone(o.props), updated: o.updated, archived: o.archived,
	})
}

// indexed returns the version that search sees, nil if it sees none yet.
func (o *object) indexed(now time.Time) *version {
	for i := len(o.versions) - 1; i >= 0; i-- {
		if !o.versions[i].from.After(now) {
			return &o.versions[i]
		}
	}
	return nil
}

func createdName(kind string) string {
	if kind == "contacts" || kind == "deals" {
		return "createdate"
	}
	return "hs_createdate"
}

func modifiedName(kind string) string {
	if kind == "contacts" {
		return "lastmodifieddate"
	}
	return "hs_lastmodifieddate"
}

// isBackward reports whether a lifecycle stage comes before the present one.
func isBackward(from, to string) bool {
	stages := strings.Fields("subscriber lead marketingqualifiedlead salesqualifiedlead opportunity customer evangelist")
	return slices.Index(stages, to) < slices.Index(stages, from)
}

// show returns an object with the named properties beside the basic ones; a property
// without a value is null, and one that does not exist is left out.
func (a *account) show(o *object, names []string) view {
	s := a.schema[o.kind]
	props := map[string]*string{}
	for _, name := range slices.Concat(s.basic, names) {
		if _, ok := s.properties[name]; !ok {
			continue
		}
		props[name] = nil
		if value, ok := o.props[name]; ok {
			props[name] = &value
		}
	}
	return view{
		ID: o.id, Properties: props, Archived: o.archived,
		CreatedAt: stamp(o.created), UpdatedAt: stamp(o.updated),
	}
}

// showAll returns an object with all that it has, as an answer to a write.
func (a *account) showAll(o *object) view {
	return a.show(o, slices.Collect(maps.Keys(o.props)))
}

// byID returns an object by its id, nil without one.
func (a *account) byID(kind, id string) *object {
	i := slices.IndexFunc(a.objects[kind], func(o *object) bool { return o.id == id })
	if i < 0 {
		return nil
	}
	return a.objects[kind][i]
}

// byValue returns the object that a value identifies, nil without one. A contact is also
// found by its further e-mail addresses. It does not go through the search index.
func (a *account) byValue(kind, name, value string) *object {
	if value == "" {
		return nil
	}
	byEmail := kind == "contacts" && name == "email"
	for _, o := range a.objects[kind] {
		if !o.archived && (byEmail && hasEmail(o, value) || !byEmail && o.props[name] == value) {
			return o
		}
	}
	return nil
}

func hasEmail(o *object, email string) bool {
	if strings.EqualFold(o.props["email"], email) {
		return true
	}
	for further := range strings.SplitSeq(o.props["hs_additional_emails"], ";") {
		if strings.EqualFold(strings.TrimSpace(further), email) {
			return true
		}
	}
	return false
}
