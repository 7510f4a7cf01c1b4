package conversation

import (
	"math"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// clock says what a transcript's times are good for.
type clock int

const (
	// untimed: there are none, or they contradict each other.
	untimed clock = iota
	// begun: it is known when segments begin. Their ends are made up: each lasts until the next
	// one begins, whether anybody spoke or not. Transcripts of call trackers are like that, and
	// what Speech-to-Text hears when it leaves the words' times out.
	begun
	// measured: it is known when somebody spoke and when nobody did.
	measured
)

const (
	maxSeconds = 7 * 24 * 3600 // of a call: beyond, a time is a mistake
	shortWords = 3             // so many words may take no time at the resolution of the offsets
	chance     = 3             // so many segments may touch each other by chance
)

// clockOf looks at the times of a transcript.
func clockOf(all []utterance, origin string) clock {
	endAll(all)
	if !ordered(all) {
		return untimed
	}
	last := &all[len(all)-1]
	timeless := last.end == last.start
	if last.end-all[0].start <= 0 {
		return untimed
	}
	touching := len(all) > 1
	for i := range all[:len(all)-1] {
		u := &all[i]
		if u.end == u.start && u.spoken > shortWords {
			return untimed // nothing is known of this one, and so of none round it
		}
		touching = touching && u.end == all[i+1].start
	}
	guessed := touching && (timeless || origin == request.OriginSpeech && len(all) > chance)
	if guessed || timeless && last.spoken > shortWords {
		return begun
	}
	return measured
}

// endAll lets every segment last until the next one begins, if none has an end.
func endAll(all []utterance) {
	for i := range all {
		if all[i].end > all[i].start {
			return
		}
	}
	for i := range all {
		all[i].end = all[min(i+1, len(all)-1)].start
	}
}

// ordered reports whether the times can be true: finite, forward, in the order of the segments.
func ordered(all []utterance) bool {
	for i := range all {
		u := &all[i]
		if !(u.start >= 0 && u.end >= u.start && u.end <= maxSeconds) { // NaN is none of it
			return false
		}
		if i > 0 && u.start < all[i-1].start {
			return false
		}
	}
	return true
}

// span is a stretch of time, in seconds.
type span struct{ start, end float64 }

// covered returns how long at least one of the spans lasts, which are in order of their start,
// and the longest gap between them.
func covered(spans []span) (seconds, longestGap float64) {
	end := math.Inf(-1)
	for i, s := range spans {
		if i > 0 {
			longestGap = max(longestGap, s.start-end)
		}
		seconds += max(0, s.end-max(s.start, end))
		end = max(end, s.end)
	}
	return seconds, longestGap
}

// seconds and ratio round a figure to what it is worth.
func seconds(v float64) *float64 { return rounded(v, 100) }

func ratio(v float64) *float64 { return rounded(min(1, max(0, v)), 1000) }

func rounded(v, steps float64) *float64 {
	v = math.Round(v*steps) / steps
	return &v
}

// named reports whether a segment's speaker is known by role.
func named(speaker string) bool { return speaker == request.Agent || speaker == request.Customer }
