package privacy_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

func TestAfterAnErasureNothingOfThePersonIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	neighbour := w.accept(t, other, "CAL1", thePerson())
	w.finish(t, other, neighbour)
	before, had := w.traces(t, other), w.traces(t, demo)
	for _, table := range []string{"requests", "transcripts", "analyses", "deliveries", "corrections", "search_documents", recording.Object(demo, id, 1)} {
		if !slices.Contains(had, table) {
			t.Errorf("the person is not in %s before: the test would show nothing", table)
		}
	}
	export := w.ask(t, job.Export, job.Subject{People: w.keys()})
	w.run(t, nil)
	if len(w.objects(t, recording.Export(demo, export))) != 1 {
		t.Fatal("there is no export to be erased")
	}

	erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
	w.run(t, nil)
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
	want := []string{recording.Erasure(demo, erasure)}
	got := slices.DeleteFunc(w.objects(t, ""), func(o string) bool { return strings.Contains(o, other) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("objects (-want +got): %s", diff)
	}
	for table, rows := range storetest.Dump(t, w.cfg, demo) {
		if n := len(slices.DeleteFunc(rows, func(row string) bool { return !strings.Contains(row, id) })); n > 0 && !slices.Contains([]string{"requests", "events", "jobs", "audit_log"}, table) {
			t.Errorf("%s still has %d rows of the request", table, n)
		}
	}
	if diff := cmp.Diff(before, w.traces(t, other)); diff != "" {
		t.Errorf("the neighbour's person changed: %s", diff)
	}
	report := w.report(t, erasure)
	if report.Requests != 1 || report.Tables["transcripts"].Erased != 1 || report.Tables["contacts"].Erased != 2 || report.Objects < 2 {
		t.Errorf("report: %+v", report)
	}
	if len(report.Copies) != 2 || report.Copies[0].Link != "https://crm.example.com/101" || report.Copies[0].Records[0].ID != "101" || report.Copies[1].Records[0].ID != "CAL1" {
		t.Errorf("copies: %+v", report.Copies)
	}
	if len(report.Outlives) < 5 || report.Outlives[1].What != "spanner_backups" || report.Outlives[1].Until.Before(w.clock.Now().Add(29*24*time.Hour)) {
		t.Errorf("outlives: %+v", report.Outlives)
	}
}

func TestATombstoneKeepsOnlyThatThereWasARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	w.finish(t, demo, id)
	was, err := w.store.ForTenant(demo).Request(t.Context(), id)
	must(t, err)
	_, err = w.store.ForTenant(demo).EraseRequest(t.Context(), id)
	must(t, err)
	got, err := w.store.ForTenant(demo).Request(t.Context(), id)
	must(t, err)
	want := &request.Request{
		TenantID: demo, ID: id, Kind: request.Call, Namespace: request.NamespaceCall, SourceID: "callrail", Status: request.Erased,
		Run: 1, ReceivedAt: was.ReceivedAt, UpdatedAt: got.UpdatedAt, CRMState: request.CRMNone, Metering: was.Metering, CostUSD: was.CostUSD,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// dying is a handler that is killed after each piece, before what it did can be saved.
type dying struct {
	job.Handler
	dead map[string]bool
}

var errKilled = errors.New("killed")

func (d *dying) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	piece, err := d.Handler.Work(ctx, j)
	if at := string(j.Progress); err == nil && !d.dead[at] {
		d.dead[at] = true
		return job.Piece{}, errKilled
	}
	return piece, err
}

func TestAnErasureThatIsKilledAfterEveryPieceIsCompleteAndCountedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, external := range []string{"CAL1", "CAL2"} {
		w.finish(t, demo, w.accept(t, demo, external, thePerson()))
	}
	erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
	d := &dying{Handler: w.eraser(), dead: map[string]bool{}}
	for range 30 {
		w.run(t, d)
		w.clock.Advance(time.Minute)
	}
	if len(d.dead) < 5 {
		t.Errorf("it was killed %d times only", len(d.dead))
	}
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
	report := w.report(t, erasure)
	if report.Requests != 2 || report.Tables["deliveries"].Erased != 2 || len(report.Copies) != 4 {
		t.Errorf("report: %+v", report)
	}
}

func TestWhoeverIsAtWorkLosesTheClaimAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.accept(t, demo, "CAL1", thePerson())
	step := w.claim(t, demo, id, request.Received)
	second := w.accept(t, demo, "CAL2", thePerson())
	must(t, w.claim(t, demo, second, request.Received).Advance(t.Context(), request.Transcribed, stage.Result{}, request.Event{Step: "test", Name: "done"}))
	w.analyze(t, demo, second, email)
	pushing := w.claim(t, demo, second, request.Analyzed)
	deliveries, err := pushing.PlanDeliveries(t.Context(), []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
	must(t, err)
	must(t, deliveries[0].Write(t.Context(), request.LedgerEntry{Step: "contact", At: w.clock.Now()})) // its call is under way

	erasure := w.ask(t, job.Erase, job.Subject{People: w.keys()})
	w.run(t, nil)
	done := request.Event{Step: "test", Name: "done"}
	step.Request.Caller.Name = canary
	late := map[string]error{
		"step":     step.Advance(t.Context(), request.Transcribed, stage.Result{Transcript: &request.Transcript{Origin: canary}}, done),
		"save":     step.Checkpoint(t.Context(), step.Request),
		"plan":     func() error { _, err := pushing.PlanDeliveries(t.Context(), nil, time.Minute); return err }(),
		"notice":   pushing.Notified(t.Context(), request.Notice{Channel: "slack:x", Band: request.Hot}),
		"ledger":   deliveries[0].Write(t.Context(), request.LedgerEntry{Step: "contact", RemoteID: canary}),
		"settle":   deliveries[0].Settle(t.Context(), store.Settlement{State: request.DeliveryDone, Link: canary}, done),
		"renewing": deliveries[0].Renew(t.Context(), time.Minute),
	}
	for name, err := range late {
		if !errors.Is(err, stage.ErrLost) {
			t.Errorf("%s: got %v, want ErrLost", name, err)
		}
	}
	if _, err := w.store.ForTenant(demo).ClaimDelivery(t.Context(), second, "hubspot", time.Minute, 3); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("claim of a delivery: got %v", err)
	}
	if err := w.store.ForTenant(demo).RetryDelivery(t.Context(), "ann", second, "hubspot"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("retry of a delivery: got %v", err)
	}

	j := w.job(t, erasure)
	if j.State != job.Queued || !strings.Contains(j.Error, "waits") {
		t.Errorf("while leases may be held: got %s %q, want it to wait", j.State, j.Error)
	}
	w.write(t, recording.Object(demo, id, 1), canary) // the step's upload ends after the rows were erased
	w.clock.Advance(time.Hour)
	w.run(t, nil)
	if got := w.traces(t, demo); len(got) > 0 {
		t.Errorf("the person is still in %v", got)
	}
	report := w.report(t, erasure)
	unsure := report.Copies[slices.IndexFunc(report.Copies, func(c store.Copy) bool { return c.Destination == "hubspot" })]
	if diff := cmp.Diff([]store.Record{{Type: "contact"}}, unsure.Records); diff != "" {
		t.Errorf("a record that may exist is not named: %s", diff)
	}
}
