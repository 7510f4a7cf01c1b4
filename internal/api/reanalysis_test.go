package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/evaluate"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// weighable is an analysis whose signals can be weighed anew.
func weighable() *request.Analysis {
	a := &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", Budget: request.Budget{Signal: "unknown"},
		Appointment: "none", Sentiment: "neutral", Summary: "Wants a kitchen.", IsLead: true, LeadScore: 62, ScoreBand: request.Warm,
		Customer: request.Person{Name: "Jane Example"}, Analyzer: request.AnalyzerModel, Model: "gemini-2.5-flash", PromptVersion: "1",
		Usage: request.Usage{InputTokens: 4_000, OutputTokens: 1_000},
	}
	for _, signal := range []string{"intent", "project_value", "timeline", "decision_maker", "service_area", "contactability", "engagement"} {
		a.ScoreBreakdown = append(a.ScoreBreakdown, request.Factor{Signal: signal, Value: 0.9})
	}
	a.ScoreBreakdown = append(a.ScoreBreakdown, request.Factor{Signal: "budget", Value: 0.2})
	return a
}

func spoken() *request.Transcript {
	return &request.Transcript{Origin: request.OriginSpeech, Segments: []request.Segment{
		{Index: 0, Speaker: request.Agent, Start: 0.5, End: 2, Text: "Summit Remodeling."},
		{Index: 1, Speaker: request.Customer, Start: 2.5, End: 7, Text: "I'd like a quote for a new kitchen. My card is [card number]."},
	}}
}

// weighBudget makes money all that counts.
func weighBudget(t *tenant.Tenant) error {
	t.Settings.Weights = map[string]float64{"budget": 100}
	return nil
}

// days is a body's period of the day that is now, with more members.
func days(more string) string {
	today := time.Now().UTC().Format(time.DateOnly)
	return `{"from":"` + today + `","to":"` + today + `"` + more + `}`
}

func TestScoresByOtherWeightsArePreviewedAndThenKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	id := w.call(t, demo, "CAL1")
	w.finish(t, demo, id, spoken(), weighable())
	preview := decode[api.ScorePreview](t, a.send(t, http.MethodPost, "/rescores", days(`,"preview":true,"weights":{"budget":100}`), http.StatusOK))
	if preview.Looked != 1 || preview.Changed != 1 || len(preview.Requests) != 1 || preview.Requests[0].From != 62 || preview.Requests[0].To >= 62 || !preview.Complete {
		t.Errorf("preview: %+v", preview)
	}
	row, err := w.store.ForTenant(demo).Request(t.Context(), id)
	must(t, err)
	if row.LeadScore != 62 {
		t.Errorf("the preview changed the score to %d", row.LeadScore)
	}
	must(t, w.store.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "ann", Action: "tenant.put", Target: demo}, weighBudget))
	queued := decode[api.Job](t, a.send(t, http.MethodPost, "/rescores", days(`,"push":true,"score_band":"warm"`), http.StatusAccepted))
	kept, err := w.store.ForTenant(demo).Job(t.Context(), queued.JobID)
	must(t, err)
	var order reanalyze.Scores
	must(t, job.Decode(kept.Input, &order))
	if kept.Kind != job.Rescore || !order.Push || order.Band != request.Warm || order.Weights["budget"] != 100 || order.Until.Sub(order.From) != 24*time.Hour {
		t.Errorf("job: %+v, %+v", kept, order)
	}
	if refused := decode[api.Problem](t, a.send(t, http.MethodPost, "/rescores", days(""), http.StatusConflict)); refused.Code != api.ProblemCodeConflict {
		t.Errorf("a second job beside the first: %+v", refused)
	}
	lines := decode[api.AuditPage](t, a.send(t, http.MethodGet, "/audit?limit=1", "", http.StatusOK)).Entries
	if len(lines) != 1 || lines[0].After["push"] != true || lines[0].After["score_band"] != "warm" {
		t.Errorf("audit: %+v", lines)
	}
	if got := a.actions(t, 1); !slices.Contains(got, "rescore.create "+queued.JobID) {
		t.Errorf("audit: %v", got)
	}
}

