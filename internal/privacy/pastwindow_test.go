package privacy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// keeps makes the demo tenant keep things for so long, and returns the retention that sees to it.
func (w *world) keeps(t *testing.T, days tenant.Retention) *privacy.Retention {
	t.Helper()
	must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US", Settings: tenant.Settings{Retention: days},
	}))
	return w.retention(&days)
}

// unheard accepts a call of which the delivery has no words.
func (w *world) unheard(t *testing.T) string {
	t.Helper()
	r := &request.Request{
		TenantID: demo, ID: request.ID(demo, request.NamespaceCall, "CAL1"), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: "CAL1", Caller: thePerson(), Details: request.Details{Answered: true},
	}
	_, err := w.store.ForTenant(demo).Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: "first"})
	must(t, err)
	return r.ID
}

// failed ends transcribe without any words; the audio may have come.
func (w *world) failed(t *testing.T, id, object string) {
	t.Helper()
	claim := w.claim(t, demo, id, request.Received)
	claim.Request.Recording = request.Recording{Object: object}
	must(t, claim.Fail(t.Context(), "gave up", request.Event{Step: "transcribe", Name: "failed"}))
}

// withoutAudio takes a call to its end although its audio could not be had.
func (w *world) withoutAudio(t *testing.T, id string) {
	t.Helper()
	claim := w.claim(t, demo, id, request.Received)
	claim.Request.Recording.Absent = "no_access"
	none := stage.Result{Transcript: &request.Transcript{Origin: request.OriginNone}}
	must(t, claim.Advance(t.Context(), request.Transcribed, none, request.Event{Step: "transcribe", Name: "done"}))
	w.analyze(t, demo, id, "")
	done := request.Event{Step: "test", Name: "done"}
	must(t, w.claim(t, demo, id, request.Analyzed).Advance(t.Context(), request.Pushed, stage.Result{}, done))
	must(t, w.claim(t, demo, id, request.Pushed).Advance(t.Context(), request.Completed, stage.Result{}, done))
}

// Retention comes to a request once: what a retry fetched afterwards would stay for good.
func TestWhatNeverCameIsNotFetchedOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	ends := map[string]func(*testing.T, *world, string){
		"completed without audio": func(t *testing.T, w *world, id string) { w.withoutAudio(t, id) },
		"failed without audio":    func(t *testing.T, w *world, id string) { w.failed(t, id, "") },
		"failed with its audio":   func(t *testing.T, w *world, id string) { w.failed(t, id, recording.Object(demo, id, 1)) },
	}
	for kept, days := range map[string]tenant.Retention{"recordings": {RecordingDays: 10}, "transcripts": {TranscriptDays: 10}} {
		for name, end := range ends {
			t.Run(kept+" are kept for ten days, "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				id := w.unheard(t)
				end(t, w, id)
				r := w.keeps(t, days)
				w.days(11)
				must(t, r.Run(t.Context()))
				if due, err := w.store.ForTenant(demo).Requeue(t.Context(), id, store.Requeue{From: request.Received}); !errors.Is(err, store.ErrMisfit) {
					t.Errorf("retried: got %+v, %v, want ErrMisfit", due, err)
				}
			})
		}
	}
}

func TestARecordingThatNeverCameIsMarkedExpired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.unheard(t)
	w.withoutAudio(t, id)
	given, form := w.accept(t, demo, "CAL2", thePerson()), w.form(t)
	must(t, w.claim(t, demo, given, request.Received).Fail(t.Context(), "gave up", request.Event{Step: "transcribe", Name: "failed"}))
	w.write(t, recording.Upload(demo, id), canary) // it came when nobody waited for it any more
	r := w.keeps(t, tenant.Retention{RecordingDays: 10})
	w.days(9)
	must(t, r.Run(t.Context()))
	absent := func(id string) string {
		got, err := w.store.ForTenant(demo).Request(t.Context(), id)
		must(t, err)
		return got.Recording.Absent
	}
	if got := absent(id); got != "no_access" {
		t.Errorf("a day too early: %q", got)
	}
	w.days(2)
	must(t, r.Run(t.Context()))
	for id, want := range map[string]string{id: request.AbsentExpired, given: "", form: ""} {
		if got := absent(id); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := w.objects(t, ""); len(got) > 0 {
		t.Errorf("objects: %v", got)
	}
	if _, err := w.store.ForTenant(demo).Requeue(t.Context(), given, store.Requeue{}); err != nil {
		t.Errorf("a call that brought its words needs no audio: %v", err)
	}
}

// form accepts a form of somebody.
func (w *world) form(t *testing.T) string {
	t.Helper()
	r := &request.Request{
		TenantID: demo, ID: request.ID(demo, request.NamespaceForm, "F1"), Kind: request.Form, Namespace: request.NamespaceForm,
		ExternalID: "F1", Details: request.Details{Fields: []request.Field{{Name: "city", Value: "Denver"}}},
	}
	_, err := w.store.ForTenant(demo).Accept(t.Context(), request.Intake{Request: r, Body: []byte("city=Denver"), BodyHash: "form"})
	must(t, err)
	return r.ID
}

