package pipedrive_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

const dana = `{"name":"Dana Example","phones":[{"value":"(303) 555-0142","primary":true,"label":"mobile"}],
	"emails":[{"value":"dana@example.com","primary":true,"label":"work"}]}`

// fixture is a stand-in with two companies: a has an API token, b an OAuth app, and its
// plan allows one open deal.
type fixture struct {
	*pipedrive.Server
	url          string
	refreshToken string // of tenant b, after a login

	mu  sync.Mutex
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)}
	server, err := pipedrive.New(pipedrive.Config{
		Lag: 2 * time.Second,
		Now: func() time.Time {
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.now
		},
		Companies: []pipedrive.Company{
			{TenantID: "tenant_a", Token: "token-a", Plan: "ultimate"},
			{
				TenantID: "b", ClientID: "client-b", ClientSecret: "secret-b", RefreshToken: "refresh-b",
				OpenDeals: 1, SpacedTimes: true,
			},
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

// data returns the answer's data, if that is an object.
func (r reply) data() map[string]any {
	data, _ := r.body["data"].(map[string]any)
	return data
}

// count returns how many records the answer lists.
func (r reply) count() int {
	list, _ := r.body["data"].([]any)
	return len(list)
}

// id returns the id of the record in the answer, as it stands in a path.
func (r reply) id() string {
	if n, isNumber := r.data()["id"].(float64); isNumber {
		return fmt.Sprintf("%.0f", n)
	}
	return fmt.Sprint(r.data()["id"])
}

func (f *fixture) send(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
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
	_ = json.Unmarshal(raw, &out.body) // Cloudflare's page is none
	return out
}

// do sends a request of tenant a, far enough from the one before to be within the limits.
func (f *fixture) do(t *testing.T, method, path, body string) reply {
	t.Helper()
	f.wait(100 * time.Millisecond)
	return f.send(t, method, path, body, "x-api-token", "token-a", "Content-Type", "application/json")
}

// create makes a record and returns its id.
func (f *fixture) create(t *testing.T, path, body string) string {
	t.Helper()
	got := f.do(t, "POST", path, body)
	if got.status != http.StatusCreated || got.body["success"] != true {
		t.Fatalf("POST %s = %d %s", path, got.status, got.raw)
	}
	return got.id()
}

// refresh asks the token endpoint of tenant b's app.
func (f *fixture) refresh(t *testing.T, token string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url, http.NoBody)
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	req.SetBasicAuth("client-b", "secret-b")
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
	return f.send(t, "POST", "/oauth/token", form.Encode(),
		"Authorization", req.Header.Get("Authorization"), "Content-Type", "application/x-www-form-urlencoded")
}

// login returns the Authorization header of a new access token of tenant b.
func (f *fixture) login(t *testing.T) string {
	t.Helper()
	got := f.refresh(t, "refresh-b")
	if got.status != 200 {
		t.Fatalf("refresh = %d %s", got.status, got.raw)
	}
	f.refreshToken = fmt.Sprint(got.body["refresh_token"])
	return "Bearer " + fmt.Sprint(got.body["access_token"])
}

func TestAccess_is_refused_as_Pipedrive_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, header, token, path string
		want                      int
	}{
		{"no token", "x-none", "", "/api/v1/users/me", 401},
		{"an unknown token", "x-api-token", "nobody", "/api/v1/users/me", 401},
		{"an API token as bearer", "Authorization", "Bearer token-a", "/api/v1/users/me", 401},
		{"the token in the query of v2", "x-none", "", "/api/v2/persons?api_token=token-a", 401},
		{"the token in the query of v1", "x-none", "", "/api/v1/users/me?api_token=token-a", 200},
		{"v2 without api", "x-api-token", "token-a", "/v2/persons", 404},
		{"leads in v2", "x-api-token", "token-a", "/api/v2/leads", 404},
		{"persons in v1", "x-api-token", "token-a", "/api/v1/persons/1", 410},
		{"an unknown person", "x-api-token", "token-a", "/api/v2/persons/1", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.send(t, "GET", tt.path, "", tt.header, tt.token)
			if got.status != tt.want || got.body["success"] != (tt.want == 200) {
				t.Errorf("answer = %d %s, want %d", got.status, got.raw, tt.want)
			}
		})
	}
}

