package conversation

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// anyCall makes a transcript of lines and of the bytes of times: tenths of seconds, with any
// float in between.
func anyCall(text string, times []byte) *request.Transcript {
	t := &request.Transcript{Origin: request.OriginSpeech}
	at := 0.0
	next := func() float64 {
		if len(times) < 2 {
			return 0
		}
		n := binary.LittleEndian.Uint16(times)
		times = times[2:]
		if n == math.MaxUint16 && len(times) >= 8 {
			n := binary.LittleEndian.Uint64(times)
			times = times[8:]
			return math.Float64frombits(n)
		}
		return float64(n%400) / 10
	}
	for i, line := range strings.Split(text, "\n") {
		speaker, words, found := strings.Cut(line, ": ")
		if !found {
			speaker, words = "speaker 1", line
		}
		start := at + next() - 5
		t.Segments = append(t.Segments, request.Segment{Index: i, Speaker: speaker, Start: start, End: start + next(), Text: words})
		at = start
	}
	return t
}

func FuzzOf(f *testing.F) {
	times := slices.Repeat([]byte{70, 0, 30, 0}, 8)
	f.Add("agent: Summit, how can I help?\ncustomer: I'm furious. My kitchen!\nagent: What's your name?\ncustomer: Dana.", "kitchen", times)
	f.Add("customer: Uh-huh.\nspeaker 2: ¿Cuándo?\n: …\nagent: 2.5 Mr. Ortega", "mr ortega", []byte{})
	f.Add("a\xff\nb: \x00 don’t ’ '", "\xff", []byte{255, 255, 0, 0, 0, 0, 0, 0, 240, 127})
	f.Add(strings.Repeat("x", 500)+" "+strings.Repeat("é", 300), "x", times)
	f.Fuzz(func(t *testing.T, text, phrase string, times []byte) {
		call := anyCall(text, times)
		trackers := []tenant.Tracker{{Name: "all", Phrases: []string{phrase}}, {Name: "agent's", Phrases: []string{phrase, "kitchen"}, Speaker: agent}}
		got := Of(call, trackers)
		if diff := cmp.Diff(got, Of(call, trackers)); diff != "" {
			t.Fatalf("another answer:\n%s", diff)
		}
		if got == nil {
			return
		}
		if _, err := json.Marshal(got); err != nil {
			t.Fatal(err)
		}
		checkSums(t, got)
		checkQuotes(t, call, got)
	})
}

// checkSums fails the test if the figures contradict each other. Rounding makes a hundredth of a
// second for each of them.
func checkSums(t *testing.T, c *request.Conversation) {
	t.Helper()
	const slack = 0.02
	var talk, ratios float64
	for name, m := range c.Speakers {
		if m.TalkS != nil {
			talk += *m.TalkS
			if c.DurationS == nil || *m.TalkS > *c.DurationS+slack {
				t.Errorf("%s talked for %v of %v seconds", name, *m.TalkS, c.DurationS)
			}
			if m.LongestMonologueS != nil && *m.LongestMonologueS > *m.TalkS+slack {
				t.Errorf("%s: a monologue of %v in %v seconds", name, *m.LongestMonologueS, *m.TalkS)
			}
		}
		if m.TalkRatio != nil {
			if ratios += *m.TalkRatio; *m.TalkRatio < 0 || *m.TalkRatio > 1 {
				t.Errorf("%s: ratio %v", name, *m.TalkRatio)
			}
		}
		if m.ResponseS != nil && (*m.ResponseS < 0 || *m.ResponseS > *c.LongestSilenceS+slack) {
			t.Errorf("%s waited for %v seconds, the longest silence was %v", name, *m.ResponseS, *c.LongestSilenceS)
		}
	}
	if n := float64(len(c.Speakers)); ratios != 0 && n < maxSpeakers && math.Abs(ratios-1) > 0.001*n {
		t.Errorf("ratios sum up to %v", ratios)
	}
	if c.SilenceS != nil {
		if *c.SilenceRatio < 0 || *c.SilenceRatio > 1 || *c.LongestSilenceS > *c.SilenceS+slack {
			t.Errorf("silence: %v, at the longest %v, ratio %v", *c.SilenceS, *c.LongestSilenceS, *c.SilenceRatio)
		}
		if n := float64(len(c.Speakers)); n < maxSpeakers && talk+*c.SilenceS+slack*(n+1) < *c.DurationS {
			t.Errorf("talk %v and silence %v are less than the %v seconds", talk, *c.SilenceS, *c.DurationS)
		}
	}
	if len(c.Sentiment) > quarters {
		t.Errorf("%d quarters", len(c.Sentiment))
	}
}

// checkQuotes fails the test if a quote is not in its segment.
func checkQuotes(t *testing.T, call *request.Transcript, c *request.Conversation) {
	t.Helper()
	check := func(q request.Quote) {
		if text := call.Segments[q.Segment].Text; len(q.Quote) > quoteLength+maxMarks || !strings.Contains(text, q.Quote) {
			t.Errorf("%q is no quote of %q", q.Quote, text)
		} else if strings.Contains(text, q.Quote+" ") && !wording.Contains(text, q.Quote) {
			t.Errorf("the words of %q are not in %q", q.Quote, text)
		}
	}
	for _, tracker := range c.Trackers {
		if len(tracker.Mentions) != min(tracker.Count, maxMentions) {
			t.Errorf("%d mentions of %d", len(tracker.Mentions), tracker.Count)
		}
		for _, q := range tracker.Mentions {
			check(q)
		}
	}
	for _, quarter := range c.Sentiment {
		for _, q := range quarter.Reasons {
			check(q)
		}
	}
	for _, point := range c.Scorecard {
		if point.Met {
			check(request.Quote{Segment: *point.Segment, Quote: point.Quote})
		}
	}
}
