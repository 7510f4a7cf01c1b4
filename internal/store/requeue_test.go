package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// failed takes a request to a status and fails it there.
func failed(t *testing.T, s *store.Scope, in request.Intake, run int64, at request.Status) {
	t.Helper()
	w := wanted(in, at)
	w.Run = run
	claim, err := s.Claim(t.Context(), w)
	must(t, err)
	must(t, claim.Fail(t.Context(), "no", request.Event{Step: at.Step(), Name: "failed"}))
}

func TestARequestStartsAgainWhereItStopped(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	heard := stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}}
	for name, tc := range map[string]struct {
		reach func(*testing.T, request.Intake)
		q     store.Requeue
		want  store.Requeued
		err   error
	}{
		"failed before anything was heard": {func(t *testing.T, in request.Intake) { failed(t, scope, in, 1, request.Received) },
			store.Requeue{}, store.Requeued{Status: request.Received, Run: 1}, nil},
		"failed when it was heard": {func(t *testing.T, in request.Intake) {
			advance(t, scope, in, request.Received, heard)
			failed(t, scope, in, 1, request.Transcribed)
		}, store.Requeue{}, store.Requeued{Status: request.Transcribed, Run: 1}, nil},
		"failed when it was understood": {func(t *testing.T, in request.Intake) {
			analysedHere(t, scope, in)
			failed(t, scope, in, 1, request.Analyzed)
		}, store.Requeue{}, store.Requeued{Status: request.Analyzed, Run: 1}, nil},
		"failed in its second run before anything was heard in that": {func(t *testing.T, in request.Intake) {
			analysedHere(t, scope, in)
			due, err := scope.Requeue(t.Context(), in.Request.ID, store.Requeue{From: request.Received, Fresh: true})
			must(t, err)
			failed(t, scope, in, due.Run, request.Received)
		}, store.Requeue{}, store.Requeued{Status: request.Received, Run: 2}, nil},
		"failed to be pushed again": {func(t *testing.T, in request.Intake) {
			completed(t, scope, in)
			due, err := scope.Correct(t.Context(), in.Request.ID, correct(true, "timeline", `"immediate"`))
			must(t, err)
			failed(t, scope, in, due.Run, request.Analyzed)
		}, store.Requeue{}, store.Requeued{Status: request.Analyzed, Run: 2}, nil},
		"told, before what was corrected is in the CRMs": {func(t *testing.T, in request.Intake) {
			completed(t, scope, in)
			_, err := scope.Correct(t.Context(), in.Request.ID, correct(true, "timeline", `"immediate"`))
			must(t, err)
		}, store.Requeue{From: request.Pushed}, store.Requeued{}, store.ErrMisfit},
		"failed to be told after it had failed to be pushed": {func(t *testing.T, in request.Intake) {
			analysedHere(t, scope, in)
			failed(t, scope, in, 1, request.Analyzed)
			_, err := scope.Requeue(t.Context(), in.Request.ID, store.Requeue{})
			must(t, err)
			advance(t, scope, in, request.Analyzed, stage.Result{})
			failed(t, scope, in, 1, request.Pushed)
		}, store.Requeue{}, store.Requeued{Status: request.Pushed, Run: 1}, nil},
		"given up after crashes": {func(t *testing.T, in request.Intake) {
			analysedHere(t, scope, in)
			w := wanted(in, request.Analyzed)
			for range w.Limit {
				_, err := scope.Claim(t.Context(), w)
				must(t, err)
				clock.Advance(w.Lease + time.Second)
			}
			_, err := scope.Claim(t.Context(), w)
			var passed *stage.PassedError
			if !errors.As(err, &passed) || passed.Status != request.Failed {
				t.Fatalf("got %v, want it failed", err)
			}
		}, store.Requeue{}, store.Requeued{Status: request.Analyzed, Run: 1}, nil},
		"corrected, pushed and started from the beginning": {func(t *testing.T, in request.Intake) {
			completed(t, scope, in)
			_, err := scope.Correct(t.Context(), in.Request.ID, correct(true, "timeline", `"immediate"`))
			must(t, err)
		}, store.Requeue{From: request.Received}, store.Requeued{Status: request.Transcribed, Run: 3}, nil},
		"waiting": {func(t *testing.T, in request.Intake) {
			claim, err := scope.Claim(t.Context(), wanted(in, request.Received))
			must(t, err)
			must(t, claim.Postpone(t.Context(), clock.Now().Add(time.Hour), "no recording yet", true, request.Event{Step: "transcribe", Name: "waiting"}))
		}, store.Requeue{}, store.Requeued{Status: request.Received, Run: 1}, nil},
		"heard, from the beginning": {func(t *testing.T, in request.Intake) { analysedHere(t, scope, in) },
			store.Requeue{From: request.Received}, store.Requeued{Status: request.Transcribed, Run: 2}, nil},
		"heard, afresh from the beginning": {func(t *testing.T, in request.Intake) { analysedHere(t, scope, in) },
			store.Requeue{From: request.Received, Fresh: true}, store.Requeued{Status: request.Received, Run: 2}, nil},
		"without audio, from the beginning": {func(t *testing.T, in request.Intake) {
			advance(t, scope, in, request.Received, stage.Result{Transcript: &request.Transcript{Origin: request.OriginNone}})
		}, store.Requeue{From: request.Received}, store.Requeued{Status: request.Received, Run: 2}, nil},
		"from push before it is understood": {func(*testing.T, request.Intake) {}, store.Requeue{From: request.Analyzed}, store.Requeued{}, store.ErrMisfit},
		"from analyze before it is heard":   {func(*testing.T, request.Intake) {}, store.Requeue{From: request.Transcribed}, store.Requeued{}, store.ErrMisfit},
		"completed": {func(t *testing.T, in request.Intake) { completed(t, scope, in) },
			store.Requeue{}, store.Requeued{}, store.ErrSettled},
		"completed, from push": {func(t *testing.T, in request.Intake) { completed(t, scope, in) },
			store.Requeue{From: request.Analyzed}, store.Requeued{Status: request.Analyzed, Run: 2}, nil},
		"somebody is at it": {func(t *testing.T, in request.Intake) {
			_, err := scope.Claim(t.Context(), wanted(in, request.Received))
			must(t, err)
		}, store.Requeue{}, store.Requeued{}, store.ErrHeld},
	} {
		in := call(name)
		accept(t, scope, in)
		tc.reach(t, in)
		got, err := scope.Requeue(t.Context(), in.Request.ID, tc.q)
		got.CRMState = ""
		if !errors.Is(err, tc.err) || got != tc.want {
			t.Errorf("%s: got %+v, %v, want %+v, %v", name, got, err, tc.want, tc.err)
			continue
		}
		if err != nil {
			continue
		}
		r, err := scope.Request(t.Context(), in.Request.ID)
		must(t, err)
		if r.Status != got.Status || r.Run != got.Run || r.Attempts != 0 || r.Reason != "" || r.Recording.Absent != "" {
			t.Errorf("%s: the row is %+v", name, r)
		}
		w := wanted(in, got.Status)
		w.Run = got.Run
		if _, err := scope.Claim(t.Context(), w); err != nil {
			t.Errorf("%s: the step cannot begin: %v", name, err)
		}
	}
}