func TestRevoke_takes_tokens_away(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	access := f.login(t)
	if err := errors.Join(f.Revoke("tenant_a", true), f.Revoke("b", true)); err != nil {
		t.Fatalf("Revoke: %v", err)
	}
	got := f.do(t, "GET", "/api/v1/users/me", "")
	if got.status != 401 || got.body["errorCode"] != float64(401) {
		t.Errorf("revoked token = %d %s, want 401 with errorCode", got.status, got.raw)
	}
	if got := f.send(t, "GET", "/api/v1/users/me", "", "Authorization", access); got.status != 401 {
		t.Errorf("access token of a revoked app: status = %d, want 401", got.status)
	}
	if err := f.Revoke("tenant_a", false); err != nil {
		t.Fatalf("Revoke: %v", err)
	}
	if got := f.do(t, "GET", "/api/v1/users/me", ""); got.status != 200 {
		t.Errorf("token that is back: status = %d, want 200", got.status)
	}
}

func TestOAuth_tokens_end_and_refresh_tokens_rotate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.refresh(t, "refresh-b")
	if first.status != 200 || first.body["expires_in"] != float64(3600) || first.body["api_domain"] != f.url {
		t.Fatalf("refresh = %d %s", first.status, first.raw)
	}
	me := func() int {
		return f.send(t, "GET", "/api/v1/users/me", "", "Authorization", "Bearer "+fmt.Sprint(first.body["access_token"])).status
	}
	if got := me(); got != 200 {
		t.Errorf("new token: status = %d, want 200", got)
	}
	f.wait(time.Hour)
	if got := me(); got != 401 {
		t.Errorf("token after an hour: status = %d, want 401", got)
	}
	if again := f.refresh(t, "refresh-b"); again.status != 400 || again.body["error"] != "invalid_grant" {
		t.Errorf("old refresh token = %d %s, want invalid_grant", again.status, again.raw)
	}
	next := fmt.Sprint(first.body["refresh_token"])
	f.wait(61 * 24 * time.Hour)
	if late := f.refresh(t, next); late.status != 400 {
		t.Errorf("refresh token unused for 61 days: status = %d, want 400", late.status)
	}
}

func TestFaults_are_told_in_Pipedrive_s_words(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status     int
		path, want string
	}{
		{401, "/api/v1/leads", `"errorCode":401`},
		{402, "/api/v1/leads", `"success":false`},
		{403, "/api/v1/leads", "Cloudflare"},
		{429, "/api/v1/leads", "Request over limit"},
		{500, "/api/v1/leads", `"success":false`},
		{502, "/api/v1/leads", "Cloudflare"},
		{400, "/oauth/token", `"error":"invalid_grant"`},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		pipedrive.WriteError(w, httptest.NewRequest(http.MethodGet, tt.path, http.NoBody), tt.status)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%d at %s = %d %s, want %s", tt.status, tt.path, w.Code, w.Body, tt.want)
		}
	}
}

func TestObjects_and_Reset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	person := f.create(t, "/api/v2/persons", dana)
	lead := f.create(t, "/api/v1/leads", `{"title":"Kitchen","person_id":`+person+`}`)
	f.create(t, "/api/v1/notes", `{"content":"Summary","lead_id":"`+lead+`"}`)
	objects := f.Objects("tenant_a")
	if len(objects) != 3 || objects[0].Type != "persons" || objects[0].ID != person || objects[1].Type != "leads" || objects[2].Type != "notes" {
		t.Fatalf("Objects(tenant_a) = %v", objects)
	}
	if fmt.Sprint(objects[1].Fields["person_id"]) != person || objects[2].Fields["lead_id"] != lead {
		t.Errorf("lead = %v, note = %v", objects[1].Fields, objects[2].Fields)
	}
	if other := f.Objects("b"); len(other) != 0 {
		t.Errorf("Objects(b) = %v, want none", other)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v, want none", left)
	}
}
