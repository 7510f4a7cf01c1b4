package salesforce_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/salesforce"
)

const (
	base = "/services/data/v67.0"
	dana = `{"LastName":"Example","FirstName":"Dana","Company":"[not provided]","Phone":"+13035550142","Email":"dana@example.com","LeadSource":"Phone Inquiry"}`
)

// appKey signs the assertions of tenant a's app.
var appKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// fixture is a stand-in with two orgs: a's app signs assertions, b's has a secret and its
// org a limit of five requests a day.
type fixture struct {
	*salesforce.Server
	url   string
	token string // a session of tenant a

	mu  sync.Mutex
	now time.Time
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{now: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)}
	server, err := salesforce.New(salesforce.Config{
		Lag: 2 * time.Second, Now: f.clock,
		Orgs: []salesforce.Org{
			{TenantID: "a", ClientID: "client-a", Username: "app@a.example.com", PublicKey: &appKey().PublicKey},
			{TenantID: "b", ClientID: "client-b", ClientSecret: "secret-b", DailyRequests: 5, Sandbox: true},
		},
	})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Server = server
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	f.url = web.URL
	f.token = f.login(t)
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) wait(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// claims returns those of a valid assertion of tenant a.
func (f *fixture) claims() map[string]any {
	return map[string]any{
		"iss": "client-a", "sub": "app@a.example.com", "aud": "https://login.salesforce.com", "exp": f.clock().Add(3 * time.Minute).Unix(),
	}
}

// sign returns a JWT.
func sign(t *testing.T, key *rsa.PrivateKey, header string, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatalf("encode claims: %v", err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

const rs256 = `{"alg":"RS256","typ":"JWT"}`

// ask asks the token endpoint.
func (f *fixture) ask(t *testing.T, form url.Values) reply {
	t.Helper()
	return f.send(t, "POST", "/services/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func bearer(assertion string) url.Values {
	return url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
}

func (f *fixture) login(t *testing.T) string {
	t.Helper()
	got := f.ask(t, bearer(sign(t, appKey(), rs256, f.claims())))
	token, _ := got.body["access_token"].(string)
	if got.status != 200 || token == "" {
		t.Fatalf("login = %d %s", got.status, got.raw)
	}
	return token
}

// reply is a decoded answer.
type reply struct {
	status int
	header http.Header
	raw    string
	body   map[string]any   // if it is an object
	list   []map[string]any // if it is a list
}

func (r reply) id() string { return fmt.Sprint(r.body["id"]) }

// code returns the code of a refusal and the fields that it names.
func (r reply) code() string {
	if len(r.list) == 0 {
		return ""
	}
	code := fmt.Sprint(r.list[0]["errorCode"])
	if fields, _ := r.list[0]["fields"].([]any); len(fields) > 0 {
		code += " " + strings.Trim(fmt.Sprint(fields), "[]")
	}
	return code
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
	_ = json.Unmarshal(raw, &out.body) // a 204 has no body, a refusal is a list
	_ = json.Unmarshal(raw, &out.list)
	return out
}

func (f *fixture) do(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	return f.send(t, method, base+path, body, append(header, "Authorization", "Bearer "+f.token, "Content-Type", "application/json")...)
}

// create makes a record and returns its id.
func (f *fixture) create(t *testing.T, object, body string) string {
	t.Helper()
	got := f.do(t, "POST", "/sobjects/"+object, body)
	if got.status != http.StatusCreated || got.body["success"] != true {
		t.Fatalf("create %s = %d %s", object, got.status, got.raw)
	}
	return got.id()
}

func TestAccess_is_refused_as_Salesforce_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tests := []struct {
		name, token, path, code string
		want                    int
	}{
		{"no session", "", base + "/limits", "INVALID_SESSION_ID", 401},
		{"an unknown session", "Bearer 00D!x", base + "/limits", "INVALID_SESSION_ID", 401},
		{"a session as basic auth", "Basic " + f.token, base + "/limits", "INVALID_SESSION_ID", 401},
		{"a version that never was", "Bearer " + f.token, "/services/data/v999.0/limits", "NOT_FOUND", 404},
		{"an unknown object", "Bearer " + f.token, base + "/sobjects/Person/describe", "NOT_FOUND", 404},
		{"an unknown path", "Bearer " + f.token, base + "/nothing", "NOT_FOUND", 404},
		{"a path without version", "Bearer " + f.token, "/sobjects/Lead", "NOT_FOUND", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := f.send(t, "GET", tt.path, "", "Authorization", tt.token); got.status != tt.want || got.code() != tt.code {
				t.Errorf("answer = %d %s, want %d %s", got.status, got.raw, tt.want, tt.code)
			}
		})
	}
	if got := f.send(t, "GET", "/services/data/", ""); got.status != 200 || !strings.Contains(got.raw, `"version":"67.0"`) {
		t.Errorf("versions = %d %s", got.status, got.raw)
	}
}

func TestFaults_are_told_in_Salesforce_s_words(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		path   string
		want   string
	}{
		{400, base + "/composite", "UNABLE_TO_LOCK_ROW"},
		{401, base + "/query", "INVALID_SESSION_ID"},
		{403, base + "/query", "TotalRequests"},
		{404, base + "/query", "NOT_FOUND"},
		{429, base + "/query", "ConcurrentRequests"},
		{500, base + "/query", "UNKNOWN_EXCEPTION"},
		{502, base + "/query", "<html>"},
		{503, base + "/query", "SERVER_UNAVAILABLE"},
		{400, "/services/oauth2/token", `"error":"invalid_grant"`},
		{503, "/services/oauth2/token", "<html>"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		salesforce.WriteError(w, httptest.NewRequest(http.MethodGet, tt.path, http.NoBody), tt.status)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%d at %s = %d %s, want %s", tt.status, tt.path, w.Code, w.Body, tt.want)
		}
	}
}

func TestObjects_and_Reset(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lead := f.create(t, "Lead", dana)
	f.create(t, "Task", `{"Subject":"Inbound call","WhoId":"`+lead+`"}`)
	objects := f.Objects("a")
	if len(objects) != 2 || objects[0].Type != "Lead" || objects[0].ID != lead || objects[1].Type != "Task" || objects[1].Fields["WhoId"] != lead {
		t.Fatalf("Objects(a) = %v", objects)
	}
	if objects[0].TenantID != "a" || objects[0].Fields["Email"] != "dana@example.com" {
		t.Errorf("lead = %v", objects[0])
	}
	if other := f.Objects("b"); len(other) != 0 {
		t.Errorf("Objects(b) = %v, want none", other)
	}
	f.Reset()
	if left := f.Objects(""); len(left) != 0 {
		t.Errorf("Objects after Reset = %v, want none", left)
	}
}
