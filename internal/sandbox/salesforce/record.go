package salesforce

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// record is one record of any object.
type record struct {
	object   string
	id       string
	fields   map[string]any // string, bool, int64 or float64; absent or nil: no value
	deleted  bool
	versions []version // what SOSL sees, oldest first
}

// version is how a record looked from a time on, as far as the index knows.
type version struct {
	from    time.Time
	fields  map[string]any
	deleted bool
}

// text returns a field's text, empty for anything else.
func (r *record) text(name string) string {
	s, _ := r.fields[name].(string)
	return s
}

func (r *record) isConverted() bool { return r.fields["IsConverted"] == true }

// insert adds a record. The caller holds the lock, as in all that follows.
func (o *org) insert(object string, values map[string]any) *record {
	o.nextID++
	r := &record{object: object, id: recordID(object, o.nextID), fields: map[string]any{}}
	for name, f := range o.schema[object].fields {
		if value := f.initial(); value != nil {
			r.fields[name] = value
		}
	}
	maps.Copy(r.fields, map[string]any{
		"Id": r.id, "OwnerId": o.user, "CreatedById": o.user, "CreatedDate": stamp(o.now()),
	})
	o.records[object] = append(o.records[object], r)
	o.write(r, values)
	return r
}

// write sets values, computes what follows from them, and lets the index know after the
// lag.
func (o *org) write(r *record, values map[string]any) {
	for name, value := range values {
		if id, ok := value.(string); ok && o.schema[r.object].fields[name].Type == "reference" {
			value = normalID(id)
		}
		r.fields[name] = value
	}
	now := stamp(o.now())
	maps.Copy(r.fields, map[string]any{"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": o.user})
	switch r.object {
	case "Lead", "Contact":
		r.fields["Name"] = strings.TrimSpace(r.text("FirstName") + " " + r.text("LastName"))
	case "Task":
		r.fields["IsClosed"] = r.text("Status") == "Completed"
	}
	o.publish(r)
}

// publish makes the record's present state visible to the index once the lag is over.
func (o *org) publish(r *record) {
	if current := r.indexed(o.now()); current != nil {
		since := current.from
		r.versions = slices.DeleteFunc(r.versions, func(v version) bool { return v.from.Before(since) })
	}
	r.versions = append(r.versions, version{from: o.now().Add(o.lag), fields: maps.Clone(r.fields), deleted: r.deleted})
}

// indexed returns the version that the index has, nil if it has none yet.
func (r *record) indexed(now time.Time) *version {
	for i := len(r.versions) - 1; i >= 0; i-- {
		if !r.versions[i].from.After(now) {
			return &r.versions[i]
		}
	}
	return nil
}

// byID returns a record by its id, also a deleted one, nil if there never was one.
func (o *org) byID(id string) *record {
	id = normalID(id)
	for _, r := range o.records[objectOf(id)] {
		if r.id == id {
			return r
		}
	}
	return nil
}

// byKey returns the records that have a value in a key field. Keys ignore case.
func (o *org) byKey(object, name, value string) []*record {
	var found []*record
	for _, r := range o.records[object] {
		if !r.deleted && value != "" && strings.EqualFold(r.text(name), value) {
			found = append(found, r)
		}
	}
	return found
}

// show returns a record with the named fields; one without a value is null.
func (r *record) show(version string, names []string) map[string]any {
	shown := map[string]any{"attributes": map[string]string{
		"type": r.object, "url": "/services/data/" + version + "/sobjects/" + r.object + "/" + r.id,
	}}
	for _, name := range names {
		shown[name] = r.fields[name]
	}
	return shown
}

// snapshot returns the records as they are, for a composite that may be rolled back.
func (o *org) snapshot() map[string][]*record {
	saved := map[string][]*record{}
	for object, all := range o.records {
		for _, r := range all {
			c := *r
			c.fields, c.versions = maps.Clone(r.fields), slices.Clone(r.versions)
			saved[object] = append(saved[object], &c)
		}
	}
	return saved
}
