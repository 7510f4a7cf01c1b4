package wording

import (
	"strings"

	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// sentenceEnd is punctuation that ends a sentence: not the point of a number, an address
// or a spelled letter.
var sentenceEnd = lazyregexp.New(`[.!?…]+["')\]]*(?:\s+|$)|\s*[\r\n]+\s*|;\s+|\s+[–—]\s+`)

// abbreviations whose point ends no sentence.
var abbreviation = lazyregexp.New(`(?i)(?:^|[\s(])(?:mr|mrs|ms|dr|st|ave|rd|blvd|apt|no|sr|sra|approx|sq|ft|vs|inc|co|jr|[a-z])\.\s*$`)

// abbreviationReach is more bytes than the longest abbreviation and what stands before it have:
// to look at the whole piece for each of its abbreviations would take the square of the time.
const abbreviationReach = 12

// Span is a part of a text, in bytes.
type Span struct{ From, To int }

// Sentences returns where the sentences of a text are.
func Sentences(text string) []Span {
	var spans []Span
	from := 0
	for _, end := range sentenceEnd.FindAllStringIndex(text, -1) {
		if end[1] < len(text) && abbreviation.MatchString(text[max(from, end[0]-abbreviationReach):end[1]]) {
			continue
		}
		spans = appendSpan(spans, text, Span{from, end[1]})
		from = end[1]
	}
	return appendSpan(spans, text, Span{from, len(text)})
}

func appendSpan(spans []Span, text string, s Span) []Span {
	if strings.TrimSpace(text[s.From:s.To]) == "" {
		return spans
	}
	return append(spans, s)
}
