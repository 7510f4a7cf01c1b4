package transcribe

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

func TestAShortCallIsRecognizedAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.source.audio = mp3(30, 2)
	result, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	want := &request.Transcript{
		Origin: request.OriginSpeech, Model: "chirp_3", Language: "en-US", DurationS: 100,
		RoleConfidence: result.Transcript.RoleConfidence,
		Segments: []request.Segment{
			{Index: 0, Speaker: "agent", Start: 0, End: 3, Text: "Thank you for calling Acme Remodeling. How can I help?"},
			{Index: 1, Speaker: "customer", Start: 3, End: 6, Text: "Hi, I'm looking for a quote for my kitchen."},
		},
	}
	if diff := cmp.Diff(want, result.Transcript); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	if b.speech.recognized != 1 || len(b.speech.starts) != 0 || b.record.checkpoints != 1 {
		t.Errorf("%d recognitions, %d starts, %d checkpoints; want 1, 0, 1",
			b.speech.recognized, len(b.speech.starts), b.record.checkpoints)
	}
	if r.Recording.Object != "recordings/tenant_demo/req_1/1/audio" || r.Recording.Channels != 2 || b.speech.options.Channels != 2 {
		t.Errorf("recording %+v, options %+v", r.Recording, b.speech.options)
	}
	if r.Details.Campaign != "" {
		t.Error("the delivery's details won over the source's")
	}
}

func TestALongCallIsAnOperation(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.speech.pollsLeft = 3
	result, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	if result.Transcript.Origin != request.OriginSpeech || len(result.Transcript.Segments) != 2 {
		t.Errorf("transcript %+v", result.Transcript)
	}
	if b.speech.recognized != 0 || len(b.speech.starts) != 1 || b.record.checkpoints != 2 {
		t.Errorf("%d recognitions, %d starts, %d checkpoints; want 0, 1, 2",
			b.speech.recognized, len(b.speech.starts), b.record.checkpoints)
	}
	if r.Speech.Operation != "operations/1" || !strings.HasPrefix(r.Speech.Output, "speech/tenant_demo/req_1/1/") {
		t.Errorf("speech %+v", r.Speech)
	}
}

func TestSpeechOutputIsDeletedAfterTheSave(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	result, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	audio := recording.Audio{Body: mustOpen(t, b.bucket, r.Recording.Object), Length: -1}
	if _, err := b.bucket.Save(t.Context(), r.Speech.Output+"a.json", audio, recording.Limits{Bytes: 1 << 20, Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	result.After(t.Context())
	for entry := range b.bucket.List(t.Context(), "") {
		if entry.Object != r.Recording.Object {
			t.Errorf("%s is left", entry.Object)
		}
	}
}

// TestNothingIsPaidForTwice kills the instance at every point from which another must go on.
func TestNothingIsPaidForTwice(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		killAt    int
		killAfter bool
	}{
		"recording stored, nothing saved":     {1, false},
		"intent saved, not started":           {1, true},
		"operation started, name not saved":   {2, false},
		"operation's name saved, not awaited": {2, true},
		"transcript read, result never saved": {0, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 185)
			b.record.killAt, b.record.killAfter = tc.killAt, tc.killAfter
			if _, _, err := b.visit(t); tc.killAt > 0 && !errors.Is(err, errCrash) {
				t.Fatalf("error %v, want the crash", err)
			}
			result, _, err := b.visit(t)
			if err != nil {
				t.Fatal(err)
			}
			if len(b.speech.starts) != 1 {
				t.Errorf("%d operations were started, want 1", len(b.speech.starts))
			}
			if result.Transcript.Origin != request.OriginSpeech {
				t.Errorf("origin %q, want speech", result.Transcript.Origin)
			}
		})
	}
}

func TestAnOperationThatOutlivesAVisitIsLeftToALaterOne(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.speech.pollsLeft = 12
	b.speech.onPoll = func() { b.now = b.now.Add(time.Minute) }
	_, _, err := b.visit(t)
	wantLater(t, err, b.now.Add(30*time.Second))
	if polled := 12 - b.speech.pollsLeft; polled != 8 {
		t.Errorf("polled %d times in 8 minutes of a minute each", polled)
	}
	b.now = b.now.Add(30 * time.Second)
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Fatalf("second visit: %+v, %v", result.Transcript, err)
	}
	if len(b.speech.starts) != 1 || b.record.checkpoints != 2 {
		t.Errorf("%d starts, %d checkpoints; want 1 and 2 over both visits", len(b.speech.starts), b.record.checkpoints)
	}
}

func TestAFailedOperationIsStartedOnceMore(t *testing.T) {
	t.Parallel()
	broken := errors.New("file: internal error")
	for name, tc := range map[string]struct {
		failures []error
		origin   string
		plain    bool // the second is asked for the words alone
	}{
		"second succeeds":                    {[]error{broken}, request.OriginSpeech, false},
		"second fails":                       {[]error{broken, broken}, request.OriginNone, false},
		"what was asked for was not granted": {[]error{fmt.Errorf("file: %w", speech.ErrRefused)}, request.OriginSpeech, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 185)
			b.speech.failures = tc.failures
			result, r, err := b.visit(t)
			if err != nil {
				t.Fatal(err)
			}
			if result.Transcript.Origin != tc.origin || len(b.speech.starts) != 2 || b.speech.starts[0] == b.speech.starts[1] {
				t.Errorf("origin %q after starts %v, want %q after two to different places", result.Transcript.Origin, b.speech.starts, tc.origin)
			}
			if !r.Recording.Kept() {
				t.Error("the recording is not kept")
			}
			if b.speech.options.Plain != tc.plain {
				t.Errorf("words alone: %t, want %t", b.speech.options.Plain, tc.plain)
			}
		})
	}
}

