package salesforce

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// stampLayout is how Salesforce writes a time.
const stampLayout = "2006-01-02T15:04:05.000+0000"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// read returns a JSON value as it is kept, nil for none. Strings may stand for numbers and
// booleans, not the other way round.
func (f *field) read(raw any) (any, *apiError) {
	if raw == nil {
		return nil, nil
	}
	text, isText := raw.(string)
	text = strings.TrimSpace(text)
	if isText && text == "" {
		return nil, nil
	}
	if number, ok := raw.(json.Number); ok && !f.isText() {
		text, isText = number.String(), true
	}
	if b, ok := raw.(bool); ok && f.Type == "boolean" {
		return b, nil
	}
	if !isText {
		return nil, f.cannotRead(raw)
	}
	value, ok := f.parse(text)
	if !ok {
		return nil, f.cannotRead(raw)
	}
	if f.isText() {
		return text, f.checkText(text)
	}
	return value, nil
}

// parse reads text as the field's type.
func (f *field) parse(text string) (any, bool) {
	switch f.Type {
	case "boolean":
		b, err := strconv.ParseBool(text)
		return b, err == nil && (text == "true" || text == "false")
	case "int":
		n, err := strconv.ParseInt(text, 10, 32)
		return n, err == nil
	case "double", "currency", "percent":
		n, err := strconv.ParseFloat(text, 64)
		return n, err == nil
	case "date":
		_, err := time.Parse(time.DateOnly, text)
		return text, err == nil
	case "datetime":
		t, ok := parseTime(text)
		return stamp(t), ok
	default:
		return text, true
	}
}

func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// cannotRead refuses a value of another type, as the JSON parser does before any
// validation.
func (f *field) cannotRead(raw any) *apiError {
	wanted, got := f.Type, "VALUE_STRING"
	if f.isText() {
		wanted = "string"
	}
	switch v := raw.(type) {
	case json.Number:
		got = "VALUE_NUMBER_INT"
		if strings.ContainsAny(v.String(), ".eE") {
			got = "VALUE_NUMBER_FLOAT"
		}
	case bool:
		got = "VALUE_TRUE"
		if !v {
			got = "VALUE_FALSE"
		}
	case map[string]any:
		got = "START_OBJECT"
	case []any:
		got = "START_ARRAY"
	}
	return unparsable(fmt.Sprintf("Cannot deserialize instance of %s from %s value %v or request may be missing a required field", wanted, got, raw))
}

// checkText refuses text that its field does not take.
func (f *field) checkText(text string) *apiError {
	switch {
	case f.Type == "email" && !isEmail(text):
		return invalid("INVALID_EMAIL_ADDRESS", fmt.Sprintf("%s: invalid email address: %s", f.Label, text), f.Name)
	case f.Type == "picklist" && f.RestrictedPicklist && !f.allows(text):
		return invalid("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
			fmt.Sprintf("%s: bad value for restricted picklist field: %s", f.Label, text), f.Name)
	case f.Type == "reference" && normalID(text) == "":
		return invalid("MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", f.Label, text), f.Name)
	case f.Length > 0 && len([]rune(text)) > f.Length:
		return invalid("STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: %s (max length=%d)", f.Label, text, f.Length), f.Name)
	}
	return nil
}

func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	_, domain, _ := strings.Cut(text, "@")
	return err == nil && parsed.Address == text && strings.Contains(domain, ".")
}
