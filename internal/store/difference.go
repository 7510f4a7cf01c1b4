package store

import (
	"encoding/json"
	"reflect"
	"regexp"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// hidden stands where a value is personal: that it changed is said, not from what to what.
const hidden = "(hidden)"

// personalText recognises e-mail addresses and phone numbers in texts that people wrote: in the
// expression of a rule, for instance.
var personalText = regexp.MustCompile(`\S@\S|\+\d[\d ().-]{6,}\d|(^|\W)\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(\W|$)`)

// secretPath recognises what follows the host of an address: whoever knows the path or the query
// of a destination may be able to post there.
var secretPath = regexp.MustCompile(`^(https?://[^/?#]+)[/?#].+`)

// difference returns what differs between two states of a tenant, as each of them has it. If
// that is one source or integration, only what differs in it.
func difference(from, to tenant.Tenant) (before, after map[string]any) {
	before, after = differing(described(from), described(to))
	for _, kind := range []string{"sources", "integrations"} {
		if id, ok := only(before, after, kind); ok {
			return member(before, kind, id), member(after, kind, id)
		}
	}
	return before, after
}

// described returns a tenant as an object, with sources and integrations by their ids.
func described(t tenant.Tenant) map[string]any {
	sources, integrations := map[string]any{}, map[string]any{}
	for _, s := range t.Sources {
		sources[s.ID] = s
	}
	for _, in := range t.Integrations {
		integrations[in.ID] = in
	}
	var object map[string]any
	text := encoded(map[string]any{
		"name": t.Name, "status": t.Status, "time_zone": t.TimeZone, "region": t.Region, "settings": t.Settings,
		"sources": sources, "integrations": integrations,
	})
	_ = json.Unmarshal([]byte(text), &object) // it was just written
	return object
}

// differing returns the members that differ. Of objects it goes into, of lists it takes all.
func differing(from, to map[string]any) (before, after map[string]any) {
	before, after = map[string]any{}, map[string]any{}
	for name, old := range from {
		now, there := to[name]
		oldObject, isObject := old.(map[string]any)
		nowObject, stays := now.(map[string]any)
		switch {
		case !there:
			before[name] = discreet(name, old)
		case isObject && stays:
			b, a := differing(oldObject, nowObject)
			keep(before, name, b)
			keep(after, name, a)
		case !reflect.DeepEqual(old, now):
			before[name], after[name] = discreet(name, old), discreet(name, now)
		}
	}
	for name, now := range to {
		if _, there := from[name]; !there {
			after[name] = discreet(name, now)
		}
	}
	return before, after
}

func keep(in map[string]any, name string, part map[string]any) {
	if len(part) > 0 {
		in[name] = part
	}
}

// discreet returns a value without what is personal in it.
func discreet(name string, value any) any {
	switch v := value.(type) {
	case map[string]any:
		shown := make(map[string]any, len(v))
		for member, value := range v {
			shown[member] = discreet(member, value)
			if name == "headers" { // of a custom destination: one of them may be a key
				shown[member] = hidden
			}
		}
		return shown
	case []any:
		if name == "to" { // a list of recipients
			return hidden
		}
		shown := make([]any, 0, len(v))
		for _, element := range v {
			shown = append(shown, discreet("", element))
		}
		return shown
	case string:
		if personalText.MatchString(v) {
			return hidden
		}
		return secretPath.ReplaceAllString(v, "$1/"+hidden)
	}
	return value
}

// only returns the id of the one source or integration that differs, if nothing else does.
func only(before, after map[string]any, kind string) (id string, ok bool) {
	ids := map[string]bool{}
	for _, side := range []map[string]any{before, after} {
		for name, value := range side {
			members, _ := value.(map[string]any)
			if name != kind {
				return "", false
			}
			for id = range members {
				ids[id] = true
			}
		}
	}
	return id, len(ids) == 1
}

func member(side map[string]any, kind, id string) map[string]any {
	members, _ := side[kind].(map[string]any)
	found, _ := members[id].(map[string]any)
	return found
}
