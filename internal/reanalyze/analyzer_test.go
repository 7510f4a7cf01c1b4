package reanalyze_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// model answers each question once as the change says, and what it was asked before from its
// memory, as the analysis does.
type model struct {
	change func(*request.Analysis)
	fail   map[int]error // by the number of the question, from 1
	spent  bool          // also a question that is to be asked later has cost something
	asked  int
}

// used is what each answer costs in tokens.
var used = request.Usage{InputTokens: 1_000_000}

func (m *model) Again(ctx context.Context, j *stage.Job) (stage.Result, error) {
	transcript, err := j.Record.Transcript(ctx)
	if err != nil || transcript.Empty() {
		return stage.Result{}, errors.New("there are no words")
	}
	known, err := j.Record.Answer(ctx)
	if err != nil {
		return stage.Result{}, err
	}
	if known.PromptHash == "new" {
		return stage.Result{Analysis: known, Detail: "known"}, nil
	}
	m.asked++
	var later *stage.LaterError
	if err := m.fail[m.asked]; errors.As(err, &later) && !m.spent {
		return stage.Result{}, err
	}
	j.Request.Metering.AddTokens("gemini-new", used)
	cost.Default().Charge(j.Request)
	if err := m.fail[m.asked]; err != nil {
		return stage.Result{}, err
	}
	known.Model, known.ModelVersion, known.PromptHash = "gemini-new", "gemini-new-001", "new"
	m.change(known)
	j.Request.Caller.Name = known.Customer.Name
	return stage.Result{Analysis: known, People: []string{"email:dana@example.com"}, Detail: "quote_request, warm, by the model"}, nil
}

func toRoofing(a *request.Analysis) {
	a.ProjectType, a.Customer.Name, a.Summary = "roofing", "Dana Sample", "Wants a roof."
}

func newAnalyzer(w *world, m *model) *reanalyze.Analyzer {
	return &reanalyze.Analyzer{
		Config: reanalyze.Config{PerMinute: 100}, Tenants: w, Analysis: m, Prices: cost.Default(), Now: w.Now,
		Store: func(id string) reanalyze.AnswerStore { return w.store.ForTenant(id) },
	}
}

func TestAnotherModelAnswersThoseThatAreChosen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byRules := lead()
	byRules.Analyzer, byRules.Model, byRules.ModelVersion = request.AnalyzerRules, "", ""
	chosen, other, midway := w.call(t, lead(), request.Completed), w.call(t, byRules, request.Completed), w.call(t, lead(), request.Pushed)
	gone := w.call(t, lead(), request.Completed)
	_, err := w.scope.ExpireTranscript(t.Context(), gone)
	must(t, err)
	order := reanalyze.Answers{Choice: w.period()}
	order.Analyzer, order.ModelNot = request.AnalyzerModel, "gemini-new-001"
	estimate, err := newSurveyor(w).Answers(t.Context(), demo, order)
	must(t, err)
	if estimate.Requests != 2 || estimate.CostUSD <= 0 || !estimate.Complete {
		t.Errorf("estimate: %+v", estimate)
	}
	m := &model{change: toRoofing}
	j := begin(t, w, job.Reanalyze, order)
	do(t, newAnalyzer(w, m), j)
	got := reportOf(t, j)
	price := got.CostUSD
	if got.CostUSD = 0; price <= 0 || m.asked != 1 {
		t.Errorf("asked %d times for %v dollars", m.asked, price)
	}
	fields := []string{"project_type", "customer.name"}
	band, score := lead().ScoreBand, lead().LeadScore
	want := reanalyze.Report{
		Looked: 4, Done: 1, Changed: 1, Busy: 1, Skipped: 1, Fields: map[string]int{"project_type": 1, "customer.name": 1},
		Requests: []reanalyze.Change{{RequestID: chosen, From: score, To: score, FromBand: band, ToBand: band, Fields: fields}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("report: %s", diff)
	}
	r, err := w.scope.Request(t.Context(), chosen)
	must(t, err)
	if r.ProjectType != "roofing" || r.Caller.Name != "Dana Sample" || r.Summary != "Wants a roof." || r.Status != request.Completed || r.Run != 1 ||
		r.Metering.Models["gemini-new"] != used || math.Abs(r.CostParts.ModelUSD-price) > 1e-9 {
		t.Errorf("row: %+v", r)
	}
	for _, f := range []store.Filter{{Words: "roof"}, {People: []string{"email:dana@example.com"}}} {
		f.Limit = 5
		if found, err := w.scope.List(t.Context(), f); err != nil || len(found.Requests) != 1 {
			t.Errorf("not found by %+v: %v", f, err)
		}
	}
	for _, id := range []string{other, midway, gone} {
		if a, err := w.scope.Answer(t.Context(), id); err != nil || a.ProjectType != "kitchen" {
			t.Errorf("%s was changed: %+v, %v", id, a, err)
		}
	}
	w.cancel(t, j)
	again := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	do(t, newAnalyzer(w, m), again)
	if r := reportOf(t, again); m.asked != 2 || r.Done != 2 || r.Changed != 1 {
		t.Errorf("all of them: asked %d times, %+v", m.asked, r)
	}
}

func TestASampleIsChargedAndDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.call(t, lead(), request.Completed)
	}
	m := &model{change: toRoofing}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period(), Sample: 2, Push: true})
	if piece := do(t, newAnalyzer(w, m), j); !piece.Done {
		t.Errorf("ended with %+v", piece)
	}
	r := reportOf(t, j)
	if m.asked != 2 || r.Done != 2 || r.Changed != 2 || r.Fields["project_type"] != 2 || r.Pushed != 0 {
		t.Errorf("asked %d times: %+v", m.asked, r)
	}
	page, err := w.scope.Assessed(t.Context(), store.Filter{Limit: 5})
	must(t, err)
	charged := 0
	for _, a := range page.Requests {
		if a.Answer.ProjectType != "kitchen" || a.Request.Caller.Name != "" || a.Request.Run != 1 {
			t.Errorf("kept: %+v", a)
		}
		if a.Request.CostUSD > 0 {
			charged++
		}
	}
	if charged != 2 {
		t.Errorf("%d requests were charged, want 2", charged)
	}
}

func TestAModelThatIsAwayIsWaitedForAndNothingIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.call(t, lead(), request.Completed)
	}
	m := &model{change: toRoofing, fail: map[int]error{
		2: stage.Later(w.now.Add(time.Minute), "the model is busy"), 4: stage.Permanent("the model's answers could not be used"),
	}}
	h := newAnalyzer(w, m)
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	if piece := do(t, h, j); piece.Done || !piece.Wait.Equal(w.now.Add(time.Minute)) || piece.Why != "the model is busy" {
		t.Fatalf("got %+v", piece)
	}
	w.now = w.now.Add(time.Minute)
	if piece := do(t, h, j); !piece.Done {
		t.Fatalf("got %+v", piece)
	}
	r := reportOf(t, j)
	if r.Done != 2 || r.Failed != 1 || m.asked != 4 {
		t.Errorf("asked %d times: %+v", m.asked, r)
	}
	if r.CostUSD <= 0 || math.Abs(spent(t, w)-r.CostUSD) > 1e-9 {
		t.Errorf("spent %v, reported %v: a refused answer is paid for, too", spent(t, w), r.CostUSD)
	}
}

// spent is what all requests have been charged for models.
func spent(t *testing.T, w *world) (usd float64) {
	t.Helper()
	page, err := w.scope.Assessed(t.Context(), store.Filter{Limit: 10})
	must(t, err)
	for _, a := range page.Requests {
		usd += a.Request.CostParts.ModelUSD
	}
	return usd
}

func TestAReportDoesNotGrowWhileAModelIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, lead(), request.Completed)
	w.call(t, lead(), request.Pushed) // newer, and passed over
	away := stage.Later(w.now.Add(time.Minute), "the model is busy")
	m := &model{change: toRoofing, fail: map[int]error{1: away, 2: away}}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	for _, want := range []reanalyze.Report{{Looked: 1, Busy: 1}, {Looked: 1, Busy: 1}, {Looked: 2, Busy: 1, Done: 1}} {
		do(t, newAnalyzer(w, m), j)
		if got := reportOf(t, j); got.Looked != want.Looked || got.Busy != want.Busy || got.Done != want.Done {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// busyStore has requests that somebody else is at work on.
type busyStore struct{ reanalyze.AnswerStore }

func (busyStore) Reassess(context.Context, string, store.Reassessment) (store.Reassessed, error) {
	return store.Reassessed{}, store.ErrHeld
}

func TestARequestThatIsBusyWhileAModelIsAwayIsCountedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, lead(), request.Completed)
	m := &model{change: toRoofing, spent: true, fail: map[int]error{1: stage.Later(w.now.Add(time.Minute), "the model is busy")}}
	h := newAnalyzer(w, m)
	h.Store = func(string) reanalyze.AnswerStore { return busyStore{w.scope} }
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	do(t, h, j)
	do(t, h, j)
	if r := reportOf(t, j); m.asked != 2 || r.Looked != 1 || r.Busy != 1 || r.CostUSD != 2*1.5 {
		t.Errorf("asked %d times: %+v", m.asked, r)
	}
}

func TestAnAnswerThatCouldNotBeReportedIsNotPaidForTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(t, lead(), request.Completed)
	m := &model{change: toRoofing}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	_, err := newAnalyzer(w, m).Work(t.Context(), j) // and the instance dies before the job is saved
	must(t, err)
	do(t, newAnalyzer(w, m), j)
	if r := reportOf(t, j); m.asked != 1 || r.Done != 1 {
		t.Errorf("asked %d times: %+v", m.asked, r)
	}
}

func TestLiveRequestsBudgetAndPausesComeFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.call(t, lead(), request.Completed)
	}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	h := newAnalyzer(w, &model{change: toRoofing})
	h.Config.PerMinute = 2
	w.tenant.Pauses = []tenant.Pause{{Subject: tenant.PauseModel}}
	if piece := do(t, h, j); !piece.Wait.After(w.now) || reportOf(t, j).Done != 0 {
		t.Errorf("with the model paused: %+v", piece)
	}
	w.tenant.Pauses = nil
	if piece := do(t, h, j); !piece.Wait.Equal(w.now.Add(time.Minute)) || reportOf(t, j).Done != 2 {
		t.Errorf("in the first minute: %+v, %+v", piece, reportOf(t, j))
	}
	claim, err := w.store.Operator().ClaimJob(t.Context(), job.Ref{TenantID: demo, ID: j.ID}, time.Minute)
	must(t, err)
	must(t, claim.Save(t.Context(), job.Update{State: job.Running, Due: w.now, Report: j.Report}))
	w.tenant.Settings.Budget.MonthlyUSD = reportOf(t, j).CostUSD * 1.5 // the requests' costs and the job's use it up together
	w.now = w.now.Add(time.Minute)
	soon := w.now.Add(5 * time.Minute) // somebody may raise it
	if end := cost.MonthOf(w.now, time.UTC).End; end.Before(soon) {
		soon = end
	}
	if piece := do(t, h, j); !piece.Wait.Equal(soon) || reportOf(t, j).Done != 2 {
		t.Errorf("with the budget used up: %+v", piece)
	}
	w.tenant.Settings.Budget.MonthlyUSD = 1000
	if piece := do(t, h, j); !piece.Done || reportOf(t, j).Done != 3 {
		t.Errorf("with more of it: %+v", piece)
	}
}

func TestConfigValidates(t *testing.T) {
	t.Parallel()
	if err := (&reanalyze.Config{}).Validate(); err == nil {
		t.Error("a rate of zero was accepted")
	}
}

func TestCRMsFollowOnlyWhatTheyWouldShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same, other := lead(), lead()
	other.Intent = "appointment"
	unchanged, changed := w.call(t, same, request.Completed), w.call(t, other, request.Completed)
	m := &model{change: func(a *request.Analysis) {
		a.Answers = []request.Answer{{ID: "has_pets", Type: request.QuestionYesNo}}
		if a.Confidence.Overall = 0.9; a.Intent == "appointment" {
			a.Answers[0].Value = true
		}
	}}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period(), Push: true})
	do(t, newAnalyzer(w, m), j)
	if r := reportOf(t, j); r.Done != 2 || r.Changed != 1 || r.Fields["answers.has_pets"] != 1 {
		t.Errorf("got %+v", r)
	}
	for id, run := range map[string]int64{unchanged: 1, changed: 2} {
		r, err := w.scope.Request(t.Context(), id)
		must(t, err)
		a, err := w.scope.Answer(t.Context(), id)
		must(t, err)
		if r.Run != run || a.Confidence.Overall != 0.9 {
			t.Errorf("%s: run %d, want %d, with %+v", id, r.Run, run, a)
		}
	}
}

func TestAJobGoesOnWhereItWasStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.call(t, lead(), request.Completed)
	}
	j := begin(t, w, job.Reanalyze, reanalyze.Answers{Choice: w.period()})
	m := &model{}
	m.change = func(a *request.Analysis) {
		toRoofing(a)
		if m.asked == 1 { // while the first request is at the model
			_, err := w.scope.PauseJob(t.Context(), "ann", j.ID)
			must(t, err)
		}
	}
	runner := &job.Runner{
		Config: job.Config{AtOnce: 1, Budget: time.Minute, Turn: time.Minute, Lease: time.Minute, Attempts: 3, Backoff: time.Second, Longest: time.Second},
		Queue:  w.store.Operator(), Handlers: map[string]job.Handler{job.Reanalyze: newAnalyzer(w, m)}, Now: time.Now,
	}
	for _, want := range []struct {
		state job.State
		done  int
	}{{job.Paused, 1}, {job.Done, 3}} {
		_, err := runner.Run(t.Context())
		must(t, err)
		kept, err := w.scope.Job(t.Context(), j.ID)
		must(t, err)
		if r := reportOf(t, kept); kept.State != want.state || r.Done != want.done || m.asked != want.done {
			t.Errorf("got %s, asked %d times, %+v; want %+v", kept.State, m.asked, r, want)
		}
		if want.state == job.Paused {
			_, err = w.scope.ResumeJob(t.Context(), "ann", j.ID)
			must(t, err)
		}
	}
}
