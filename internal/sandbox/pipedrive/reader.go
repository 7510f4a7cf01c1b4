package pipedrive

import (
	"encoding/json"
	"slices"
	"strings"
)

// reader returns a JSON value as it is kept, and whether it is of the type at all.
type reader func(c *company, m member, value any) (any, bool)

// maxText is the length of the longest plain text.
const maxText = 65_000

var readers = map[string]reader{
	"text": text(func(*company, member, string) bool { return true }),
	"html": func(_ *company, _ member, value any) (any, bool) {
		s, isText := value.(string)
		return sanitise(s), isText && len(s) <= maxNote
	},
	"choice":   text(func(_ *company, m member, s string) bool { return slices.Contains(strings.Split(m.detail, ","), s) }),
	"date":     text(func(_ *company, _ member, s string) bool { return isDate(s) }),
	"clock":    text(func(_ *company, _ member, s string) bool { return isClock(s) }),
	"seconds":  text(func(_ *company, _ member, s string) bool { return isSeconds(s) }),
	"currency": text(func(_ *company, _ member, s string) bool { return isCurrency(s) }),
	"activity": text(func(_ *company, _ member, s string) bool { return slices.Contains(activityTypes, s) }),
	"lead":     text(func(c *company, _ member, s string) bool { return c.byID("leads", s) != nil }),
	"time": func(c *company, m member, value any) (any, bool) {
		s, isText := value.(string)
		if !isText {
			return nil, false
		}
		return c.parseTime(s)
	},
	"bool": func(_ *company, _ member, value any) (any, bool) {
		b, isBool := value.(bool)
		return b, isBool
	},
	"number": func(_ *company, _ member, value any) (any, bool) {
		n, isNumber := value.(json.Number)
		return n, isNumber
	},
	"flag":     number(func(_ *company, n int64) bool { return n == 0 || n == 1 }),
	"int":      number(func(*company, int64) bool { return true }),
	"user":     number(func(_ *company, n int64) bool { return n == userID }),
	"person":   number(func(c *company, n int64) bool { return c.byNumber("persons", n) != nil }),
	"deal":     number(func(c *company, n int64) bool { return c.byNumber("deals", n) != nil }),
	"pipeline": number(func(_ *company, n int64) bool { return n == pipelineID }),
	"stage":    number(func(_ *company, n int64) bool { return isStage(n) }),
	"none":     number(func(*company, int64) bool { return false }), // there are no organizations here
	"ints": list(func(_ *company, value any) (any, bool) {
		return whole(value)
	}),
	"labels": list(func(_ *company, value any) (any, bool) {
		s, isText := value.(string)
		return s, isText && isLeadLabel(s)
	}),
	"points":       list(readPoint),
	"participants": list(readParticipant),
	"money":        readMoney,
}

// text is a reader of strings.
func text(fits func(c *company, m member, s string) bool) reader {
	return func(c *company, m member, value any) (any, bool) {
		s, isText := value.(string)
		return s, isText && len(s) <= maxText && fits(c, m, s)
	}
}

// number is a reader of whole numbers.
func number(fits func(c *company, n int64) bool) reader {
	return func(c *company, m member, value any) (any, bool) {
		n, isWhole := whole(value)
		if m.kind == "flag" {
			return n == 1, isWhole && fits(c, n)
		}
		return n, isWhole && fits(c, n)
	}
}

// list is a reader of lists.
func list(read func(c *company, value any) (any, bool)) reader {
	return func(c *company, _ member, value any) (any, bool) {
		all, isList := value.([]any)
		kept := []any{}
		for _, one := range all {
			item, fits := read(c, one)
			if !fits {
				return nil, false
			}
			kept = append(kept, item)
		}
		return kept, isList
	}
}

// readPoint reads a phone or e-mail of a person.
func readPoint(_ *company, value any) (any, bool) {
	point, isObject := value.(map[string]any)
	if !isObject {
		return nil, false
	}
	kept := map[string]any{"value": "", "primary": false, "label": "work"}
	for name, v := range point {
		want, known := kept[name]
		if !known || typeName(v) != typeName(want) {
			return nil, false
		}
		kept[name] = v
	}
	return kept, kept["value"] != ""
}

// readParticipant reads a person who takes part in an activity.
func readParticipant(c *company, value any) (any, bool) {
	p, isObject := value.(map[string]any)
	if !isObject {
		return nil, false
	}
	id, isWhole := whole(p["person_id"])
	primary, isBool := p["primary"].(bool)
	if p["primary"] == nil {
		isBool = true
	}
	return map[string]any{"person_id": id, "primary": primary}, isWhole && isBool && len(p) <= 2 && c.byNumber("persons", id) != nil
}

// readMoney reads an amount, which needs its currency.
func readMoney(_ *company, _ member, value any) (any, bool) {
	m, isObject := value.(map[string]any)
	if !isObject || len(m) != 2 {
		return nil, false
	}
	amount, isNumber := m["amount"].(json.Number)
	currency, isText := m["currency"].(string)
	return map[string]any{"amount": amount, "currency": currency}, isNumber && isText && isCurrency(currency)
}
