package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// rated is a new answer to what was said, by weights alone if run is 0.
func rated(score int, run int64) store.Reassessment {
	in := store.Reassessment{
		Answer: func(present *request.Analysis) *request.Analysis {
			next := *present
			next.LeadScore, next.ScoreBand, next.IsLead = score, request.BandOf(score), score >= 20
			return &next
		},
		Event: request.Event{Step: "jobs", Name: "rescored", Detail: "job_1"},
	}
	if run != 0 {
		in.Heard = &store.Hearing{Run: run, Caller: request.Caller{Name: "Dana Sample", Phone: "+13035550142"}, People: []string{"phone:+13035550177"}}
	}
	return in
}

// deliver plans a request's delivery to a CRM and makes it.
func deliver(t *testing.T, s *store.Scope, w stage.Wanted) (created int, revision int64) {
	t.Helper()
	claim, err := s.Claim(t.Context(), w)
	must(t, err)
	plans, err := claim.PlanDeliveries(t.Context(), []store.Plan{{Destination: "hubspot", Connector: "hubspot"}}, time.Minute)
	must(t, err)
	for _, p := range plans {
		if len(p.Delivery.Ledger) == 0 {
			created++
			must(t, p.Write(t.Context(), request.LedgerEntry{Step: "deal", RemoteID: "57", Outcome: "created", At: time.Now()}))
		}
		revision = p.Delivery.Revision
		must(t, p.Settle(t.Context(), store.Settlement{State: request.DeliveryDone, Outcome: "created"}, request.Event{Step: "push", Name: "delivered"}))
	}
	must(t, claim.Advance(t.Context(), request.Pushed, stage.Result{}, request.Event{Step: "push", Name: "done"}))
	return created, revision
}

// A correction of a caller may be taken back while the words are heard again.
func TestAnotherAnswerLeavesTheCallerWhomItDidNotChange(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	completed(t, scope, in)
	now, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	again := rated(42, 1)
	listed := now.Caller
	listed.Name = "Wrong Person" // as people had put it, until a moment ago
	again.Heard.Listed, again.Heard.Caller = listed, listed
	again.Heard.Caller.Email = "dana@example.com"
	_, err = scope.Reassess(t.Context(), in.Request.ID, again)
	must(t, err)
	got, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	want := now.Caller
	want.Email = "dana@example.com"
	if diff := cmp.Diff(want, got.Caller); diff != "" {
		t.Error(diff)
	}
}

func TestAnotherAnswerChangesWhatIsShownButNotWhereARequestStands(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	completed(t, scope, in)
	before, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	place := store.Position{At: before.UpdatedAt, RequestID: before.ID}
	got, err := scope.Reassess(t.Context(), in.Request.ID, rated(42, 0))
	must(t, err)
	if !got.Kept || got.Pushed || got.Was.LeadScore != 86 || got.Now.LeadScore != 42 {
		t.Errorf("outcome: %+v", got)
	}
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if row.LeadScore != 42 || row.ScoreBand != request.Cold || row.Status != request.Completed || row.Run != 1 || row.Handling != before.Handling {
		t.Errorf("row: %+v", row)
	}
	if found, err := scope.List(t.Context(), store.Filter{Band: request.Cold, Limit: 5}); err != nil || len(found.Requests) != 1 {
		t.Errorf("not listed by its band: %v, %v", found, err)
	}
	if changed, _, err := scope.Changes(t.Context(), place, 5); err != nil || len(changed) != 1 {
		t.Errorf("those who watch see %v, %v", changed, err)
	}
	events, err := scope.Events(t.Context(), in.Request.ID)
	must(t, err)
	if last := events[len(events)-1]; last.Name != "rescored" || last.Detail != "job_1" {
		t.Errorf("timeline ends with %+v", last)
	}
	unchanged := rated(0, 0)
	unchanged.Answer = func(*request.Analysis) *request.Analysis { return nil }
	got, err = scope.Reassess(t.Context(), in.Request.ID, unchanged)
	must(t, err)
	after, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if got.Kept || !after.UpdatedAt.Equal(row.UpdatedAt) {
		t.Errorf("an answer that stays was written: %+v", got)
	}
}

