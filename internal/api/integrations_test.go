package api_test

import (
	"fmt"
	"net/http"
	"strings"
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

const contactRule = `{"record":"contact","field":"hs_lead_status","constant":"NEW"}`

func (a *admin) hubSpot(credentials string, rules ...string) string {
	return fmt.Sprintf(`{"kind":"hubspot","name":"HubSpot"%s,"config":{"base_url":%q,"mapping":[%s]}}`,
		credentials, a.outside.hubSpot, strings.Join(rules, ","))
}

func withToken(token string) string { return `,"credentials":"` + token + `"` }

func TestAnIntegrationIsCreatedReplacedAndDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	put := a.send(t, http.MethodPut, "/integrations/hub-spot", a.hubSpot(withToken(hubSpotToken), contactRule), http.StatusOK)
	got := a.send(t, http.MethodGet, "/integrations/hub-spot", "", http.StatusOK)
	if put.header.Get("ETag") != got.header.Get("ETag") || strings.Contains(string(got.body), hubSpotToken) {
		t.Errorf("put %s %s, get %s %s", put.header.Get("ETag"), put.body, got.header.Get("ETag"), got.body)
	}
	if in := decode[api.Integration](t, got); !in.HasCredentials || in.Status != tenant.Active || !strings.Contains(string(in.Config), "hs_lead_status") {
		t.Errorf("got %s", got.body)
	}
	if got := w.outside.secret(t, "tenant-tenant_demo-crm_hub_hspot"); got != hubSpotToken {
		t.Errorf("credentials: kept %q", got)
	}
	suspended := strings.Replace(a.hubSpot(""), `"kind"`, `"status":"suspended","third_party":true,"kind"`, 1)
	after := decode[api.Integration](t, a.send(t, http.MethodPut, "/integrations/hub-spot", suspended, http.StatusOK, "If-Match", got.header.Get("ETag")))
	if !after.HasCredentials || after.Status != tenant.Suspended || !after.ThirdParty {
		t.Errorf("got %+v", after)
	}
	a.send(t, http.MethodPut, "/integrations/hub-spot", suspended, http.StatusPreconditionFailed, "If-Match", got.header.Get("ETag"))
	if page := decode[api.IntegrationList](t, a.send(t, http.MethodGet, "/integrations", "", http.StatusOK)); len(page.Integrations) != 1 {
		t.Errorf("got %+v", page)
	}
	a.send(t, http.MethodDelete, "/integrations/hub-spot", "", http.StatusNoContent)
	a.send(t, http.MethodGet, "/integrations/hub-spot", "", http.StatusNotFound)
	if got := w.outside.secret(t, "tenant-tenant_demo-crm_hub_hspot"); got != "" {
		t.Error("the credentials of an integration that is gone were kept")
	}
	lines := []string{"integration.put hub-spot", "deliveries.retry hub-spot", "integration.put hub-spot", "integration.delete hub-spot"}
	if diff := cmp.Diff(lines, a.actions(t, 4)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestSettingsOfAnIntegrationAreCheckedBeforeAnythingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	broken := a.hubSpot(withToken("wrong"), `{"record":"deal","field":"f","value":"analysis.intnt"}`, contactRule, contactRule)
	refused := a.send(t, http.MethodPut, "/integrations/h", broken, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"config.mapping[0].value 1:10", "config.mapping[2].field"}, fields(t, refused)); diff != "" {
		t.Errorf("mapping (-want +got):\n%s", diff)
	}
	refused = a.send(t, http.MethodPut, "/integrations/h", `{"kind":"hubspot","credentials":"x","config":{"base_url":"ftp://x"}}`, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"config"}, fields(t, refused)); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	a.send(t, http.MethodPut, "/integrations/callrail", a.hubSpot(""), http.StatusUnprocessableEntity)
	if got := w.outside.secret(t, "tenant-tenant_demo-crm_h"); got != "" {
		t.Errorf("credentials of refused settings were kept: %q", got)
	}
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(""), http.StatusOK)
	refused = a.send(t, http.MethodPut, "/integrations/h", `{"kind":"pipedrive"}`, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"kind"}, fields(t, refused)); diff != "" {
		t.Errorf("another kind (-want +got):\n%s", diff)
	}
}

