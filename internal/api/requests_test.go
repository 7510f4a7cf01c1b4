package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

func newTranscript(words string) *request.Transcript {
	return &request.Transcript{Origin: request.OriginSpeech, Model: "chirp_3", Language: "en-US", DurationS: 61.5, Segments: []request.Segment{
		{Index: 0, Speaker: request.Agent, Start: 0, End: 2.5, Text: "Thanks for calling."},
		{Index: 1, Speaker: request.Customer, Start: 2.5, End: 9, Text: words},
	}}
}

func newAnalysis(summary string) *request.Analysis {
	low, score := int64(40_000), 70
	return &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months",
		Budget: request.Budget{Signal: "high", Min: &low}, IsLead: true, LeadScore: 86, ScoreBand: request.Hot,
		ScoreBreakdown: []request.Factor{{Signal: "intent", Value: 1, Weight: 25, Points: 25, Reason: "asks for a quote"}},
		Confidence:     request.Confidence{Overall: 0.9, Fields: map[string]float64{"intent": 0.95}},
		Summary:        summary, Sentiment: "positive", Customer: request.Person{Name: "Jane Example"}, Appointment: "none",
		Evidence: []request.Evidence{{Field: "intent", Segment: 1, Quote: "a quote"}},
		Analyzer: request.AnalyzerModel, Model: "gemini-2.5-flash", PromptHash: "00ff", ModelScore: &score,
		Usage: request.Usage{InputTokens: 900, OutputTokens: 200},
	}
}

func TestARequestIsShownAsFarAsItHasCome(t *testing.T) {
	t.Parallel()
	var audited []string
	w := newWorld(t, func(s api.Scope) api.Scope { return &auditor{Scope: s, lines: &audited} })
	token, id := w.token(t, access.TenantViewer, demo), w.call(t, demo, "CAL1")

	early := decode[map[string]any](t, w.get(t, requestPath(demo, id), token))
	for _, field := range []string{"intent", "project_type", "budget", "lead_score", "score_band", "summary"} {
		if value, present := early[field]; !present || value != nil {
			t.Errorf("%s before the analysis: got %v, want null", field, value)
		}
	}
	if early["transcript"] != nil || early["analysis"] != nil || len(early["deliveries"].([]any)) != 0 {
		t.Errorf("parts before they exist: got %v", early)
	}

	transcript, analysis := newTranscript("I would like a quote for my kitchen."), newAnalysis("Wants a quote for a kitchen.")
	w.finish(t, demo, id, transcript, analysis)
	got := decode[api.RequestDetail](t, w.get(t, requestPath(demo, id), token))
	if diff := cmp.Diff(transcript, got.Transcript); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	analysis.NextSteps = []string{} // lists are never null
	if diff := cmp.Diff(analysis, got.Analysis); diff != "" {
		t.Errorf("analysis (-want +got):\n%s", diff)
	}
	if got.Status != request.Completed || got.CRMState != request.CRMDone || *got.LeadScore != 86 || *got.Budget != "high" {
		t.Errorf("request: got %+v", got.RequestCommon)
	}
	if len(got.Deliveries) != 1 || got.Deliveries[0].State != request.DeliveryDone || got.Deliveries[0].Ledger[0].RemoteID != "101" {
		t.Errorf("deliveries: got %+v", got.Deliveries)
	}
	checkTimeline(t, got.Timeline)
	line := w.issuer.URL() + "#ann@example.com transcript.read " + id
	if diff := cmp.Diff([]string{line, line}, audited); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func checkTimeline(t *testing.T, events []api.Event) {
	t.Helper()
	if len(events) < 5 || events[0].Name != "received" {
		t.Fatalf("timeline: got %+v", events)
	}
	if !slices.IsSortedFunc(events, func(a, b api.Event) int { return a.At.Compare(b.At) }) {
		t.Error("timeline is not in order")
	}
	if !slices.ContainsFunc(events, func(e api.Event) bool { return e.Name == "done" && e.DurationMS == 1500 }) {
		t.Errorf("no duration in milliseconds: %+v", events)
	}
}

func TestNothingIsShownThatCannotBeAudited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s api.Scope) api.Scope { return &auditor{Scope: s, err: store.ErrUnavailable} })
	id := w.call(t, demo, "CAL1")
	got := w.get(t, requestPath(demo, id), w.token(t, access.TenantViewer, demo))
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || strings.Contains(string(got.body), "Jane") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestAFailureIsAProblemThatTellsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(s api.Scope) api.Scope { return &auditor{Scope: s, err: errors.New("secret detail")} })
	id := w.call(t, demo, "CAL1")
	got := w.get(t, requestPath(demo, id), w.token(t, access.TenantViewer, demo))
	problem := decode[api.Problem](t, got)
	if problem.Code != api.ProblemCodeInternal || strings.Contains(string(got.body), "secret detail") {
		t.Errorf("got %s", got.body)
	}
}

