package transcribe

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// Source is where calls come from. Its errors are or wrap a *SourceError.
type Source interface {
	// Fetch brings what the source knows by now onto the request; its word wins over the
	// delivery's. After an error the request is as it was.
	Fetch(ctx context.Context, t *tenant.Tenant, r *request.Request) error
	// Recording opens the call's audio. It must only be called after a Fetch, which checks
	// whose call it is.
	Recording(ctx context.Context, t *tenant.Tenant, r *request.Request) (recording.Audio, error)
}

// Bucket keeps the audio.
type Bucket interface {
	Save(ctx context.Context, object string, audio recording.Audio, limits recording.Limits) (recording.Saved, error)
	Uploaded(ctx context.Context, object string) (recording.Audio, error)
	Reader(ctx context.Context, object string) (io.ReadCloser, error)
	Write(ctx context.Context, object, contentType string, fill func(io.Writer) error) error
	DeletePrefix(ctx context.Context, prefix string) (int, error)
}

// Recognizer answers at once, for short audio.
type Recognizer interface {
	Model() string
	Recognize(ctx context.Context, audio []byte, opts speech.Options) (*speech.Transcript, error)
}

// Operations answer later, for long audio.
type Operations interface {
	Start(ctx context.Context, object, output string, opts speech.Options) (operation string, err error)
	Find(ctx context.Context, output string) (operation string, err error)
	Poll(ctx context.Context, operation string) (speech.Status, error)
	Result(ctx context.Context, output string) (*speech.Transcript, error)
}

// Speech is Speech-to-Text; *speech.Client implements it.
type Speech interface {
	Recognizer
	Operations
}

// Deps are what a Worker works with.
type Deps struct {
	Source Source
	Bucket Bucket
	Speech Speech
	Prices *cost.Table      // nil: the program's own
	Now    func() time.Time // nil: time.Now
}

// Worker transcribes calls. It implements stage.Worker.
type Worker struct {
	cfg    Config
	source Source
	bucket Bucket
	speech Speech
	prices *cost.Table
	now    func() time.Time
	intent func() string

	surveys chan struct{} // held while a recording is decoded: that takes a whole processor
}

// New returns a worker.
func New(cfg Config, deps Deps) (*Worker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new transcribe worker: %w", err)
	}
	if deps.Source == nil || deps.Bucket == nil || deps.Speech == nil {
		return nil, errors.New("new transcribe worker: source, bucket and speech are needed")
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Prices == nil {
		deps.Prices = cost.Default()
	}
	return &Worker{
		cfg: cfg, source: deps.Source, bucket: deps.Bucket, speech: deps.Speech,
		prices: deps.Prices, now: deps.Now, intent: rand.Text,
		surveys: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}, nil
}

// Work finds out what was said in a call.
func (w *Worker) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	v := &visit{Worker: w, job: job, r: job.Request, until: w.now().Add(w.cfg.MaxWait)}
	defer w.prices.Charge(v.r) // whatever comes of it
	result, err := v.work(ctx)
	if ctx.Err() != nil && (err != nil || result.Transcript.Origin != request.OriginSpeech) {
		// What failed did so because we are stopped: that decides nothing about the call.
		return stage.Result{}, fmt.Errorf("transcribe: %w", context.Cause(ctx))
	}
	return result, err
}

// visit is one attempt at one request.
type visit struct {
	*Worker
	job   *stage.Job
	r     *request.Request
	until time.Time // when waiting for Speech is left to a later visit
}

func (v *visit) work(ctx context.Context) (stage.Result, error) {
	if given := v.r.Details.Given; given != nil {
		return v.given(given), nil
	}
	if !v.r.Recording.Kept() {
		if err := v.obtain(ctx); err != nil {
			return stage.Result{}, err
		}
	}
	if !v.r.Recording.Kept() {
		return v.without("no audio: " + v.r.Recording.Absent), nil
	}
	return v.listen(ctx)
}

// checkpoint saves the request's details, recording and speech. It is called at most
// once before anything is paid for and once after.
func (v *visit) checkpoint(ctx context.Context) error {
	if err := v.job.Record.Checkpoint(ctx, v.r); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// lastAttempt reports whether one more failure would be one too many.
func (v *visit) lastAttempt() bool { return v.r.Attempts+1 >= v.cfg.Attempts }
