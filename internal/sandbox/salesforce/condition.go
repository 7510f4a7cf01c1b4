package salesforce

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// condition is a part of WHERE.
type condition interface {
	// bind checks the names and values against an object's fields.
	bind(schema *object) *apiError
	// holds reports whether a record's fields meet it.
	holds(fields map[string]any) bool
}

// junction is several conditions of which all, or any, must hold.
type junction struct {
	any   bool
	parts []condition
}

func (j junction) bind(schema *object) *apiError {
	for _, part := range j.parts {
		if err := part.bind(schema); err != nil {
			return err
		}
	}
	return nil
}

func (j junction) holds(fields map[string]any) bool {
	met := func(part condition) bool { return part.holds(fields) }
	if j.any {
		return slices.ContainsFunc(j.parts, met)
	}
	return !slices.ContainsFunc(j.parts, func(part condition) bool { return !met(part) })
}

type negation struct{ part condition }

func (n negation) bind(schema *object) *apiError    { return n.part.bind(schema) }
func (n negation) holds(fields map[string]any) bool { return !n.part.holds(fields) }

// comparison is a field against one value, or with IN against several.
type comparison struct {
	field    string
	operator string
	values   []lexeme
	wanted   []any // the values as the field's type, nil for null
}

func (c *comparison) bind(schema *object) *apiError {
	f := schema.field(c.field)
	switch {
	case f == nil:
		return unknownColumn(c.field, schema.name)
	case !f.Filterable:
		return refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("field '%s' can not be filtered in a query call", f.Name))
	case c.operator == "LIKE" && (!f.isText() || f.Type == "id" || f.Type == "reference"):
		return refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("invalid operator on %s field", f.Type))
	}
	c.field = f.Name
	for _, literal := range c.values {
		value, err := f.literal(literal)
		if err != nil {
			return err
		}
		c.wanted = append(c.wanted, value)
	}
	return nil
}

// literal returns a value of a query as the field's type. Only strings have quotes.
func (f *field) literal(t lexeme) (any, *apiError) {
	if t.is("null") {
		return nil, nil
	}
	wrong := refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf(
		"value of filter criterion for field '%s' must be of type %s", f.Name, f.Type))
	if f.isText() {
		if t.kind != textToken {
			wrong.Message += " and should be enclosed in quotes"
			return nil, wrong
		}
		if id := normalID(t.text); id != "" && (f.Type == "id" || f.Type == "reference") {
			return id, nil
		}
		return t.text, nil
	}
	if t.kind == textToken {
		wrong.Message += " and should not be enclosed in quotes"
		return nil, wrong
	}
	value, ok := f.parse(strings.ToLower(t.text))
	if f.Type == "datetime" {
		value, ok = f.parse(strings.ToUpper(t.text))
	}
	if !ok {
		return nil, wrong
	}
	return value, nil
}

func unknownColumn(name, object string) *apiError {
	if strings.Contains(name, ".") {
		relation, _, _ := strings.Cut(name, ".")
		return refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("Didn't understand relationship '%s' in field path.", relation))
	}
	return refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on entity '%s'. "+
		"If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.", name, object))
}

func (c *comparison) holds(fields map[string]any) bool {
	have := fields[c.field]
	equal := func(want any) bool { return equalValues(have, want) }
	switch c.operator {
	case "=":
		return equal(c.wanted[0])
	case "!=", "<>":
		return !equal(c.wanted[0])
	case "IN":
		return slices.ContainsFunc(c.wanted, equal)
	case "NOT IN":
		return !slices.ContainsFunc(c.wanted, equal)
	case "LIKE":
		text, isText := have.(string)
		pattern, _ := c.wanted[0].(string)
		return isText && like([]rune(strings.ToLower(text)), []rune(strings.ToLower(pattern)))
	}
	if have == nil || c.wanted[0] == nil {
		return false
	}
	order := compareValues(have, c.wanted[0])
	return strings.HasPrefix(c.operator, "<") && order < 0 || strings.HasPrefix(c.operator, ">") && order > 0 ||
		strings.HasSuffix(c.operator, "=") && order == 0
}

// equalValues compares as SOQL does: text in any case.
func equalValues(a, b any) bool {
	if a == nil || b == nil {
		return a == b
	}
	return compareValues(a, b) == 0
}

// compareValues orders values of one type. Times are text that sorts.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case string:
		y, _ := b.(string)
		return cmp.Compare(strings.ToLower(x), strings.ToLower(y))
	case int64:
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	case float64:
		y, _ := b.(float64)
		return cmp.Compare(x, y)
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) // false before true
}

// like matches a pattern: % stands for any text, _ for one character.
func like(text, pattern []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	switch pattern[0] {
	case '%':
		for i := range len(text) + 1 {
			if like(text[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case '_':
		return len(text) > 0 && like(text[1:], pattern[1:])
	case '\\':
		if len(pattern) > 1 {
			pattern = pattern[1:]
		}
	}
	return len(text) > 0 && text[0] == pattern[0] && like(text[1:], pattern[1:])
}
