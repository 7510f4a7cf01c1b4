package crm

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestATextIsCutAtALettersBorder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text  string
		bytes int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcd", 3, "…"},
		{"abcdef", 5, "ab…"},
		{"üüü", 5, "ü…"},
		{"aüüü", 5, "a…"},
		{"ü€€", 6, "ü…"},
		{"abc", 2, "…"}, // the mark alone is three bytes
		{"", 0, ""},
	} {
		if got := cut(tt.text, tt.bytes); got != tt.want {
			t.Errorf("%q in %d bytes: got %q, want %q", tt.text, tt.bytes, got, tt.want)
		}
	}
}

func TestWhatJustFitsIsWritten(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]bool{4: false, 5: true} {
		if got := (&htmlWriter{limit: limit}).add("12345"); got != want {
			t.Errorf("HTML of %d bytes: %t", limit, got)
		}
		if got := (&textWriter{limit: limit}).add("12345"); got != want {
			t.Errorf("text of %d bytes: %t", limit, got)
		}
	}
}

func TestEachQuoteIsShownOnceUpToAFew(t *testing.T) {
	t.Parallel()
	evidence := []request.Evidence{
		{Field: "budget", Quote: "thirty thousand"}, {Field: "timeline"}, {Field: "intent", Quote: "thirty thousand"}, {Field: "project_type", Quote: "the kitchen"},
	}
	want := []string{"budget: “thirty thousand”", "project type: “the kitchen”"}
	if diff := cmp.Diff(want, quotes(evidence)); diff != "" {
		t.Error(diff)
	}
	for n := range 2 * maxQuotes {
		evidence = append(evidence, request.Evidence{Field: "intent", Quote: fmt.Sprint("quote ", n)})
	}
	if got := len(quotes(evidence)); got != maxQuotes {
		t.Errorf("%d quotes, want %d", got, maxQuotes)
	}
}
