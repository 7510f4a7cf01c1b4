package redact

import (
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Transcript masks a transcript in place and notes what is masked where, also what was masked
// before it became a transcript.
func Transcript(t *request.Transcript) {
	parts := make([]part, len(t.Segments))
	for i, s := range t.Segments {
		parts[i] = part{speaker: s.Speaker, text: s.Text}
	}
	noted := make(map[int]int) // by segment
	for _, r := range t.Redactions {
		noted[r.Segment]++
	}
	for i, text := range masked(parts, find(parts)) {
		s := &t.Segments[i]
		s.Text = text
		for n, found := range mask.FindAllString(text, -1) {
			if n < noted[s.Index] {
				continue
			}
			t.Redactions = append(t.Redactions, request.Redaction{Segment: s.Index, Kind: kinds[found], Start: s.Start, End: s.End})
		}
	}
}

// Details masks, in place, what a source says that people said or wrote.
func Details(d *request.Details) {
	d.Fields = Fields(d.Fields)
	for _, text := range []*string{&d.Text, &d.Note, &d.SourceTranscript, &d.SourceSummary} {
		*text = Text(*text)
	}
	if d.Given != nil {
		Transcript(d.Given)
	}
}

// Fields returns a form's fields with their values masked.
func Fields(fields []request.Field) []request.Field {
	if fields == nil {
		return nil
	}
	clean := make([]request.Field, len(fields))
	for i, f := range fields {
		clean[i] = request.Field{Name: f.Name, Value: Field(f.Name, f.Value)}
	}
	return clean
}

// Field masks the value of a form's field. The field's name says what it asks for.
func Field(name, value string) string {
	if harmless(name, value) {
		return value
	}
	return field(name, value)
}

func field(name, value string) string {
	v := split(value)
	spans := find(append([]part{{text: fieldWords(name)}}, v.parts...))
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.part == 0 }) // the name is the page's own
	for i := range spans {
		spans[i].part--
	}
	return v.join(spans)
}

// fieldWords writes a field's name as words: card_number, cardNumber and card[number] alike.
func fieldWords(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if upper := 'A' <= r && r <= 'Z'; upper && lower {
			b.WriteByte(' ')
		}
		lower = 'a' <= r && r <= 'z'
		if classOf(r) == other {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// label is how transcripts of call trackers say who speaks, with a time before it or not.
var label = regexp.MustCompile(`(?i)(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*-?\s*)?\b((?:agent|caller|customer|employee|representative|speaker \d{1,2})(?: \d{1,2})?)\s*:`)

// Text masks a text, which may be a transcript with labels of the speakers.
func Text(s string) string {
	if harmless("", s) {
		return s
	}
	t := split(s)
	return t.join(find(t.parts))
}

// turns is a text in parts by speaker, with the labels between them.
type turns struct {
	whole  string
	parts  []part
	labels []string // labels[i] comes after parts[i]
}

func split(s string) turns {
	t := turns{whole: s}
	speaker, begin := "", 0
	for _, at := range label.FindAllStringSubmatchIndex(s, -1) {
		t.parts = append(t.parts, part{speaker: speaker, text: s[begin:at[0]]})
		t.labels = append(t.labels, s[at[0]:at[1]])
		speaker, begin = strings.ToLower(s[at[2]:at[3]]), at[1]
	}
	t.parts = append(t.parts, part{speaker: speaker, text: s[begin:]})
	return t
}

// join returns the text with spans masked.
func (t turns) join(spans []span) string {
	if len(spans) == 0 {
		return t.whole
	}
	var b strings.Builder
	for i, text := range masked(t.parts, spans) {
		b.WriteString(text)
		if i < len(t.labels) {
			b.WriteString(t.labels[i])
		}
	}
	return b.String()
}

// masked returns the parts' texts with the spans, which are in order, replaced.
func masked(parts []part, spans []span) []string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		var b strings.Builder
		at := 0
		for len(spans) > 0 && spans[0].part == i {
			s := spans[0]
			spans = spans[1:]
			if s.end <= at {
				continue // inside of another one
			}
			b.WriteString(p.text[at:max(at, s.start)])
			b.WriteString(masks[s.kind])
			at = s.end
		}
		b.WriteString(p.text[at:])
		texts[i] = b.String()
	}
	return texts
}