func TestPagesFollowEachOtherAndStayStable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.TenantViewer, demo)
	var want []string
	for i := range 5 {
		want = append([]string{w.call(t, demo, fmt.Sprintf("CAL%d", i))}, want...)
	}
	var got []string
	query := "?limit=2"
	for pages := 1; ; pages++ {
		page := decode[api.RequestPage](t, w.get(t, requestsPath(demo)+query, token))
		for _, r := range page.Requests {
			got = append(got, r.RequestID)
		}
		if page.NextPageToken == "" {
			if pages != 3 {
				t.Errorf("pages: got %d, want 3", pages)
			}
			break
		}
		query = "?limit=2&page_token=" + page.NextPageToken
		w.call(t, demo, fmt.Sprintf("CALnew%d", pages)) // newer rows do not shift the pages
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAPageHoldsTwentyUnlessToldOtherwise(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.TenantViewer, demo)
	for i := range 21 {
		w.call(t, demo, fmt.Sprintf("CAL%d", i))
	}
	for query, want := range map[string]int{"": 20, "?limit=21": 21, "?limit=100": 21, "?limit=1": 1} {
		page := decode[api.RequestPage](t, w.get(t, requestsPath(demo)+query, token))
		if len(page.Requests) != want || (page.NextPageToken == "") != (want == 21) {
			t.Errorf("%q: got %d rows, token %q, want %d rows", query, len(page.Requests), page.NextPageToken, want)
		}
	}
}

func TestFiltersChooseByStatusAndKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token, call := w.token(t, access.TenantViewer, demo), w.call(t, demo, "CAL1")
	form := request.ID(demo, request.NamespaceForm, "FRM1")
	_, err := w.store.ForTenant(demo).Accept(t.Context(), request.Intake{Request: &request.Request{
		TenantID: demo, ID: form, Kind: request.Form, Namespace: request.NamespaceForm, ExternalID: "FRM1",
	}, Body: []byte("{}"), BodyHash: "f"})
	must(t, err)
	for query, want := range map[string][]string{
		"":                              {form, call},
		"?kind=form":                    {form},
		"?kind=text":                    nil,
		"?status=received":              {call},
		"?status=transcribed&kind=form": {form},
		"?status=failed":                nil,
	} {
		page := decode[api.RequestPage](t, w.get(t, requestsPath(demo)+query, token))
		var got []string
		for _, r := range page.Requests {
			got = append(got, r.RequestID)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
}

func TestRequestsThatDoNotMatchTheDocumentAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.PlatformAdmin, "")
	for path, want := range map[string]api.Problem{
		"?limit=0":            {Code: api.ProblemCodeInvalidRequest, Parameter: "limit"},
		"?limit=101":          {Code: api.ProblemCodeInvalidRequest, Parameter: "limit"},
		"?limit=many":         {Code: api.ProblemCodeInvalidRequest, Parameter: "limit"},
		"?limit=1&limit=2":    {Code: api.ProblemCodeInvalidRequest, Parameter: "limit"},
		"?status=done":        {Code: api.ProblemCodeInvalidRequest, Parameter: "status"},
		"?kind=fax":           {Code: api.ProblemCodeInvalidRequest, Parameter: "kind"},
		"?stauts=failed":      {Code: api.ProblemCodeUnknownParameter, Parameter: "stauts"},
		"?limit=%zz":          {Code: api.ProblemCodeInvalidRequest},
		"?page_token=!":       {Code: api.ProblemCodeInvalidPageToken, Parameter: "page_token"},
		"?page_token=aGVsbG8": {Code: api.ProblemCodeInvalidPageToken, Parameter: "page_token"},
		"?page_token=" + strings.Repeat("a", 513): {Code: api.ProblemCodeInvalidRequest, Parameter: "page_token"},
		"/a%20b":                      {Code: api.ProblemCodeInvalidRequest, Parameter: "request_id"},
		"/" + strings.Repeat("a", 65): {Code: api.ProblemCodeInvalidRequest, Parameter: "request_id"},
	} {
		got := w.get(t, requestsPath(demo)+path, token)
		problem := decode[api.Problem](t, got)
		if got.status != http.StatusBadRequest || problem.Code != want.Code || problem.Parameter != want.Parameter {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
}