func TestAnIntegrationIsTested(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	test := func(body string) api.TestResult {
		t.Helper()
		a.send(t, http.MethodPut, "/integrations/h", body, http.StatusOK)
		return decode[api.TestResult](t, a.send(t, http.MethodPost, "/integrations/h/test", "", http.StatusOK))
	}
	if got := test(a.hubSpot("")); got.Ok || got.Message != "There are no credentials." {
		t.Errorf("without credentials: got %+v", got)
	}
	a.send(t, http.MethodGet, "/integrations/h/fields", "", http.StatusUnprocessableEntity)
	if got := test(a.hubSpot(withToken("pat-na1-revoked"))); got.Ok || !strings.Contains(got.Message, "refused the credentials") {
		t.Errorf("wrong credentials: got %+v", got)
	}
	if got := test(a.hubSpot(withToken(hubSpotToken), contactRule)); !got.Ok || got.Message != "" || len(got.Problems) > 0 {
		t.Errorf("got %+v", got)
	}
	if got := test(a.hubSpot("", `{"record":"contact","field":"no_such_field","constant":"x"}`)); got.Ok || len(got.Problems) != 1 || got.Problems[0].Field != "no_such_field" {
		t.Errorf("a field that the CRM has not: got %+v", got)
	}
	fields := decode[api.FieldList](t, a.send(t, http.MethodGet, "/integrations/h/fields", "", http.StatusOK))
	if len(fields.Fields) < 10 || fields.Fields[0].Object != "contact" {
		t.Errorf("got %+v", fields)
	}
	a.send(t, http.MethodPost, "/integrations/none/test", "", http.StatusNotFound)
}

func TestAMappingIsPreviewedOnARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	id := w.call(t, demo, "CAL1")
	w.finish(t, demo, id, newTranscript("A quote for my kitchen."), newAnalysis("Wants a quote."))
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot("", contactRule), http.StatusOK)

	saved := decode[api.MappingPreview](t, a.send(t, http.MethodPost, "/integrations/h/mapping/preview", `{"request_id":"`+id+`"}`, http.StatusOK))
	want := api.MappingPreview{Values: []api.MappedValue{{Object: "contact", Field: "hs_lead_status", Value: "NEW"}}, Problems: []api.MappingProblem{}}
	if diff := cmp.Diff(want, saved); diff != "" {
		t.Errorf("saved mapping (-want +got):\n%s", diff)
	}
	tried := decode[api.MappingPreview](t, a.send(t, http.MethodPost, "/integrations/h/mapping/preview", `{"request_id":"`+id+`","mapping":[
		{"record":"deal","field":"score","value":"analysis.lead_score"},{"record":"deal","field":"rooms","value":"request.form['rooms']"},
		{"record":"deal","field":"bad","value":"analysis.intnt"},{"record":"deal","field":"max","value":"analysis.budget.max","required":true}]}`, http.StatusOK))
	if len(tried.Values) != 4 || tried.Values[0].Value != 86.0 || tried.Values[3].Value != nil || len(tried.Problems) != 3 {
		t.Errorf("got %+v", tried)
	}
	if diff := cmp.Diff([]string{"transcript.read " + id}, a.actions(t, 1)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
	theirs := w.call(t, other, "CAL1")
	a.send(t, http.MethodPost, "/integrations/h/mapping/preview", `{"request_id":"`+theirs+`"}`, http.StatusNotFound)
}

// What revoked credentials kept from arriving goes on when new ones are there.
func TestNewCredentialsRetryWhatWasParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(withToken("pat-na1-old")), http.StatusOK)
	id := w.call(t, demo, "CAL1")
	w.deliver(t, id, store.Plan{Destination: "h", Connector: "hubspot"}, store.Settlement{State: request.DeliveryParked, Error: "refused"})
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(withToken(hubSpotToken)), http.StatusOK)
	deliveries, err := w.store.ForTenant(demo).Deliveries(t.Context(), id)
	must(t, err)
	if len(deliveries) != 1 || deliveries[0].State != request.DeliveryPending {
		t.Errorf("got %+v, want it due again", deliveries)
	}
}

