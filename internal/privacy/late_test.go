package privacy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/privacy"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func TestAnErasedPersonWhoIsFoundOutOnlyByTheAnalysisIsErasedToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.accept(t, demo, "CAL1", request.Caller{Phone: "+13035550177"}) // a friend's telephone
	must(t, w.claim(t, demo, old, request.Received).Advance(t.Context(), request.Transcribed,
		stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech, Model: canary}}, request.Event{Step: "test", Name: "done"}))
	w.report(t, w.erase(t))
	w.analyze(t, demo, old, email)
	got, err := w.store.ForTenant(demo).Request(t.Context(), old)
	must(t, err)
	if got.Status != request.Erased {
		t.Errorf("after the analysis: got %s, want erased at once", got.Status)
	}
	w.run(t, nil)
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
	jobs, err := w.store.ForTenant(demo).Jobs(t.Context(), store.JobFilter{Limit: 9})
	must(t, err)
	if len(jobs) != 2 || jobs[0].State != job.Done || jobs[0].Actor != "analysis" {
		t.Errorf("jobs: %+v", jobs)
	}
}

// erase has the person erased, and returns the job.
func (w *world) erase(t *testing.T) string {
	t.Helper()
	id := w.ask(t, job.Erase, job.Subject{People: w.keys()})
	w.run(t, nil)
	return id
}

func TestWhoWasErasedMayCallAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.report(t, w.erase(t))
	again := w.accept(t, demo, "CAL9", thePerson())
	w.finish(t, demo, again)
	got, err := w.store.ForTenant(demo).Request(t.Context(), again)
	must(t, err)
	if got.Status != request.Completed || got.Caller.Name != canary {
		t.Errorf("a new call of an erased person: %+v", got)
	}
}

func TestHistoryOfAnErasedPersonThatIsBroughtInLaterIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.report(t, w.erase(t))
	id := w.accept(t, demo, "CAL9", thePerson())
	claim := w.claim(t, demo, id, request.Received)
	claim.Request.StartedAt = time.Now().Add(-time.Hour) // the call was before the erasure
	must(t, claim.Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "test", Name: "done"}))
	w.analyze(t, demo, id, "")
	w.run(t, nil)
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
}

func TestARequestUnderLegalHoldIsSkippedAndNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held, free := w.accept(t, demo, "CAL1", thePerson()), w.accept(t, demo, "CAL2", thePerson())
	w.finish(t, demo, held)
	w.finish(t, demo, free)
	scope := w.store.ForTenant(demo)
	must(t, scope.SetHold(t.Context(), held, true, "ann"))
	report := w.report(t, w.erase(t))
	if diff := cmp.Diff([]privacy.Skipped{{RequestID: held, Why: "legal hold"}}, report.Skipped); diff != "" {
		t.Error(diff)
	}
	if got := *report.Tables["transcripts"]; got != (privacy.Count{Found: 2, Erased: 1, Kept: 1}) {
		t.Errorf("transcripts: %+v", got)
	}
	if *report.Tables["contacts"] != (privacy.Count{}) {
		t.Errorf("contacts: %+v: a request that stays is about them", *report.Tables["contacts"])
	}
	got, err := scope.Transcript(t.Context(), held)
	must(t, err)
	if got == nil || len(w.objects(t, "recordings/"+demo+"/"+held)) != 1 {
		t.Error("what is held was touched")
	}
	must(t, scope.SetHold(t.Context(), held, false, "ann"))
	w.report(t, w.erase(t))
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("after the release the person is still in %v", got)
	}
}

func TestWhatTheSourceSaysOfAnErasedCallIsIgnored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.report(t, w.erase(t))
	for name, change := range map[string]bool{"the delivery again": false, "a modification": true} {
		got, err := w.store.ForTenant(demo).Accept(t.Context(), request.Intake{
			Request: &request.Request{
				TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, ExternalID: "CAL1", Caller: thePerson(),
				Details: request.Details{Note: canary, HasRecording: true},
			},
			Body: []byte(canary), BodyHash: "other", Change: change, Changes: []string{"note"},
		})
		must(t, err)
		if got.Announce || !slices.Contains([]request.Outcome{request.Ignored, request.Duplicate}, got.Outcome) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is back in %v", got)
	}
}

func TestOneRequestIsDeletedAndThePersonStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, stays := w.accept(t, demo, "CAL1", thePerson()), w.accept(t, demo, "CAL2", thePerson())
	w.finish(t, demo, gone)
	w.finish(t, demo, stays)
	report := w.report(t, func() string {
		id := w.ask(t, job.Erase, job.Subject{Requests: []string{gone}})
		w.run(t, nil)
		return id
	}())
	if report.Requests != 1 || report.Tables["contacts"].Erased != 0 {
		t.Errorf("report: %+v", report)
	}
	keys, err := w.store.ForTenant(demo).PersonFlags(t.Context(), w.keys())
	must(t, err)
	if !keys.ErasedAt.IsZero() {
		t.Error("the person was flagged")
	}
	got, err := w.store.ForTenant(demo).Transcript(t.Context(), stays)
	must(t, err)
	if got == nil || len(w.objects(t, "recordings/"+demo)) != 1 {
		t.Error("the other request was touched")
	}
}

func TestAnErasureIsReplayedInARestoredDatabase(t *testing.T) {
	t.Parallel()
	before, after := newWorld(t), newWorld(t) // the second stands for the first, as it was before the erasure
	erasure := before.erase(t)
	after.bucket = before.bucket
	id := after.accept(t, demo, "CAL1", thePerson())
	after.finish(t, demo, id)
	n, err := privacy.Replay(t.Context(), after.store, after.bucket)
	must(t, err)
	if n != 1 {
		t.Errorf("replayed %d erasures, want 1", n)
	}
	got := after.job(t, erasure)
	if got.State != job.Queued || got.Actor != "restore" {
		t.Errorf("job: %+v", got)
	}
}
