package hubspot_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
)

const (
	dana = `{"properties":{"email":"dana@example.com","firstname":"Dana","lastname":"Example","phone":"+13035550142"},"associations":[]}`
	deal = `{"properties":{"dealname":"Kitchen remodel - Dana Example","pipeline":"default","dealstage":"appointmentscheduled","amount":"25000"},"associations":[]}`
	call = `{"properties":{"hs_timestamp":"2026-11-20T16:15:02Z","hs_call_title":"Inbound call","hs_call_direction":"INBOUND",
		"hs_call_status":"COMPLETED","hs_call_duration":"187000"},"associations":%s}`
)

// fixture is a stand-in with two portals: token-a without restrictions, token-b that may
// only read contacts.
type fixture struct {
	*hubspot.Server
	url string

	mu  sync.Mutex
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)}
	server, err := hubspot.New(hubspot.Config{
		Lag: 2 * time.Second,
		Now: func() time.Time {
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.now
		},
		Portals: []hubspot.Portal{
			{TenantID: "a", Token: "token-a"},
			{TenantID: "b", Token: "token-b", Scopes: []string{"crm.objects.contacts.read"}},
		},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Server = server
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	f.url = web.URL
	return f
}

func (f *fixture) wait(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// reply is a decoded answer.
type reply struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (r reply) id() string { return fmt.Sprint(r.body["id"]) }

func (r reply) property(name string) any {
	props, _ := r.body["properties"].(map[string]any)
	return props[name]
}

// codes returns the codes of the refused properties.
func (r reply) codes() string {
	var body struct {
		Errors []struct{ Code string }
	}
	_ = json.Unmarshal([]byte(r.raw), &body) // no errors then
	codes := make([]string, 0, len(body.Errors))
	for _, e := range body.Errors {
		codes = append(codes, e.Code)
	}
	return strings.Join(codes, " ")
}

func (f *fixture) as(t *testing.T, token, method, path, body string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatalf("close answer: %v", err)
	}
	out := reply{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &out.body) // a 204 has no body
	return out
}

func (f *fixture) do(t *testing.T, method, path, body string) reply {
	t.Helper()
	return f.as(t, "token-a", method, path, body)
}

// create makes an object and returns its id.
func (f *fixture) create(t *testing.T, kind, body string) string {
	t.Helper()
	got := f.do(t, "POST", "/crm/objects/2026-09/"+kind, body)
	if got.status != http.StatusCreated {
		t.Fatalf("create %s: status = %d (%s)", kind, got.status, got.raw)
	}
	return got.id()
}

func TestAccess_is_refused_as_HubSpot_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, token, method, path, category string
		want                                int
	}{
		{"no token", "", "GET", "/crm/objects/2026-09/contacts/1", "INVALID_AUTHENTICATION", 401},
		{"an unknown token", "nobody", "GET", "/crm/objects/2026-09/contacts/1", "INVALID_AUTHENTICATION", 401},
		{"a missing scope to write", "token-b", "POST", "/crm/objects/2026-09/contacts", "MISSING_SCOPES", 403},
		{"calls go by the contacts' scope", "token-b", "GET", "/crm/objects/2026-09/calls/1", "OBJECT_NOT_FOUND", 404},
		{"a missing scope for deals", "token-b", "GET", "/crm/objects/2026-09/deals/1", "MISSING_SCOPES", 403},
		{"a missing scope for the schema", "token-b", "POST", "/crm/properties/2026-09/contacts", "MISSING_SCOPES", 403},
		{"a version that ended", "token-a", "GET", "/crm/objects/2024-03/contacts/1", "OBJECT_NOT_FOUND", 404},
		{"an undated path", "token-a", "GET", "/crm/v3/objects/contacts/1", "OBJECT_NOT_FOUND", 404},
		{"an unknown type", "token-a", "GET", "/crm/objects/2026-09/leads/1", "VALIDATION_ERROR", 400},
		{"an unknown id", "token-a", "GET", "/crm/objects/2026-09/contacts/1", "OBJECT_NOT_FOUND", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.as(t, tt.token, tt.method, tt.path, "{}")
			if got.status != tt.want || got.body["category"] != tt.category || got.body["status"] != "error" || got.body["correlationId"] == "" {
				t.Errorf("answer = %d %s, want %d %s", got.status, got.raw, tt.want, tt.category)
			}
		})
	}
}

func TestLimits_a_burst_and_searches_are_counted_apart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	search := `{"filterGroups":[],"properties":[],"sorts":[],"limit":1,"after":"0"}`
	for i := range 5 {
		got := f.do(t, "POST", "/crm/objects/2026-09/contacts/search", search)
		if got.status != 200 || got.header.Get("X-HubSpot-RateLimit-Max") != "" {
			t.Fatalf("search %d = %d %v, want 200 without rate headers", i, got.status, got.header)
		}
	}
	got := f.do(t, "POST", "/crm/objects/2026-09/contacts/search", search)
	if got.status != 429 || got.body["policyName"] != "SECONDLY" || got.body["errorType"] != "RATE_LIMIT" || got.body["category"] != nil {
		t.Errorf("sixth search = %d %s", got.status, got.raw)
	}
	for i := range 100 {
		got := f.do(t, "GET", "/crm/owners/2026-09", "")
		if got.status != 200 || got.header.Get("X-HubSpot-RateLimit-Remaining") != fmt.Sprint(99-i) {
			t.Fatalf("request %d = %d, remaining %q", i, got.status, got.header.Get("X-HubSpot-RateLimit-Remaining"))
		}
	}
	got = f.do(t, "GET", "/crm/owners/2026-09", "")
	if got.status != 429 || got.body["policyName"] != "TEN_SECONDLY_ROLLING" {
		t.Errorf("request 101 = %d %s", got.status, got.raw)
	}
	f.wait(10 * time.Second)
	if got := f.do(t, "GET", "/crm/owners/2026-09", ""); got.status != 200 {
		t.Errorf("ten seconds later: status = %d, want 200", got.status)
	}
}

func TestSettings_are_those_of_a_new_account(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct{ path, want string }{
		{"/account-info/2026-09/details", `"portalId":24000001`},
		{"/crm/pipelines/2026-09/deals", `"id":"appointmentscheduled"`},
		{"/crm/owners/2026-09?email=owner@example.com", `"id":"7001"`},
		{"/crm/owners/2026-09?email=nobody@example.com", `"results":[]`},
		{"/crm/properties/2026-09/0-3", `"name":"dealstage"`},
	}
	for _, tt := range tests {
		if got := f.do(t, "GET", tt.path, ""); got.status != 200 || !strings.Contains(got.raw, tt.want) {
			t.Errorf("%s = %d %s, want %s", tt.path, got.status, got.raw, tt.want)
		}
	}
}

func TestObjects_and_Reset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	contact := f.create(t, "contacts", dana)
	f.create(t, "calls", fmt.Sprintf(call, `[{"to":{"id":"`+contact+`"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":194}]}]`))
	objects := f.Objects("a")
	if len(objects) != 2 || objects[0].Type != "contacts" || objects[0].ID != contact || objects[1].Type != "calls" {
		t.Fatalf("Objects(a) = %v", objects)
	}
	linked, _ := objects[1].Fields["associations"].(map[string][]string)
	if fmt.Sprint(linked) != "map[contacts:["+contact+"]]" || objects[0].Fields["email"] != "dana@example.com" {
		t.Errorf("fields = %v, associations = %v", objects[0].Fields, linked)
	}
	if other := f.Objects("b"); len(other) != 0 {
		t.Errorf("Objects(b) = %v, want none", other)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v, want none", left)
	}
}
