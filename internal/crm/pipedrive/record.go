package pipedrive

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// values are the fields of a record that is to be written, by name. Custom fields are
// named by their keys of 40 characters.
type values map[string]any

// nested returns the values as version 2 takes them: custom fields in an object of their
// own. Version 1 takes them as they are.
func (v values) nested() values {
	custom, all := values{}, values{}
	for name, value := range v {
		if isHash(name) {
			custom[name] = value
		} else {
			all[name] = value
		}
	}
	if len(custom) > 0 {
		all["custom_fields"] = custom
	}
	return all
}

// record is a record as Pipedrive returns it, in either version: custom fields stand
// beside the others.
type record map[string]json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (r *record) UnmarshalJSON(raw []byte) error {
	var all, custom map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return fmt.Errorf("decode record: %w", err)
	}
	if json.Unmarshal(all["custom_fields"], &custom) == nil { // search returns their bare values
		delete(all, "custom_fields")
		maps.Copy(all, custom)
	}
	*r = all
	return nil
}

func (r record) id() string { return r.text("id") }

// text returns a string or number, and "" for anything else.
func (r record) text(name string) string {
	var s string
	if json.Unmarshal(r[name], &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(r[name], &n) == nil {
		return n.String()
	}
	return ""
}

// reference returns the id of another record, which version 1 also wraps into an object.
func (r record) reference(name string) string {
	if id := r.text(name); id != "" {
		return id
	}
	var wrapped struct {
		Value json.Number `json:"value"`
	}
	if json.Unmarshal(r[name], &wrapped) == nil {
		return wrapped.Value.String()
	}
	return ""
}

// flag returns a boolean, which version 1 also writes as 1 and 0.
func (r record) flag(name string) bool {
	text := string(r[name])
	return text == "true" || text == "1"
}

// time returns the time of a field, in the form of either version; zero if there is none.
func (r record) time(name string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, r.text(name)); err == nil {
			return at
		}
	}
	return time.Time{}
}

// empty reports whether nothing is in a field.
func (r record) empty(name string) bool {
	switch strings.TrimSpace(string(r[name])) {
	case "", "null", `""`, "[]", "{}":
		return true
	default:
		return false
	}
}

// gone reports whether the record is in the bin, where it can still be read for 30 days.
func (r record) gone() bool {
	return r.flag("is_deleted") || r.text("status") == "deleted" || string(r["active_flag"]) == "false"
}

// marked reports whether the record carries a mark of ours, whichever field holds it: two
// instances that set up an account at the same moment create two fields of the same name.
func (r record) marked(mark string) bool {
	for name := range r {
		if (isHash(name) || name == "origin_id") && r.text(name) == mark {
			return true
		}
	}
	return false
}

// channel is a phone number or e-mail address of a person.
type channel struct {
	Value   string `json:"value"`
	Primary bool   `json:"primary"`
	Label   string `json:"label,omitempty"`
}

// channels returns a person's phones or emails. Search returns plain strings.
func (r record) channels(name string) []channel {
	var plain []string
	if json.Unmarshal(r[name], &plain) == nil {
		var all []channel
		for _, value := range plain {
			all = append(all, channel{Value: value})
		}
		return all
	}
	var all []channel
	if json.Unmarshal(r[name], &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(c channel) bool { return c.Value == "" }) // Pipedrive keeps an empty one for the form
}

func channelValues(all []channel) []string {
	var list []string
	for _, c := range all {
		list = append(list, c.Value)
	}
	return list
}

// isHash reports whether a field's name is the key of a custom field.
func isHash(name string) bool { return hashPattern.MatchString(name) }

// number returns an id as the JSON number that Pipedrive wants.
func number(id string) json.RawMessage {
	if _, err := strconv.ParseInt(id, 10, 64); err != nil {
		return json.RawMessage("null")
	}
	return json.RawMessage(id)
}

// isDeal tells the id of a deal, a number, from a lead's, a UUID.
func isDeal(id string) bool {
	_, err := strconv.ParseInt(id, 10, 64)
	return err == nil
}
