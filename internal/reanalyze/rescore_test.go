package reanalyze_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func weighed(a request.Analysis, weights map[string]float64) request.Analysis {
	rubric.Reweigh(&a, weights)
	return a
}

// money is all that these weights care for, and lead names none.
var money = map[string]float64{
	"intent": 0, "project_value": 0, "timeline": 0, "budget": 100, "decision_maker": 0, "service_area": 0, "contactability": 0, "engagement": 0,
}

func newRescorer(w *world) *reanalyze.Rescorer {
	return &reanalyze.Rescorer{
		Config: reanalyze.Config{PerMinute: 2}, Now: w.Now,
		Store: func(id string) reanalyze.ScoreStore { return w.store.ForTenant(id) },
	}
}

func newSurveyor(w *world) *reanalyze.Surveyor {
	return &reanalyze.Surveyor{Prices: cost.Default(), Now: w.Now, Store: func(id string) reanalyze.Lister { return w.store.ForTenant(id) }}
}

func TestNewWeightsMoveScoresAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := lead()
	a.Warnings = []string{"kept as it is"}
	plain, corrected := w.call(t, a, request.Completed), w.call(t, a, request.Completed)
	_, err := w.scope.Correct(t.Context(), corrected, store.Correcting{Actor: "ann", Values: []request.Correction{{Field: "lead_score", Value: []byte("95")}}})
	must(t, err)
	midway := w.call(t, a, request.Pushed)
	old := a
	old.ScoreBreakdown = nil
	bare := w.call(t, old, request.Completed)
	order := reanalyze.Scores{Choice: w.period(), Weights: money}

	preview, err := newSurveyor(w).Scores(t.Context(), demo, order)
	must(t, err)
	w.weigh(t, money)
	j := begin(t, w, job.Rescore, order)
	if piece := do(t, newRescorer(w), j); !piece.Done {
		t.Errorf("ended with %+v", piece)
	}
	want := weighed(a, money)
	got := reportOf(t, j)
	wantReport := reanalyze.Report{
		Looked: 4, Done: 2, Changed: 1, Busy: 1, Skipped: 1, Fields: map[string]int{"lead_score": 1},
		Bands: map[string]map[string]int{"warm": {"cold": 1}},
		Requests: []reanalyze.Change{{
			RequestID: plain, From: a.LeadScore, To: want.LeadScore, FromBand: request.Warm, ToBand: request.Cold, Fields: []string{"lead_score"},
		}},
	}
	if diff := cmp.Diff(wantReport, got); diff != "" {
		t.Errorf("report: %s", diff)
	}
	if diff := cmp.Diff(reanalyze.Preview{Report: wantReport, Complete: true}, preview); diff != "" {
		t.Errorf("the preview had said otherwise: %s", diff)
	}
	own, err := w.scope.Answer(t.Context(), plain)
	must(t, err)
	if diff := cmp.Diff(&want, own); diff != "" {
		t.Errorf("answer: %s", diff)
	}
	for id, score := range map[string]int{plain: want.LeadScore, corrected: 95, midway: a.LeadScore, bare: a.LeadScore} {
		r, err := w.scope.Request(t.Context(), id)
		must(t, err)
		if r.LeadScore != score || r.Run != 1 || r.Quiet() {
			t.Errorf("%s: got %+v, want a score of %d", id, r, score)
		}
	}
	w.cancel(t, j)
	again := begin(t, w, job.Rescore, order)
	do(t, newRescorer(w), again)
	if r := reportOf(t, again); r.Changed != 0 || r.Done != 2 {
		t.Errorf("a second time: %+v", r)
	}
}

func TestScoresOfTwoSetsOfWeightsDoNotMix(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, lead(), request.Completed)
	w.weigh(t, money)
	j := begin(t, w, job.Rescore, reanalyze.Scores{Choice: w.period(), Weights: money})
	w.weigh(t, map[string]float64{"budget": 1})
	w.tenant.Settings.Weights = money // a directory that is behind does not know
	_, err := newRescorer(w).Work(t.Context(), j)
	var permanent *stage.PermanentError
	if !errors.As(err, &permanent) {
		t.Errorf("got %v, want that it cannot go on", err)
	}
	w.cancel(t, j)
	fresh := begin(t, w, job.Rescore, reanalyze.Scores{Choice: w.period(), Weights: map[string]float64{"budget": 1}})
	if piece := do(t, newRescorer(w), fresh); !piece.Done {
		t.Errorf("got %+v", piece)
	}
}

func TestCRMsFollowSlowlyAndOnlyIfAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ids []string
	for range 3 {
		ids = append(ids, w.call(t, lead(), request.Completed))
	}
	w.weigh(t, money)
	j := begin(t, w, job.Rescore, reanalyze.Scores{Choice: w.period(), Weights: money, Push: true})
	h := newRescorer(w)
	if piece := do(t, h, j); piece.Done || !piece.Wait.Equal(w.now.Add(time.Minute)) {
		t.Errorf("after the first minute: %+v", piece)
	}
	if r := reportOf(t, j); r.Pushed != 2 {
		t.Errorf("pushed in the first minute: %d", r.Pushed)
	}
	w.now = w.now.Add(time.Minute)
	if piece := do(t, h, j); !piece.Done || reportOf(t, j).Pushed != 3 {
		t.Errorf("after the second: %+v", reportOf(t, j))
	}
	for _, id := range ids {
		r, err := w.scope.Request(t.Context(), id)
		must(t, err)
		if r.Status != request.Analyzed || r.Run != 2 || !r.Quiet() {
			t.Errorf("%s: %s in run %d", id, r.Status, r.Run)
		}
	}
}

// heldTenant is a store in which the tenant is held back.
type heldTenant struct {
	reanalyze.ScoreStore
	tenant *tenant.Tenant
}

func (s heldTenant) Tenant(context.Context) (*tenant.Tenant, error) { return s.tenant, nil }

func TestJobsWaitWhileTheTenantIsPausedOrSuspended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	j := begin(t, w, job.Rescore, reanalyze.Scores{Choice: w.period()})
	for name, change := range map[string]func(*tenant.Tenant){
		"suspended": func(t *tenant.Tenant) { t.Status = tenant.Suspended },
		"paused": func(t *tenant.Tenant) {
			t.Pauses = []tenant.Pause{{Subject: tenant.PauseAll, Until: w.now.Add(time.Minute)}}
		},
	} {
		held := *w.tenant
		change(&held)
		h := newRescorer(w)
		h.Store = func(string) reanalyze.ScoreStore { return heldTenant{w.scope, &held} }
		piece, err := h.Work(t.Context(), j)
		if err != nil || piece.Done || !piece.Wait.After(w.now) || piece.Why == "" {
			t.Errorf("%s: got %+v, %v", name, piece, err)
		}
	}
}
