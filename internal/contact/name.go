package contact

import (
	"strings"
	"unicode"
)

// notPeople are the words of caller-ID texts that stand for a carrier or for nobody.
var notPeople = map[string]bool{
	"wireless": true, "caller": true, "unknown": true, "anonymous": true, "unavailable": true,
	"restricted": true, "private": true, "blocked": true, "withheld": true, "cellular": true,
	"cell": true, "mobile": true, "phone": true, "toll": true, "tollfree": true, "spam": true,
	"telemarketer": true, "scam": true, "name": true, "number": true, "id": true, "llc": true, "inc": true,
}

// states are the postal codes that end a caller-ID text such as "Denver CO".
var states = set(`AL AK AZ AR CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT
	NC ND NE NH NJ NM NV NY OH OK OR PA PR RI SC SD TN TX UT VA VT WA WI WV WY
	AB BC MB NB NL NS NT NU ON PE QC SK YT`)

// PersonName returns a person's name, or "" if raw is a caller-ID text: those are a place, a
// carrier, a surname cut short, all in capitals. What a person typed goes through TypedName.
func PersonName(raw string) string {
	name := clean(raw)
	if !hasLetter(name) || shouted(name) || strings.ContainsFunc(name, notInName) {
		return ""
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	for _, word := range words {
		if notPeople[strings.ToLower(strings.Trim(word, ".-"))] {
			return ""
		}
	}
	if len(words) > 1 && states[words[len(words)-1]] {
		return ""
	}
	return name
}

// TypedName joins the parts of a name that a person typed, or returns "" if there is no
// letter in it. Capitals throughout become a name's usual spelling.
func TypedName(parts ...string) string {
	name := clean(strings.Join(parts, " "))
	switch {
	case !hasLetter(name) || strings.Contains(name, "@"):
		return ""
	case shouted(name):
		return titled(name)
	default:
		return name
	}
}

// clean drops control characters and makes every run of white space one space.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func hasLetter(s string) bool { return strings.ContainsFunc(s, unicode.IsLetter) }

func notInName(r rune) bool { return unicode.IsDigit(r) || strings.ContainsRune("@/:#", r) }

// shouted reports whether every letter that has two cases is a capital.
func shouted(s string) bool {
	return strings.ContainsFunc(s, unicode.IsUpper) && !strings.ContainsFunc(s, unicode.IsLower)
}

// titled writes the first letter of each word as a capital and the others small; a hyphen
// and an apostrophe begin a word, as in O'Brien-Smith.
func titled(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		first := start
		start = !unicode.IsLetter(r)
		if first {
			return r
		}
		return unicode.ToLower(r)
	}, s)
}

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
