package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

// listed returns the external ids on a page.
func listed(p store.Page) []string {
	ids := []string{}
	for _, r := range p.Requests {
		ids = append(ids, r.ExternalID)
	}
	return ids
}

// everything follows a list to its end and returns how long its pages were.
func everything(t *testing.T, s *store.Scope, f store.Filter) (ids []string, pages []int) {
	t.Helper()
	ids = []string{}
	for {
		page, err := s.List(t.Context(), f)
		must(t, err)
		ids, pages = append(ids, listed(page)...), append(pages, len(page.Requests))
		if page.Next == (store.Cursor{}) {
			return ids, pages
		}
		if f.Before = page.Next; len(pages) > 50 {
			t.Fatal("the list has no end")
		}
	}
}

// analysed takes a call of the tenant through transcribe and analyze.
func analysed(t *testing.T, s *store.Scope, in request.Intake, a *request.Analysis, words string, people ...string) {
	t.Helper()
	accept(t, s, in)
	advance(t, s, in, request.Received, stage.Result{Transcript: &request.Transcript{
		Origin: request.OriginSpeech, Segments: []request.Segment{{Text: words}},
	}})
	claim, err := s.Claim(t.Context(), wanted(in, request.Transcribed))
	must(t, err)
	r := claim.Request
	r.Intent, r.ProjectType, r.Timeline, r.Budget = a.Intent, a.ProjectType, a.Timeline, a.Budget.Signal
	r.LeadScore, r.ScoreBand, r.Summary = a.LeadScore, a.ScoreBand, a.Summary
	must(t, claim.Advance(t.Context(), request.Analyzed, stage.Result{Analysis: a, People: people}, request.Event{Step: "analyze", Name: "done"}))
}

// advance claims a request from a status and saves a result with the next one.
func advance(t *testing.T, s *store.Scope, in request.Intake, from request.Status, result stage.Result) {
	t.Helper()
	claim, err := s.Claim(t.Context(), wanted(in, from))
	must(t, err)
	must(t, claim.Advance(t.Context(), next[from], result, request.Event{Step: string(from), Name: "done"}))
}

var next = map[request.Status]request.Status{
	request.Received: request.Transcribed, request.Transcribed: request.Analyzed,
	request.Analyzed: request.Pushed, request.Pushed: request.Completed,
}

func kitchen() *request.Analysis {
	return &request.Analysis{
		Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", Budget: request.Budget{Signal: "high"},
		IsLead: true, LeadScore: 86, ScoreBand: request.Hot, Summary: "Wants a quote for quartz counters.",
		Customer: request.Person{Name: "Dana Sample", Phone: "303-555-0177"}, Analyzer: request.AnalyzerModel, PromptHash: "hash",
	}
}