func TestALateModificationBringsNothingWhoseTimeIsOver(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		days   tenant.Retention
		marked bool // retention has come by; before it marked what never came, it left nothing to see
	}{
		"recordings": {tenant.Retention{RecordingDays: 10}, true}, "recordings, not marked": {tenant.Retention{RecordingDays: 10}, false},
		"transcripts": {tenant.Retention{TranscriptDays: 10}, true}, "transcripts, not marked": {tenant.Retention{TranscriptDays: 10}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.unheard(t)
			w.withoutAudio(t, id)
			r := w.keeps(t, tc.days)
			w.days(11)
			if tc.marked {
				must(t, r.Run(t.Context()))
			}
			scope := w.store.ForTenant(demo)
			late, err := scope.Accept(t.Context(), request.Intake{
				Request: &request.Request{
					TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1",
					Details: request.Details{HasRecording: true, Note: "call back", SourceTranscript: "the very words"},
				},
				Body: []byte("the very words"), BodyHash: "late", Change: true,
			})
			must(t, err)
			if want := (request.Acceptance{Outcome: request.Updated, Status: request.Completed, Run: 1}); late != want {
				t.Errorf("got %+v, want %+v", late, want)
			}
			got, err := scope.Request(t.Context(), id)
			must(t, err)
			if got.Details.Note != "call back" {
				t.Errorf("the rest is not updated: %+v", got.Details)
			}
			words := 0
			for _, row := range storetest.Dump(t, w.cfg, demo)["requests"] {
				words += strings.Count(row, "the very words")
			}
			if heard := tc.days.TranscriptDays == 0; heard == (words == 0) {
				t.Errorf("the words are there %d times", words)
			}
		})
	}
}

// A tenant may change its mind: what a retry fetches while the window is longer must not be
// behind the place that retention has come to.
func TestWhatIsFetchedWhileATenantKeepsLongerExpiresToo(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]tenant.Retention{"for ever": {}, "longer": {TranscriptDays: 50}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			id := w.unheard(t)
			w.failed(t, id, recording.Object(demo, id, 1))
			r := w.keeps(t, tenant.Retention{TranscriptDays: 10})
			w.days(11)
			must(t, r.Run(t.Context()))
			longer := w.keeps(t, meanwhile)
			scope := w.store.ForTenant(demo)
			_, err := scope.Requeue(t.Context(), id, store.Requeue{})
			must(t, err)
			heard := stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}}
			must(t, w.claim(t, demo, id, request.Received).Advance(t.Context(), request.Transcribed, heard, request.Event{Step: "transcribe", Name: "done"}))
			w.analyze(t, demo, id, "")
			claim := w.claim(t, demo, id, request.Analyzed)
			must(t, claim.Fail(t.Context(), "gave up", request.Event{Step: "push", Name: "failed"}))
			w.days(1)
			must(t, longer.Run(t.Context()))
			last := w.keeps(t, tenant.Retention{TranscriptDays: max(10, meanwhile.TranscriptDays)})
			w.days(1 + meanwhile.TranscriptDays)
			must(t, last.Run(t.Context()))
			if got, err := scope.Transcript(t.Context(), id); got != nil || err != nil {
				t.Errorf("kept for good: %+v, %v", got, err)
			}
		})
	}
}

// Retention comes back to what a step still has to do, so nobody needs to be refused.
func TestACallThatStillWaitsForItsAudioMayBeHurriedAndExpiresAfterwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.unheard(t)
	waiting := request.Event{Step: "transcribe", Name: "waiting"}
	must(t, w.claim(t, demo, id, request.Received).Postpone(t.Context(), w.clock.Now().AddDate(1, 0, 0), "paused", false, waiting))
	r := w.keeps(t, tenant.Retention{RecordingDays: 10, TranscriptDays: 10})
	w.days(11)
	must(t, r.Run(t.Context()))
	scope := w.store.ForTenant(demo)
	late, err := scope.Accept(t.Context(), request.Intake{
		Request: &request.Request{
			TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1",
			Details: request.Details{HasRecording: true, SourceTranscript: canary},
		},
		Body: []byte(canary), BodyHash: "late", Change: true,
	})
	must(t, err)
	if want := (request.Acceptance{Outcome: request.Updated, Status: request.Received, Run: 1, Announce: true}); late != want {
		t.Errorf("its audio: got %+v, want %+v", late, want)
	}
	if _, err := scope.Requeue(t.Context(), id, store.Requeue{}); err != nil {
		t.Errorf("a retry: %v", err)
	}
	w.finish(t, demo, id)
	w.days(1)
	must(t, r.Run(t.Context()))
	if got := w.objects(t, "recordings/"); len(got) > 0 {
		t.Errorf("kept for good: %v", got)
	}
	if got, err := scope.Transcript(t.Context(), id); got != nil || err != nil {
		t.Errorf("kept for good: %+v, %v", got, err)
	}
}

func TestALateModificationLeavesWhatIsHeldAsItIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	scope := w.store.ForTenant(demo)
	must(t, scope.SetHold(t.Context(), id, true, "ann"))
	r := w.keeps(t, tenant.Retention{TranscriptDays: 10})
	w.days(11)
	must(t, r.Run(t.Context()))
	_, err := scope.Accept(t.Context(), request.Intake{
		Request: &request.Request{
			TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1", Details: request.Details{Value: "$9"},
		},
		Body: []byte("late"), BodyHash: "late", Change: true,
	})
	must(t, err)
	got, err := scope.Request(t.Context(), id)
	must(t, err)
	if got.Details.SourceTranscript != canary+" said" || got.Details.Value != "$9" {
		t.Errorf("details: %+v", got.Details)
	}
}
