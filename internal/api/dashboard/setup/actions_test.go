package setup_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

// site returns a dashboard for an administrator; answers replace those of every page.
func site(t *testing.T, answers map[string]dashtest.Answer) *dashtest.Site {
	t.Helper()
	known := all()
	for request, answer := range answers {
		known[request] = answer
	}
	return dashtest.New(t, access.TenantAdmin, known)
}

func TestASourceIsSavedAndItsSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const key = "key-0123456789abcdef"
	s := site(t, map[string]dashtest.Answer{"PUT " + api + "/sources/callrail": {Body: source("callrail")}})
	form := url.Values{"etag": {etag}, "kind": {"callrail"}, "name": {"Main line"}, "active": {"on"}, "company_id": {"12345"}, "api_key": {key}}
	if page := s.Post(base+"/sources/callrail", form); page.Status != http.StatusSeeOther {
		t.Fatalf("the answer is %d", page.Status)
	}
	var got object
	call := sent(t, s, http.MethodPut, &got)
	want := object{"kind": "callrail", "name": "Main line", "status": "active", "company_id": "12345", "api_key": key}
	if diff := cmp.Diff(want, got); diff != "" || call.Header.Get("If-Match") != etag {
		t.Error(diff)
	}
	s.Answer("PUT "+api+"/sources/callrail", dashtest.Problem(http.StatusPreconditionFailed, "changed"))
	page := s.Post(base+"/sources/callrail", form)
	if page.Status != http.StatusUnprocessableEntity || strings.Contains(page.Body, key) || !strings.Contains(page.Body, "Main line") {
		t.Errorf("the answer is %d, and shows the key or loses the name", page.Status)
	}
}

func TestANewSourceDoesNotReplaceAnother(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{"PUT " + api + "/sources/web": {Body: source("web")}})
	for _, id := range []string{"callrail", "new", ""} {
		if page := s.Post(base+"/sources/new", url.Values{"kind": {"form"}, "source_id": {id}}); page.Status != http.StatusUnprocessableEntity {
			t.Errorf("the id %q is answered %d", id, page.Status)
		}
	}
	if calls := s.Calls(http.MethodPut); len(calls) > 0 {
		t.Fatalf("something was replaced: %+v", calls)
	}
	page := s.Post(base+"/sources/new", url.Values{"kind": {"form"}, "source_id": {"web"}, "active": {"on"}, "origins": {"https://a.example.com, https://b.example.com"}})
	if page.Status != http.StatusSeeOther || page.Header.Get("Location") != base+"/sources/web" {
		t.Errorf("the answer is %d to %s", page.Status, page.Header.Get("Location"))
	}
	var got object
	sent(t, s, http.MethodPut, &got)
	if diff := cmp.Diff([]any{"https://a.example.com", "https://b.example.com"}, got["origins"]); diff != "" {
		t.Error(diff)
	}
}

func TestADrawnSigningKeyIsShownOnceAndKeptNowhere(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{"POST " + api + "/sources/callrail/signing-keys": {Status: http.StatusCreated, Body: object{"key_id": "signing_3", "value": "drawn-secret"}}})
	page := s.Post(base+"/sources/callrail/keys", url.Values{})
	if page.Status != http.StatusOK || !strings.Contains(page.Body, "drawn-secret") || page.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the answer is %d, %s, or lacks the key", page.Status, page.Header.Get("Cache-Control"))
	}
	if again := s.Get(base + "/sources/callrail"); strings.Contains(again.Body, "drawn-secret") {
		t.Error("the key is shown again")
	}
	s.Answer("POST "+api+"/sources/callrail/signing-keys", dashtest.Problem(http.StatusConflict, "conflict"))
	if page := s.Post(base+"/sources/callrail/keys", url.Values{}); page.Status != http.StatusSeeOther {
		t.Errorf("a fifth key is answered %d", page.Status)
	}
}

