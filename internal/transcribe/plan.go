package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

const (
	// surveyMaxS is the longest recording that is listened to first: a minute of MP3 takes a
	// processor some 0.2 s.
	surveyMaxS = 30 * 60.0
	worthS     = 5.0 // seconds of paid audio that an excerpt must save
	messageS   = 0.7 // of voice, at least, are a message on a voicemail
	soundS     = 1.0 // of sound in an answered call, below which our ear is not trusted

	pieceS   = 19 * 60.0 // of a recording that is too long for one: each word can have its time
	overlapS = 30.0      // of two pieces; longer than a turn, so that each turn is whole in one

	callMaxS = 6 * 3600.0 // a line that nobody hung up: its hours would be paid for, and cutting it would not end in time
)

// plan decides what of the recording is sent, once, and says why nothing is if so. An error is
// the bucket's. Whatever cannot be decided is sent as it is.
func (v *visit) plan(ctx context.Context) (why string, err error) {
	if len(v.r.Speech.Pieces) > 0 {
		return "", nil
	}
	r := v.r.Recording
	whole := request.Piece{DurationS: r.DurationS, Channels: r.Channels, Bytes: r.Bytes}
	var pieces []request.Piece
	switch {
	case v.r.Speech.Intent != "": // begun by a program that knew of no pieces
	case r.DurationS > callMaxS:
		why = fmt.Sprintf("the recording is longer than %.0f hours", callMaxS/3600)
	case r.DurationS > speech.MaxS:
		pieces, err = v.split(ctx)
	case v.job.Tenant.Settings.Speech.Untrimmed:
	default:
		why, pieces, err = v.trim(ctx, whole)
	}
	if errors.Is(err, recording.ErrUndecodable) {
		pieces, err = nil, nil
	}
	if err != nil || why != "" {
		return why, err
	}
	if pieces == nil {
		pieces = []request.Piece{whole}
	}
	v.r.Speech.Pieces = pieces
	return "", nil
}

// trim leaves out what is not worth paying for: long silence, a channel that holds nothing new,
// a voicemail on which nobody spoke. Nothing if all of it is worth it.
func (v *visit) trim(ctx context.Context, whole request.Piece) (why string, pieces []request.Piece, err error) {
	voicemail := isVoicemail(v.r.Details)
	if whole.DurationS <= 0 || whole.DurationS > surveyMaxS {
		return "", nil, nil
	}
	s, err := v.survey(ctx)
	if err != nil {
		return "", nil, err
	}
	if measured := math.Abs(s.DurationS-whole.DurationS) < 1 && s.Channels == whole.Channels; !measured {
		return "", nil, nil // what one of the two did not see may be a message
	}
	if voicemail && whole.DurationS < messageS && s.DurationS < messageS {
		return fmt.Sprintf("the voicemail is empty: it lasts %.1f s", whole.DurationS), nil, nil
	}
	if voicemail && s.VoiceS < messageS {
		return fmt.Sprintf("the voicemail is empty: %.1f s of it are neither silence nor a tone", s.VoiceS), nil, nil
	}
	piece := request.Piece{Channels: s.Channels, Only: s.Only, Spans: s.Sound}
	if s.Only > 0 {
		piece.Channels = 1
	}
	for _, span := range s.Sound {
		piece.DurationS += span.To - span.From
	}
	saved := billed(whole, nil) - billed(piece, nil)
	if s.SoundS < soundS || saved < worthS {
		return "", nil, nil
	}
	if piece, err = v.keepPiece(ctx, 0, piece); err != nil {
		return "", nil, err
	}
	if v.describe(whole).Short() && !v.describe(piece).Short() {
		return "", nil, nil // its samples take more room than the recording did
	}
	return "", []request.Piece{piece}, nil
}

// processor waits for one: at most as many recordings at a time are decoded as there are.
func (v *visit) processor(ctx context.Context) (release func(), err error) {
	select {
	case v.surveys <- struct{}{}:
		return func() { <-v.surveys }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// survey listens to the recording.
func (v *visit) survey(ctx context.Context) (*recording.Survey, error) {
	release, err := v.processor(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	r, err := v.bucket.Reader(ctx, v.r.Recording.Object)
	if err != nil {
		return nil, fmt.Errorf("survey recording: %w", err)
	}
	s, err := recording.Listen(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("survey recording: %w", err)
	}
	return s, nil
}

// split cuts a recording that is too long into pieces that overlap.
func (v *visit) split(ctx context.Context) ([]request.Piece, error) {
	pieces := cuts(v.r.Recording)
	for i := range pieces {
		piece, err := v.keepPiece(ctx, i, pieces[i])
		if err != nil {
			return nil, err
		}
		pieces[i] = piece
	}
	return pieces, nil
}

// cuts returns the fewest pieces of about the same length.
func cuts(r request.Recording) []request.Piece {
	n := int(math.Ceil((r.DurationS - overlapS) / (pieceS - overlapS)))
	length := (r.DurationS + float64(n-1)*overlapS) / float64(n)
	pieces := make([]request.Piece, 0, n)
	for i := range n {
		from := float64(i) * (length - overlapS)
		to := min(from+length, r.DurationS)
		pieces = append(pieces, request.Piece{DurationS: to - from, Channels: r.Channels, Spans: []request.Span{{From: from, To: to}}})
	}
	return pieces
}

// keepPiece writes a piece next to where its answer will lie.
func (v *visit) keepPiece(ctx context.Context, n int, piece request.Piece) (request.Piece, error) {
	piece.Object = recording.SpeechPiece(v.r.TenantID, v.r.ID, v.r.Run, n)
	from := recording.Origin{SHA256: v.r.Recording.SHA256, Spans: piece.Spans}
	size := &counter{}
	undecoded := v.r.Recording.DurationS > speech.MaxS
	if !undecoded {
		release, err := v.processor(ctx)
		if err != nil {
			return piece, err
		}
		defer release()
	}
	err := v.bucket.Write(ctx, piece.Object, "application/octet-stream", func(w io.Writer) (err error) {
		r, err := v.bucket.Reader(ctx, v.r.Recording.Object)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, r.Close()) }()
		w = io.MultiWriter(w, size)
		if undecoded {
			return recording.Cut(w, r, from)
		}
		return recording.Excerpt(w, r, from, piece.Only)
	})
	if err != nil {
		return piece, fmt.Errorf("cut recording: %w", err)
	}
	piece.Bytes = size.bytes
	return piece, nil
}

// ensure makes the piece under way anew if it is gone: what was sent is cleared away once a call
// is done with, and somebody may want it done again.
func (v *visit) ensure(ctx context.Context) error {
	s := &v.r.Speech
	n := len(s.Outputs)
	if s.Pieces[n].Object == "" {
		return nil
	}
	r, err := v.bucket.Reader(ctx, s.Pieces[n].Object)
	if err == nil {
		return r.Close()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	piece, err := v.keepPiece(ctx, n, s.Pieces[n])
	if err != nil {
		return err
	}
	s.Pieces = slices.Clone(s.Pieces) // copies of a request share the slice
	s.Pieces[n] = piece
	return nil
}

// counter counts what is written to it.
type counter struct{ bytes int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	return len(p), nil
}