func TestASecondIntentSurvivesACrash(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.speech.failures = []error{errors.New("file: internal error")}
	b.record.killAt, b.record.killAfter = 3, true // the second intent is saved, nothing started
	if _, _, err := b.visit(t); !errors.Is(err, errCrash) {
		t.Fatalf("error %v, want the crash", err)
	}
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech || len(b.speech.starts) != 2 {
		t.Errorf("%+v, %v after %d starts, want a transcript after 2", result, err, len(b.speech.starts))
	}
}

func TestAnOperationThatIsGoneIsStartedAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.record.killAt, b.record.killAfter = 2, true
	if _, _, err := b.visit(t); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	b.record.saved.Speech.Operation = "operations/99"
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech || len(b.speech.starts) != 2 {
		t.Errorf("%+v, %v after %d starts", result.Transcript, err, len(b.speech.starts))
	}
}

func TestTroubleWithSpeechDoesNotLoseTheLead(t *testing.T) {
	t.Parallel()
	odd := errors.New("permission denied")
	for name, tc := range map[string]struct {
		seconds  float64
		err      error
		attempts int64
		waited   time.Duration
		want     error  // nil: a result
		detail   string // of the result
	}{
		"busy":                        {185, speech.ErrBusy, 0, 0, new(stage.LaterError), ""},
		"busy, short call":            {30, speech.ErrBusy, 0, 0, new(stage.LaterError), ""},
		"busy for too long":           {185, speech.ErrBusy, 0, 3 * time.Hour, nil, "did not answer in time"},
		"refused":                     {185, speech.ErrRefused, 0, 0, nil, "refused the recording"},
		"refused, short call":         {30, speech.ErrRefused, 0, 0, nil, "refused the recording"},
		"something else":              {185, odd, 1, 0, odd, ""},
		"something else, last chance": {30, odd, 2, 0, nil, "could not be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, tc.seconds)
			b.speech.err = tc.err
			b.record.saved.Attempts = tc.attempts
			if tc.waited > 0 {
				b.record.saved.Speech.StartedAt = b.now.Add(-tc.waited)
			}
			result, _, err := b.visit(t)
			if tc.want != nil {
				var later *stage.LaterError
				if errors.As(tc.want, &later) != errors.As(err, &later) || (later == nil && !errors.Is(err, tc.want)) {
					t.Errorf("error %v, want %T", err, tc.want)
				}
				return
			}
			if err != nil || result.Transcript.Origin != request.OriginNone || !strings.Contains(result.Detail, tc.detail) {
				t.Errorf("%+v, %v, want the metadata alone because %q", result, err, tc.detail)
			}
		})
	}
}

func TestAStopDecidesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.speech.err = errors.New("rpc canceled")
	b.record.saved.Attempts = 2 // an ordinary failure would give up now
	w, err := New(b.cfg, Deps{Source: b.source, Bucket: b.bucket, Speech: b.speech, Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	b.record.saved.Recording = request.Recording{Object: "a", DurationS: 185}
	r := b.record.saved
	cancel(stage.ErrLost)
	if _, err := w.Work(ctx, &stage.Job{Tenant: &b.tenant, Request: &r, Record: b.record}); !errors.Is(err, stage.ErrLost) {
		t.Errorf("error %v, want the cause of the stop", err)
	}
}

func TestSilenceIsATranscript(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.speech.heard = &speech.Transcript{}
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech || !result.Transcript.Empty() {
		t.Errorf("%+v, %v, want an empty transcript by speech", result.Transcript, err)
	}
	if got := result.Transcript.DurationS; got < 29 || got > 31 {
		t.Errorf("duration %v s, want the recording's", got)
	}
}

func TestARecordingOfMoreThanAnHourThatCannotBeCutIsNotTranscribed(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.store(t, "a", append([]byte("fLaC\x00\x00\x00\x22"), make([]byte, 5000)...))
	b.record.saved.Recording = request.Recording{Object: "a", DurationS: 3700, Bytes: 1}
	b.record.saved.Details.SourceTranscript = "Agent: Hello.\nCaller: Hi."
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSource || !strings.Contains(result.Detail, "too long") {
		t.Errorf("%+v, %v, want the source's transcript", result, err)
	}
}

func TestALineThatNobodyHungUpIsNotTranscribed(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.record.saved.Recording = request.Recording{Object: "a", DurationS: 55 * 3600, Bytes: 1}
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginNone || !strings.Contains(result.Detail, "longer than 6 hours") || len(b.speech.starts) > 0 {
		t.Errorf("%+v, %v after %d starts, want none and the reason", result, err, len(b.speech.starts))
	}
}

func wantLater(t *testing.T, err error, when time.Time) {
	t.Helper()
	var later *stage.LaterError
	if !errors.As(err, &later) || !later.When.Equal(when) {
		t.Errorf("error %v, want Later at %v", err, when)
	}
}
