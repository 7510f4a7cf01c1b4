package transcribe

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// awayBucket cannot be used, or only not be read.
type awayBucket struct {
	*recording.Bucket
	saves, reads bool
}

var errAway = errors.New("status 503")

func (b awayBucket) Save(ctx context.Context, object string, audio recording.Audio, limits recording.Limits) (recording.Saved, error) {
	if !b.saves {
		return recording.Saved{}, errAway
	}
	return b.Bucket.Save(ctx, object, audio, limits)
}

func (b awayBucket) Reader(ctx context.Context, object string) (io.ReadCloser, error) {
	if !b.reads {
		return nil, errAway
	}
	return b.Bucket.Reader(ctx, object)
}

func TestACallWaitsWhileTheBucketCannotBeUsed(t *testing.T) {
	t.Parallel()
	for name, bucket := range map[string]awayBucket{"nothing works": {}, "nothing can be read": {saves: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, 30)
			bucket.Bucket = b.bucket
			for b.now.Before(received.Add(b.cfg.Patience)) {
				_, r, err := b.visitWith(t, bucket)
				wantLater(t, err, b.now.Add(b.cfg.Pause))
				if !errors.Is(err, errAway) || r.Recording.Absent != "" || b.speech.recognized > 0 {
					t.Fatalf("recording %+v, %v, recognized %d times", r.Recording, err, b.speech.recognized)
				}
				b.now = b.now.Add(10 * time.Minute)
			}
			b.now = received.Add(time.Hour)
			result, _, err := b.visit(t)
			if err != nil || result.Transcript.Origin != request.OriginSpeech || b.speech.recognized != 1 {
				t.Errorf("when it is back: %+v, %v, recognized %d times", result.Transcript, err, b.speech.recognized)
			}
		})
	}
}

func TestALeadDoesNotWaitForEverForTheBucket(t *testing.T) {
	t.Parallel()
	b := newBench(t, 30)
	b.now = received.Add(b.cfg.Patience)
	if _, _, err := b.visitWith(t, awayBucket{}); !errors.Is(err, errAway) || errors.As(err, new(*stage.LaterError)) {
		t.Errorf("got %v, want an error that counts as an attempt", err)
	}
	b.record.saved.Attempts = 2 // the last one
	result, r, err := b.visitWith(t, awayBucket{})
	if err != nil || r.Recording.Absent != AbsentNotKept || result.Transcript.Origin != request.OriginNone {
		t.Errorf("recording %+v, transcript %+v, %v, want the lead without its words", r.Recording, result.Transcript, err)
	}
}

// visitWith is a visit with another bucket.
func (b *bench) visitWith(t *testing.T, bucket Bucket) (stage.Result, *request.Request, error) {
	t.Helper()
	w, err := New(b.cfg, Deps{Source: b.source, Bucket: bucket, Speech: b.speech, Now: func() time.Time { return b.now }})
	if err != nil {
		t.Fatal(err)
	}
	r := b.record.saved
	result, err := w.Work(t.Context(), &stage.Job{Tenant: &b.tenant, Request: &r, Record: b.record})
	return result, &r, err
}
