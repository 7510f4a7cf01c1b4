package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

// newInsight is a world in which both tenants have something of everything.
func newInsight(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, nil)
	storetest.Furnish(t, w.store, demo, "one")
	storetest.Furnish(t, w.store, other, "two")
	must(t, w.directory.Refresh(t.Context()))
	return w
}

func TestOutcomesAreTheTenantsOwnByDestination(t *testing.T) {
	t.Parallel()
	w := newInsight(t)
	viewer, operator := w.token(t, access.TenantViewer, demo), w.token(t, access.PlatformAdmin, "")
	got := decode[api.Outcomes](t, w.get(t, "/v1/tenants/"+demo+"/stats/outcomes"+today(""), viewer))
	want := []api.DeliveryOutcomes{
		{Connector: "custom", Destination: "done", Deliveries: 1, Done: 1, Created: 1},
		{Connector: "custom", Destination: "parked", Deliveries: 1, Parked: 1},
		{Connector: "custom", Destination: "pending", Deliveries: 1, Pending: 1},
	}
	if diff := cmp.Diff(want, got.Outcomes); diff != "" {
		t.Error(diff)
	}
	got = decode[api.Outcomes](t, w.get(t, "/v1/stats/outcomes"+today(""), operator))
	want = []api.DeliveryOutcomes{{Connector: "custom", Deliveries: 6, Done: 2, Pending: 2, Parked: 2, Created: 2}}
	if diff := cmp.Diff(want, got.Outcomes); diff != "" {
		t.Errorf("of all tenants: %s", diff)
	}
	got = decode[api.Outcomes](t, w.get(t, "/v1/tenants/"+demo+"/stats/outcomes?from=2020-01-01&to=2020-01-02", viewer))
	if got.Outcomes == nil || len(got.Outcomes) != 0 {
		t.Errorf("before there was anything: %+v", got)
	}
}

func TestTimingsSayOfHowManyRequestsTheyAre(t *testing.T) {
	t.Parallel()
	w := newInsight(t)
	viewer, operator := w.token(t, access.TenantViewer, demo), w.token(t, access.PlatformAdmin, "")
	got := decode[api.Timings](t, w.get(t, "/v1/tenants/"+demo+"/stats/timings"+today(""), viewer))
	all := decode[api.Timings](t, w.get(t, "/v1/stats/timings"+today(""), operator))
	if got.Requests == 0 || all.Requests != 2*got.Requests || len(got.Steps) != 5 {
		t.Errorf("got %+v, of all tenants %+v", got, all)
	}
	empty := decode[api.Timings](t, w.get(t, "/v1/tenants/"+demo+"/stats/timings?from=2020-01-01&to=2020-01-02", viewer))
	if empty.Requests != 0 || empty.Told.MedianMs != nil || len(empty.Steps) != 5 || empty.Fallbacks == nil {
		t.Errorf("before there was anything: %+v", empty)
	}
}

func TestTheBacklogNamesStepsAndDestinations(t *testing.T) {
	t.Parallel()
	w := newInsight(t)
	got := decode[api.Backlog](t, w.get(t, "/v1/backlog", w.token(t, access.PlatformAdmin, "")))
	for i := range got.Queues {
		if since := time.Since(got.Queues[i].OldestDueAt); since > time.Hour || since < -time.Hour {
			t.Errorf("due at %s", got.Queues[i].OldestDueAt)
		}
		got.Queues[i].OldestDueAt = time.Time{}
	}
	want := []api.Queue{
		{TenantID: demo, Step: "transcribe", Waiting: 1}, {TenantID: other, Step: "transcribe", Waiting: 1},
		{TenantID: demo, Step: "push", Destination: "pending", Waiting: 1, Overdue: 1},
		{TenantID: other, Step: "push", Destination: "pending", Waiting: 1, Overdue: 1},
	}
	if diff := cmp.Diff(want, got.Queues); diff != "" {
		t.Error(diff)
	}
	quotas := decode[api.QuotaList](t, w.get(t, "/v1/quotas", w.token(t, access.PlatformAdmin, "")))
	if len(quotas.Quotas) != 2 || quotas.Quotas[0].Used != 1 || quotas.Quotas[0].Limit != 5000 || quotas.Quotas[0].Name != "forms" {
		t.Errorf("quotas: %+v", quotas)
	}
	for _, path := range []string{"/v1/backlog", "/v1/quotas", "/v1/stats/timings" + today(""), "/v1/stats/outcomes" + today("")} {
		if refused := w.get(t, path, w.token(t, access.TenantAdmin, demo)); refused.status != http.StatusForbidden {
			t.Errorf("%s to a tenant: got %d", path, refused.status)
		}
	}
}

func TestThePlatformsStatisticsGoByDayAndSource(t *testing.T) {
	t.Parallel()
	w := newSpending(t)
	token := w.token(t, access.PlatformAdmin, "")
	for _, by := range []string{"day", "hour", "source", "project_type", "kind", "status", "crm_state"} {
		got := decode[api.Stats](t, w.get(t, "/v1/stats"+today("&group_by="+by), token))
		if got.GroupBy != by || got.Total.Requests != 4 || len(got.Groups) == 0 || got.Total.CostUSD != 100.14 {
			t.Errorf("by %s: got %+v", by, got)
		}
	}
	got := decode[api.Stats](t, w.get(t, "/v1/stats"+today("&group_by=score"), token))
	var keys []string
	for _, g := range got.Groups {
		keys = append(keys, g.Key)
	}
	if diff := cmp.Diff([]string{"0", "50", "90"}, keys); diff != "" || got.Groups[2].Requests != 2 {
		t.Errorf("by score: %s %+v", diff, got.Groups)
	}
	if refused := w.get(t, "/v1/stats"+today("&group_by=tenant_id"), token); refused.status != http.StatusBadRequest {
		t.Errorf("an unknown grouping: got %d", refused.status)
	}
}
