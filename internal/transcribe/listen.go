package transcribe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// maxStarts is how many operations one recording is worth: a failed one is repeated once.
const maxStarts = 2

// listen has the kept recording transcribed.
func (v *visit) listen(ctx context.Context) (stage.Result, error) {
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

// options describe the recording. Its name and hints help the recogniser with words that
// it cannot know.
func (v *visit) options() speech.Options {
	settings := v.job.Tenant.Settings.Speech
	return speech.Options{
		DurationS: v.r.Recording.DurationS,
		Channels:  v.r.Recording.Channels,
		Bytes:     v.r.Recording.Bytes,
		Language:  settings.Language,
		Hints:     append([]string{v.job.Tenant.Name}, settings.Hints...),
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
		return v.unread(err)
	}
	heard, err := v.speech.Recognize(ctx, audio, opts)
	if err != nil {
		return v.unable(err)
	}
	v.r.Metering.SpeechS += v.billed(heard)
	return v.heard(heard), nil
}

// audio reads the whole of a short recording.
func (v *visit) audio(ctx context.Context, size int64) ([]byte, error) {
	r, err := v.bucket.Reader(ctx, v.r.Recording.Object)
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
		v.meter(v.billed(heard))
		return v.heard(heard), nil
	}
	if !errors.Is(err, speech.ErrNoResult) {
		return v.unread(err)
	}
	if v.r.Speech.Operation == "" {
		name, err := v.speech.Find(ctx, v.r.Speech.Output)
		if err != nil {
			return v.unable(err)
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
	name, err := v.speech.Start(ctx, v.r.Recording.Object, v.r.Speech.Output, opts)
	if err != nil {
		return v.unable(err)
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
			return v.unable(err)
		case status.Done:
			return v.collect(ctx, opts, status)
		}
		if opts.Batch || !v.now().Add(pause).Before(v.until) {
			return v.wait("waiting for Speech-to-Text")
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
	v.meter(v.billed(heard)) // it ended well: it is paid for, whether its answer can be read or not
	if errors.Is(err, speech.ErrNoResult) {
		return v.failed(ctx, opts, err)
	}
	if err != nil {
		return v.unread(err)
	}
	return v.heard(heard), nil
}

// failed starts again what was paid for in vain, once.
func (v *visit) failed(ctx context.Context, opts speech.Options, err error) (stage.Result, error) {
	slog.WarnContext(ctx, "speech operation failed", "tenant_id", v.r.TenantID, "request_id", v.r.ID,
		"step", "transcribe", "attempt", v.r.Speech.Starts, "error", err)
	if v.r.Speech.Starts >= maxStarts {
		return v.without("Speech-to-Text failed twice"), nil
	}
	return v.start(ctx, opts)
}

// unable decides what follows from a call to Speech-to-Text that failed.
func (v *visit) unable(err error) (stage.Result, error) {
	switch {
	case errors.Is(err, speech.ErrRefused):
		return v.without("Speech-to-Text refused the recording"), nil
	case errors.Is(err, speech.ErrBusy):
		return v.wait("Speech-to-Text is busy")
	case v.lastAttempt():
		return v.without("Speech-to-Text could not be used"), nil
	default:
		return stage.Result{}, fmt.Errorf("transcribe: %w", err)
	}
}

// unread decides what follows from something in our own bucket that could not be read.
func (v *visit) unread(err error) (stage.Result, error) {
	if v.mayWait() {
		return stage.Result{}, v.storageAway(err)
	}
	return v.unable(err)
}

// wait leaves the rest to a later visit, unless the lead has waited long enough.
func (v *visit) wait(why string) (stage.Result, error) {
	pause, patience := v.cfg.Pause, v.cfg.Patience
	if v.batch() {
		pause, patience = v.cfg.BatchPause, v.cfg.BatchPatience
	}
	if v.now().Sub(v.r.Speech.StartedAt) >= patience {
		if v.r.Speech.Operation != "" {
			v.meter(v.billed(nil)) // nobody waits for it any more, but it goes on and is paid for
		}
		return v.without("Speech-to-Text did not answer in time"), nil
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
