package privacy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// A call may wait for longer than recordings are kept: while a step is paused, for instance.
func TestARecordingThatComesLateExpiresToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	r := w.retention(&tenant.Retention{RecordingDays: 10})
	w.days(11)
	must(t, r.Run(t.Context())) // nothing is there yet
	w.finish(t, demo, id)
	w.days(1)
	must(t, r.Run(t.Context()))
	if got := w.objects(t, "recordings/"); len(got) > 0 {
		t.Errorf("kept for good: %v", got)
	}
}

func TestARecordingThatAStepStillNeedsDoesNotExpire(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	claim := w.claim(t, demo, id, request.Received)
	claim.Request.Recording = request.Recording{Object: recording.Object(demo, id, 1), ContentType: "audio/mpeg"}
	w.write(t, claim.Request.Recording.Object, canary)
	must(t, claim.Postpone(t.Context(), w.clock.Now(), "waiting for Speech-to-Text", false, request.Event{Step: "transcribe", Name: "waiting"}))
	r := w.retention(&tenant.Retention{RecordingDays: 10})
	w.days(11)
	must(t, r.Run(t.Context()))
	if got := w.objects(t, "recordings/"); len(got) != 1 {
		t.Error("it is gone before anybody has listened: it will be fetched again and stay")
	}
}

// speechUnderWay leaves a request to which an operation of Speech-to-Text belongs, and returns
// what that will write.
func (w *world) speechUnderWay(t *testing.T, end func(*store.Claim) error) (output string) {
	t.Helper()
	id := w.accept(t, demo, "CAL1", thePerson())
	claim := w.claim(t, demo, id, request.Received)
	claim.Request.Speech = request.Speech{
		Intent: "i1", Output: recording.SpeechOutput(demo, id, 1, "i1"), Operation: "operations/1", StartedAt: w.clock.Now(), Starts: 1,
	}
	must(t, end(claim))
	return claim.Request.Speech.Output + "out.json"
}

func TestWhatSpeechWritesAfterNobodyWaitsForItIsErasedToo(t *testing.T) {
	t.Parallel()
	done := request.Event{Step: "transcribe", Name: "done"}
	for name, end := range map[string]func(*store.Claim) error{
		"the step failed": func(c *store.Claim) error { return c.Fail(t.Context(), "gave up", done) },
		"the step went on without": func(c *store.Claim) error {
			return c.Advance(t.Context(), request.Transcribed, stage.Result{Transcript: &request.Transcript{Origin: request.OriginNone}}, done)
		},
		"it is waited for": func(c *store.Claim) error { return c.Postpone(t.Context(), time.Now(), "waiting", false, done) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			output := w.speechUnderWay(t, end)
			erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
			w.run(t, nil)
			w.write(t, output, canary+" said") // the operation ends
			w.clock.Advance(25 * time.Hour)
			w.run(t, nil)
			w.report(t, erasure)
			if got := w.traces(t, demo); len(got) > 0 {
				t.Errorf("the person is still in %v", got)
			}
		})
	}
}

func TestAnErasureDoesNotWaitForSpeechThatWasHeard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.speechUnderWay(t, func(c *store.Claim) error {
		heard := stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}}
		return c.Advance(t.Context(), request.Transcribed, heard, request.Event{Step: "transcribe", Name: "done"})
	})
	w.report(t, w.erase(t))
}

// Retention has passed by an old request and does not come back to it.
func TestWhatHasExpiredIsNotFetchedAgain(t *testing.T) {
	t.Parallel()
	for name, days := range map[string]tenant.Retention{
		"recording": {RecordingDays: 10}, "transcript": {TranscriptDays: 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.accept(t, demo, "CAL1", thePerson())
			w.finish(t, demo, id)
			w.days(11)
			must(t, w.retention(&days).Run(t.Context()))
			scope := w.store.ForTenant(demo)
			if due, err := scope.Requeue(t.Context(), id, store.Requeue{From: request.Received, Fresh: true}); !errors.Is(err, store.ErrMisfit) {
				t.Errorf("afresh from the beginning: got %+v, %v", due, err)
			}
			due, err := scope.Requeue(t.Context(), id, store.Requeue{From: request.Received})
			if heard := days.TranscriptDays == 0; heard && (err != nil || due.Status != request.Transcribed) || !heard && !errors.Is(err, store.ErrMisfit) {
				t.Errorf("from the beginning: got %+v, %v", due, err)
			}
		})
	}
}
