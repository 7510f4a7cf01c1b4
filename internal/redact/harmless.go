package redact

import (
	"maps"
	"strings"
)

// A delivery has a hundred values, and a masked one is rare. What is plainly none is let through
// without being taken apart: a look at each byte, and no allocation.

// socialDigitsApart is how the digits of a social security number are grouped.
var socialDigitsApart = [3]int{3, 2, 4}

// telling are the words with which something may be masked that is no card number as written:
// digits as words, and what cards and social security numbers are called.
var telling = func() map[string]bool {
	all := make(map[string]bool)
	for _, words := range []map[string]bool{cardWords, codeWords, socialWords} {
		maps.Copy(all, words)
	}
	for _, words := range []map[string]string{units, teens, tens, misheard} {
		for word := range words {
			all[word] = true
		}
	}
	for word := range times {
		all[word] = true
	}
	return all
}()

// speakers are the words that a label of a speaker begins with.
var speakers = wordSet("agent caller customer employee representative speaker")

// harmless reports whether nothing can be masked in the value of a field. It errs on the side
// of false: where there is anything but ASCII, a telling word, digits in the name, a speaker's
// label, or digits that might be a card's or a social security number.
func harmless(name, value string) bool {
	if value == "" {
		return true
	}
	n := scanner{text: name}
	if !n.scan(nil) || n.digits > 0 {
		return false
	}
	v := scanner{text: value, afterC: n.afterC}
	return v.scan(speakers) && !v.maySocial && !v.mayCard()
}

// scanner looks through a text once.
type scanner struct {
	text      string
	digits    int
	maySocial bool
	afterC    bool // the word before ends in a c: c v v is a card's code

	runs   int    // of digits
	last   [3]int // how long the last of them are
	begins [maxRuns]uint8
	all    [maxDigits]byte // every digit
}

// More digits than this are looked at closely.
const maxRuns, maxDigits = 32, 64

// scan reports whether it could look through all of the text and met no telling word.
func (s *scanner) scan(more map[string]bool) bool {
	for at := 0; at < len(s.text); {
		c := s.text[at]
		end := at + 1
		switch {
		case c >= 0x80:
			return false
		case isDigit(c):
			for end < len(s.text) && isDigit(s.text[end]) {
				end++
			}
			if !s.number(s.text[at:end]) {
				return false
			}
		case isLetter(c):
			for end < len(s.text) && isLetter(s.text[end]) {
				end++
			}
			if !s.word(s.text[at:end], more) {
				return false
			}
		}
		at = end
	}
	return true
}

// word reports whether a word tells nothing.
func (s *scanner) word(word string, more map[string]bool) bool {
	if tells(word, more) || s.afterC && word[0]|0x20 == 'v' || strings.Contains(word, "cV") {
		return false
	}
	s.afterC = word[len(word)-1]|0x20 == 'c'
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// number notes a run of digits; false if there are too many.
func (s *scanner) number(digits string) bool {
	if s.runs == maxRuns || s.digits+len(digits) > maxDigits {
		return false
	}
	s.afterC = false
	s.begins[s.runs] = uint8(s.digits) //nolint:gosec // at most maxDigits
	copy(s.all[s.digits:], digits)
	s.digits += len(digits)
	s.runs++
	s.last = [3]int{s.last[1], s.last[2], len(digits)}
	s.maySocial = s.maySocial || s.last == socialDigitsApart
	return true
}

// mayCard reports whether runs of digits that follow each other may be a card number. What
// stands between them is not looked at.
func (s *scanner) mayCard() bool {
	for i := range s.runs {
		begin := int(s.begins[i])
		for j := i + 1; j <= s.runs; j++ {
			end := s.digits
			if j < s.runs {
				end = int(s.begins[j])
			}
			if end-begin > longestCard {
				break
			}
			digits := string(s.all[begin:end])
			if _, ok := brandOf(digits); ok && checks(digits) {
				return true
			}
		}
	}
	return false
}

// tells reports whether a word is telling, or a part of it that begins with a capital letter:
// names of fields are written cardNumber, too.
func tells(word string, more map[string]bool) bool {
	if isTelling(word, more) {
		return true
	}
	begin := 0
	for i := 1; i < len(word); i++ {
		if word[i] <= 'Z' && word[i-1] >= 'a' {
			if isTelling(word[begin:i], more) {
				return true
			}
			begin = i
		}
	}
	return begin > 0 && isTelling(word[begin:], more)
}

// longestTelling is at least the length of every telling word.
const longestTelling = 16

func isTelling(word string, more map[string]bool) bool {
	if len(word) > longestTelling {
		return false
	}
	var lower [longestTelling]byte
	for i := range len(word) {
		lower[i] = word[i] | 0x20
	}
	is := lower[:len(word)]
	return telling[string(is)] || more[string(is)]
}
