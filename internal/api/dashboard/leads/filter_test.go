package leads

import (
	"testing"
	"time"
)

func TestTheDaysOfAFilterAreWholeWhereClocksSkipMidnight(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ day, first, end string }{
		{"2026-09-05", "2026-09-05T04:00:00Z", "2026-09-06T04:00:00Z"},
		{"2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"}, // from one o'clock on
	} {
		p, wrong := filter{"from": {tt.day}, "to": {tt.day}}.params(zone, 1, "")
		if wrong != "" {
			t.Fatalf("%s cannot be read", wrong)
		}
		if from, to := p.ReceivedAfter.UTC().Format(time.RFC3339), p.ReceivedBefore.UTC().Format(time.RFC3339); from != tt.first || to != tt.end {
			t.Errorf("%s is from %s to %s, want %s to %s", tt.day, from, to, tt.first, tt.end)
		}
	}
}
