package transcribe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

var (
	received = time.Date(2026, 11, 20, 16, 20, 0, 0, time.UTC)
	errCrash = errors.New("the instance was killed")
)

// source is a call tracker. It merges details and serves audio, or fails.
type source struct {
	details  request.Details
	fetchErr error
	audio    []byte
	length   int64 // announced; 0: what there is
	audioErr error
	opened   int
}

func (s *source) Fetch(_ context.Context, _ *tenant.Tenant, r *request.Request) error {
	if s.fetchErr == nil {
		r.Details = s.details
	}
	return s.fetchErr
}

func (s *source) Recording(context.Context, *tenant.Tenant, *request.Request) (recording.Audio, error) {
	s.opened++
	length := s.length
	if length == 0 {
		length = int64(len(s.audio))
	}
	return recording.Audio{Body: io.NopCloser(bytes.NewReader(s.audio)), Length: length}, s.audioErr
}

// record is the request's row. It keeps what was checkpointed and can be killed at a
// checkpoint, before or after it is in the store.
type record struct {
	stage.Record
	saved       request.Request
	checkpoints int
	killAt      int
	killAfter   bool // the checkpoint was saved
}

func (r *record) Checkpoint(_ context.Context, now *request.Request) error {
	r.checkpoints++
	if r.checkpoints != r.killAt {
		r.saved = *now
		return nil
	}
	if r.killAfter {
		r.saved = *now
	}
	return errCrash
}

// recognizer is Speech-to-Text: operations end after a number of polls.
type recognizer struct {
	heard      *speech.Transcript
	pollsLeft  int
	failures   []error // of the operations in the order of their starts; nil: succeeds
	err        error   // of each call that would be paid for
	onPoll     func()
	recognized int
	starts     []string // output prefixes
	options    speech.Options
	results    map[string]bool
}

func (f *recognizer) Model() string { return "chirp_3" }

func (f *recognizer) Recognize(_ context.Context, _ []byte, opts speech.Options) (*speech.Transcript, error) {
	f.recognized++
	f.options = opts
	return f.heard, f.err
}

func (f *recognizer) Start(_ context.Context, _, output string, opts speech.Options) (string, error) {
	if f.err != nil {
		return "", f.err
	}
	f.starts = append(f.starts, output)
	f.options = opts
	return fmt.Sprintf("operations/%d", len(f.starts)), nil
}

func (f *recognizer) Find(_ context.Context, output string) (string, error) {
	for i, o := range f.starts {
		if o == output {
			return fmt.Sprintf("operations/%d", i+1), nil
		}
	}
	return "", nil
}

func (f *recognizer) Poll(_ context.Context, name string) (speech.Status, error) {
	if f.onPoll != nil {
		f.onPoll()
	}
	var n int
	if _, err := fmt.Sscanf(name, "operations/%d", &n); err != nil || n > len(f.starts) {
		return speech.Status{}, speech.ErrGone
	}
	if f.pollsLeft--; f.pollsLeft >= 0 {
		return speech.Status{}, nil
	}
	if n <= len(f.failures) && f.failures[n-1] != nil {
		return speech.Status{Done: true, Err: f.failures[n-1]}, nil //nolint:nilerr // the operation failed, not the poll
	}
	f.results[f.starts[n-1]] = true
	return speech.Status{Done: true}, nil
}

func (f *recognizer) Result(_ context.Context, output string) (*speech.Transcript, error) {
	if !f.results[output] {
		return nil, speech.ErrNoResult
	}
	return f.heard, nil
}

// bench is a worker with everything round it.
type bench struct {
	source *source
	record *record
	speech *recognizer
	bucket *recording.Bucket
	tenant tenant.Tenant
	cfg    Config
	now    time.Time
	real   Speech // instead of speech, if not nil
}

// store puts an object into the bucket.
func (b *bench) store(t *testing.T, object string, content []byte) {
	t.Helper()
	if err := b.bucket.Write(t.Context(), object, "application/octet-stream", func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// newBench returns one with an answered call whose recording of a given length is there.
func newBench(t *testing.T, seconds float64) *bench {
	t.Helper()
	details := request.Details{Answered: true, HasRecording: true, CallType: "answered", DurationS: int(seconds)}
	return &bench{
		source: &source{details: details, audio: mp3(seconds, 1)},
		record: &record{saved: request.Request{
			TenantID: "tenant_demo", ID: "req_1", Kind: request.Call, Namespace: request.NamespaceCall,
			ExternalID: "CAL1", Run: 1, ReceivedAt: received, Details: request.Details{Answered: true, Campaign: "payload"},
		}},
		speech: &recognizer{heard: conversation(), results: map[string]bool{}},
		bucket: newBucket(t),
		tenant: tenant.Tenant{
			ID: "tenant_demo", Name: "Acme Remodeling LLC",
			Settings: tenant.Settings{Speech: tenant.Speech{Untrimmed: true}}, // listening takes its time
		},
		cfg: Config{
			Waits:    []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour},
			MaxBytes: 4 << 20, DownloadTimeout: time.Minute, MaxWait: 8 * time.Minute, PollMin: time.Millisecond,
			PollMax: 2 * time.Millisecond, Pause: 30 * time.Second, Patience: 2 * time.Hour, HistoryPatience: 168 * time.Hour, Attempts: 3,
			UploadMin: 10 * time.Second, UploadMax: time.Minute,
			BatchPause: 10 * time.Minute, BatchPatience: 26 * time.Hour,
		},
		now: received.Add(2 * time.Second),
	}
}

// visit lets the worker work once on what the store holds.
func (b *bench) visit(t *testing.T) (stage.Result, *request.Request, error) {
	t.Helper()
	var service Speech = b.speech
	if b.real != nil {
		service = b.real
	}
	w, err := New(b.cfg, Deps{Source: b.source, Bucket: b.bucket, Speech: service, Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	r := b.record.saved
	job := &stage.Job{Tenant: &b.tenant, Request: &r, Record: b.record}
	result, err := w.Work(t.Context(), job)
	return result, &r, err
}

// conversation is what Speech-to-Text hears.
func conversation() *speech.Transcript {
	return &speech.Transcript{Language: "en-US", BilledS: 100, Segments: []request.Segment{
		{Index: 0, Speaker: "speaker 1", Start: 0, End: 3, Text: "Thank you for calling Acme Remodeling. How can I help?"},
		{Index: 1, Speaker: "speaker 2", Start: 3, End: 6, Text: "Hi, I'm looking for a quote for my kitchen."},
	}}
}