func TestAnalysingAgainIsEstimatedAndThenQueued(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	w.finish(t, demo, w.call(t, demo, "CAL1"), spoken(), weighable())
	estimate := decode[api.ReanalysisEstimate](t, a.send(t, http.MethodPost, "/reanalyses", days(`,"estimate":true,"analyzer":"model"`), http.StatusOK))
	if estimate.Requests != 1 || estimate.CostUSD <= 0 || estimate.CostUSD > 0.02 {
		t.Errorf("estimate: %+v", estimate)
	}
	none := decode[api.ReanalysisEstimate](t, a.send(t, http.MethodPost, "/reanalyses", days(`,"estimate":true,"prompt_version_not":"1"`), http.StatusOK))
	if none.Requests != 0 || none.CostUSD != 0 {
		t.Errorf("nothing is chosen: %+v", none)
	}
	queued := decode[api.Job](t, a.send(t, http.MethodPost, "/reanalyses", days(`,"sample":5,"model_not":"gemini-3.5-flash-lite"`), http.StatusAccepted))
	kept, err := w.store.ForTenant(demo).Job(t.Context(), queued.JobID)
	must(t, err)
	var order reanalyze.Answers
	must(t, job.Decode(kept.Input, &order))
	if kept.Kind != job.Reanalyze || order.Sample != 5 || order.Expected != 1 || order.ModelNot != "gemini-3.5-flash-lite" {
		t.Errorf("job: %+v, %+v", kept, order)
	}
	a.send(t, http.MethodPost, "/reanalyses", days(""), http.StatusConflict)
	a.send(t, http.MethodPost, "/reanalyses", days(`,"estimate":true`), http.StatusOK)
}

func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	for _, tc := range []struct {
		path, body string
		status     int
		fields     []string
	}{
		{"/rescores", days(`,"weights":{"budget":40}`), http.StatusUnprocessableEntity, []string{"weights"}},
		{"/rescores", days(`,"preview":true,"weights":{"charm":40}`), http.StatusUnprocessableEntity, []string{"weights"}},
		{"/rescores", `{"from":"2026-03-02","to":"2026-03-01"}`, http.StatusUnprocessableEntity, []string{"to"}},
		{"/reanalyses", `{"from":"2026-03-02","to":"2026-03-01"}`, http.StatusUnprocessableEntity, []string{"to"}},
		{"/reanalyses", days(`,"sample":0`), http.StatusBadRequest, nil},
		{"/reanalyses", days(`,"analyzer":"people"`), http.StatusBadRequest, nil},
		{"/rescores", `{"from":"9999-12-31","to":"9999-12-31"}`, http.StatusBadRequest, nil},
	} {
		if got := fields(t, a.send(t, http.MethodPost, tc.path, tc.body, tc.status)); !cmp.Equal(got, tc.fields) && tc.fields != nil {
			t.Errorf("%s %s: refused for %v", tc.path, tc.body, got)
		}
	}
}

