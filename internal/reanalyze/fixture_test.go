package reanalyze_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const demo = "tenant_demo"

// world is a tenant with requests that were analysed, and a clock.
type world struct {
	store  *store.Store
	scope  *store.Scope
	tenant *tenant.Tenant
	now    time.Time
	calls  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{store: storetest.New(t), now: time.Now().Truncate(time.Second), tenant: &tenant.Tenant{
		ID: demo, Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US",
	}}
	w.scope = w.store.ForTenant(demo)
	must(t, w.store.Operator().PutTenant(t.Context(), "test", *w.tenant))
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) Tenant(context.Context, string) (*tenant.Tenant, error) { return w.tenant, nil }

func (w *world) Now() time.Time { return w.now }

// weigh changes the tenant's weights as people do.
func (w *world) weigh(t *testing.T, weights map[string]float64) {
	t.Helper()
	must(t, w.scope.UpdateTenant(t.Context(), store.TenantChange{Actor: "ann", Action: "tenant.put", Target: demo}, func(t *tenant.Tenant) error {
		t.Settings.Weights = weights
		return nil
	}))
	w.tenant.Settings.Weights = weights
}

// steps are the statuses on the way.
var steps = []request.Status{request.Received, request.Transcribed, request.Analyzed, request.Pushed, request.Completed}

// call stores a call with an answer that has come as far as a status.
func (w *world) call(t *testing.T, answer request.Analysis, to request.Status) string {
	t.Helper()
	w.calls++
	external := fmt.Sprintf("CAL%d", w.calls)
	r := &request.Request{
		TenantID: demo, ID: request.ID(demo, request.NamespaceCall, external), Kind: request.Call,
		Namespace: request.NamespaceCall, ExternalID: external, Caller: request.Caller{Phone: "+13035550142"},
		Details: request.Details{Answered: true, DurationS: 180},
	}
	_, err := w.scope.Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: external})
	must(t, err)
	for i, from := range steps[:len(steps)-1] {
		if from == to {
			break
		}
		w.step(t, r.ID, 1, from, steps[i+1], answer)
	}
	return r.ID
}

func (w *world) step(t *testing.T, id string, run int64, from, to request.Status, answer request.Analysis) {
	t.Helper()
	claim, err := w.scope.Claim(t.Context(), stage.Wanted{RequestID: id, Run: run, From: from, Lease: time.Minute, Limit: 3})
	must(t, err)
	var result stage.Result
	switch from {
	case request.Received:
		result.Transcript = &request.Transcript{Origin: request.OriginSpeech, Segments: []request.Segment{{Speaker: request.Customer, Text: "A new kitchen, please."}}}
	case request.Transcribed:
		claim.Request.LeadScore, claim.Request.ScoreBand = answer.LeadScore, answer.ScoreBand
		result.Analysis = &answer
	}
	must(t, claim.Advance(t.Context(), to, result, request.Event{Step: from.Step(), Name: "done"}))
}

// begin queues a job and returns it as its handler gets it.
func begin[T reanalyze.Scores | reanalyze.Answers](t *testing.T, w *world, kind string, order T) *job.Job {
	t.Helper()
	input, err := reanalyze.Input(order)
	must(t, err)
	j := &job.Job{TenantID: demo, ID: store.NewJobID(), Kind: kind, Input: input, Actor: "ann", CreatedAt: w.now}
	must(t, w.scope.CreateJob(t.Context(), *j))
	return j
}

// cancel makes place for another job of its kind.
func (w *world) cancel(t *testing.T, j *job.Job) {
	t.Helper()
	_, err := w.scope.CancelJob(t.Context(), "ann", j.ID)
	must(t, err)
}

// do does pieces until the job is done or waits, and returns the last one.
func do(t *testing.T, h job.Handler, j *job.Job) job.Piece {
	t.Helper()
	for range 50 {
		piece, err := h.Work(t.Context(), j)
		must(t, err)
		j.Progress, j.Report = newer(t, j.Progress, piece.Progress), newer(t, j.Report, piece.Report)
		if piece.Done || !piece.Wait.IsZero() {
			return piece
		}
	}
	t.Fatal("the job does not end")
	return job.Piece{}
}

func newer(t *testing.T, old json.RawMessage, v any) json.RawMessage {
	t.Helper()
	if v == nil {
		return old
	}
	raw, err := json.Marshal(v)
	must(t, err)
	return raw
}

func reportOf(t *testing.T, j *job.Job) reanalyze.Report {
	t.Helper()
	var r reanalyze.Report
	must(t, job.Decode(j.Report, &r))
	return r
}

// period is all of the world's time.
func (w *world) period() reanalyze.Choice {
	return reanalyze.Choice{From: w.now.AddDate(0, 0, -2), Until: w.now.AddDate(0, 0, 1)}
}

// lead is an answer whose signals the default weights give 60 points.
func lead() request.Analysis {
	a := request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", Budget: request.Budget{Signal: "unknown"},
		IsLead: true, Sentiment: "neutral", Appointment: "none", Summary: "Wants a kitchen.", Evidence: []request.Evidence{},
		Analyzer: request.AnalyzerModel, Model: "gemini-old", ModelVersion: "gemini-old-001", PromptVersion: "1", PromptHash: "old",
	}
	for _, f := range []struct {
		signal string
		value  float64
	}{{"intent", 0.8}, {"project_value", 0.9}, {"timeline", 0.9}, {"budget", 0.2}, {"decision_maker", 0.5}, {"service_area", 0.7}, {"contactability", 1}, {"engagement", 0.6}} {
		a.ScoreBreakdown = append(a.ScoreBreakdown, request.Factor{Signal: f.signal, Value: f.value})
	}
	return weighed(a, nil)
}
