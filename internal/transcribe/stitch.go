package transcribe

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// stitch joins what was heard in the pieces of a recording, on the recording's own clock. Where
// two pieces overlap, a turn is taken from the one that holds its middle.
func stitch(pieces []request.Piece, heard []*speech.Transcript) []request.Segment {
	segments := []request.Segment{}
	var before []request.Segment // all of the piece before, with final names
	for i, piece := range pieces {
		if i >= len(heard) || heard[i] == nil {
			before = nil
			continue
		}
		turns := onClock(piece.Spans, heard[i].Segments)
		if i > 0 && piece.Channels != 2 { // a channel has its name in every piece
			rename(turns, before, segments)
		}
		from, to := halfway(pieces, i-1), halfway(pieces, i)
		for _, turn := range turns {
			middle := (turn.Start + turn.End) / 2
			if (i == 0 || heard[i-1] == nil || middle >= from) && (i+1 >= len(heard) || heard[i+1] == nil || middle < to) {
				turn.Index = len(segments)
				segments = append(segments, turn)
			}
		}
		before = turns
	}
	return segments
}

// halfway returns the middle of what the i-th piece and the next have in common.
func halfway(pieces []request.Piece, i int) float64 {
	if i < 0 || i+1 >= len(pieces) {
		return 0
	}
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
// time is the same. Voices that nobody was heard with get names that nobody has yet.
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

// unused returns the first name of a voice that is not taken.
func unused(taken map[string]bool) string {
	for n := 1; ; n++ {
		if name := "speaker " + strconv.Itoa(n); !taken[name] {
			return name
		}
	}
}