func TestWhatPeopleCorrectedHoldsForAnotherAnswer(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	completed(t, scope, in)
	_, err := scope.Correct(t.Context(), in.Request.ID, correct(false, "lead_score", "64", "customer.name", `"Robin Sample"`))
	must(t, err)
	got, err := scope.Reassess(t.Context(), in.Request.ID, rated(12, 1))
	must(t, err)
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if got.Now.LeadScore != 64 || row.LeadScore != 64 || row.ScoreBand != request.Warm || row.Caller.Name != "Robin Sample" {
		t.Errorf("got %+v and %+v, want what the person said", got.Now, row)
	}
	own, err := scope.Answer(t.Context(), in.Request.ID)
	must(t, err)
	if own.LeadScore != 12 {
		t.Errorf("the analyser's own: got %d, want the new one", own.LeadScore)
	}
	if found, err := scope.List(t.Context(), store.Filter{People: []string{"phone:+13035550177"}, Limit: 5}); err != nil || len(found.Requests) != 1 {
		t.Errorf("not found by whom the answer names: %v, %v", found, err)
	}
}

func TestCRMsFollowAnotherAnswerOnceAndNobodyIsTold(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	analysedHere(t, scope, in)
	deliver(t, scope, wanted(in, request.Analyzed))
	advance(t, scope, in, request.Pushed, stage.Result{})
	order := rated(42, 0)
	order.Push = func(was, now *request.Analysis) bool { return was.LeadScore != now.LeadScore }
	got, err := scope.Reassess(t.Context(), in.Request.ID, order)
	must(t, err)
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if !got.Pushed || row.Status != request.Analyzed || row.Run != 2 || !row.Quiet() {
		t.Fatalf("got %+v, %+v", got, row)
	}
	w := wanted(in, request.Analyzed)
	w.Run = 2
	if created, revision := deliver(t, scope, w); created != 0 || revision != 2 {
		t.Errorf("%d records made, revision %d: want an update", created, revision)
	}
	due, err := scope.Requeue(t.Context(), in.Request.ID, store.Requeue{Actor: "ann", From: request.Pushed})
	must(t, err)
	if row, err = scope.Request(t.Context(), in.Request.ID); err != nil || due.Run != 3 || row.Quiet() {
		t.Errorf("the next run is quiet, too: %+v, %v", row, err)
	}
}

func TestHistoryThatIsKeptOutOfCRMsStaysOutOfThem(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	in.Request.Handling.NoCRM = true
	accept(t, scope, in)
	completed(t, scope, in)
	order := rated(42, 0)
	order.Push = func(_, _ *request.Analysis) bool { return true }
	got, err := scope.Reassess(t.Context(), in.Request.ID, order)
	must(t, err)
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	if !got.Kept || got.Pushed || row.Status != request.Completed || row.Run != 1 {
		t.Errorf("got %+v, %+v", got, row)
	}
}

func TestWhatWasSpentIsChargedThoughTheAnswerIsDropped(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	completed(t, scope, in)
	order := rated(0, 1)
	order.Answer = func(*request.Analysis) *request.Analysis { return nil }
	order.Spent.AddTokens("gemini", request.Usage{InputTokens: 100})
	order.Charge = func(r *request.Request) {
		r.CostParts.ModelUSD = float64(r.Metering.Models["gemini"].InputTokens) / 100
		r.CostUSD = r.CostParts.ModelUSD
	}
	for range 2 {
		_, err := scope.Reassess(t.Context(), in.Request.ID, order)
		must(t, err)
	}
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	own, err := scope.Answer(t.Context(), in.Request.ID)
	must(t, err)
	if row.Metering.Models["gemini"].InputTokens != 200 || row.CostUSD != 2 || own.LeadScore != 86 {
		t.Errorf("got %+v, %+v", row, own)
	}
}

