package pipedrive

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxText is how long a text field is, in characters.
const maxText = 255

// encode returns a mapped value as the field takes it, in either version of the API: whether
// a lead's custom fields take objects as those of persons and deals do is hearsay. If not,
// they are refused by name, and left out with a warning.
func (f field) encode(value any, currency string) (any, error) {
	switch f.Type {
	case "double", "int", "user", "org", "people":
		return number64(value)
	case "monetary":
		return money("value", value, currency)
	case "amount": // a lead's own value
		return money("amount", value, currency)
	case "enum":
		return f.choice(value)
	case "set":
		return f.choices(value)
	case "words":
		return words(value), nil
	case "boolean":
		return boolean(value)
	case "date":
		return day(value), nil
	case "time":
		return map[string]string{"value": clock(value)}, nil
	case "address":
		return map[string]string{"value": text(value)}, nil
	case "text":
		return text(value), nil
	case "varchar", "varchar_auto", "phone":
		return cut(text(value)), nil
	default:
		return nil, fmt.Errorf("fields of the type %s cannot be mapped", f.Type)
	}
}

func money(name string, value any, currency string) (any, error) {
	n, err := number64(value)
	if err != nil {
		return nil, err
	}
	return map[string]any{name: n, "currency": currency}, nil
}

// number64 returns a JSON number: version 2 refuses one in quotes.
func number64(value any) (any, error) {
	switch v := value.(type) {
	case int64, int, float64:
		return v, nil
	case string:
		s := strings.TrimSpace(v)
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		if n, err := strconv.ParseFloat(s, 64); err == nil {
			return n, nil
		}
	}
	return nil, errors.New("the value is not a number")
}

func boolean(value any) (any, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		if b, err := strconv.ParseBool(strings.ToLower(v)); err == nil {
			return b, nil
		}
	}
	return nil, errors.New("the value is not true or false")
}

// choice returns the id of the option that the value names by its label, or is.
func (f field) choice(value any) (any, error) {
	wanted := text(value)
	for _, o := range f.Options {
		if strings.EqualFold(o.Label, wanted) {
			return o.ID, nil
		}
	}
	for _, o := range f.Options {
		if o.id() == wanted {
			return o.ID, nil
		}
	}
	return nil, errors.New("the field has no such option")
}

// choices returns the ids of several options. None at all is null: an empty list is refused.
func (f field) choices(value any) (any, error) {
	var ids []json.RawMessage
	for _, w := range words(value) {
		id, err := f.choice(w)
		if err != nil {
			return nil, err
		}
		if raw, ok := id.(json.RawMessage); ok {
			ids = append(ids, raw)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return ids, nil
}

func words(value any) []string {
	if list, ok := value.([]string); ok {
		return list
	}
	if s := text(value); s != "" {
		return []string{s}
	}
	return nil
}

func day(value any) string {
	if at, ok := value.(time.Time); ok {
		return at.Format(time.DateOnly)
	}
	return text(value)
}

func clock(value any) string {
	if at, ok := value.(time.Time); ok {
		return at.Format(time.TimeOnly)
	}
	return text(value)
}

func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339)
	case []string:
		return strings.Join(v, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// cut shortens a text to what the field holds: a whole record is refused for a long one.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxText {
		return s
	}
	return string([]rune(s)[:maxText-1]) + "…"
}
