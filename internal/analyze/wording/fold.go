package wording

import (
	"strings"
	"unicode"
)

// folds maps letters and marks to what a plain keyboard would type, rune by rune, so that
// positions stay the same.
var folds = func() map[rune]rune {
	m := map[rune]rune{
		'’': '\'', '‘': '\'', '‛': '\'', '“': '"', '”': '"', '–': '-', '—': '-', '‑': '-', '\u00a0': ' ',
	}
	for plain, marked := range map[rune]string{
		'a': "áàâäãå", 'e': "éèêë", 'i': "íìîï", 'o': "óòôöõø", 'u': "úùûü", 'n': "ñ", 'c': "ç", 'y': "ýÿ",
	} {
		for _, r := range marked {
			m[r] = plain
		}
	}
	return m
}()

// Fold returns the text in lower case without accents and typographic marks. It has as
// many runes as the text.
func Fold(text string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(r)
		if plain, ok := folds[r]; ok {
			return plain
		}
		return r
	}, text)
}

// Words returns the folded words of a text: what is left when case, spaces and
// punctuation do not matter. A hidden part of Mask is a word that no quote has.
func Words(text string) []string {
	folded := strings.ReplaceAll(Fold(text), "'", "")
	folded = strings.ReplaceAll(folded, hidden, " "+hidden+" ")
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) && string(r) != hidden
	})
}

// Contains reports whether the words of quote stand together, in order, in the words of
// text. A quote with an ellipsis is in the text if its parts are, in order. An empty quote
// is in no text.
func Contains(text, quote string) bool {
	have := Words(text)
	parts := strings.FieldsFunc(strings.ReplaceAll(quote, "...", "…"), func(r rune) bool { return r == '…' })
	found := false
	for _, part := range parts {
		want := Words(part)
		if len(want) == 0 {
			continue
		}
		at := index(have, want)
		if at < 0 {
			return false
		}
		have, found = have[at+len(want):], true
	}
	return found
}

func index(have, want []string) int {
	for i := 0; i+len(want) <= len(have); i++ {
		match := true
		for j := range want {
			if have[i+j] != want[j] {
				match = false
				break
			}
		}
		if match {
			return i
		}
	}
	return -1
}
