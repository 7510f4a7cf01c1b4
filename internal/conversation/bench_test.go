package conversation

import (
	"fmt"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// halfAnHour is a call of thirty minutes: 300 turns, some 4500 words. What the agent says almost
// counts for the scorecard and does not, which takes longest.
func halfAnHour() *request.Transcript {
	t := &request.Transcript{Origin: request.OriginSpeech}
	var near []string
	for _, one := range phrasings {
		near = append(near, one.missing...)
	}
	hers := []string{
		"Well, the kitchen is from nineteen eighty, and my wife isn't happy with the cabinets. It's great otherwise, we only want new fronts.",
		"I couldn't tell you, honestly. We've lived here for about six years, and nobody has touched it since then, not even the panel.",
	}
	for i := range 300 {
		start := float64(i) * 6
		one := request.Segment{Index: i, Speaker: customer, Start: start, End: start + 5.3, Text: hers[i/2%len(hers)]}
		if i%2 == 0 {
			one.Speaker, one.Text = agent, near[i%len(near)]+" "+near[(i+1)%len(near)]
		}
		t.Segments = append(t.Segments, one)
	}
	return t
}

func trackers(lists, phrases int) []tenant.Tracker {
	all := make([]tenant.Tracker, lists)
	for i := range all {
		all[i].Name = fmt.Sprintf("list %d", i)
		for j := range phrases {
			all[i].Phrases = append(all[i].Phrases, fmt.Sprintf("kitchen %d with many words in the phrase number %d", i, j))
		}
	}
	return all
}

func BenchmarkHalfAnHour(b *testing.B) {
	call := halfAnHour()
	for _, size := range []struct{ lists, phrases int }{{0, 0}, {5, 20}, {50, 100}} {
		b.Run(fmt.Sprintf("trackers=%d phrases=%d", size.lists, size.phrases), func(b *testing.B) {
			all := trackers(size.lists, size.phrases)
			b.ReportAllocs()
			for b.Loop() {
				Of(call, all)
			}
		})
	}
}
