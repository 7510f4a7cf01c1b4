package setup_test

import (
	"encoding/json"
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
	api  = "/v1/tenants/" + dashtest.Tenant
	base = "/dashboard/tenants/" + dashtest.Tenant
	etag = `"seen"`
)

// settings are those of a company that uses everything.
const settings = `{"services":["kitchens"],"hours":"Mon-Fri","notifications":{"slack":[{"name":"sales","secret":"tenant-tenant_a-slack_sales","min_band":"hot"}],
	"email":[{"name":"owner","to":["owner@example.com"]}]},"speech":{"hints":["Cambria"]},"questions":[{"id":"pets","question":"Pets?","type":"yes_no"}],
	"limits":{"forms_per_day":100},"budget":{"monthly_usd":50,"on_limit":"rules"},"retention":{"recording_days":30},"trackers":[{"name":"rivals","phrases":["Bob's"]}]}`

type object = map[string]any

func company() dashtest.Answer {
	return dashtest.Answer{ETag: etag, Body: object{
		"tenant_id": dashtest.Tenant, "name": "Company A", "status": "active", "time_zone": "America/Denver", "region": "US",
		"created_at": time.Unix(0, 0), "settings": json.RawMessage(settings),
	}}
}

func source(kind string) object {
	return object{
		"source_id": kind, "kind": kind, "name": "Main", "status": "active", "company_id": "12345", "company_resource_id": "COM1", "account_id": "ACC1",
		"has_api_key": true, "signing_keys": []string{"signing_1", "signing_2"}, "form_keys": []string{}, "origins": []string{},
		"webhook_urls": []string{"https://hooks.example.com/v1/callrail/webhook/tenant_a/post_call"}, "last_delivery_at": time.Unix(1_780_000_000, 0), "problem": "",
	}
}

func integration() object {
	return object{
		"integration_id": "hubspot", "name": "HubSpot", "kind": "hubspot", "status": "active", "third_party": true, "has_credentials": true,
		"config": object{"pipeline": "default", "mapping": []any{object{"record": "contact", "field": "lead_source", "constant": "Phone"}}},
	}
}

// all is an API that answers every page.
func all() map[string]dashtest.Answer {
	return map[string]dashtest.Answer{
		"GET " + api:                       company(),
		"GET " + api + "/sources":          {Body: object{"sources": []any{source("callrail")}}},
		"GET " + api + "/sources/callrail": {Body: source("callrail"), ETag: etag},
		"GET " + api + "/sources/callrail/deliveries": {Body: object{
			"last_accepted_at": nil, "last_rejected_at": time.Unix(1_780_000_000, 0), "polled_until": nil, "webhooks": "active", "problem": "",
			"counts": []any{object{"day": "2026-03-02", "outcome": "rejected", "reason": "bad_signature", "count": 3, "last_at": time.Unix(0, 0)}},
		}},
		"GET " + api + "/integrations":                {Body: object{"integrations": []any{integration()}}},
		"GET " + api + "/integrations/hubspot":        {Body: integration(), ETag: etag},
		"GET " + api + "/integrations/hubspot/fields": {Body: object{"fields": []any{object{"object": "contact", "name": "jobtitle", "label": "Job title", "type": "string", "required": false, "read_only": false, "options": []any{}}}}},
		"GET " + api + "/integrations/hubspot/stuck": {Body: object{"complete": true, "deliveries": []any{
			object{"request_id": "req_1", "state": "parked", "error": "The key was revoked.", "updated_at": time.Unix(0, 0)},
			object{"request_id": "req_2", "state": "failed", "error": "It did not answer.", "updated_at": time.Unix(0, 0)},
			object{"request_id": "req_3", "state": "parked", "error": "The key was revoked.", "updated_at": time.Unix(100, 0)},
		}}},
		"GET " + api + "/pauses":   {Body: object{"pauses": []any{}}},
		"GET " + api + "/workflow": {ETag: etag, Body: object{"rules": []any{object{"name": "vendors", "when": "true", "actions": object{"skip": "vendor"}}}}},
		"GET " + api + "/requests": {Body: object{"next_page_token": "", "requests": []any{object{"request_id": "req_1", "received_at": time.Unix(0, 0), "caller": object{"name": "Dana", "phone": "", "email": ""}}}}},
		"GET " + api + "/budget":   {Body: object{"month": "2026-03", "spent_usd": 12.5, "forecast_usd": 40.0, "limit_usd": 50.0, "warn_at": 0.8, "on_limit": "rules", "state": "warning"}},
		"GET " + api + "/jobs": {Body: object{"next_page_token": "", "jobs": []any{object{
			"job_id": "job_1", "kind": "rescore", "state": "running", "actor": "https://issuer.example.com#ann", "created_at": time.Unix(0, 0), "updated_at": time.Unix(0, 0), "report": object{"done": 12},
		}}}},
		"GET " + api + "/audit": {Body: object{"next_page_token": "more", "entries": []any{object{
			"audit_id": "a", "at": time.Unix(0, 0), "actor": "https://issuer.example.com#ann", "action": "tenant.put", "target": "tenant_a", "origin": "203.0.113.7", "after": object{"name": "<b>A</b>"},
		}}}},
	}
}

