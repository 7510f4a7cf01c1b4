package transcribe

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// said returns a turn; its words are its name.
func said(speaker string, start, end float64, text string) request.Segment {
	return request.Segment{Speaker: "speaker " + speaker, Start: start, End: end, Text: text}
}

func transcripts(turns ...[]request.Segment) []*speech.Transcript {
	var all []*speech.Transcript
	for _, t := range turns {
		if t == nil {
			all = append(all, nil)
			continue
		}
		all = append(all, &speech.Transcript{Segments: t})
	}
	return all
}

func TestPiecesAreJoinedOnTheRecordingsClock(t *testing.T) {
	t.Parallel()
	span := func(from, to float64) request.Span { return request.Span{From: from, To: to} }
	piece := func(channels int, spans ...request.Span) request.Piece {
		return request.Piece{Channels: channels, Spans: spans}
	}
	overlapping := func(channels int) []request.Piece {
		return []request.Piece{piece(channels, span(0, 100)), piece(channels, span(70, 170))} // halfway: 85
	}
	for name, tc := range map[string]struct {
		pieces []request.Piece
		heard  []*speech.Transcript
		want   []request.Segment
	}{
		"the recording itself": {
			[]request.Piece{piece(1)}, transcripts([]request.Segment{said("1", 3, 4, "a")}), []request.Segment{said("1", 3, 4, "a")},
		},
		"silence was left out": {
			[]request.Piece{piece(1, span(10, 20), span(50, 60))},
			transcripts([]request.Segment{said("1", 1, 9, "a"), said("2", 12, 13, "b"), said("1", 8, 14, "over both"), said("1", 19, 20.5, "end")}),
			[]request.Segment{said("1", 11, 19, "a"), said("2", 52, 53, "b"), said("1", 18, 54, "over both"), said("1", 59, 60, "end")},
		},
		"voices have other names in the next piece": {
			overlapping(1),
			transcripts(
				[]request.Segment{said("1", 0, 5, "hello"), said("2", 72, 80, "left"), said("1", 84, 90, "right"), said("2", 95, 99, "right again")},
				[]request.Segment{said("1", 3, 10, "left"), said("2", 14, 20, "right"), said("1", 25, 29, "right again"), said("3", 60, 61, "somebody else")},
			),
			[]request.Segment{said("1", 0, 5, "hello"), said("2", 72, 80, "left"), said("1", 84, 90, "right"), said("2", 95, 99, "right again"), said("3", 130, 131, "somebody else")},
		},
		"of two voices the one that was not heard twice is the other one": {
			overlapping(1),
			transcripts(
				[]request.Segment{said("1", 0, 5, "hello"), said("2", 6, 30, "a story"), said("1", 72, 80, "left")},
				[]request.Segment{said("2", 3, 10, "left"), said("1", 40, 50, "the story goes on")},
			),
			[]request.Segment{said("1", 0, 5, "hello"), said("2", 6, 30, "a story"), said("1", 72, 80, "left"), said("2", 110, 120, "the story goes on")},
		},
		"nobody knows who of three it is": {
			overlapping(1),
			transcripts(
				[]request.Segment{said("1", 0, 5, "hello"), said("2", 6, 30, "a"), said("3", 31, 40, "b"), said("1", 72, 80, "left")},
				[]request.Segment{said("2", 3, 10, "left"), said("1", 40, 50, "c")},
			),
			[]request.Segment{said("1", 0, 5, "hello"), said("2", 6, 30, "a"), said("3", 31, 40, "b"), said("1", 72, 80, "left"), said("4", 110, 120, "c")},
		},
		"channels keep theirs": {
			overlapping(2),
			transcripts([]request.Segment{said("1", 72, 80, "a")}, []request.Segment{said("2", 2, 9, "a, through the other line"), said("2", 60, 61, "b")}),
			[]request.Segment{said("1", 72, 80, "a"), said("2", 130, 131, "b")},
		},
		"two that one piece has as one": {
			overlapping(1),
			transcripts([]request.Segment{said("1", 60, 76, "a"), said("1", 77, 96, "b")}, []request.Segment{said("1", 0, 26, "a b")}),
			[]request.Segment{said("1", 60, 76, "a"), said("1", 70, 96, "a b")},
		},
		"one that the next piece has as two": {
			overlapping(1),
			transcripts([]request.Segment{said("1", 70, 96, "a b")}, []request.Segment{said("1", 0, 6, "a"), said("1", 7, 26.1, "b")}),
			[]request.Segment{said("1", 70, 96, "a b")},
		},
		"somebody speaks into a long turn": {
			overlapping(2),
			transcripts([]request.Segment{said("1", 71, 97, "a"), said("2", 90, 95, "b"), said("2", 96, 99, "c")}, []request.Segment{said("1", 1, 27, "a"), said("2", 20, 29, "b c"), said("1", 30, 40, "d")}),
			[]request.Segment{said("1", 71, 97, "a"), said("2", 90, 95, "b"), said("2", 96, 99, "c"), said("1", 100, 110, "d")},
		},
		"the end is cut off by the piece's": {
			overlapping(1),
			transcripts([]request.Segment{said("1", 65, 100, "a")}, []request.Segment{said("1", 0, 50, "a goes on"), said("1", 50, 50.2, "no")}),
			[]request.Segment{said("1", 65, 100, "a"), said("1", 70, 120, "a goes on"), said("1", 120, 120.2, "no")},
		},
		"only the next piece heard it":     {overlapping(1), transcripts([]request.Segment{}, []request.Segment{said("1", 2, 9, "a")}), []request.Segment{said("1", 72, 79, "a")}},
		"turns whose times nobody told us": {[]request.Piece{piece(1)}, transcripts([]request.Segment{said("1", 0, 0, "a"), said("2", 0, 0, "b")}), []request.Segment{said("1", 0, 0, "a"), said("2", 0, 0, "b")}},
		"a piece is missing: what its neighbours have of it is kept": {
			append(overlapping(1), piece(1, span(140, 240))),
			transcripts([]request.Segment{said("1", 95, 99, "a")}, nil, []request.Segment{said("1", 2, 3, "b")}),
			[]request.Segment{said("1", 95, 99, "a"), said("2", 142, 143, "b")},
		},
		"nobody spoke": {overlapping(1), transcripts([]request.Segment{}, []request.Segment{}), []request.Segment{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range tc.want {
				tc.want[i].Index = i
			}
			if diff := cmp.Diff(tc.want, stitch(tc.pieces, tc.heard)); diff != "" {
				t.Errorf("turns (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALongRecordingIsCutIntoPiecesThatOverlap(t *testing.T) {
	t.Parallel()
	for _, seconds := range []float64{3600.5, 5400, 20000} {
		pieces := cuts(request.Recording{DurationS: seconds, Channels: 2})
		end := overlapS // of what is covered
		for _, p := range pieces {
			from, to := p.Spans[0].From, p.Spans[0].To
			if math.Abs(from-end+overlapS) > 1e-6 || math.Abs(p.DurationS-to+from) > 1e-6 || p.DurationS > pieceS || p.DurationS < 600 || p.Channels != 2 {
				t.Errorf("of %v s: piece %+v begins in the wrong place or is of the wrong length", seconds, p)
			}
			end = to
		}
		if math.Abs(end-seconds) > 1e-6 {
			t.Errorf("the pieces of %v s end at %v", seconds, end)
		}
	}
}
