package insight_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

const (
	page       = "/dashboard/tenants/tenant_a/insight"
	operations = "/dashboard/operations"
	api        = "GET /v1/tenants/tenant_a"
)

var line = client.StatsGroup{Key: "2026-03-02", Requests: 9, Leads: 8, Hot: 6, Answered: 3, Missed: 1, AnsweredLeads: 2, CostUSD: 1.6}

func statsOf(g client.StatsGroup) dashtest.Answer {
	return dashtest.Answer{Body: client.Stats{Groups: []client.StatsGroup{g}, Total: g}}
}

// company are the answers of an API that knows a company.
func company() map[string]dashtest.Answer {
	limit := 50.0
	return map[string]dashtest.Answer{
		api + "/stats":          statsOf(line),
		api + "/stats/outcomes": {Body: client.Outcomes{Outcomes: []client.DeliveryOutcomes{{Connector: "hubspot", Destination: "hub-2", Done: 3, Parked: 1, Created: 2}}}},
		api + "/stats/timings":  {Body: client.Timings{}},
		api + "/costs":          {Body: client.Costs{TotalUSD: 1.6, Components: []client.CostShare{{Name: "speech", CostUSD: 1.2}}}},
		api + "/budget":         {Body: client.BudgetState{SpentUSD: 48, LimitUSD: &limit, State: "warning"}},
	}
}

func contains(t *testing.T, got dashtest.Page, parts ...string) {
	t.Helper()
	if got.Status != http.StatusOK {
		t.Errorf("status %d", got.Status)
	}
	_, content, _ := strings.Cut(got.Body, "<main")
	for _, part := range parts {
		if !strings.Contains(content, part) {
			t.Errorf("no %q in\n%s", part, content)
		}
	}
}

func TestACompanysPageShowsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, company())
	contains(t, s.Get(page+"?from=2026-03-01&to=2026-03-03"),
		"Mar 1, 2026 to Mar 3, 2026, compared with Feb 26, 2026 to Feb 28, 2026",
		"<b>8</b>", "75%", "67%", "$0.20", "Nobody was told of a lead yet", "hub-2", "Won:</strong> not known",
		"$48.00 of $50.00", "Most of the month's budget is used.", "America/Denver", `id="leads-by-day"`, "How these figures are counted")
	asked := map[string]int{}
	for _, c := range s.Calls(http.MethodGet) {
		q, err := url.ParseQuery(c.Query)
		if err != nil {
			t.Fatal(err)
		}
		asked[strings.TrimPrefix(c.Path, "/v1/tenants/tenant_a/")+" "+q.Get("from")+" "+q.Get("to")]++
	}
	want := map[string]int{
		"stats 2026-03-01 2026-03-03": 5, "stats 2026-02-26 2026-02-28": 1, "costs 2026-03-01 2026-03-03": 1, "budget  ": 1,
		"stats/outcomes 2026-03-01 2026-03-03": 1, "stats/outcomes 2026-02-26 2026-02-28": 1,
		"stats/timings 2026-03-01 2026-03-03": 1, "stats/timings 2026-02-26 2026-02-28": 1,
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

func TestACompanyWithoutRequestsIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	answers := company()
	answers[api+"/stats"], answers[api+"/stats/outcomes"] = dashtest.Answer{Body: client.Stats{}}, dashtest.Answer{Body: client.Outcomes{}}
	s := dashtest.New(t, access.TenantViewer, answers)
	contains(t, s.Get(page), "Nothing arrived in these days", "No lead in this period", "Nothing was delivered in this period")
}

