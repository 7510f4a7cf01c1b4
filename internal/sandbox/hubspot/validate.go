package hubspot

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxValue is the length of the longest value that a text property takes.
const maxValue = 65_536

// Codes of refused properties.
const (
	codeUnknown  = "PROPERTY_DOESNT_EXIST"
	codeReadOnly = "READ_ONLY_VALUE"
	codeOption   = "INVALID_OPTION"
	codeEmail    = "INVALID_EMAIL"
	codeUnique   = "CONFLICTING_UNIQUE_VALUE"
	codeRequired = "MISSING_REQUIRED_PROPERTY"
	codeNumber   = "INVALID_DOUBLE"
	codeDate     = "INVALID_DATE"
	codeBool     = "INVALID_BOOLEAN"
	codeOwner    = "INVALID_OWNER_ID"
	codeLength   = "VALUE_TOO_LONG"
)

// check validates what is about to be written to an object, nil for a new one, and
// normalises it in place. One bad property refuses all.
func (a *account) check(kind string, props map[string]string, self *object) *apiError {
	s := a.schema[kind]
	var errs []fieldError
	for _, name := range slices.Sorted(maps.Keys(props)) {
		p, ok := s.properties[name]
		if !ok {
			errs = append(errs, refusal(name, codeUnknown, fmt.Sprintf("Property %q does not exist", name)))
			continue
		}
		value, code := p.normalise(props[name], pipelineOf(props, self))
		if code != "" {
			errs = append(errs, refusal(name, code, fmt.Sprintf("%q is not valid for %s", props[name], name)))
			continue
		}
		props[name] = value
		if name != "email" && p.HasUniqueValue && a.takenByOther(kind, name, value, self) {
			errs = append(errs, refusal(name, codeUnique, fmt.Sprintf("Cannot set %s: another object already has that value.", name)))
		}
	}
	if self == nil {
		errs = append(errs, s.lacking(kind, props)...)
	}
	if len(errs) > 0 {
		return invalid(summary(errs), errs...)
	}
	return a.checkEmail(kind, props, self)
}

func refusal(name, code, message string) fieldError {
	return fieldError{Message: message, Code: code, Context: map[string][]string{"propertyName": {name}}}
}

// summary writes the message that repeats all refusals.
func summary(errs []fieldError) string {
	type one struct {
		IsValid bool   `json:"isValid"`
		Message string `json:"message"`
		Error   string `json:"error"`
		Name    string `json:"name"`
	}
	all := make([]one, 0, len(errs))
	for _, e := range errs {
		all = append(all, one{Message: e.Message, Error: e.Code, Name: strings.Join(e.Context["propertyName"], ",")})
	}
	text, err := json.Marshal(all)
	if err != nil { // strings and bools always encode
		return "Property values were not valid."
	}
	return "Property values were not valid: " + string(text)
}

// lacking returns a refusal for every property that a new object must have.
func (s *schema) lacking(kind string, props map[string]string) []fieldError {
	var errs []fieldError
	for _, name := range s.required {
		if props[name] == "" {
			errs = append(errs, refusal(name, codeRequired, "Required property "+name+" was not set."))
		}
	}
	if kind == "contacts" && props["email"]+props["firstname"]+props["lastname"] == "" {
		errs = append(errs, refusal("email", codeRequired, "One of email, firstname and lastname is required."))
	}
	return errs
}

// checkEmail refuses an address that identifies another contact already.
func (a *account) checkEmail(kind string, props map[string]string, self *object) *apiError {
	if kind != "contacts" {
		return nil
	}
	if other := a.byValue(kind, "email", props["email"]); other != nil && other != self {
		return conflict("Contact already exists. Existing ID: " + other.id)
	}
	return nil
}

func (a *account) takenByOther(kind, name, value string, self *object) bool {
	other := a.byValue(kind, name, value)
	return other != nil && other != self
}

// pipelineOf returns the pipeline that a deal is in after a write.
func pipelineOf(props map[string]string, self *object) string {
	if id, ok := props["pipeline"]; ok || self == nil {
		return id
	}
	return self.props["pipeline"]
}

// normalise returns a value as it is kept, or the code of its refusal. An empty value
// clears the property.
func (p *property) normalise(value, pipelineID string) (string, string) {
	switch {
	case p.Modification.ReadOnlyValue:
		return "", codeReadOnly
	case value == "":
		return "", ""
	case p.Name == "email":
		return normaliseEmail(value)
	case p.restricted == "owner":
		return value, codeUnless(slices.ContainsFunc(owners, func(o owner) bool { return o.ID == value }), codeOwner)
	case p.restricted == "pipeline":
		return value, codeUnless(stagesOf(value) != nil, codeOption)
	case p.restricted == "stage":
		return value, codeUnless(slices.ContainsFunc(stagesOf(pipelineID), func(s stage) bool { return s.ID == value }), codeOption)
	}
	return normaliseType(p, value)
}

func normaliseType(p *property, value string) (string, string) {
	switch p.Type {
	case "number":
		_, err := strconv.ParseFloat(value, 64)
		return value, codeUnless(err == nil, codeNumber)
	case "datetime", "date":
		t, ok := parseTime(value)
		if p.Type == "date" {
			return t.Format(time.DateOnly), codeUnless(ok && t.Equal(t.Truncate(24*time.Hour)), codeDate)
		}
		return stamp(t), codeUnless(ok, codeDate)
	case "bool":
		return value, codeUnless(value == "true" || value == "false", codeBool)
	case "enumeration":
		return value, codeUnless(p.allows(value), codeOption)
	default:
		return value, codeUnless(len([]rune(value)) <= maxValue, codeLength)
	}
}

func codeUnless(ok bool, code string) string {
	if ok {
		return ""
	}
	return code
}

// allows reports whether every chosen option exists; checkboxes take several.
func (p *property) allows(value string) bool {
	chosen := []string{value}
	if p.FieldType == "checkbox" {
		chosen = strings.Split(strings.TrimPrefix(value, ";"), ";")
	}
	for _, one := range chosen {
		if !slices.ContainsFunc(p.Options, func(o option) bool { return o.Value == one }) {
			return false
		}
	}
	return true
}

func normaliseEmail(value string) (string, string) {
	email := strings.ToLower(strings.TrimSpace(value))
	parsed, err := mail.ParseAddress(email)
	_, domain, _ := strings.Cut(email, "@")
	ok := err == nil && parsed.Address == email && strings.Contains(domain, ".")
	return email, codeUnless(ok, codeEmail)
}

// parseTime reads a time in either of the ways that HubSpot takes: ISO 8601 or
// milliseconds since 1970. Days are midnight in UTC.
func parseTime(value string) (time.Time, bool) {
	if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), true
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
