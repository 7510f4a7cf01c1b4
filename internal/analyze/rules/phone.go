package rules

import (
	"slices"
	"strings"
)

// findPhone returns a telephone number of ten digits that is said or written.
func (c *conversation) findPhone() (string, hit, bool) {
	for _, s := range c.mine {
		if s.field != "" && !phoneField.MatchString(s.field) {
			continue
		}
		if digits, lo, hi := phoneIn(s.norm); digits != "" {
			return digits, hit{s, lo, hi}, true
		}
	}
	return "", hit{}, false
}

// dialMarks may stand between the digits of a number.
var dialMarks = []string{"-", ".", "(", ")", ",", "+", "/"}

func phoneIn(norm string) (digits string, lo, hi int) {
	tokens := tokenize(norm)
	var run strings.Builder
	start := 0
	flush := func(to int) string {
		d := strings.TrimPrefix(run.String(), "1")
		if run.Len() == 10 {
			d = run.String()
		}
		run.Reset()
		if len(d) == 10 && d[0] > '1' {
			hi = to
			return d
		}
		return ""
	}
	for i, t := range tokens {
		d, ok := digitsOf(strings.ReplaceAll(t.text, ",", ""))
		if t.text == "o" && run.Len() > 0 {
			d, ok = "0", true
		}
		switch {
		case ok:
			if run.Len() == 0 {
				start = t.lo
			}
			last := max(0, i-1)
			if tokens[last].text == "-" {
				last = max(0, last-1)
			}
			_, afterTens := tens[tokens[last].text]
			writeDigits(&run, d, afterTens && run.Len() > 0)
		case run.Len() > 0 && slices.Contains(dialMarks, t.text), t.text == "and" && run.Len() > 0:
		default:
			if found := flush(tokens[max(0, i-1)].hi); found != "" {
				return found, start, hi
			}
		}
	}
	if found := flush(len(norm)); found != "" {
		return found, start, hi
	}
	return "", 0, 0
}

// writeDigits appends digits; a unit right after a round ten fills its place: "fifty five".
func writeDigits(run *strings.Builder, d string, afterTens bool) {
	if have := run.String(); afterTens && len(d) == 1 && d != "0" {
		run.Reset()
		run.WriteString(have[:len(have)-1])
	}
	run.WriteString(d)
}

var phoneField = expression(`phone|tel|cell|mobile|number|message|comment|contact`)
