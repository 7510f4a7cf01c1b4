package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// maxStarts is how many operations one piece is worth: a failed one is repeated once.
const maxStarts = 2

// listen has the kept recording transcribed, piece by piece.
func (v *visit) listen(ctx context.Context) (stage.Result, error) {
	why, err := v.plan(ctx)
	if err != nil {
		return v.unread(ctx, err)
	}
	if why != "" {
		return v.without(why), nil
	}
	opts := v.options()
	switch {
	case opts.TooLong():
		return v.without("recording is too long to transcribe"), nil
	case opts.Short():
		return v.recognize(ctx, opts)
	default:
		return v.operate(ctx, opts)
	}
}

// options describe the piece under way.
func (v *visit) options() speech.Options { return v.describe(v.piece()) }

// describe says what is known about a piece and its words. The company's name, its places and
// its hints help the recogniser with words that it cannot know.
func (v *visit) describe(piece request.Piece) speech.Options {
	settings := &v.job.Tenant.Settings
	return speech.Options{
		DurationS: piece.DurationS,
		Channels:  piece.Channels,
		Bytes:     piece.Bytes,
		Language:  settings.Speech.Language,
		Hints:     slices.Concat([]string{v.job.Tenant.Name}, settings.Speech.Hints, settings.ServiceArea, settings.Services),
		Batch:     v.batch(),
	}
}

// batch reports whether the recording may be transcribed when it is cheap. An operation goes on
// as it was begun, whatever the tenant wants by now: it is paid for.
func (v *visit) batch() bool {
	if v.r.Speech.Intent != "" {
		return v.r.Speech.Batch
	}
	return v.r.Handling.Batch || v.job.Tenant.Settings.Speech.Batch
}

// recognize transcribes short audio at once.
func (v *visit) recognize(ctx context.Context, opts speech.Options) (stage.Result, error) {
	if v.r.Speech.StartedAt.IsZero() {
		v.r.Speech.StartedAt = v.now()
		if err := v.checkpoint(ctx); err != nil {
			return stage.Result{}, err
		}
	}
	audio, err := v.audio(ctx, opts.Bytes)
	if err != nil {
		return v.unread(ctx, err)
	}
	heard, err := v.speech.Recognize(ctx, audio, opts)
	if err != nil {
		return v.unable(ctx, err)
	}
	v.r.Metering.SpeechS += billed(v.piece(), heard)
	return v.took(ctx, heard)
}

// audio reads the whole of a short piece.
func (v *visit) audio(ctx context.Context, size int64) ([]byte, error) {
	if err := v.ensure(ctx); err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	r, err := v.bucket.Reader(ctx, v.object())
	if err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(r, size))
	if err := errors.Join(err, r.Close()); err != nil {
		return nil, fmt.Errorf("read recording: %w", err)
	}
	return content, nil
}

// operate transcribes long audio by an operation, its own or one that an earlier visit
// may have started.
func (v *visit) operate(ctx context.Context, opts speech.Options) (stage.Result, error) {
	if v.r.Speech.Intent == "" {
		return v.start(ctx, opts)
	}
	heard, err := v.speech.Result(ctx, v.r.Speech.Output)
	if err == nil {
		v.meter(billed(v.piece(), heard))
		return v.took(ctx, heard)
	}
	if !errors.Is(err, speech.ErrNoResult) {
		return v.unread(ctx, err)
	}
	if v.r.Speech.Operation == "" {
		name, err := v.speech.Find(ctx, v.r.Speech.Output)
		if err != nil {
			return v.unable(ctx, err)
		}
		if name == "" {
			return v.begin(ctx, opts)
		}
		return v.follow(ctx, name, opts)
	}
	return v.await(ctx, opts)
}

// start notes a new intent and begins its operation.
func (v *visit) start(ctx context.Context, opts speech.Options) (stage.Result, error) {
	s := &v.r.Speech
	s.Intent, s.Batch = v.intent(), opts.Batch
	s.Output = recording.SpeechOutput(v.r.TenantID, v.r.ID, v.r.Run, s.Intent)
	s.Operation = ""
	s.Starts++
	if s.StartedAt.IsZero() {
		s.StartedAt = v.now()
	}
	if err := v.checkpoint(ctx); err != nil {
		return stage.Result{}, err
	}
	return v.begin(ctx, opts)
}

// begin starts the operation of the noted intent.
func (v *visit) begin(ctx context.Context, opts speech.Options) (stage.Result, error) {
	if err := v.ensure(ctx); err != nil {
		return v.unread(ctx, err)
	}
	name, err := v.speech.Start(ctx, v.object(), v.r.Speech.Output, opts)
	if err != nil {
		return v.unable(ctx, err)
	}
	return v.follow(ctx, name, opts)
}

