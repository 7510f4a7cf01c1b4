package rules

import (
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
)

// TestLongTurnsTakeNoLongerThanTheirWords compares three turns with three that are six times
// as long: to read the whole turn before for every sentence would make it 36 times as slow, and more.
func TestLongTurnsTakeNoLongerThanTheirWords(t *testing.T) {
	t.Parallel()
	const sentences, times = 800, 6
	best := func(in prompt.Input) time.Duration {
		least := time.Hour
		for range 3 {
			start := time.Now()
			Analyze(in)
			least = min(least, time.Since(start))
		}
		return least
	}
	turns := func(n int) prompt.Input {
		turn := strings.Repeat("Ok. ", n)
		return newCall(t, friday, "c: "+turn+"\na: "+turn+"\nc: "+turn)
	}
	if ratio := float64(best(turns(sentences*times))) / float64(best(turns(sentences))); ratio > 5*times {
		t.Errorf("%d times the words take %.0f times as long", times, ratio)
	}
}

func TestOnlyTheEndOfALongTurnIsReadBeforeASentence(t *testing.T) {
	t.Parallel()
	c := newConversation(newCall(t, friday, "a: First. "+strings.Repeat("We are open. ", 1000)+"What is it?\nc: Well. A roof."))
	got := c.before(c.mine[1])
	if len(got) < nearby || len(got) > 2*nearby || !strings.HasSuffix(got, "we are open. what is it?") {
		t.Errorf("before = %d bytes, %q", len(got), got[max(0, len(got)-40):])
	}
}
