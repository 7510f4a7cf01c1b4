package hubspot

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// check refuses a filter that names no property or lacks what its operator needs.
func (f filter) check(s *schema) *apiError {
	if _, ok := s.properties[f.Property]; !ok {
		return unknownProperty(f.Property)
	}
	var ok bool
	switch f.Operator {
	case "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN":
		ok = f.Value != nil && *f.Value != ""
	case "BETWEEN":
		ok = f.Value != nil && f.HighValue != nil
	case "IN", "NOT_IN":
		ok = len(f.Values) > 0
	case "HAS_PROPERTY", "NOT_HAS_PROPERTY":
		ok = true
	default:
		return invalid("Invalid input JSON: Cannot deserialize operator from \"" + f.Operator + "\".")
	}
	if !ok {
		return invalid("Filter on " + f.Property + " lacks a value for " + f.Operator + ".")
	}
	return nil
}

// holds reports whether an object's properties pass the filter. The filter was checked.
func (f filter) holds(p *property, props map[string]string) bool {
	value, has := props[f.Property]
	switch f.Operator {
	case "HAS_PROPERTY":
		return has
	case "NOT_HAS_PROPERTY":
		return !has
	case "NEQ":
		return has && compareValues(p, value, *f.Value) != 0
	case "NOT_IN":
		return has && !f.lists(value)
	case "NOT_CONTAINS_TOKEN":
		return has && !containsTokens(value, *f.Value)
	}
	return has && f.holdsFor(p, value)
}

// holdsFor is the operators that need a value to hold.
func (f filter) holdsFor(p *property, value string) bool {
	switch f.Operator {
	case "IN":
		return f.lists(value)
	case "CONTAINS_TOKEN":
		return containsTokens(value, *f.Value)
	}
	order := compareValues(p, value, *f.Value)
	switch f.Operator {
	case "EQ":
		return order == 0
	case "LT":
		return order < 0
	case "LTE":
		return order <= 0
	case "GT":
		return order > 0
	case "GTE":
		return order >= 0
	case "BETWEEN":
		return order >= 0 && compareValues(p, value, *f.HighValue) <= 0
	default:
		return false
	}
}

// lists reports whether the filter's values hold one. Values of a list must be lower
// case to match text, which is a rule of HubSpot's.
func (f filter) lists(value string) bool {
	return slices.Contains(f.Values, strings.ToLower(value)) || slices.Contains(f.Values, value) && !hasLetter(value)
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

// compareValues orders two values by the property's type; text without its case.
func compareValues(p *property, a, b string) int {
	switch p.Type {
	case "number":
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if errX == nil && errY == nil {
			return cmp.Compare(x, y)
		}
	case "datetime", "date":
		x, okX := parseTime(a)
		y, okY := parseTime(b)
		if okX && okY {
			return x.Compare(y)
		}
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// containsTokens reports whether every word of the pattern is a word of the value; "*"
// stands for any characters at either end of a word.
func containsTokens(value, pattern string) bool {
	words := tokens(value)
	for want := range strings.FieldsSeq(strings.ToLower(pattern)) {
		if !slices.ContainsFunc(words, func(word string) bool { return matches(want, word) }) {
			return false
		}
	}
	return true
}

// tokens splits a value into its words, and keeps what stands between spaces beside
// them: an address is found by its domain as well as by its name.
func tokens(value string) []string {
	var words []string
	for word := range strings.FieldsFuncSeq(strings.ToLower(value), func(r rune) bool { return unicode.IsSpace(r) || r == ';' }) {
		words = append(words, word)
		words = append(words, strings.FieldsFunc(word, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})...)
	}
	return words
}

// matches compares a word with a pattern in which only "*" is special.
func matches(pattern, word string) bool {
	quoted := strings.NewReplacer(`\`, `\\`, `?`, `\?`, `[`, `\[`, `/`, "\x00").Replace(pattern)
	ok, err := path.Match(quoted, strings.ReplaceAll(word, "/", "\x00"))
	return err == nil && ok
}
