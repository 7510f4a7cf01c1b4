package evaluate

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// titles may stand before a name, or not.
var titles = []string{
	"mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "rev", "reverend", "father", "sister", "sir", "madam",
	"senor", "senora", "senorita", "sr", "sra", "srta", "don", "dona",
}

// same reports whether two answers to a field are the same answer.
func same(field, a, b string) bool {
	switch field {
	case CustomerName:
		return plainName(a) == plainName(b)
	case CustomerEmail:
		return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	default:
		return a == b
	}
}

// plainName is what is left of a name without case, accents, spaces, hyphens, punctuation and
// titles.
func plainName(name string) string {
	words := plainWords(name)
	for len(words) > 1 && slices.Contains(titles, words[0]) {
		words = words[1:]
	}
	return strings.Join(words, "")
}

// plainWords splits a text at everything that is no letter or digit, without case, accents and
// apostrophes.
func plainWords(text string) []string {
	text = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
	return strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