func complaint() *request.Analysis {
	return &request.Analysis{
		Intent: "complaint", ProjectType: "roofing", Timeline: "unknown", Budget: request.Budget{Signal: "unknown"},
		LeadScore: 5, ScoreBand: request.NoLead, Summary: "The roof leaks.", Analyzer: request.AnalyzerRules,
	}
}

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	first, second, third, form := call("CAL1"), call("CAL2"), call("CAL3"), call("FRM1")
	first.Request.SourceID, first.Request.Details.Source = "callrail", "Google Ads"
	second.Request.Caller = request.Caller{Phone: "+13035550143", Email: "robin@example.com"}
	third.Request.Caller = request.Caller{Phone: "+13035550142", Email: "dana@example.com"}
	form.Request.Kind, form.Request.Caller = request.Form, request.Caller{}
	analysed(t, scope, first, kitchen(), "I would like granite or quartz.", "phone:+13035550177")
	analysed(t, scope, second, complaint(), "It is raining into my kitchen.")
	accept(t, scope, third)
	accept(t, scope, form)
	other := s.ForTenant("tenant_other") // whose rows must never show
	stranger := call("CAL1")
	stranger.Request.TenantID, stranger.Request.ID = "tenant_other", request.ID("tenant_other", request.NamespaceCall, "CAL1")
	accept(t, other, stranger)

	rows, err := scope.List(t.Context(), store.Filter{Limit: 10})
	must(t, err)
	if diff := cmp.Diff([]string{"FRM1", "CAL3", "CAL2", "CAL1"}, listed(rows)); diff != "" {
		t.Fatal(diff)
	}
	at := func(i int) time.Time { return rows.Requests[i].ReceivedAt }
	score := func(n int) *int { return &n }
	for name, tc := range map[string]struct {
		filter store.Filter
		want   string
	}{
		"status":              {store.Filter{Status: request.Analyzed}, "CAL2 CAL1"},
		"kind":                {store.Filter{Kind: request.Form}, "FRM1"},
		"source id":           {store.Filter{SourceID: "callrail"}, "CAL1"},
		"source":              {store.Filter{Source: "Google Ads"}, "CAL1"},
		"least score":         {store.Filter{MinScore: score(50)}, "CAL1"},
		"any score":           {store.Filter{MinScore: score(0)}, "CAL2 CAL1"},
		"highest score":       {store.Filter{MaxScore: score(50)}, "CAL2"},
		"band":                {store.Filter{Band: request.Hot}, "CAL1"},
		"intent":              {store.Filter{Intent: "complaint"}, "CAL2"},
		"project":             {store.Filter{ProjectType: "kitchen"}, "CAL1"},
		"timeline":            {store.Filter{Timeline: "unknown"}, "CAL2"},
		"budget":              {store.Filter{Budget: "high"}, "CAL1"},
		"CRM state":           {store.Filter{CRMState: request.CRMDone}, ""},
		"two that agree":      {store.Filter{Status: request.Analyzed, ProjectType: "roofing"}, "CAL2"},
		"from then":           {store.Filter{From: at(1)}, "FRM1 CAL3"},
		"until then":          {store.Filter{Until: at(1)}, "CAL2 CAL1"},
		"a caller":            {store.Filter{People: []string{"phone:+13035550142"}}, "CAL3 CAL1"},
		"a caller until":      {store.Filter{People: []string{"phone:+13035550142"}, Until: at(1)}, "CAL1"},
		"somebody named":      {store.Filter{People: []string{"phone:+13035550177"}}, "CAL1"},
		"number and address":  {store.Filter{People: []string{"phone:+13035550142", "email:dana@example.com"}}, "CAL3"},
		"nobody":              {store.Filter{People: []string{"phone:+13035550199"}}, ""},
		"a word said":         {store.Filter{Words: "granite"}, "CAL1"},
		"a word of both":      {store.Filter{Words: "kitchen"}, "CAL2"},
		"words":               {store.Filter{Words: "quartz granite"}, "CAL1"},
		"one word too many":   {store.Filter{Words: "quartz raining"}, ""},
		"a name":              {store.Filter{Words: "dana"}, "CAL1"},
		"words and status":    {store.Filter{Words: "quartz", Status: request.Received}, ""},
		"words and a person":  {store.Filter{Words: "quartz", People: []string{"phone:+13035550177"}}, "CAL1"},
		"words and another":   {store.Filter{Words: "quartz", People: []string{"email:robin@example.com"}}, ""},
		"operators are words": {store.Filter{Words: `granite or "QUARTZ` + "`" + ` -`}, "CAL1"},
		"a capital operator":  {store.Filter{Words: "quartz OR raining"}, ""},
		"nothing but signs":   {store.Filter{Words: `"-|`}, ""},
	} {
		tc.filter.Limit = 10
		page, err := scope.List(t.Context(), tc.filter)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(listed(page), " "); got != tc.want || page.Next != (store.Cursor{}) {
			t.Errorf("%s: got %q, next %v, want %q", name, got, page.Next, tc.want)
		}
	}
}

func TestEveryWayThroughAListSeesEachRowOnce(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	want := []string{}
	for i := range 7 {
		in := call(fmt.Sprintf("CAL%d", i))
		if i%3 == 0 {
			in.Request.Details.Source = "Radio"
		}
		analysed(t, scope, in, kitchen(), "granite")
		want = append([]string{in.Request.ExternalID}, want...)
	}
	radio := []string{"CAL6", "CAL3", "CAL0"}
	store.LookAt(s, 2, 3)
	for name, tc := range map[string]struct {
		filter store.Filter
		want   []string
		pages  []int
	}{
		"by time":               {store.Filter{Limit: 3}, want, []int{3, 3, 1}},
		"by time, sparse":       {store.Filter{Limit: 3, Source: "Radio"}, radio, []int{1, 1, 0, 1}},
		"by person":             {store.Filter{Limit: 3, People: []string{"phone:+13035550142"}}, want, []int{3, 3, 1}},
		"by person, sparse":     {store.Filter{Limit: 3, People: []string{"phone:+13035550142"}, Source: "Radio"}, radio, []int{1, 1, 1}},
		"by words":              {store.Filter{Limit: 2, Words: "granite"}, want, []int{2, 2, 2, 1}},
		"a page that just fits": {store.Filter{Limit: 7}, want, []int{7}},
	} {
		ids, pages := everything(t, scope, tc.filter)
		if diff := cmp.Diff(tc.want, ids); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(tc.pages, pages); diff != "" {
			t.Errorf("%s: pages: %s", name, diff)
		}
	}
}

func TestWithoutTheIndexOfWordsNothingIsSearched(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	cfg.FullText = false
	s, err := store.Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(s.Close)
	if _, err := s.ForTenant(demo).List(t.Context(), store.Filter{Words: "quartz", Limit: 1}); !errors.Is(err, store.ErrNoSearch) {
		t.Errorf("got %v, want ErrNoSearch", err)
	}
}