func TestCorrectedRequestsAreCasesThatAnEvaluationReads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, scope := w.admin(t, demo), w.store.ForTenant(demo)
	id, untouched, expired := w.call(t, demo, "CAL1"), w.call(t, demo, "CAL2"), w.call(t, demo, "CAL3")
	for _, one := range []string{id, untouched, expired} {
		w.finish(t, demo, one, spoken(), weighable())
	}
	form := w.form(t)
	must(t, w.store.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "ann", Action: "tenant.put", Target: demo}, weighBudget))
	must(t, w.directory.Refresh(t.Context()))
	for _, one := range []string{id, expired, form} {
		a.send(t, http.MethodPost, "/requests/"+one+"/corrections", `{"corrections":[{"field":"project_type","value":"bathroom"},{"field":"lead_score","value":85}]}`, http.StatusOK)
	}
	_, err := scope.ExpireTranscript(t.Context(), expired)
	must(t, err)
	var lines []string
	token := ""
	for range 4 {
		page := decode[struct {
			Cases []rawJSON `json:"cases"`
			Next  string    `json:"next_page_token"`
		}](t, a.send(t, http.MethodGet, "/corrections/cases?limit=1&page_token="+token, "", http.StatusOK))
		for _, c := range page.Cases {
			lines = append(lines, string(c))
		}
		if token = page.Next; token == "" {
			break
		}
	}
	set, err := evaluate.ReadCases(strings.NewReader(strings.Join(lines, "\n")))
	must(t, err)
	if len(set.Cases) != 2 || len(set.Ignored) != 0 {
		t.Fatalf("%d cases, %v mean nothing, in\n%s", len(set.Cases), set.Ignored, strings.Join(lines, "\n"))
	}
	slices.SortFunc(set.Cases, func(a, b evaluate.Case) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	call, sent := set.Cases[0], set.Cases[1]
	if call.ID != id || len(call.Transcript) != 2 || call.Transcript[1].Text != spoken().Segments[1].Text || call.Transcript[1].Start != 2.5 || call.Call.StartTime.IsZero() || call.Weights["budget"] != 100 {
		t.Errorf("call: %+v", call)
	}
	if diff := cmp.Diff(evaluate.Form{{Name: "zip", Value: "80202"}, {Name: "message", Value: "A bathroom"}, {Name: "rooms", Value: "two, three"}}, sent.FormFields); diff != "" {
		t.Errorf("form: %s", diff)
	}
	for _, want := range []string{`"project_type":"bathroom"`, `"lead_score":85`, `"score_band":"hot"`, `"customer_name":"Jane Example"`, `"customer_email":null`, `"tags":["corrected:lead_score","corrected:project_type"]`} {
		if !strings.Contains(lines[0], want) {
			t.Errorf("%s is not in %s", want, lines[0])
		}
	}
	audited := a.actions(t, 20)
	if !slices.Contains(audited, "transcript.export "+id) || slices.Contains(audited, "transcript.export "+expired) {
		t.Errorf("audit: %v", audited)
	}
	viewer := w.get(t, "/v1/tenants/"+demo+"/corrections/cases", w.token(t, access.TenantViewer, demo))
	if viewer.status != http.StatusForbidden {
		t.Errorf("a viewer got %d", viewer.status)
	}
}

// rawJSON is a part of an answer that is read elsewhere.
type rawJSON []byte

func (r *rawJSON) UnmarshalJSON(text []byte) error {
	*r = slices.Clone(text)
	return nil
}

// form stores a form that has come all the way.
func (w *world) form(t *testing.T) string {
	t.Helper()
	r := &request.Request{
		TenantID: demo, ID: request.ID(demo, request.NamespaceForm, "FRM1"), Kind: request.Form, Namespace: request.NamespaceForm, ExternalID: "FRM1",
		Caller: request.Caller{Name: "Jane Example"}, Details: request.Details{Fields: []request.Field{
			{Name: "zip", Value: "80202"}, {Name: "message", Value: "A bathroom"}, {Name: "rooms", Value: "two"}, {Name: "rooms", Value: "three"},
		}},
	}
	_, err := w.store.ForTenant(demo).Accept(t.Context(), request.Intake{Request: r, Body: []byte("{}"), BodyHash: "FRM1"})
	must(t, err)
	for _, from := range []request.Status{request.Transcribed, request.Analyzed, request.Pushed} {
		w.step(t, demo, r.ID, from, func(*store.Claim) stage.Result {
			if from == request.Transcribed {
				return stage.Result{Analysis: weighable(), Transcript: &request.Transcript{Origin: request.OriginForm}}
			}
			return stage.Result{}
		})
	}
	return r.ID
}
