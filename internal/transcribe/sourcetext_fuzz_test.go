package transcribe

import (
	"strings"
	"testing"
)

// FuzzSourceTranscript: whatever a call tracker writes, the turns are in order, and nothing is in
// them that is not in the text.
func FuzzSourceTranscript(f *testing.F) {
	f.Add("[00:01] Agent: Hello\n[00:05] Caller: I need a deck.\nAgent: When?")
	f.Add("Agent: hi Caller: hi Speaker 12: who?")
	f.Add("no labels at all: none")
	f.Add("Agent:\nCaller:")
	f.Add("[99:99:99] Speaker 1: \x00\xff\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		got := parseSourceTranscript(text)
		if got == nil {
			if strings.TrimSpace(text) != "" {
				t.Errorf("%q became nothing", text)
			}
			return
		}
		plain := strings.Join(strings.Fields(text), " ")
		for i, s := range got.Segments {
			if s.Index != i || s.Text == "" || s.Speaker == "" || s.Start < 0 || !strings.Contains(plain, s.Text) {
				t.Errorf("turn %d of %q is %+v", i, text, s)
			}
		}
	})
}