// follow notes the operation's name and waits for its end.
func (v *visit) follow(ctx context.Context, name string, opts speech.Options) (stage.Result, error) {
	v.r.Speech.Operation = name
	if err := v.checkpoint(ctx); err != nil {
		return stage.Result{}, err
	}
	return v.await(ctx, opts)
}

// await polls the operation until it ends or this visit has waited long enough.
func (v *visit) await(ctx context.Context, opts speech.Options) (stage.Result, error) {
	for pause := v.cfg.PollMin; ; pause = min(2*pause, v.cfg.PollMax) {
		status, err := v.speech.Poll(ctx, v.r.Speech.Operation)
		switch {
		case errors.Is(err, speech.ErrGone):
			return v.failed(ctx, opts, err)
		case err != nil && !errors.Is(err, speech.ErrBusy):
			return v.unable(ctx, err)
		case status.Done:
			return v.collect(ctx, opts, status)
		}
		if opts.Batch || !v.now().Add(pause).Before(v.until) {
			return v.wait(ctx, "waiting for Speech-to-Text")
		}
		if err := sleep(ctx, pause); err != nil {
			return stage.Result{}, err
		}
	}
}

// collect reads the answer of an operation that ended.
func (v *visit) collect(ctx context.Context, opts speech.Options, status speech.Status) (stage.Result, error) {
	if status.Err != nil {
		return v.failed(ctx, opts, status.Err)
	}
	heard, err := v.speech.Result(ctx, v.r.Speech.Output)
	v.meter(billed(v.piece(), heard)) // it ended well: it is paid for, whether its answer can be read or not
	if errors.Is(err, speech.ErrNoResult) {
		return v.failed(ctx, opts, err)
	}
	if err != nil {
		return v.unread(ctx, err)
	}
	return v.took(ctx, heard)
}

// failed starts again what was paid for in vain, once. One piece of several is done without.
func (v *visit) failed(ctx context.Context, opts speech.Options, err error) (stage.Result, error) {
	slog.WarnContext(ctx, "speech operation failed", "tenant_id", v.r.TenantID, "request_id", v.r.ID,
		"step", "transcribe", "attempt", v.r.Speech.Starts, "error", err)
	if v.r.Speech.Starts >= maxStarts && len(v.r.Speech.Pieces) > 1 {
		return v.took(ctx, nil)
	}
	if v.r.Speech.Starts >= maxStarts {
		return v.without("Speech-to-Text failed twice"), nil
	}
	opts.Plain = errors.Is(err, speech.ErrRefused) // of what was asked for: its words alone may do
	return v.start(ctx, opts)
}

// unable decides what follows from a call to Speech-to-Text that failed.
func (v *visit) unable(ctx context.Context, err error) (stage.Result, error) {
	switch {
	case errors.Is(err, speech.ErrRefused):
		slog.WarnContext(ctx, "speech refused the recording", "tenant_id", v.r.TenantID, "request_id", v.r.ID, "step", "transcribe", "error", err)
		return v.abandon(ctx, "Speech-to-Text refused the recording")
	case errors.Is(err, speech.ErrBusy):
		return v.wait(ctx, "Speech-to-Text is busy")
	case v.lastAttempt():
		return v.abandon(ctx, "Speech-to-Text could not be used")
	default:
		return stage.Result{}, fmt.Errorf("transcribe: %w", err)
	}
}

// unread decides what follows from something in our own bucket that could not be read.
func (v *visit) unread(ctx context.Context, err error) (stage.Result, error) {
	if v.mayWait() {
		return stage.Result{}, v.storageAway(err)
	}
	return v.unable(ctx, err)
}

// wait leaves the rest to a later visit, unless the lead has waited long enough.
func (v *visit) wait(ctx context.Context, why string) (stage.Result, error) {
	pause, patience := v.cfg.Pause, v.cfg.Patience
	if v.batch() {
		pause, patience = v.cfg.BatchPause, v.cfg.BatchPatience
	}
	if v.now().Sub(v.r.Speech.StartedAt) >= patience {
		if v.r.Speech.Operation != "" {
			v.meter(billed(v.piece(), nil)) // nobody waits for it any more, but it goes on and is paid for
		}
		return v.abandon(ctx, "Speech-to-Text did not answer in time")
	}
	return stage.Result{}, stage.Later(v.now().Add(pause), why)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}
