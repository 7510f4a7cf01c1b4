package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// spend stores a call of the tenant that has cost so much, by what it used, with a score.
func (w *world) spend(t *testing.T, tenantID, external string, usd float64, score int) string {
	t.Helper()
	id := w.call(t, tenantID, external)
	w.step(t, tenantID, id, request.Received, func(c *store.Claim) stage.Result {
		c.Request.CostUSD, c.Request.CostParts = usd, request.CostParts{SpeechUSD: usd / 2, ModelUSD: usd / 4}
		c.Request.LeadScore, c.Request.ScoreBand = score, request.BandOf(score)
		return stage.Result{}
	})
	return id
}

// today are the parameters for the days that may be today, wherever the clock stands.
func today(more string) string {
	now := time.Now().UTC()
	return "?from=" + now.AddDate(0, 0, -1).Format(time.DateOnly) + "&to=" + now.AddDate(0, 0, 1).Format(time.DateOnly) + more
}

// newSpending is a world in which both tenants have spent something.
func newSpending(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, nil)
	w.spend(t, demo, "CAL1", .08, 90)
	w.spend(t, demo, "CAL2", .04, 50)
	w.spend(t, demo, "CAL3", .02, 5)
	w.spend(t, other, "CAL1", 100, 99)
	return w
}

func TestStatisticsAreTheTenantsOwn(t *testing.T) {
	t.Parallel()
	w := newSpending(t)
	token := w.token(t, access.TenantViewer, demo)
	got := decode[api.Stats](t, w.get(t, "/v1/tenants/"+demo+"/stats"+today("&group_by=score_band"), token))
	average, hot, warm := 70.0, 90.0, 50.0
	want := api.Stats{
		GroupBy: "score_band",
		Groups: []api.StatsGroup{
			{Key: "hot", Requests: 1, Analyzed: 1, Leads: 1, Hot: 1, Missed: 1, AverageScore: &hot, CostUSD: .08},
			{Key: "none", Requests: 1, Analyzed: 1, Missed: 1, CostUSD: .02},
			{Key: "warm", Requests: 1, Analyzed: 1, Leads: 1, Warm: 1, Missed: 1, AverageScore: &warm, CostUSD: .04},
		},
		Total: api.StatsGroup{Requests: 3, Analyzed: 3, Leads: 2, Hot: 1, Warm: 1, Missed: 3, AverageScore: &average, CostUSD: .14},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, by := range []string{"", "&group_by=day", "&group_by=source", "&group_by=project_type", "&group_by=intent", "&group_by=crm_state", "&group_by=kind", "&group_by=status"} {
		got := decode[api.Stats](t, w.get(t, "/v1/tenants/"+demo+"/stats"+today(by), token))
		if got.Total.Requests != 3 || len(got.Groups) != 1 {
			t.Errorf("%q: got %+v", by, got)
		}
	}
	empty := decode[api.Stats](t, w.get(t, "/v1/tenants/"+demo+"/stats?from=2020-01-01&to=2020-12-31", token))
	if len(empty.Groups) != 0 || empty.Total.AverageScore != nil {
		t.Errorf("before there was anything: %+v", empty)
	}
}

func TestCostsAddUpByWhatTheyWereFor(t *testing.T) {
	t.Parallel()
	w := newSpending(t)
	got := decode[api.Costs](t, w.get(t, "/v1/tenants/"+demo+"/costs"+today("&group_by=kind"), w.token(t, access.TenantViewer, demo)))
	each := .14 / 3
	shares := []api.CostShare{{Name: "speech", CostUSD: .07}, {Name: "model", CostUSD: .035}, {Name: "storage"}, {Name: "platform", CostUSD: .035}}
	want := api.Costs{
		GroupBy: "kind", Requests: 3, TotalUSD: .14, PerRequestUSD: &each, Components: shares,
		Groups: []api.CostGroup{{Key: "call", Requests: 3, CostUSD: .14, Components: shares}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheBudgetSaysWhereTheMonthStands(t *testing.T) {
	t.Parallel()
	w := newSpending(t)
	path, token := "/v1/tenants/"+demo+"/budget", w.token(t, access.TenantViewer, demo)
	got := decode[api.BudgetState](t, w.get(t, path, token))
	if got.LimitUSD != nil || got.State != "none" || got.OnLimit != "warn" || got.WarnAt != .8 {
		t.Errorf("without a budget: %+v", got)
	}
	must(t, w.store.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US",
		Settings: tenant.Settings{Budget: tenant.Budget{MonthlyUSD: .1, OnLimit: tenant.OnLimitRules}},
	}))
	must(t, w.directory.Refresh(t.Context()))
	got = decode[api.BudgetState](t, w.get(t, path, token))
	if got.LimitUSD == nil || *got.LimitUSD != .1 || got.State != "exceeded" || got.OnLimit != "rules" || got.SpentUSD != .14 || got.ForecastUSD < .14 {
		t.Errorf("with a budget: %+v", got)
	}
}

func TestThePlatformsStatisticsAreTheOperatorsAlone(t *testing.T) {
	t.Parallel()
	w := newSpending(t)
	got := decode[api.Stats](t, w.get(t, "/v1/stats"+today(""), w.token(t, access.PlatformAdmin, "")))
	counts := map[string]int64{}
	for _, g := range got.Groups {
		counts[g.Key] = g.Requests
	}
	if diff := cmp.Diff(map[string]int64{demo: 3, other: 1}, counts); diff != "" || got.Total.Requests != 4 || got.Total.CostUSD != 100.14 {
		t.Errorf("got %+v", got)
	}
	if refused := w.get(t, "/v1/stats"+today(""), w.token(t, access.TenantAdmin, demo)); refused.status != http.StatusForbidden {
		t.Errorf("to a tenant: got %d", refused.status)
	}
}

func TestRangesAreDaysInOrderAndNotTooMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.PlatformAdmin, "")
	tenantPath := "/v1/tenants/" + demo
	for path, status := range map[string]int{
		tenantPath + "/stats?from=2026-03-01&to=2026-03-01": http.StatusOK,
		tenantPath + "/stats?from=2025-03-01&to=2026-03-02": http.StatusOK, // 366 days after
		tenantPath + "/stats?from=2025-03-01&to=2026-03-03": http.StatusBadRequest,
		tenantPath + "/costs?from=2026-03-02&to=2026-03-01": http.StatusBadRequest,
		tenantPath + "/costs?from=2026-03-02":               http.StatusBadRequest,
		tenantPath + "/costs?from=March&to=2026-03-01":      http.StatusBadRequest,
		"/v1/stats?from=2026-03-01&to=2026-04-01":           http.StatusOK, // 31 days after
		"/v1/stats?from=2026-03-01&to=2026-04-02":           http.StatusBadRequest,
	} {
		if got := w.get(t, path, token); got.status != status {
			t.Errorf("%s: got %d, want %d: %s", path, got.status, status, got.body)
		}
	}
}

func TestPricesSayWhatIsAssumed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	got := decode[api.PriceList](t, w.get(t, "/v1/prices", w.token(t, access.TenantViewer, demo)))
	for _, price := range got.Prices {
		if price.Name == "speech" && price.USD == .016 && price.Assumed && price.Note != "" {
			return
		}
	}
	t.Errorf("got %+v", got)
}
