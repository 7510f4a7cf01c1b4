package transcribe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
	return v.nextPiece(ctx)
}

// nextPiece begins with the piece that is under way now. Its operation is new, and so is the
// patience with it.
func (v *visit) nextPiece(ctx context.Context) (stage.Result, error) {
	s := &v.r.Speech
	s.Intent, s.Operation, s.Starts, s.StartedAt = "", "", 0, time.Time{}
	return v.start(ctx, v.options())
}

// finish joins the last piece with what was heard of the others. If that is gone by now, it is
// done again from there on.
func (v *visit) finish(ctx context.Context, last *speech.Transcript) (stage.Result, error) {
	heard, err := v.earlier(ctx)
	if err != nil {
		return v.unread(ctx, err)
	}
	s := &v.r.Speech
	for i, h := range heard {
		if h == nil && s.Outputs[i] != "" {
			s.Outputs = slices.Clip(s.Outputs[:i])
			return v.nextPiece(ctx)
		}
	}
	return v.heard(append(heard, last)), nil
}

// abandon ends a call of which no more can be heard: what was heard so far is paid for, and is
// more than nothing.
func (v *visit) abandon(ctx context.Context, why string) (stage.Result, error) {
	heard, err := v.earlier(ctx)
	switch {
	case err != nil && v.mayWait():
		return stage.Result{}, v.storageAway(err)
	case err != nil && !v.lastAttempt():
		return stage.Result{}, fmt.Errorf("transcribe: %w", err)
	case err != nil, !slices.ContainsFunc(heard, func(h *speech.Transcript) bool { return h != nil }):
		return v.without(why), nil //nolint:nilerr // the last attempt: the lead goes on
	}
	rest := make([]*speech.Transcript, len(v.r.Speech.Pieces)-len(heard))
	result := v.heard(append(heard, rest...))
	result.Detail += "; " + why
	return result, nil
}

// earlier reads what was heard of the pieces that are done: nil of those that were not heard, or
// whose words are gone.
func (v *visit) earlier(ctx context.Context) ([]*speech.Transcript, error) {
	heard := make([]*speech.Transcript, 0, len(v.r.Speech.Pieces))
	for _, output := range v.r.Speech.Outputs {
		if output == "" {
			heard = append(heard, nil)
			continue
		}
		h, err := v.speech.Result(ctx, output)
		if err != nil && !errors.Is(err, speech.ErrNoResult) {
			return nil, err
		}
		heard = append(heard, h)
	}
	return heard, nil
}