// pages are those that a viewer may see, and those of administrators alone.
var pages = []struct {
	path  string
	admin bool
	shows string
}{
	{"/setup", false, "Everything is set up"}, {"/sources", false, "Main"}, {"/sources/callrail", false, "hooks.example.com"},
	{"/integrations", false, "1 mapped"}, {"/integrations/hubspot", false, "Going out"}, {"/integrations/hubspot/mapping", false, "lead_source"},
	{"/workflow", false, "vendors"}, {"/scoring", false, "Together 100 points"}, {"/notifications", false, "owner@example.com"},
	{"/settings", false, "kitchens"}, {"/settings/questions", false, "Pets?"}, {"/settings/retention", false, `value="30"`},
	{"/settings/budget", false, "$12.50"}, {"/members", false, "identity provider"}, {"/privacy", true, "Rescore"}, {"/audit", true, "tenant.put"},
	{"/sources/new", true, "The new source"}, {"/integrations/new", true, "The new CRM"},
}

func TestEveryPageShowsWhatTheAPISays(t *testing.T) {
	t.Parallel()
	site := dashtest.New(t, access.TenantAdmin, all())
	for _, p := range pages {
		page := site.Get(base + p.path)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, p.shows) {
			t.Errorf("%s answers %d without %q", p.path, page.Status, p.shows)
		}
	}
	if got := site.Calls(http.MethodPost); len(got) > 0 {
		t.Errorf("looking at pages changes something: %+v", got)
	}
	if audit := site.Get(base + "/audit"); !strings.Contains(audit.Body, "&lt;b&gt;A") || !strings.Contains(audit.Body, "page_token=more") {
		t.Error("the audit log shows values unescaped, or has no next page")
	}
}

func TestAViewerFindsNothingToChange(t *testing.T) {
	t.Parallel()
	site := dashtest.New(t, access.TenantViewer, all())
	for _, p := range pages {
		if p.admin {
			continue
		}
		page := site.Get(base + p.path)
		if page.Status != http.StatusOK || !strings.Contains(page.Body, p.shows) {
			t.Errorf("%s answers %d without %q", p.path, page.Status, p.shows)
		}
		_, main, _ := strings.Cut(page.Body, "<main")
		for _, form := range strings.Split(main, "<form")[1:] {
			if form, _, _ = strings.Cut(form, "</form>"); !strings.Contains(form, "<fieldset disabled") && !strings.Contains(form, "card\" disabled") || strings.Contains(form, `type="submit"`) {
				t.Errorf("%s has a form that a viewer can send: %.300s", p.path, form)
			}
		}
	}
	for _, call := range site.Calls(http.MethodGet) {
		for _, part := range []string{"/audit", "/jobs", "/fields"} {
			if strings.HasSuffix(call.Path, part) {
				t.Errorf("the page asks %s, which a viewer may not", call.Path)
			}
		}
	}
}

func TestWhatAViewerSendsAllTheSameIsRefused(t *testing.T) {
	t.Parallel()
	answers := all()
	answers["PUT "+api] = dashtest.Problem(http.StatusForbidden, "insufficient_role")
	site := dashtest.New(t, access.TenantViewer, answers)
	if page := site.Post(base+"/settings/retention", url.Values{"etag": {etag}}); page.Status != http.StatusForbidden {
		t.Errorf("the answer is %d", page.Status)
	}
}

// sent decodes the body of the only call with the method.
func sent(t *testing.T, site *dashtest.Site, method string, into any) dashtest.Call {
	t.Helper()
	calls := site.Calls(method)
	if len(calls) != 1 {
		t.Fatalf("there are %d calls, want one: %+v", len(calls), calls)
	}
	if err := json.Unmarshal([]byte(calls[0].Body), into); err != nil {
		t.Fatal(err)
	}
	return calls[0]
}