func TestSavingACRMKeepsItsMappingAndTheOtherWayRound(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{"PUT " + api + "/integrations/hubspot": {Body: integration()}})
	s.Post(base+"/integrations/hubspot", url.Values{"etag": {etag}, "kind": {"hubspot"}, "name": {"HubSpot"}, "config": {`{"pipeline":"p2"}`}})
	var got object
	sent(t, s, http.MethodPut, &got)
	want := object{"kind": "hubspot", "name": "HubSpot", "status": "suspended", "config": object{
		"pipeline": "p2", "mapping": []any{object{"record": "contact", "field": "lead_source", "constant": "Phone"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	s = site(t, map[string]dashtest.Answer{"PUT " + api + "/integrations/hubspot": {Body: integration()}})
	s.Post(base+"/integrations/hubspot/mapping", url.Values{"etag": {etag}, "mapping.0.record": {"deal"}, "mapping.0.field": {"x"}, "mapping.0.value": {"tags"}})
	got = nil
	sent(t, s, http.MethodPut, &got)
	want = object{"kind": "hubspot", "name": "HubSpot", "status": "active", "third_party": true, "config": object{
		"pipeline": "default", "mapping": []any{object{"record": "deal", "field": "x", "value": "tags"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if page := s.Post(base+"/integrations/hubspot", url.Values{"etag": {etag}, "config": {"{"}}); page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "it must be a JSON object") {
		t.Errorf("settings that are no object are answered %d", page.Status)
	}
}

func TestWhatDeliveriesWaitForIsSummedUp(t *testing.T) {
	t.Parallel()
	page := site(t, nil).Get(base + "/integrations/hubspot")
	_, list, _ := strings.Cut(page.Body, `class="troubles"`)
	list, _, _ = strings.Cut(list, "</ul>")
	if items := strings.Split(list, "<li>")[1:]; len(items) != 2 || !strings.Contains(items[0], "<b>2</b> leads: The key was revoked.") ||
		!strings.Contains(items[0], base+"/requests/req_3") || !strings.Contains(items[1], "It did not answer.") {
		t.Errorf("the page says %s", list)
	}
}

func TestAMistakeInARuleIsMarkedAtTheRule(t *testing.T) {
	t.Parallel()
	refused := dashtest.Problem(http.StatusUnprocessableEntity, "invalid_settings")
	refused.Body.(object)["errors"] = []any{object{"field": "config.mapping[1].value 1:1", "message": "there is no analisis"}}
	s := site(t, map[string]dashtest.Answer{"PUT " + api + "/integrations/hubspot": refused})
	page := s.Post(base+"/integrations/hubspot/mapping", url.Values{
		"etag": {etag}, "request_id": {"req_1"}, "mapping.0.record": {"deal"}, "mapping.0.field": {"a"}, "mapping.0.value": {"tags"},
		"mapping.4.record": {"deal"}, "mapping.4.field": {"b"}, "mapping.4.value": {"analisis.x"},
	})
	if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, `id="f-mapping-1-value-error">there is no analisis`) || !strings.Contains(page.Body, `value="analisis.x"`) {
		t.Errorf("the answer is %d and does not say it at the second rule", page.Status)
	}
}

func TestAPreviewShowsWhatIsTypedAndSavesNothing(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{"POST " + api + "/integrations/hubspot/mapping/preview": {Body: object{
		"values": []any{object{"object": "contact", "field": "jobtitle", "value": "<Owner>"}}, "problems": []any{object{"object": "deal", "field": "y", "message": "mapping[0].value 1:8: nobody said it", "warning": true}},
	}}})
	form := url.Values{"request_id": {"req_1"}, "mapping.0.record": {"contact"}, "mapping.0.field": {"jobtitle"}, "mapping.0.value": {"person.name"}}
	part := s.Post(base+"/integrations/hubspot/mapping/preview", form, "HX-Request", "true")
	if part.Status != http.StatusOK || strings.Contains(part.Body, "<html") || !strings.Contains(part.Body, "&lt;Owner&gt;") || !strings.Contains(part.Body, "</code> nobody said it") {
		t.Errorf("the part is %d %s", part.Status, part.Body)
	}
	var got object
	sent(t, s, http.MethodPost, &got)
	want := object{"request_id": "req_1", "mapping": []any{object{"record": "contact", "field": "jobtitle", "value": "person.name"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	whole := s.Post(base+"/integrations/hubspot/mapping/preview", form)
	if !strings.Contains(whole.Body, "<html") || !strings.Contains(whole.Body, "&lt;Owner&gt;") || !strings.Contains(whole.Body, `value="person.name"`) {
		t.Error("without scripts the preview is missing, or what was typed is lost")
	}
	if calls := s.Calls(http.MethodPut); len(calls) > 0 {
		t.Errorf("a preview saves: %+v", calls)
	}
}

func TestTheWeightsArePreviewedBeforeTheyAreSaved(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{
		"PUT " + api: company(),
		"POST " + api + "/rescores": {Body: object{"complete": true, "looked": 10, "done": 9, "changed": 4, "busy": 0, "skipped": 1,
			"bands":    object{"warm": object{"hot": 3, "cold": 1}},
			"requests": []any{object{"request_id": "req_1", "from_score": 62, "to_score": 86, "from_band": "warm", "to_band": "hot", "fields": []string{"lead_score"}}}}},
	})
	weights := url.Values{"etag": {etag}, "from": {"2026-01-01"}, "to": {"2026-03-31"}}
	for name, points := range map[string]string{
		"intent": "20", "timeline": "20", "project_value": "15", "budget": "40", "decision_maker": "10", "engagement": "10", "service_area": "5", "contactability": "5",
	} {
		weights.Set("settings.weights."+name, points)
	}
	part := s.Post(base+"/scoring/preview", weights, "HX-Request", "true")
	for _, want := range []string{"4 of 9", "Warm → Hot", "higher", "86"} {
		if !strings.Contains(part.Body, want) {
			t.Errorf("the preview has no %q: %s", want, part.Body)
		}
	}
	var order struct {
		Preview bool               `json:"preview"`
		From    string             `json:"from"`
		Weights map[string]float64 `json:"weights"`
	}
	sent(t, s, http.MethodPost, &order)
	if !order.Preview || order.From != "2026-01-01" || order.Weights["budget"] != 40 || len(order.Weights) != 8 {
		t.Errorf("the order is %+v", order)
	}
	s.Post(base+"/scoring", weights)
	weights.Set("settings.weights.budget", "15")
	s.Post(base+"/scoring", weights)
	calls := s.Calls(http.MethodPut)
	if len(calls) != 2 || !strings.Contains(calls[0].Body, `"budget":40`) || strings.Contains(calls[1].Body, `"weights"`) {
		t.Errorf("own weights are not saved, or the default ones are: %+v", calls)
	}
}

func TestASlackAddressIsKeptAsASecretBeforeSettingsNameIt(t *testing.T) {
	t.Parallel()
	const address = "https://hooks.slack.example.com/services/T/B/X"
	s := site(t, map[string]dashtest.Answer{
		"PUT " + api: company(), "PUT " + api + "/secrets/*": {Body: object{"secret": "tenant-tenant_a-slack_sales_new"}},
	})
	page := s.Post(base+"/notifications", url.Values{"etag": {etag}, "settings.notifications.slack.0.name": {"sales"},
		"settings.notifications.slack.0.secret": {"tenant-tenant_a-slack_sales"}, "settings.notifications.slack.0.address": {address}})
	calls := s.Calls(http.MethodPut)
	if page.Status != http.StatusSeeOther || len(calls) != 2 || !strings.Contains(calls[0].Path, "/secrets/slack_sales_") || !strings.Contains(calls[0].Body, address) {
		t.Fatalf("the answer is %d after %+v", page.Status, calls)
	}
	if strings.Contains(calls[1].Body, address) || !strings.Contains(calls[1].Body, `"secret":"tenant-tenant_a-slack_sales_new"`) {
		t.Errorf("the settings are %s", calls[1].Body)
	}
	page = s.Post(base+"/notifications", url.Values{"etag": {etag}, "settings.notifications.slack.0.name": {"new"}})
	if page.Status != http.StatusUnprocessableEntity || len(s.Calls(http.MethodPut)) != 2 {
		t.Errorf("a channel without an address is answered %d", page.Status)
	}
}

// What settings name must stay as it is until they name something else: the API may refuse them.
func TestARefusedSlackAddressLeavesTheOneThatIsSaved(t *testing.T) {
	t.Parallel()
	for _, refusal := range []dashtest.Answer{
		dashtest.Problem(http.StatusUnprocessableEntity, "invalid_settings"), dashtest.Problem(http.StatusPreconditionFailed, "changed"),
	} {
		const kept, fresh = "tenant-tenant_a-slack_sales", "tenant-tenant_a-slack_sales_new"
		s := site(t, map[string]dashtest.Answer{"PUT " + api: refusal, "PUT " + api + "/secrets/*": {Body: object{"secret": fresh}}})
		page := s.Post(base+"/notifications", url.Values{
			"etag": {etag}, "settings.notifications.slack.0.name": {"sales"}, "settings.notifications.slack.0.secret": {kept},
			"settings.notifications.slack.0.address": {"https://hooks.slack.example.com/services/T/B/NEW"},
			"settings.notifications.email.0.name":    {"owner"}, "settings.notifications.email.0.to": {"nobody"},
		})
		for _, call := range s.Calls(http.MethodPut) {
			if strings.HasSuffix(call.Path, "/secrets/slack_sales") {
				t.Errorf("the address that leads go to is replaced by %s, before the settings are refused", call.Path)
			}
		}
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, `value="`+fresh+`"`) {
			t.Errorf("the answer is %d, or has lost the address that was typed", page.Status)
		}
	}
}

func TestAPersonIsNeverPartOfAnAddress(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{
		"POST " + api + "/privacy/lookup":   {Body: object{"requests": 2, "held": 1, "opted_out_at": nil, "erased_at": nil}},
		"POST " + api + "/privacy/erasures": {Status: http.StatusAccepted, Body: object{"job_id": "job_2", "kind": "erase", "state": "queued"}},
	})
	who := url.Values{"phone": {"(303) 555-0142"}}
	if page := s.Post(base+"/privacy", who); page.Status != http.StatusOK || !strings.Contains(page.Body, "Under legal hold") || !strings.Contains(page.Body, base+"/privacy/erase") {
		t.Errorf("the look-up is answered %d", page.Status)
	}
	page := s.Post(base+"/privacy/erase", who)
	if page.Status != http.StatusSeeOther || strings.Contains(page.Header.Get("Location"), "303") {
		t.Errorf("the erasure is answered %d to %s", page.Status, page.Header.Get("Location"))
	}
	for _, call := range append(s.Calls(http.MethodPost), s.Calls(http.MethodGet)...) {
		if strings.Contains(call.Path+call.Query, "555") {
			t.Errorf("the person is in %s?%s", call.Path, call.Query)
		}
	}
	if page := s.Post(base+"/privacy/forget", who); page.Status != http.StatusNotFound {
		t.Errorf("what does not exist is answered %d", page.Status)
	}
}

func TestAJobIsFollowedPausedAndFetched(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{
		"POST " + api + "/jobs/job_1/pause":   {Status: http.StatusNoContent},
		"GET " + api + "/jobs/job_1/download": {Body: object{"url": "https://storage.example.com/x", "expires_at": time.Unix(0, 0)}},
	})
	if part := s.Get(base+"/jobs?kind=rescore", "HX-Request", "true"); !strings.Contains(part.Body, `hx-trigger="every 2s"`) {
		t.Errorf("a running job is not followed: %s", part.Body)
	}
	if part := s.Get(base+"/jobs?kind=export", "HX-Request", "true"); strings.Contains(part.Body, "hx-trigger") || !strings.Contains(part.Body, "No job yet") {
		t.Errorf("jobs of another kind are shown: %s", part.Body)
	}
	if page := s.Post(base+"/jobs/job_1/pause", url.Values{"kind": {"rescore"}}); page.Header.Get("Location") != base+"/scoring" {
		t.Errorf("pausing leads to %s", page.Header.Get("Location"))
	}
	if page := s.Get(base + "/jobs/job_1/download"); page.Header.Get("Location") != "https://storage.example.com/x" || page.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the download leads to %s", page.Header.Get("Location"))
	}
}

func TestTheAuditLogIsFiltered(t *testing.T) {
	t.Parallel()
	s := site(t, nil)
	s.Get(base + "/audit?action=tenant.put&target=tenant.put&page_token=next")
	calls := s.Calls(http.MethodGet)
	if got := calls[len(calls)-1].Query; got != "limit=50&page_token=next&action=tenant.put&target=tenant.put" {
		t.Errorf("the API is asked %s", got)
	}
}

func TestCompaniesAreForThePlatformsOperator(t *testing.T) {
	t.Parallel()
	if page := site(t, nil).Get("/dashboard/companies/new"); page.Status != http.StatusForbidden {
		t.Errorf("an administrator is answered %d", page.Status)
	}
	answers := all()
	answers["POST /v1/tenants"] = dashtest.Answer{Status: http.StatusCreated, Body: object{"tenant_id": "tenant_b", "settings": object{}}}
	answers["POST "+api+"/suspend"] = dashtest.Answer{Status: http.StatusNoContent}
	s := dashtest.New(t, access.PlatformAdmin, answers)
	if page := s.Get(base + "/settings"); !strings.Contains(page.Body, "Suspend this company") {
		t.Error("the operator finds no way to suspend")
	}
	form := url.Values{"tenant_id": {"tenant_b"}, "name": {"B"}, "time_zone": {"UTC"}, "region": {"US"}}
	if page := s.Post("/dashboard/companies/new", form); page.Header.Get("Location") != "/dashboard/tenants/tenant_b/setup" {
		t.Errorf("the new company is answered %d to %s", page.Status, page.Header.Get("Location"))
	}
	s.Answer("POST /v1/tenants", dashtest.Problem(http.StatusConflict, "conflict"))
	if page := s.Post("/dashboard/companies/new", form); page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "another company has this id") {
		t.Errorf("an id that is taken is answered %d", page.Status)
	}
	if page := s.Post(base+"/status", url.Values{"status": {"suspended"}}); page.Status != http.StatusSeeOther {
		t.Errorf("suspending is answered %d", page.Status)
	}
}

func TestAWorkflowIsTriedAndSaved(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]dashtest.Answer{
		"PUT " + api + "/workflow": {Body: object{"rules": []any{}}},
		"POST " + api + "/workflow/dry-run": {Body: object{"tags": []string{"kitchen"}, "trace": []any{object{"rule": "kitchens", "matched": true, "why": "its condition is true", "error": ""}},
			"destinations": []any{object{"destination": "hubspot", "chosen": false, "reason": "the rule kitchens skips it"}}, "channels": []any{object{"channel": "slack:sales", "chosen": true, "reason": "hot"}}}},
	})
	form := url.Values{"etag": {etag}, "request_id": {"req_1"}, "rules.0.name": {"kitchens"}, "rules.0.when": {"true"}, "rules.0.actions.skip": {"none today"}}
	part := s.Post(base+"/workflow/try", form, "HX-Request", "true")
	for _, want := range []string{"the rule kitchens skips it", "slack:sales", "its condition is true", "kitchen"} {
		if !strings.Contains(part.Body, want) {
			t.Errorf("the dry run has no %q", want)
		}
	}
	if page := s.Post(base+"/workflow", form); page.Status != http.StatusSeeOther {
		t.Errorf("saving is answered %d", page.Status)
	}
	var got object
	sent(t, s, http.MethodPut, &got)
	if diff := cmp.Diff([]any{object{"name": "kitchens", "when": "true", "actions": object{"skip": "none today"}}}, got["rules"]); diff != "" {
		t.Error(diff)
	}
}
