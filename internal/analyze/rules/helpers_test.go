package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// friday is when the calls of the tests begin unless they say otherwise.
const friday = "2026-11-20T10:00:00-07:00"

// newCall returns an answered call from lines like "a: how can I help" (agent), "c: hi"
// (customer), "1: hi" (a speaker without a role).
func newCall(t *testing.T, start, talk string) prompt.Input {
	t.Helper()
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		t.Fatal(err)
	}
	in := prompt.Input{Kind: request.Call, Call: prompt.Call{StartTime: at, DurationS: 120, Answered: true}}
	for line := range strings.Lines(strings.TrimSpace(talk)) {
		who, text, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			t.Fatalf("line without a speaker: %q", line)
		}
		speaker := map[string]string{"a": request.Agent, "c": request.Customer, "1": "speaker 1", "2": "speaker 2"}[who]
		in.Segments = append(in.Segments, prompt.Segment{Index: len(in.Segments), Speaker: speaker, Text: text})
	}
	return in
}

// newForm returns a form from lines like "Field: value".
func newForm(t *testing.T, start, fields string) prompt.Input {
	t.Helper()
	in := newCall(t, start, "c: x")
	in.Kind, in.Segments, in.Call = request.Form, nil, prompt.Call{StartTime: in.Call.StartTime}
	for line := range strings.Lines(strings.TrimSpace(fields)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		in.Segments = append(in.Segments, prompt.Segment{Index: len(in.Segments), Speaker: request.Customer, Field: name, Text: value})
	}
	return in
}
