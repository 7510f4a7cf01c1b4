package transcribe

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

func TestWhatSpeechWroteForAnEarlierRunIsDeletedToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.tenant.Settings.Speech.Batch = true
	b.speech.pollsLeft = 1
	_, r, err := b.visit(t)
	var later *stage.LaterError
	if !errors.As(err, &later) {
		t.Fatalf("got %v, want it to wait", err)
	}
	b.record.saved = *r
	b.record.saved.Run = 2 // somebody does not want to wait: what is paid for is kept
	result, r, err := b.visit(t)
	if err != nil || len(b.speech.starts) != 1 {
		t.Fatalf("%d starts, %v", len(b.speech.starts), err)
	}
	audio := recording.Audio{Body: mustOpen(t, b.bucket, r.Recording.Object), Length: -1}
	if _, err := b.bucket.Save(t.Context(), r.Speech.Output+"a.json", audio, recording.Limits{Bytes: 1 << 20, Timeout: time.Minute}); err != nil {
		t.Fatal(err)
	}
	result.After(t.Context())
	for entry := range b.bucket.List(t.Context(), "") {
		if entry.Object != r.Recording.Object {
			t.Errorf("%s is left, and nobody has masked it", entry.Object)
		}
	}
}

// A tenant that does not want to save any more has calls that wait for a cheap answer.
func TestACheapTranscriptionThatHasBegunIsWaitedForToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, 185)
	b.tenant.Settings.Speech.Batch = true
	b.speech.pollsLeft = 2
	var later *stage.LaterError
	if _, _, err := b.visit(t); !errors.As(err, &later) {
		t.Fatalf("got %v, want it to wait", err)
	}
	b.now = b.now.Add(12 * time.Hour)
	b.tenant.Settings.Speech.Batch = false
	if _, _, err := b.visit(t); !errors.As(err, &later) {
		t.Fatalf("got %v, want it to wait: it is paid for", err)
	}
	b.now = b.now.Add(time.Hour)
	result, r, err := b.visit(t)
	if err != nil || len(result.Transcript.Segments) != 2 || r.Metering.SpeechBatchS != 100 || r.Metering.SpeechS != 0 {
		t.Errorf("got %+v, %v; metered %+v", result.Transcript, err, r.Metering)
	}
}
