package transcribe

import (
	"context"
	"errors"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// piece returns the one under way.
func (v *visit) piece() request.Piece { return v.r.Speech.Pieces[len(v.r.Speech.Outputs)] }

// object returns what is sent of the piece under way.
func (v *visit) object() string {
	if object := v.piece().Object; object != "" {
		return object
	}
	return v.r.Recording.Object
}

// took goes on after a piece that was heard, or that could not be (nil): to the next one, or
// after the last one to the end.
func (v *visit) took(ctx context.Context, heard *speech.Transcript) (stage.Result, error) {
	s := &v.r.Speech
	if len(s.Outputs)+1 == len(s.Pieces) {
		return v.finish(ctx, heard)
	}
	output := s.Output
	if heard == nil {
		output = ""
	}
	s.Outputs = append(slices.Clip(s.Outputs), output) // copies of a request share the slice
	s.Intent, s.Operation, s.Starts = "", "", 0
	return v.start(ctx, v.options())
}

// finish joins the last piece with what was heard of the others.
func (v *visit) finish(ctx context.Context, last *speech.Transcript) (stage.Result, error) {
	heard := make([]*speech.Transcript, 0, len(v.r.Speech.Pieces))
	for _, output := range v.r.Speech.Outputs {
		if output == "" {
			heard = append(heard, nil)
			continue
		}
		h, err := v.speech.Result(ctx, output)
		if err != nil && !errors.Is(err, speech.ErrNoResult) {
			return v.unread(err)
		}
		heard = append(heard, h)
	}
	return v.heard(append(heard, last)), nil
}
