package expr

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Pattern says how a time is written: "EEE d MMM yyyy, h:mm a".
type Pattern []piece

// piece is some literal text or, as one of Go's layouts, a part of the time.
type piece struct{ text, layout string }

// layouts are the letters of a pattern. They are those of Unicode, which most tools use.
var layouts = map[string]string{
	"yyyy": "2006", "yy": "06", "MMMM": "January", "MMM": "Jan", "MM": "01", "M": "1", "dd": "02", "d": "2",
	"EEEE": "Monday", "EEE": "Mon", "HH": "15", "hh": "03", "h": "3", "mm": "04", "ss": "05", "a": "PM",
	"zzz": "MST", "XXX": "Z07:00",
}

// ParsePattern reads a pattern. Letters have a meaning; words of one's own stand between
// apostrophes.
func ParsePattern(s string) (Pattern, error) {
	var p Pattern
	for s != "" {
		if s[0] == '\'' {
			quoted, rest, closed := strings.Cut(s[1:], "'")
			if !closed {
				return nil, errors.New("the time pattern has an apostrophe without a second one")
			}
			p, s = append(p, piece{text: quoted}), rest
			continue
		}
		n := 1
		for isLetter(s[0]) && n < len(s) && s[n] == s[0] {
			n++
		}
		run := s[:n]
		layout, known := layouts[run]
		if isLetter(s[0]) && !known {
			return nil, fmt.Errorf("the time pattern does not know %q; it knows yyyy yy MMMM MMM MM M dd d EEEE EEE HH hh h mm ss a zzz XXX", run)
		}
		if known {
			p = append(p, piece{layout: layout})
		} else {
			p = append(p, piece{text: run})
		}
		s = s[n:]
	}
	return p, nil
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Format writes a time in its own time zone.
func (p Pattern) Format(t time.Time) string {
	var b strings.Builder
	for _, piece := range p {
		if piece.layout != "" {
			b.WriteString(t.Format(piece.layout)) // by itself, or digits of the text would be read as layout
		}
		b.WriteString(piece.text)
	}
	return b.String()
}
