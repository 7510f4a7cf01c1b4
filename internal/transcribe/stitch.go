package transcribe

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// sameS is by how much the end of a turn may differ when it is heard twice: less than a word.
const sameS = 0.25

// stitch joins what was heard in the pieces of a recording, on the recording's own clock. Where
// two pieces overlap, the first gives its turns up to the middle, and the next all that goes on
// after them: what the two do not divide into the same turns is rather there twice than not at all.
func stitch(pieces []request.Piece, heard []*speech.Transcript) []request.Segment {
	segments := []request.Segment{}
	var before []request.Segment // all of the piece before, with final names
	given := math.Inf(-1)        // until when the pieces before gave their turns
	for i, piece := range pieces {
		if i >= len(heard) || heard[i] == nil {
			before = nil
			continue
		}
		turns := onClock(piece.Spans, heard[i].Segments)
		if i > 0 && piece.Channels != 2 { // a channel has its name in every piece
			rename(turns, before, segments)
		}
		to := math.Inf(1)
		if i+1 < len(heard) && heard[i+1] != nil {
			to = halfway(pieces, i)
		}
		gives := lastEnd(turns, to)
		for _, turn := range turns {
			goesOn := turn.End > given+sameS || (turn.Start >= given && turn.End >= given)
			if goesOn && turn.End <= gives {
				turn.Index = len(segments)
				segments = append(segments, turn)
			}
		}
		before, given = turns, gives
	}
	return segments
}

// lastEnd returns until when turns are taken that have their middle before a moment. Whoever
// speaks at the same time is taken to the end too: the next piece may have it as one turn with
// what was said before.
func lastEnd(turns []request.Segment, to float64) float64 {
	end := math.Inf(-1)
	for _, t := range turns {
		if (t.Start+t.End)/2 < to {
			end = max(end, t.End)
		}
	}
	byStart := func(a, b request.Segment) int { return cmp.Compare(a.Start, b.Start) }
	for _, t := range slices.SortedFunc(slices.Values(turns), byStart) {
		if t.Start < end {
			end = max(end, t.End)
		}
	}
	return end
}

// halfway returns the middle of what the i-th piece and the next have in common.
func halfway(pieces []request.Piece, i int) float64 {
	last := pieces[i].Spans[len(pieces[i].Spans)-1]
	return (pieces[i+1].Spans[0].From + last.To) / 2
}

// onClock returns turns with the times that they have in the recording.
func onClock(spans []request.Span, turns []request.Segment) []request.Segment {
	turns = slices.Clone(turns)
	for i := range turns {
		turns[i].Start, turns[i].End = place(spans, turns[i].Start), place(spans, turns[i].End)
	}
	return turns
}

// place returns where in a recording a moment of its spans lies.
func place(spans []request.Span, at float64) float64 {
	for i, s := range spans {
		if length := s.To - s.From; at <= length || i == len(spans)-1 {
			return min(s.From+at, s.To)
		}
		at -= s.To - s.From
	}
	return at
}

// rename gives voices the names that they have in the piece before: whoever speaks at the same
// time is the same, and of two voices the other one is the other one. Further voices that nobody
// was heard with get names that nobody has yet.
func rename(turns, before, all []request.Segment) {
	type pair struct{ was, is string }
	together := map[pair]float64{}
	for _, b := range before {
		for _, t := range turns {
			if shared := min(b.End, t.End) - max(b.Start, t.Start); shared > 0 {
				together[pair{b.Speaker, t.Speaker}] += shared
			}
		}
	}
	pairs := make([]pair, 0, len(together))
	for p := range together {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(together[b], together[a]), cmp.Compare(a.was, b.was), cmp.Compare(a.is, b.is))
	})
	names, taken := map[string]string{}, map[string]bool{}
	for _, p := range pairs {
		if _, known := names[p.is]; !known && !taken[p.was] {
			names[p.is], taken[p.was] = p.was, true
		}
	}
	if len(names) == 1 {
		nameOther(names, taken, voices(turns), voices(all))
	}
	for _, s := range all {
		taken[s.Speaker] = true
	}
	for i := range turns {
		name, known := names[turns[i].Speaker]
		if !known {
			name = unused(taken)
			names[turns[i].Speaker], taken[name] = name, true
		}
		turns[i].Speaker = name
	}
}

// nameOther names the second of two voices where there were two before and one of them is found.
func nameOther(names map[string]string, taken map[string]bool, here, before []string) {
	if len(here) != 2 || len(before) != 2 {
		return
	}
	for _, is := range here {
		for _, was := range before {
			if names[is] == "" && !taken[was] {
				names[is], taken[was] = was, true
			}
		}
	}
}

// voices returns the names of those who speak, sorted.
func voices(turns []request.Segment) []string {
	var names []string
	for _, t := range turns {
		names = append(names, t.Speaker)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// unused returns the first name of a voice that is not taken.
func unused(taken map[string]bool) string {
	for n := 1; ; n++ {
		if name := "speaker " + strconv.Itoa(n); !taken[name] {
			return name
		}
	}
}
