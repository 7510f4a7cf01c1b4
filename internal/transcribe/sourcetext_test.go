package transcribe

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestParseSourceTranscript(t *testing.T) {
	t.Parallel()
	segment := func(i int, speaker, text string) request.Segment {
		return request.Segment{Index: i, Speaker: speaker, Text: text}
	}
	for name, tc := range map[string]struct {
		text string
		want []request.Segment
		sure bool
	}{
		"lines": {
			"Agent: Hello,\nhow can I help?\nCaller: A quote,\r\n please.\n", []request.Segment{
				segment(0, "agent", "Hello, how can I help?"), segment(1, "customer", "A quote, please."),
			}, true,
		},
		"one line": {
			"Agent: Hello. Caller: I am a customer: I called before. Agent: I see.", []request.Segment{
				segment(0, "agent", "Hello."), segment(1, "customer", "I am a customer: I called before."), segment(2, "agent", "I see."),
			}, true,
		},
		"times": {
			"[00:05] Agent: Hello.\n1:02:07 - Caller: Hi.", []request.Segment{
				{Index: 0, Speaker: "agent", Start: 5, End: 3727, Text: "Hello."},
				{Index: 1, Speaker: "customer", Start: 3727, End: 3727, Text: "Hi."},
			}, true,
		},
		"unknown speakers": {
			"Speaker 1: Hello.\nSpeaker 2: Hi.", []request.Segment{segment(0, "speaker 1", "Hello."), segment(1, "speaker 2", "Hi.")}, false,
		},
		"several callers": {
			"Agent 1: Hello.\nCaller 2: Hi.", []request.Segment{segment(0, "agent", "Hello."), segment(1, "customer", "Hi.")}, true,
		},
		"no labels": {"Please call me back.", []request.Segment{segment(0, "speaker 1", "Please call me back.")}, false},
		"words before the first label": {
			"Call recorded\nAgent: Hello.", []request.Segment{segment(0, "speaker 1", "Call recorded"), segment(1, "agent", "Hello.")}, true,
		},
		"an empty turn is left out": {
			"Agent:\nCaller: Hi.", []request.Segment{segment(0, "customer", "Hi.")}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parseSourceTranscript(tc.text)
			if diff := cmp.Diff(tc.want, got.Segments); diff != "" {
				t.Errorf("segments (-want +got):\n%s", diff)
			}
			if sure := got.RoleConfidence > 0; sure != tc.sure || got.Origin != request.OriginSource {
				t.Errorf("confidence %v, origin %q", got.RoleConfidence, got.Origin)
			}
		})
	}
	if got := parseSourceTranscript(" \n"); got != nil {
		t.Errorf("blank text gave %+v", got)
	}
}
