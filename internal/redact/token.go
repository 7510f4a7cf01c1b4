package redact

import (
	"strings"
	"unicode"
)

// part is one text, by one speaker.
type part struct {
	speaker string
	text    string
}

// token is a word, or digits, of a part.
type token struct {
	part       int
	start, end int    // bytes of the part's text
	word       string // in lower case
	written    bool   // ASCII digits
	gap        string // what stands between it and the token before, in the same part
}

// tokens splits parts into words and digits.
func tokens(parts []part) []token {
	var all []token
	for i, p := range parts {
		before, start := 0, 0
		for start < len(p.text) {
			kind := classAt(p.text, start)
			end := start + runLength(p.text[start:], kind)
			if kind != other {
				all = append(all, token{
					part: i, start: start, end: end, written: kind == digit,
					word: strings.ToLower(strings.Trim(p.text[start:end], "'’")), gap: p.text[before:start],
				})
				before = end
			}
			start = end
		}
	}
	return all
}

type class int

const (
	other class = iota
	letter
	digit
)

func classAt(s string, at int) class {
	for _, r := range s[at:] {
		return classOf(r)
	}
	return other
}

func classOf(r rune) class {
	switch {
	case '0' <= r && r <= '9':
		return digit
	case unicode.IsLetter(r), r == '\'', r == '’':
		return letter
	default:
		return other
	}
}

func runLength(s string, kind class) int {
	for i, r := range s {
		if classOf(r) != kind {
			return i
		}
	}
	return len(s)
}
