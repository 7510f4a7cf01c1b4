package speech

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// recallExcerpt finds out what is said in a part of known audio. Which part it is stands at its
// beginning.
func (s *Server) recallExcerpt(head []byte) (whole, turns []Turn, known bool) {
	origin, ok := recording.OriginOf(head)
	if !ok {
		return nil, nil, false
	}
	sum, err := hex.DecodeString(origin.SHA256)
	if err != nil || len(sum) != sha256.Size {
		return nil, nil, false
	}
	whole, known = s.recall([sha256.Size]byte(sum))
	begins := 0.0 // of the span, in the excerpt
	for _, span := range origin.Spans {
		for _, t := range whole {
			if part, ok := within(t, span); ok {
				part.Start += begins - span.From
				part.End += begins - span.From
				turns = append(turns, part)
			}
		}
		begins += span.To - span.From
	}
	return whole, turns, known
}

// within returns the words of a turn whose middle lies in a span.
func within(t Turn, span request.Span) (Turn, bool) {
	part := Turn{Speaker: t.Speaker}
	words := strings.Fields(t.Text)
	total := 0
	for _, w := range words {
		total += len(w) + 1
	}
	said := 0
	var heard []string
	for _, w := range words {
		start := t.Start + (t.End-t.Start)*float64(said)/float64(total)
		said += len(w) + 1
		end := t.Start + (t.End-t.Start)*float64(said)/float64(total)
		if middle := (start + end) / 2; middle < span.From || middle >= span.To {
			continue
		}
		if heard == nil {
			part.Start = max(start, span.From)
		}
		part.End = min(end, span.To)
		heard = append(heard, w)
	}
	part.Text = strings.Join(heard, " ")
	return part, heard != nil
}