// analysedHere takes an accepted call through transcribe and analyze.
func analysedHere(t *testing.T, s *store.Scope, in request.Intake) {
	t.Helper()
	advance(t, s, in, request.Received, stage.Result{Transcript: &request.Transcript{Origin: request.OriginSpeech}})
	advance(t, s, in, request.Transcribed, stage.Result{Analysis: kitchen()})
}

func completed(t *testing.T, s *store.Scope, in request.Intake) {
	t.Helper()
	analysedHere(t, s, in)
	advance(t, s, in, request.Analyzed, stage.Result{})
	advance(t, s, in, request.Pushed, stage.Result{})
}

func TestOnlyAFreshRetryAsksTheModelAgain(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	completed(t, scope, in)
	for _, tc := range []struct {
		fresh bool
		want  string
	}{{false, "hash"}, {true, ""}} {
		_, err := scope.Requeue(t.Context(), in.Request.ID, store.Requeue{From: request.Transcribed, Fresh: tc.fresh})
		must(t, err)
		answer, err := scope.Answer(t.Context(), in.Request.ID)
		must(t, err)
		if answer.PromptHash != tc.want || answer.Summary == "" {
			t.Errorf("fresh %t: the answer kept is %+v", tc.fresh, answer)
		}
	}
}

func TestDeliveriesFollowACorrectionThatIsPushed(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope, in := s.ForTenant(demo), call("CAL1")
	accept(t, scope, in)
	analysedHere(t, scope, in)
	plans := []store.Plan{{Destination: "done", Connector: "hubspot"}, {Destination: "parked", Connector: "custom"}, {Destination: "skipped", Connector: "pipedrive", Skip: "no lead"}}
	claim, err := scope.Claim(t.Context(), wanted(in, request.Analyzed))
	must(t, err)
	claims, err := claim.PlanDeliveries(t.Context(), plans, time.Minute)
	must(t, err)
	for _, c := range claims {
		end := store.Settlement{State: request.DeliveryState(c.Delivery.Destination), Entries: []request.LedgerEntry{{Step: "event", RemoteID: "1"}}}
		must(t, c.Settle(t.Context(), end, request.Event{Step: "push", Name: "delivered"}))
	}
	must(t, claim.Advance(t.Context(), request.Pushed, stage.Result{}, request.Event{Step: "push", Name: "done"}))
	advance(t, scope, in, request.Pushed, stage.Result{})

	due, err := scope.Correct(t.Context(), in.Request.ID, correct(true, "intent", `"appointment"`))
	must(t, err)
	if want := (store.Requeued{Status: request.Analyzed, Run: 2, CRMState: request.CRMParked}); due != want {
		t.Fatalf("due: got %+v, want %+v", due, want)
	}
	w := wanted(in, request.Analyzed)
	w.Run = due.Run
	claim, err = scope.Claim(t.Context(), w)
	must(t, err)
	plans[2].Skip = ""
	claims, err = claim.PlanDeliveries(t.Context(), plans, time.Minute)
	must(t, err)
	got := map[string]int64{}
	for _, c := range claims {
		got[c.Delivery.Destination] = c.Delivery.Revision
		if c.Delivery.Destination != "skipped" && len(c.Delivery.Ledger) != 1 {
			t.Errorf("%s has lost its ledger", c.Delivery.Destination)
		}
	}
	if diff := cmp.Diff(map[string]int64{"done": 2, "parked": 2, "skipped": 2}, got); diff != "" {
		t.Errorf("revisions that are delivered: %s", diff)
	}
}
