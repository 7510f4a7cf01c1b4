package callrail

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// value is one value of a payload, whichever way it was encoded. Objects keep the order and
// the repetitions of their fields: a form's fields are shown as they were sent. All methods
// accept nil, which is an absent value.
type value struct {
	kind   valueKind
	text   string  // of a scalar
	items  []value // of a list
	fields []field // of an object
}

type valueKind int

const (
	scalar valueKind = iota
	null
	list
	object
)

type field struct {
	name  string
	value value
}

// get returns the last field with the name, nil if there is none.
func (v *value) get(name string) *value {
	if v == nil || v.kind != object {
		return nil
	}
	for i := len(v.fields) - 1; i >= 0; i-- {
		if v.fields[i].name == name {
			return &v.fields[i].value
		}
	}
	return nil
}

// has reports whether the field is there and not null.
func (v *value) has(name string) bool {
	f := v.get(name)
	return f != nil && f.kind != null
}

// str returns a scalar's text without white space around it. "" and null both mean absent,
// as do lists and objects where a text is expected.
func (v *value) str() string {
	if v == nil || v.kind != scalar {
		return ""
	}
	s := v.text
	if strings.ContainsRune(s, 0) { // a database's text cannot hold it
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.TrimSpace(s)
}

// first returns the first text that is not empty among the named fields.
func (v *value) first(names ...string) string {
	for _, name := range names {
		if s := v.get(name).str(); s != "" {
			return s
		}
	}
	return ""
}

// number returns whole, not negative seconds or counts: 13, "13" and "13.0" are one.
func (v *value) number() (int, bool) {
	text := v.str()
	if text == "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || f < 0 || f > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}

// boolean reads true, "true", 1 and their opposites. "false" is false, which a plain test
// for emptiness would miss.
func (v *value) boolean() (is, ok bool) {
	switch strings.ToLower(v.str()) {
	case "true", "1", "yes", "t":
		return true, true
	case "false", "0", "no", "f":
		return false, true
	default:
		return false, false
	}
}

// time reads an ISO 8601 time with its offset. Years that a database cannot hold, or that
// were before the telephone, are absent.
func (v *value) time() (time.Time, bool) {
	text := v.str()
	if text == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	t = t.UTC()
	// A year that the store cannot hold would have the whole delivery refused.
	if err != nil || t.Year() < 1900 || t.Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

// asObject returns the object that v is, or that its text holds as JSON.
func (v *value) asObject() *value {
	if v != nil && v.kind == scalar && strings.HasPrefix(v.str(), "{") {
		if parsed, err := parseJSON([]byte(v.str())); err == nil {
			return parsed
		}
	}
	if v == nil || v.kind != object {
		return nil
	}
	return v
}

// strings returns the texts of the named field: a list's, those of a JSON list in a text,
// those of a repeated field, or the single one. The second result is whether it is there.
func (v *value) strings(name string) ([]string, bool) {
	if !v.has(name) {
		return nil, false
	}
	texts := []string{}
	for i := range v.fields {
		if v.fields[i].name == name {
			texts = v.fields[i].value.appendFlat(texts)
		}
	}
	return texts, true
}

func (v *value) flat() []string { return v.appendFlat(nil) }

func (v *value) appendFlat(texts []string) []string {
	if v.kind == scalar && strings.HasPrefix(v.str(), "[") {
		if parsed, err := parseJSON([]byte(v.str())); err == nil {
			v = parsed
		}
	}
	switch v.kind {
	case scalar:
		if s := v.str(); s != "" {
			texts = append(texts, s)
		}
	case list:
		for i := range v.items {
			texts = v.items[i].appendFlat(texts)
		}
	case object: // tags may come as objects with a name
		if s := v.first("name", "value"); s != "" {
			texts = append(texts, s)
		}
	case null:
	}
	return texts
}
