package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func correct(push bool, fieldsAndValues ...string) store.Correcting {
	in := store.Correcting{Actor: "ann", Push: push}
	for i := 0; i < len(fieldsAndValues); i += 2 {
		in.Values = append(in.Values, request.Correction{Field: fieldsAndValues[i], Value: json.RawMessage(fieldsAndValues[i+1])})
	}
	return in
}

func TestACorrectionIsSeenByAllButTheAnalyser(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	analysed(t, scope, in, complaint(), "granite")
	order := correct(false, "intent", `"quote_request"`, "summary", `"Wants marble."`, "customer.phone", `"+13035550188"`)
	order.People = []string{"phone:+13035550188"}
	due, err := scope.Correct(t.Context(), in.Request.ID, order)
	must(t, err)
	if due != (store.Requeued{}) {
		t.Errorf("due: got %+v, want nothing", due)
	}
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if row.Intent != "quote_request" || row.LeadScore != 20 || row.ScoreBand != request.Cold || row.Summary != "Wants marble." ||
		row.Caller.Phone != "+13035550188" || row.Status != request.Analyzed || row.Run != 1 {
		t.Errorf("row: got %+v", row)
	}
	claim, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	seen, err := claim.Analysis(t.Context())
	must(t, err)
	if !seen.IsLead || seen.Intent != "quote_request" || seen.Customer.Phone != "+13035550188" {
		t.Errorf("a step sees %+v", seen)
	}
	own, err := claim.Answer(t.Context())
	must(t, err)
	if diff := cmp.Diff(complaint(), own); diff != "" {
		t.Errorf("the analyser's own: %s", diff)
	}
	for _, f := range []store.Filter{{Words: "marble"}, {People: []string{"phone:+13035550188"}}, {Intent: "quote_request"}} {
		f.Limit = 5
		page, err := scope.List(t.Context(), f)
		must(t, err)
		if len(page.Requests) != 1 {
			t.Errorf("not found by %+v", f)
		}
	}
	made, err := scope.Corrections(t.Context(), in.Request.ID)
	must(t, err)
	if len(made) != 3 || made[0].Field != "customer.phone" || made[0].Actor != "ann" || time.Since(made[0].At) > time.Minute {
		t.Errorf("corrections: got %+v", made)
	}
}

func TestACorrectionIsTakenBack(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	analysed(t, scope, in, kitchen(), "granite")
	before, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	for _, name := range []string{`"Robin"`, `"Robin Sample"`} { // the second replaces the first
		_, err = scope.Correct(t.Context(), in.Request.ID, correct(false, "spam", "true", "customer.name", name))
		must(t, err)
	}
	_, err = scope.Correct(t.Context(), in.Request.ID, store.Correcting{Actor: "ann", TakeBack: []string{"spam", "customer.name"}})
	must(t, err)
	after, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	after.UpdatedAt = before.UpdatedAt
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
	if _, err := scope.Correct(t.Context(), in.Request.ID, store.Correcting{TakeBack: []string{"spam"}}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("again: got %v, want ErrNotFound", err)
	}
}

func TestCorrectionsOutliveTheNextAnalysis(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	analysed(t, scope, in, complaint(), "granite")
	_, err := scope.Correct(t.Context(), in.Request.ID, correct(false, "project_type", `"siding"`, "customer.name", `"Robin Sample"`))
	must(t, err)
	due, err := scope.Requeue(t.Context(), in.Request.ID, store.Requeue{Actor: "ann", From: request.Transcribed})
	must(t, err)
	w := wanted(in, request.Transcribed)
	w.Run = due.Run
	claim, err := scope.Claim(t.Context(), w)
	must(t, err)
	// Somebody corrects while the model thinks.
	_, err = scope.Correct(t.Context(), in.Request.ID, correct(false, "timeline", `"immediate"`))
	must(t, err)
	a := kitchen()
	claim.Request.ProjectType, claim.Request.Timeline, claim.Request.Intent = a.ProjectType, a.Timeline, a.Intent
	claim.Request.Caller.Name = "Dana Sample"
	must(t, claim.Advance(t.Context(), request.Analyzed, stage.Result{Analysis: a}, request.Event{Step: "analyze", Name: "done"}))
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	got := []string{row.ProjectType, row.Timeline, row.Intent, row.Caller.Name}
	if diff := cmp.Diff([]string{"siding", "immediate", "quote_request", "Robin Sample"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestACorrectionIsNotLostToAStepThatSavesItsOlderCopy(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	analysed(t, scope, in, kitchen(), "granite")
	claim, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	_, err = scope.Correct(t.Context(), in.Request.ID, correct(false, "intent", `"complaint"`, "customer.email", `"robin@example.com"`))
	must(t, err)
	claim.Request.Caller.Name = "Dana Sample" // what the step found out itself
	must(t, claim.Checkpoint(t.Context(), claim.Request))
	must(t, claim.Advance(t.Context(), request.Pushed, stage.Result{}, request.Event{Step: "push", Name: "done"}))
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if row.Intent != "complaint" || row.LeadScore != 19 || row.Caller.Email != "robin@example.com" || row.Caller.Name != "Dana Sample" {
		t.Errorf("got %+v", row)
	}
}

func TestCorrectionsThatCannotBeKeptAreRefused(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in, untouched := s.ForTenant(demo), call("CAL1"), call("CAL2")
	analysed(t, scope, in, kitchen(), "granite")
	accept(t, scope, untouched)
	var wrong *request.CorrectionError
	if _, err := scope.Correct(t.Context(), in.Request.ID, correct(false, "intent", `"buy"`)); !errors.As(err, &wrong) {
		t.Errorf("a word that there is not: got %v", err)
	}
	if _, err := scope.Correct(t.Context(), untouched.Request.ID, correct(false, "spam", "true")); !errors.Is(err, store.ErrNotAnalyzed) {
		t.Errorf("before the analysis: got %v", err)
	}
	if _, err := scope.Correct(t.Context(), "req_none", correct(false, "spam", "true")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no request: got %v", err)
	}
	if _, err := s.ForTenant("tenant_other").Correct(t.Context(), in.Request.ID, correct(false, "spam", "true")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another tenant's: got %v", err)
	}
	_, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	if _, err := scope.Correct(t.Context(), in.Request.ID, correct(true, "spam", "true")); !errors.Is(err, store.ErrHeld) {
		t.Errorf("to be pushed while push is at work: got %v", err)
	}
}