func TestASectionReplacesItsOwnPartAlone(t *testing.T) {
	t.Parallel()
	answers := all()
	answers["PUT "+api] = company()
	site := dashtest.New(t, access.TenantAdmin, answers)
	page := site.Post(base+"/settings/retention", url.Values{"etag": {etag}, "settings.retention.recording_days": {"90"}})
	if page.Status != http.StatusSeeOther || page.Header.Get("Location") != base+"/settings/retention" {
		t.Fatalf("the answer is %d to %s", page.Status, page.Header.Get("Location"))
	}
	var got struct {
		Name     string `json:"name"`
		Settings object `json:"settings"`
	}
	call := sent(t, site, http.MethodPut, &got)
	var want object
	if err := json.Unmarshal([]byte(settings), &want); err != nil {
		t.Fatal(err)
	}
	want["retention"] = object{"recording_days": 90.0}
	if diff := cmp.Diff(want, got.Settings); diff != "" || got.Name != "Company A" {
		t.Error(got.Name, diff)
	}
	if bound := call.Header.Get("If-Match"); bound != etag {
		t.Errorf("the change is bound to %q", bound)
	}
}

func TestTheSecondOfTwoEditorsLosesNothing(t *testing.T) {
	t.Parallel()
	answers := all()
	answers["PUT "+api] = dashtest.Problem(http.StatusPreconditionFailed, "changed")
	site := dashtest.New(t, access.TenantAdmin, answers)
	page := site.Post(base+"/settings/questions", url.Values{
		"etag": {`"older"`}, "settings.questions.3.id": {"has_dog"}, "settings.questions.3.question": {"Is there a dog?"}, "settings.questions.3.type": {"yes_no"},
	})
	if page.Status != http.StatusUnprocessableEntity {
		t.Fatalf("the answer is %d", page.Status)
	}
	for _, want := range []string{"Somebody else has changed this", "Is there a dog?", `name="etag" value="&#34;seen&#34;"`} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if calls := site.Calls(http.MethodPut); len(calls) != 1 || calls[0].Header.Get("If-Match") != `"older"` {
		t.Errorf("the calls are %+v", calls)
	}
}

func TestAFormThatHasSeenNothingReplacesNothing(t *testing.T) {
	t.Parallel()
	site := dashtest.New(t, access.TenantAdmin, all())
	site.Answer("PUT "+api, dashtest.Problem(http.StatusPreconditionFailed, "changed"))
	site.Post(base+"/settings/retention", url.Values{})
	if calls := site.Calls(http.MethodPut); len(calls) != 1 || calls[0].Header.Get("If-Match") == "" {
		t.Errorf("the change is bound to nothing: %+v", calls)
	}
	if page := site.Post(base+"/settings/retention", url.Values{"x": {strings.Repeat("y", 2<<20)}}); page.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form that is too large is answered %d", page.Status)
	}
	if calls := site.Calls(http.MethodPut); len(calls) != 1 {
		t.Error("a form that is too large is taken for an empty one")
	}
}

func TestARefusalStandsBesideItsField(t *testing.T) {
	t.Parallel()
	answers := all()
	refused := dashtest.Problem(http.StatusUnprocessableEntity, "invalid_settings")
	refused.Body.(object)["errors"] = []any{object{"field": "settings.retention.transcript_days", "message": "it is longer than request_days"}}
	answers["PUT "+api] = refused
	site := dashtest.New(t, access.TenantAdmin, answers)
	form := url.Values{"etag": {etag}, "settings.retention.transcript_days": {"700"}, "settings.retention.request_days": {"30"}}
	page := site.Post(base+"/settings/retention", form)
	for _, want := range []string{`id="f-settings-retention-transcript_days-error">it is longer than request_days`, `value="700"`} {
		if page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, want) {
			t.Errorf("the answer is %d without %s", page.Status, want)
		}
	}
	form.Set("settings.retention.transcript_days", "a year")
	if page := site.Post(base+"/settings/retention", form); !strings.Contains(page.Body, "it must be a number from 0") || !strings.Contains(page.Body, `value="a year"`) {
		t.Error("what cannot be read is not said, or lost")
	}
}

func TestTheChecklistSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	answers := all()
	answers["GET "+api+"/integrations"] = dashtest.Answer{Body: object{"integrations": []any{}}}
	broken := source("callrail")
	broken["problem"], broken["last_delivery_at"] = "There is no signing key.", nil
	answers["GET "+api+"/sources"] = dashtest.Answer{Body: object{"sources": []any{broken}}}
	site := dashtest.New(t, access.TenantAdmin, answers)
	page := site.Get(base + "/setup")
	for _, want := range []string{"There is no signing key.", `href="` + base + `/integrations"`, "3 of 5 steps"} {
		if !strings.Contains(page.Body, want) {
			t.Errorf("the checklist has no %s", want)
		}
	}
	if badge := site.Get(base+"/setup/badge", "HX-Request", "true"); !strings.Contains(badge.Body, ">3<") {
		t.Errorf("the badge is %s", badge.Body)
	}
	done := dashtest.New(t, access.TenantAdmin, all())
	if badge := done.Get(base+"/setup/badge", "HX-Request", "true"); badge.Status != http.StatusOK || strings.TrimSpace(badge.Body) != "" {
		t.Errorf("the badge is %s although nothing is missing", badge.Body)
	}
}