func TestARefusalIsAPageOfItsOwn(t *testing.T) {
	t.Parallel()
	for status, code := range map[int]string{http.StatusForbidden: "insufficient_role", http.StatusTooManyRequests: "rate_limited", http.StatusServiceUnavailable: "unavailable"} {
		answers := company()
		answers[api+"/stats/timings"] = dashtest.Problem(status, code)
		if got := dashtest.New(t, access.TenantViewer, answers).Get(page); got.Status != status || strings.Contains(got.Body, "leads-by-day") {
			t.Errorf("%s: status %d", code, got.Status)
		}
	}
	s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{"GET /v1/stats": dashtest.Problem(http.StatusForbidden, "insufficient_role"),
		"GET /v1/stats/outcomes": dashtest.Problem(http.StatusForbidden, "insufficient_role"), "GET /v1/stats/timings": dashtest.Problem(http.StatusForbidden, "insufficient_role")})
	if got := s.Get("/dashboard/business"); got.Status != http.StatusForbidden || strings.Contains(got.Body, `href="/dashboard/operations"`) {
		t.Errorf("to an administrator of a company: status %d", got.Status)
	}
}

func TestTheBusinessPageComparesCompanies(t *testing.T) {
	t.Parallel()
	first, second := line, line
	first.Key, second.Key, second.Leads = "tenant_a", "tenant_unlisted", 99
	s := dashtest.New(t, access.PlatformAdmin, map[string]dashtest.Answer{
		"GET /v1/stats":          {Body: client.Stats{Groups: []client.StatsGroup{first, second}, Total: line}},
		"GET /v1/stats/outcomes": {Body: client.Outcomes{Outcomes: []client.DeliveryOutcomes{{Connector: "salesforce", Done: 4}}}},
		"GET /v1/stats/timings":  {Body: client.Timings{}},
	})
	got := s.Get("/dashboard/business")
	contains(t, got, "Company A", `href="/dashboard/tenants/tenant_unlisted/insight"`, "Salesforce", "Processing cost per call", "No call in this period")
	if strings.Index(got.Body, ">tenant_unlisted<") > strings.Index(got.Body, ">Company A<") {
		t.Error("the company with most leads does not come first")
	}
}

// platform are the answers of an API with something to see to.
func platform() map[string]dashtest.Answer {
	median, slow := int64(1500), int64(90_000)
	hourAgo, tomorrow := time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	return map[string]dashtest.Answer{
		"GET /v1/stats": {Body: client.Stats{Groups: []client.StatsGroup{{Key: time.Now().UTC().Format("2006-01-02T15:00"), Requests: 7, Failed: 2}}}},
		"GET /v1/stats/timings": {Body: client.Timings{
			Requests: 12, Steps: []client.StepTiming{{Step: "transcribe", Done: 9, Errors: 3, MedianMs: &median, P95Ms: &slow}, {Step: "delivery"}},
			Fallbacks: []client.Fallback{{Reason: "model failed", Requests: 2}},
		}},
		"GET /v1/backlog": {Body: client.Backlog{Queues: []client.Queue{
			{TenantID: "tenant_a", Step: "transcribe", Waiting: 3, Overdue: 1, OldestDueAt: hourAgo},
			{TenantID: "tenant_a", Step: "push", Destination: "hubspot", Waiting: 5, OldestDueAt: tomorrow, Circuit: 4},
		}}},
		"GET /v1/dead-letters": {Body: client.DeadLetterPage{DeadLetters: []client.DeadLetter{
			{LetterID: "dl_1", TenantID: "tenant_a", RequestID: "req_1", Topic: "request-received", Attempts: 20, ReceivedAt: hourAgo},
			{LetterID: "dl_2", Topic: "request-analyzed", Attempts: 20, ReceivedAt: hourAgo},
		}, NextPageToken: "more"}},
		"GET /v1/quotas": {Body: client.QuotaList{Quotas: []client.Quota{{TenantID: "tenant_a", Name: "forms", Used: 4500, Limit: 5000}}}},
		"GET /v1/pauses": {Body: client.PauseList{Pauses: []client.Pause{{Subject: "step:push", Reason: "restore", CreatedAt: hourAgo, Until: &tomorrow}}}},
	}
}