// What waited while the integration was switched off goes out once it is on again, not before.
func TestWhatWaitedForAnIntegrationToBeSwitchedOnGoesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(withToken(hubSpotToken)), http.StatusOK)
	id := w.call(t, demo, "CAL1")
	w.deliver(t, id, store.Plan{Destination: "h", Connector: "hubspot"}, store.Settlement{State: request.DeliveryParked, Error: "The integration is switched off."})
	for _, turn := range []struct {
		status string
		want   request.DeliveryState
	}{{"suspended", request.DeliveryParked}, {"suspended", request.DeliveryParked}, {"active", request.DeliveryPending}} {
		body := a.hubSpot(`,"status":"` + turn.status + `"`)
		a.send(t, http.MethodPut, "/integrations/h", body, http.StatusOK)
		deliveries, err := w.store.ForTenant(demo).Deliveries(t.Context(), id)
		must(t, err)
		if len(deliveries) != 1 || deliveries[0].State != turn.want {
			t.Errorf("%s: got %+v, want %s", turn.status, deliveries, turn.want)
		}
	}
}

// A header may be a key of the company's own server.
func TestOnlyAdministratorsSeeTheHeadersOfACustomDestination(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "/integrations/own", `{"kind":"custom","name":"Own","config":{"url":"https://leads.example.com/in","headers":{"X-Api-Key":"let-me-in"}}}`, http.StatusOK)
	if got := a.send(t, http.MethodGet, "/integrations/own", "", http.StatusOK); !strings.Contains(string(got.body), "let-me-in") {
		t.Errorf("the administrator sees %s", got.body)
	}
	viewer := w.token(t, access.TenantViewer, demo)
	for _, path := range []string{"/integrations/own", "/integrations"} {
		got := w.get(t, "/v1/tenants/"+demo+path, viewer)
		if text := string(got.body); got.status != http.StatusOK || strings.Contains(text, "let-me-in") || !strings.Contains(text, "https://leads.example.com/in") || !strings.Contains(text, "X-Api-Key") {
			t.Errorf("%s: the viewer sees %d %s", path, got.status, text)
		}
	}
}

// deliver brings a call to one destination.
func (w *world) deliver(t *testing.T, id string, to store.Plan, end store.Settlement) {
	t.Helper()
	w.step(t, demo, id, request.Received, func(*store.Claim) stage.Result { return stage.Result{Transcript: newTranscript("A quote.")} })
	w.step(t, demo, id, request.Transcribed, func(*store.Claim) stage.Result { return stage.Result{Analysis: newAnalysis("A quote.")} })
	w.step(t, demo, id, request.Analyzed, func(c *store.Claim) stage.Result {
		claims, err := c.PlanDeliveries(t.Context(), []store.Plan{to}, time.Minute)
		must(t, err)
		must(t, claims[0].Settle(t.Context(), end, request.Event{Step: "push", Name: "delivery_" + string(end.State)}))
		return stage.Result{}
	})
}

// What was delivered is known by ids that are other people's in another company.
func TestAnIntegrationThatDeliveredIsNotPointedAtAnotherAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	company := func(name, credentials string) string {
		return fmt.Sprintf(`{"kind":"pipedrive"%s,"config":{"base_url":"https://%s.pipedrive.com"}}`, withToken(credentials), name)
	}
	first := a.send(t, http.MethodPut, "/integrations/pd", company("acme-trail", "typo"), http.StatusOK)
	a.send(t, http.MethodPut, "/integrations/pd", company("acme-trial", "trial"), http.StatusOK, "If-Match", first.header.Get("ETag"))
	w.deliver(t, w.call(t, demo, "CAL1"), store.Plan{Destination: "pd", Connector: "pipedrive"}, store.Settlement{State: request.DeliveryDone})
	refused := a.send(t, http.MethodPut, "/integrations/pd", company("acme", "production"), http.StatusConflict)
	if got := decode[api.Problem](t, refused); got.Code != api.ProblemCodeConflict || !strings.Contains(got.Detail, "under a new id") {
		t.Errorf("got %s", refused.body)
	}
	if got := w.outside.secret(t, "tenant-tenant_demo-crm_pd"); got != "trial" {
		t.Errorf("credentials %q, want those of the account that it stays with", got)
	}
	a.send(t, http.MethodPut, "/integrations/pd", company("acme-trial", "rotated"), http.StatusOK)
	a.send(t, http.MethodPut, "/integrations/pd2", company("acme", "production"), http.StatusOK)
}

func TestAWorkflowIsCheckedSavedAndTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	id := w.call(t, demo, "CAL1")
	w.finish(t, demo, id, newTranscript("A quote for my kitchen."), newAnalysis("Wants a quote."))
	a.send(t, http.MethodPut, "/integrations/h", a.hubSpot(""), http.StatusOK)

	refused := a.send(t, http.MethodPut, "/workflow", `{"rules":[{"name":"a","when":"analysis.intnt == 'x'","actions":{"destinations":["nowhere"]}},{"name":"a","actions":{}}]}`, http.StatusUnprocessableEntity)
	if diff := cmp.Diff([]string{"rules[0].actions.destinations", "rules[0].when 1:10", "rules[1].actions", "rules[1].name"}, fields(t, refused)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	put := a.send(t, http.MethodPut, "/workflow", `{"rules":[{"name":"hot","when":"analysis.lead_score >= 80","actions":{"destinations":["h"],"tags":["hot"]}}]}`, http.StatusOK)
	got := a.send(t, http.MethodGet, "/workflow", "", http.StatusOK)
	if string(put.body) != string(got.body) || put.header.Get("ETag") != got.header.Get("ETag") {
		t.Errorf("put %s, get %s", put.body, got.body)
	}
	a.send(t, http.MethodPut, "/workflow", `{"rules":[]}`, http.StatusPreconditionFailed, "If-Match", `"0"`)
	if shown := a.send(t, http.MethodGet, "", "", http.StatusOK); strings.Contains(string(shown.body), "workflow") {
		t.Errorf("the tenant shows its workflow: %s", shown.body)
	}

	saved := decode[api.WorkflowPlan](t, a.send(t, http.MethodPost, "/workflow/dry-run", `{"request_id":"`+id+`"}`, http.StatusOK))
	if !saved.Destinations[0].Chosen || !cmp.Equal([]string{"hot"}, saved.Tags) || !saved.Trace[0].Matched {
		t.Errorf("saved rules: got %+v", saved)
	}
	tried := decode[api.WorkflowPlan](t, a.send(t, http.MethodPost, "/workflow/dry-run", `{"request_id":"`+id+`","rules":[
		{"name":"broken","when":"request.form['x'] == 'y'","actions":{"tags":["z"]}},{"name":"none","actions":{"skip":"not today"}}]}`, http.StatusOK))
	if tried.Destinations[0].Chosen || tried.Destinations[0].Reason != "not today" || tried.Trace[0].Error == "" || tried.Trace[0].Matched {
		t.Errorf("rules of the body: got %+v", tried)
	}
	if diff := cmp.Diff([]string{"workflow.put tenant_demo", "transcript.read " + id, "transcript.read " + id}, a.actions(t, 3)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

func TestTheAuditLogSaysFromWhereAndWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "", settings, http.StatusOK)
	a.send(t, http.MethodPut, "", strings.Replace(settings, `"recording_days":30`, `"recording_days":60`, 1), http.StatusOK)
	page := decode[api.AuditPage](t, a.send(t, http.MethodGet, "/audit?limit=1&action=tenant.put&target="+demo, "", http.StatusOK))
	e := page.Entries[0]
	if e.Origin != "127.0.0.1" || !strings.HasSuffix(e.Actor, "#ann@example.com") || page.NextPageToken == "" {
		t.Errorf("got %+v", page)
	}
	retention := func(days float64) map[string]any {
		return map[string]any{"settings": map[string]any{"retention": map[string]any{"recording_days": days}}}
	}
	if diff := cmp.Diff([]map[string]any{retention(30), retention(60)}, []map[string]any{e.Before, e.After}); diff != "" {
		t.Errorf("before and after (-want +got):\n%s", diff)
	}
	next := "/audit?limit=1&action=tenant.put&target=" + demo + "&page_token=" + page.NextPageToken
	if more := decode[api.AuditPage](t, a.send(t, http.MethodGet, next, "", http.StatusOK)); len(more.Entries) != 1 || more.Entries[0].AuditID == e.AuditID {
		t.Errorf("the page after: got %+v", more)
	}
	a.send(t, http.MethodGet, strings.Replace(next, "tenant.put", "source.put", 1), "", http.StatusBadRequest)
}
