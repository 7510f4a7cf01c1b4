package transcribe

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// newLongBench returns one with a call of an hour and a half: five pieces.
func newLongBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, 1)
	b.source.audio = wav8(100, make([]int8, 5400*100))
	return b
}

// TestALongCallThatGetsStuckKeepsWhatWasHeard: two pieces are paid for when the third cannot be had.
func TestALongCallThatGetsStuckKeepsWhatWasHeard(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err      error
		attempts int64
		why      string
	}{
		"refused":           {speech.ErrRefused, 0, "refused the recording"},
		"the last attempt":  {errors.New("unavailable"), 2, "could not be used"},
		"busy for too long": {speech.ErrBusy, 0, "did not answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newLongBench(t)
			b.record.saved.Attempts = tc.attempts
			b.speech.onPoll = func() {
				if len(b.speech.starts) == 2 {
					b.speech.err = tc.err
				}
			}
			result, r, err := b.visit(t)
			if errors.As(err, new(*stage.LaterError)) {
				b.record.saved, b.now = *r, b.now.Add(b.cfg.Patience)
				result, r, err = b.visit(t)
			}
			if err != nil {
				t.Fatal(err)
			}
			if result.Transcript.Origin != request.OriginSpeech || len(result.Transcript.Segments) != 4 || r.Metering.SpeechS != 200 {
				t.Errorf("%+v, metered %+v; want what two pieces hold", result.Transcript, r.Metering)
			}
			if !strings.Contains(result.Detail, "3 of 5 parts could not be transcribed; Speech-to-Text "+tc.why) {
				t.Errorf("detail %q", result.Detail)
			}
		})
	}
}

func TestALongCallOfWhichNothingWasHeardHasNoWords(t *testing.T) {
	t.Parallel()
	b := newLongBench(t)
	b.speech.err = speech.ErrRefused
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginNone {
		t.Errorf("%+v, %v; want none", result.Transcript, err)
	}
}

// TestEachPieceIsWaitedForByItself: five pieces of 50 minutes each take longer than anybody waits
// for one.
func TestEachPieceIsWaitedForByItself(t *testing.T) {
	t.Parallel()
	b := newLongBench(t)
	slow := true
	b.speech.onPoll = func() {
		b.now = b.now.Add(50 * time.Minute)
		if len(b.speech.starts) == 5 && slow {
			slow, b.speech.pollsLeft = false, 1
		}
	}
	_, r, err := b.visit(t)
	if !errors.As(err, new(*stage.LaterError)) {
		t.Fatalf("got %v, want it to wait", err)
	}
	b.record.saved = *r
	result, _, err := b.visit(t)
	if err != nil || len(result.Transcript.Segments) != 10 || len(b.speech.starts) != 5 {
		t.Errorf("%+v after %d starts, %v; want all of five pieces", result.Transcript, len(b.speech.starts), err)
	}
}

// TestPiecesWhoseWordsAreGoneAreHeardAgain, from the first that is gone.
func TestPiecesWhoseWordsAreGoneAreHeardAgain(t *testing.T) {
	t.Parallel()
	b := newLongBench(t)
	b.speech.onPoll = func() {
		if len(b.speech.starts) == 5 {
			delete(b.speech.results, b.speech.starts[2])
		}
	}
	result, r, err := b.visit(t)
	if err != nil || len(result.Transcript.Segments) != 10 || len(r.Speech.Outputs) != 4 {
		t.Errorf("%+v, outputs %v, %v; want all of five pieces", result.Transcript, r.Speech.Outputs, err)
	}
	if len(b.speech.starts) != 8 || r.Metering.SpeechS != 800 {
		t.Errorf("%d starts, %v s; want three more", len(b.speech.starts), r.Metering.SpeechS)
	}
}

// TestWhatWasCutInVainIsDeleted: nothing on the request tells of a piece that was written before
// an instance was killed.
func TestWhatWasCutInVainIsDeleted(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.tenant.Settings.Speech.Untrimmed = false
	b.source.audio = wav8(soundRate, track(20))
	b.source.details = request.Details{CallType: "voicemail", Voicemail: true, HasRecording: true}
	piece := recording.SpeechPiece("tenant_demo", "req_1", 1, 0)
	b.store(t, piece, []byte("x"))
	result, r, err := b.visit(t)
	if err != nil || len(r.Speech.Pieces) > 0 || result.After == nil {
		t.Fatalf("%+v, %v; want an empty voicemail", result, err)
	}
	result.After(t.Context())
	for entry := range b.bucket.List(t.Context(), "speech/") {
		t.Errorf("%s is left", entry.Object)
	}
}

// watchedBucket notes whether a processor was held whenever a recording was read.
type watchedBucket struct {
	*recording.Bucket
	worker *Worker
	held   []int
}

func (b *watchedBucket) Reader(ctx context.Context, object string) (io.ReadCloser, error) {
	if strings.HasPrefix(object, "recordings/") {
		b.held = append(b.held, len(b.worker.surveys))
	}
	return b.Bucket.Reader(ctx, object)
}

func TestARecordingIsDecodedByAProcessorOfItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, 1)
	b.tenant.Settings.Speech.Untrimmed = false
	b.source.audio = wav8(soundRate, track(120, talk...))
	bucket := &watchedBucket{Bucket: b.bucket}
	w, err := New(b.cfg, Deps{Source: b.source, Bucket: bucket, Speech: b.speech, Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	bucket.worker = w
	r := b.record.saved
	if _, err := w.Work(t.Context(), &stage.Job{Tenant: &b.tenant, Request: &r, Record: b.record}); err != nil {
		t.Fatal(err)
	}
	if len(bucket.held) != 2 || bucket.held[0] != 1 || bucket.held[1] != 1 || len(w.surveys) != 0 {
		t.Errorf("processors held %v, and %d in the end; want one to listen, one to cut and none", bucket.held, len(w.surveys))
	}
}