func TestTheOperationsPageShowsWhatNeedsSomebody(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.PlatformAdmin, platform())
	contains(t, s.Get(operations),
		"Retry them on their own pages", "Look at the backlog below", "1h0m", "25%", "1.5 s", "1m30s", "Model failed",
		`href="/dashboard/tenants/tenant_a/requests/req_1"`, "Not readable", "<b>2&#43;</b>", "there are more", "4,500 of 5,000", `value="0.9000"`,
		"CRMs not tried", `<span class="state bad">4</span>`, "The step push", "restore", `action="/dashboard/operations/pauses/step:push/lift"`, "DASHBOARD_MONITORING_URL")
	if body := s.Get(operations).Body; strings.Contains(body, "dl_2/redrive") || !strings.Contains(body, "dl_1/redrive") || !strings.Contains(body, "dl_2/dismiss") {
		t.Error("a message that cannot be read can only be dismissed")
	}
}

func TestAQuietPlatformSaysSo(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.PlatformAdmin, map[string]dashtest.Answer{
		"GET /v1/stats": {Body: client.Stats{}}, "GET /v1/stats/timings": {Body: client.Timings{}}, "GET /v1/backlog": {Body: client.Backlog{}},
		"GET /v1/dead-letters": {Body: client.DeadLetterPage{}}, "GET /v1/quotas": {Body: client.QuotaList{}}, "GET /v1/pauses": {Body: client.PauseList{}},
	})
	contains(t, s.Get(operations), "Every message found a step", "None of the 0 newest requests", "Nothing arrived in the last 24 hours.", "Nothing is held back.", "Calls have no limit.")
}

func TestAnOperatorRepairsAndPauses(t *testing.T) {
	t.Parallel()
	answers := platform()
	nothing := dashtest.Answer{Status: http.StatusNoContent}
	answers["POST /v1/dead-letters/dl_1/redrive"], answers["POST /v1/dead-letters/dl_1/dismiss"] = nothing, nothing
	answers["POST /v1/dead-letters/dl_2/redrive"] = dashtest.Problem(http.StatusConflict, "conflict")
	answers["POST /v1/dead-letters/redrive"] = dashtest.Answer{Body: client.Retried{Retried: 2}}
	answers["PUT /v1/pauses/step:push"], answers["PUT /v1/pauses/destination:hubspot"], answers["DELETE /v1/pauses/step:push"] = nothing, nothing, nothing
	s := dashtest.New(t, access.PlatformAdmin, answers)
	for _, tc := range []struct {
		path string
		form url.Values
		want string
	}{
		{"/dead-letters/dl_1/redrive", nil, "The message is published again."},
		{"/dead-letters/dl_2/redrive", nil, "Detail of conflict."},
		{"/dead-letters/dl_1/dismiss", nil, "The message is dismissed."},
		{"/dead-letters/redrive", nil, "2 messages are published again."},
		{"/pauses", url.Values{"subject": {"step:push"}, "reason": {" restore "}, "hours": {"4"}, "destination": {"ignored"}}, "Paused for every company."},
		{"/pauses", url.Values{"subject": {"destination:"}, "destination": {"hubspot"}, "reason": {"x"}, "hours": {""}}, "Paused for every company."},
		{"/pauses/step:push/lift", nil, "The pause is lifted."},
	} {
		if got := s.Post(operations+tc.path, tc.form); got.Status != http.StatusSeeOther || got.Header.Get("Location") != operations {
			t.Errorf("%s: %d to %q", tc.path, got.Status, got.Header.Get("Location"))
		}
		contains(t, s.Get(operations), tc.want)
	}
	ordered := s.Calls(http.MethodPut)
	if len(ordered) != 2 || !strings.Contains(ordered[0].Body, `"reason":"restore","until":"`) || ordered[1].Body != `{"reason":"x"}` {
		t.Errorf("ordered %v", ordered)
	}
}
