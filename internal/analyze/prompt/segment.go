package prompt

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Segment is one turn of a conversation, or one field of a form. In JSON it is an array:
// the names of the members, forty times over, would be a quarter of the prompt.
type Segment struct {
	Index   int // of the transcript's segment; evidence cites it
	Speaker string
	Text    string
	Field   string // the form's own name of the field that Text is the value of; empty: no form
}

// MarshalJSON implements json.Marshaler: [index, speaker, text], of a form's field
// [index, speaker, text, field].
func (s Segment) MarshalJSON() ([]byte, error) {
	if s.Field == "" {
		return json.Marshal([]any{s.Index, s.Speaker, s.Text})
	}
	return json.Marshal([]any{s.Index, s.Speaker, s.Text, s.Field})
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Segment) UnmarshalJSON(data []byte) error {
	var members []json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	into := []any{&s.Index, &s.Speaker, &s.Text, &s.Field}
	if len(members) < 3 || len(members) > len(into) {
		return fmt.Errorf("segment has %d members", len(members))
	}
	for i, member := range members {
		if err := json.Unmarshal(member, into[i]); err != nil {
			return fmt.Errorf("segment member %d: %w", i, err)
		}
	}
	return nil
}

// What is read of a request, in bytes. A call of four hours is below; a form may hold a megabyte,
// which whoever sends it would have the company pay for.
const (
	maxSpoken  = 200_000
	maxWritten = 20_000
)

// bounded returns the segments up to the limit, and whether more was said.
func bounded(segments []Segment, limit int) (kept []Segment, cut bool) {
	for i, s := range segments {
		size := len(s.Field) + len(s.Text)
		if size <= limit {
			limit -= size
			continue
		}
		kept = slices.Clone(segments[:i])
		if s.Text = start(s.Text, limit-len(s.Field)); s.Text != "" {
			kept = append(kept, s)
		}
		return kept, true
	}
	return segments, false
}

// start returns the beginning of a text, at most so many bytes, without half a letter at its end.
func start(text string, size int) string {
	size = max(size, 0)
	for size > 0 && !utf8.RuneStart(text[size]) {
		size--
	}
	return strings.TrimSpace(text[:size])
}
