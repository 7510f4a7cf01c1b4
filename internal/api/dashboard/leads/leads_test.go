package leads_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

const (
	list    = "/dashboard/tenants/tenant_a/requests"
	apiList = "GET /v1/tenants/tenant_a/requests"
	lead    = list + "/req_1"
	apiLead = "/v1/tenants/tenant_a/requests/req_1"
)

type object = map[string]any

func row(id string, more object) object {
	r := object{
		"request_id": id, "tenant_id": "tenant_a", "kind": "call", "status": "completed", "crm_state": "done", "source": "Google Ads",
		"received_at": "2026-03-02T16:04:05Z", "caller": object{"name": "Jane Example", "phone": "+13035550142", "email": "jane@example.com"},
		"intent": "quote_request", "project_type": "kitchen", "timeline": "1_3_months", "budget": "high",
		"lead_score": 86, "score_band": "hot", "summary": "Wants a kitchen.",
	}
	for key, value := range more {
		r[key] = value
	}
	return r
}

func page(next string, rows ...object) dashtest.Answer {
	return dashtest.Answer{Body: object{"requests": rows, "next_page_token": next}}
}

func TestTheListShowsWhatIsKnownOfEachLead(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("",
		row("req_1", nil),
		row("req_2", object{"status": "failed", "lead_score": nil, "score_band": nil, "caller": object{"name": "", "phone": "", "email": ""}}),
		row("req_3", object{"status": "received", "lead_score": nil, "score_band": nil, "project_type": nil, "crm_state": "pending"}),
		row("req_4", object{"caller": object{"name": "<script>alert(1)</script>", "phone": "", "email": ""}}),
	)})
	body := s.Get(list).Body
	for _, want := range []string{
		`id="req_1"`, "Jane Example", "(303) 555-0142", "<b>86</b> Hot", "1–3 months", "Google Ads", "Delivered",
		"Mar 2, 9:04 AM", // Denver
		"Unknown caller", "Failed", "Listening", "On its way", "&lt;script&gt;",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the list does not show %q", want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a caller's name is HTML")
	}
}

func TestFiltersAreTheAPIsAndDaysTheTenants(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("")})
	s.Get(list + "?q=quartz&score_band=hot&from=2026-03-02&to=2026-03-02&min_score=50&project_type=&unknown=1")
	got, err := url.ParseQuery(s.Calls(http.MethodGet)[0].Query)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"limit": {"25"}, "q": {"quartz"}, "score_band": {"hot"}, "min_score": {"50"},
		"received_after": {"2026-03-02T00:00:00-07:00"}, "received_before": {"2026-03-03T00:00:00-07:00"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the API is asked (-want +got):\n%s", diff)
	}
}

func TestAFilterThatCannotBeUsedIsSaid(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: dashtest.Problem(400, "search_unavailable")})
	for query, want := range map[string]string{
		"?from=yesterday": "value of From", "?min_score=1000": "value of Min score", "?q=x": "Detail of search_unavailable",
	} {
		if got := s.Get(list + query); got.Status != http.StatusOK || !strings.Contains(got.Body, want) {
			t.Errorf("%s: %d, without %q", query, got.Status, want)
		}
	}
}

func TestShortPagesOfTheAPIAreReadOn(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("more")})
	body := s.Get(list + "?score_band=hot").Body
	if calls := len(s.Calls(http.MethodGet)); calls != 5 {
		t.Errorf("the API is asked %d times for one page, want 5", calls)
	}
	if !strings.Contains(body, "page_token=more&amp;score_band=hot") {
		t.Errorf("the page has no way on: %s", body)
	}
}

func TestAnEmptyListSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("")})
	if body := s.Get(list).Body; !strings.Contains(body, "No calls yet") {
		t.Error("an empty list says nothing")
	}
	if body := s.Get(list + "?score_band=hot").Body; !strings.Contains(body, "Clear the filters") {
		t.Error("a filter that nothing passes cannot be cleared")
	}
}

func TestPartsOfThePageAreFragments(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("", row("req_1", nil))})
	body := s.Get(list, "HX-Request", "true").Body
	if strings.Contains(body, "<html") || !strings.Contains(body, `id="results"`) {
		t.Errorf("the part is %s", body)
	}
}

func TestTheExportHasEveryPageAndNoFormula(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("",
		row("req_1", nil), row("req_2", object{"summary": "=HYPERLINK(\"https://evil.example.com\")", "caller": object{"name": "@SUM(1)", "phone": "", "email": "-1@example.com"}}),
	)})
	got := s.Get(list + ".csv?score_band=hot")
	if got.Status != http.StatusOK || got.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("got %d %v", got.Status, got.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(got.Body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"received_at", "kind", "name", "phone", "email", "score", "score_band", "intent", "project", "timeline", "budget", "source", "crm_state", "status", "summary", "request_id"},
		{"2026-03-02 09:04:05", "call", "Jane Example", "(303) 555-0142", "jane@example.com", "86", "hot", "quote_request", "kitchen", "1_3_months", "high", "Google Ads", "done", "completed", "Wants a kitchen.", "req_1"},
		{"2026-03-02 09:04:05", "call", "'@SUM(1)", "", "'-1@example.com", "86", "hot", "quote_request", "kitchen", "1_3_months", "high", "Google Ads", "done", "completed", "'=HYPERLINK(\"https://evil.example.com\")", "req_2"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("the export (-want +got):\n%s", diff)
	}
	if query := s.Calls(http.MethodGet)[0].Query; !strings.Contains(query, "score_band=hot") || !strings.Contains(query, "limit=100") {
		t.Errorf("the API is asked %s", query)
	}
}

// An export asks the API page by page: a token that ends on the way would break it off.
func TestAnExportBeginsWithATokenThatLasts(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: page("", row("req_1", nil))})
	shown := func() string {
		calls := s.Calls(http.MethodGet)
		return calls[len(calls)-1].Header.Get("Authorization")
	}
	s.Get(list)
	first := shown()
	s.Advance(55 * time.Minute)
	if s.Get(list); shown() != first {
		t.Error("a page asks for a new token, five minutes before the old one ends")
	}
	if got := s.Get(list + ".csv"); got.Status != http.StatusOK || shown() == first {
		t.Errorf("the export is answered %d, by a token of five minutes", got.Status)
	}
}

func TestAnExportThatBreaksOffIsNoWholeFile(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{apiList: dashtest.Problem(400, "search_unavailable")})
	if got := s.Get(list + ".csv?q=x"); got.Status != http.StatusSeeOther || got.Header.Get("Location") != list {
		t.Errorf("a filter that cannot be used: %d to %q", got.Status, got.Header.Get("Location"))
	}
	s.Answer(apiList, dashtest.Problem(503, "unavailable"))
	if got := s.Get(list + ".csv"); got.Status != http.StatusServiceUnavailable {
		t.Errorf("an API that is away: %d", got.Status)
	}
}
