package reconcile_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reconcile"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// archive is a tenant with calls that have come to their ends.
type archive struct {
	*store.Scope
	now time.Time
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{now: time.Now().Truncate(time.Second)}
	kept := storetest.New(t, store.WithClock(func() time.Time { return a.now }))
	must(t, kept.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US",
	}))
	a.Scope = kept.ForTenant("tenant_demo")
	return a
}

// call accepts a call of a source and takes it to its end without words.
func (a *archive) call(t *testing.T, external, source, absent string) string {
	t.Helper()
	r := &request.Request{
		TenantID: "tenant_demo", ID: request.ID("tenant_demo", request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external, SourceID: source, Caller: request.Caller{Phone: "+13035550142"},
		Details: request.Details{Answered: true},
	}
	_, err := a.Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: external})
	must(t, err)
	way := []request.Status{request.Received, request.Transcribed, request.Analyzed, request.Pushed, request.Completed}
	for i, from := range way[:len(way)-1] {
		claim, err := a.Claim(t.Context(), stage.Wanted{RequestID: r.ID, Run: 1, From: from, Lease: time.Minute, Limit: 3})
		must(t, err)
		var result stage.Result
		switch from {
		case request.Received:
			claim.Request.Recording.Absent = absent
			result.Transcript = &request.Transcript{Origin: request.OriginNone}
		case request.Transcribed:
			result.Analysis = &request.Analysis{Summary: "Nobody heard it."}
		}
		must(t, claim.Advance(t.Context(), way[i+1], result, request.Event{Step: from.Step(), Name: "done"}))
	}
	return r.ID
}

func (a *archive) read(t *testing.T, id string) *request.Request {
	t.Helper()
	r, err := a.Request(t.Context(), id)
	must(t, err)
	return r
}

func (a *archive) retranscriber() *reconcile.Retranscriber {
	return &reconcile.Retranscriber{
		Store: func(string) reconcile.Unheard { return a.Scope }, PerMinute: 2, Settle: 10 * time.Minute,
		Now: func() time.Time { return a.now },
	}
}

// work does pieces until the job is done, and returns how long that took.
func (a *archive) work(t *testing.T, j *job.Job) time.Duration {
	t.Helper()
	begin := a.now
	for range 20 {
		piece, err := a.retranscriber().Work(t.Context(), j)
		must(t, err)
		if piece.Progress != nil {
			j.Progress, j.Report = encode(t, piece.Progress), encode(t, piece.Report)
		}
		if piece.Done {
			return a.now.Sub(begin)
		}
		if piece.Wait.After(a.now) {
			a.now = piece.Wait
		}
	}
	t.Fatal("the job does not end")
	return 0
}

func (a *archive) job(t *testing.T) *job.Job {
	t.Helper()
	input, err := reconcile.RetranscribeOrder{SourceID: "main"}.Input()
	must(t, err)
	return &job.Job{TenantID: "tenant_demo", ID: store.NewJobID(), Kind: job.Retranscribe, Input: input, Actor: "ann", CreatedAt: a.now}
}

func TestCallsWhoseRecordingsTheOldKeyDidNotOpenAreTranscribedAgain(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	again := map[string]bool{} // by request: whether it is begun again
	for i := range 5 {
		again[a.call(t, fmt.Sprint("CAL2", i), "main", request.AbsentNoAccess)] = true
	}
	for i, absent := range []string{"never_came", request.AbsentExpired, ""} {
		again[a.call(t, fmt.Sprint("CAL3", i), "main", absent)] = false
	}
	again[a.call(t, "CAL4", "other", request.AbsentNoAccess)] = false

	j := a.job(t)
	if took := a.work(t, j); took < 12*time.Minute || took > 13*time.Minute {
		t.Errorf("it took %s: ten minutes until the new key is known, and two calls a minute", took)
	}
	for id, want := range again {
		r := a.read(t, id)
		if got := r.Status == request.Received; got != want || got && (r.Run != 2 || r.Recording.Absent != "") {
			t.Errorf("%s: %s in run %d, absent %q; again: want %t", r.ExternalID, r.Status, r.Run, r.Recording.Absent, want)
		}
	}
	want := reconcile.RetranscribeReport{Looked: 8, Begun: 5}
	if diff := cmp.Diff(string(encode(t, want)), string(j.Report)); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	j.Progress = nil // as after a crash before it was saved
	a.work(t, j)
	for id, want := range again {
		if r := a.read(t, id); want && r.Run != 2 {
			t.Errorf("%s was begun again: run %d", r.ExternalID, r.Run)
		}
	}
}

func TestCallsOfLongAgoStayWithoutWords(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	id := a.call(t, "CAL1", "main", request.AbsentNoAccess)
	a.now = a.now.Add(15 * 24 * time.Hour)
	j := a.job(t)
	a.work(t, j)
	if r := a.read(t, id); r.Run != 1 {
		t.Errorf("it is begun again, as run %d: %s", r.Run, j.Report)
	}
}

func TestACallThatSomebodyWorksOnIsLeftAlone(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	id := a.call(t, "CAL1", "main", request.AbsentNoAccess)
	_, err := a.Requeue(t.Context(), id, store.Requeue{From: request.Analyzed})
	must(t, err)
	_, err = a.Claim(t.Context(), stage.Wanted{RequestID: id, Run: 2, From: request.Analyzed, Lease: time.Hour, Limit: 3})
	must(t, err)
	j := a.job(t)
	a.work(t, j)
	if got, want := string(j.Report), string(encode(t, reconcile.RetranscribeReport{Looked: 1, Skipped: 1})); got != want {
		t.Errorf("report: got %s, want %s", got, want)
	}
}