func TestOnlyWhatHasItsAnswerAndRestsGetsAnother(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	fresh, midway, erased, gone := call("CAL1"), call("CAL2"), call("CAL3"), call("CAL4")
	for _, in := range []request.Intake{fresh, midway, erased, gone} {
		accept(t, scope, in)
	}
	analysedHere(t, scope, midway)
	completed(t, scope, erased)
	_, err := scope.EraseRequest(t.Context(), erased.Request.ID)
	must(t, err)
	completed(t, scope, gone)
	_, err = scope.ExpireTranscript(t.Context(), gone.Request.ID)
	must(t, err)
	rests := call("CAL6")
	accept(t, scope, rests)
	completed(t, scope, rests)
	held := call("CAL5")
	accept(t, scope, held)
	completed(t, scope, held)
	due, err := scope.Requeue(t.Context(), held.Request.ID, store.Requeue{Actor: "ann", From: request.Pushed})
	must(t, err)
	w := wanted(held, request.Pushed)
	w.Run = due.Run
	_, err = scope.Claim(t.Context(), w)
	must(t, err)
	for name, tc := range map[string]struct {
		id   string
		run  int64
		want error
	}{
		"nobody's":               {"req_nobody", 0, store.ErrNotFound},
		"just arrived":           {fresh.Request.ID, 0, store.ErrUnsettled},
		"on its way":             {midway.Request.ID, 0, store.ErrUnsettled},
		"erased":                 {erased.Request.ID, 0, store.ErrErased},
		"worked on":              {held.Request.ID, 0, store.ErrHeld},
		"its words are gone":     {gone.Request.ID, 1, store.ErrMisfit},
		"another run was heard":  {rests.Request.ID, 2, store.ErrMisfit},
		"words are not asked of": {gone.Request.ID, 0, nil},
	} {
		if _, err := scope.Reassess(t.Context(), tc.id, rated(42, tc.run)); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
	clock.Advance(time.Minute)
	if found, err := scope.List(t.Context(), store.Filter{Words: "quartz", Limit: 5}); err != nil {
		t.Error(err)
	} else {
		for _, r := range found.Requests {
			if r.ID == gone.Request.ID {
				t.Error("words that had expired are found again")
			}
		}
	}
}

func TestCorrectedRequestsAreWalkedById(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	var want []string
	for _, id := range []string{"CAL1", "CAL2", "CAL3", "CAL4"} {
		in := call(id)
		accept(t, scope, in)
		completed(t, scope, in)
		if id == "CAL4" {
			continue
		}
		_, err := scope.Correct(t.Context(), in.Request.ID, correct(false, "intent", `"appointment"`, "timeline", `"immediate"`))
		must(t, err)
		want = append(want, in.Request.ID)
	}
	var got []string
	for after, pages := "", 0; pages < 5; pages++ {
		page, next, err := scope.Corrected(t.Context(), after, 2)
		must(t, err)
		for _, a := range page {
			if a.Analysis().Intent != "appointment" || a.Answer.Intent != "quote_request" || a.Transcript == nil || len(a.Corrections) != 2 {
				t.Errorf("%s: got %+v", a.Request.ID, a)
			}
			got = append(got, a.Request.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	page, err := scope.Assessed(t.Context(), store.Filter{Limit: 10})
	must(t, err)
	corrected := 0
	for _, a := range page.Requests {
		corrected += len(a.Corrections)
	}
	if len(page.Requests) != 4 || corrected != 6 {
		t.Errorf("%d requests with %d corrections", len(page.Requests), corrected)
	}
}

func TestAnAnswerThatNamesSomebodyWhoWasErasedErasesTheRequest(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	in.Request.StartedAt = time.Now().Add(-time.Hour)
	accept(t, scope, in)
	completed(t, scope, in)
	must(t, scope.FlagErased(t.Context(), scope.PersonKeys("+13035550177", "", "US"), time.Now().Add(-time.Minute), "ann"))
	_, err := scope.Reassess(t.Context(), in.Request.ID, rated(42, 1))
	must(t, err)
	row, err := scope.Request(t.Context(), in.Request.ID)
	must(t, err)
	answer, err := scope.Answer(t.Context(), in.Request.ID)
	must(t, err)
	if row.Status != request.Erased || row.LeadScore != 0 || row.Caller != (request.Caller{}) || answer != nil {
		t.Errorf("got %+v with %+v", row, answer)
	}
}
