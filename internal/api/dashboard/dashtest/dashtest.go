// Package dashtest serves the dashboard for tests: signed in, and before an API that answers
// what the test says.
package dashtest

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/session"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// Tenant is the company that everybody sees. Its zone is America/Denver.
const Tenant = "tenant_a"

const person = "ann@example.com"

// signingKey is the issuer's of every site: making one takes longer than a test.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// Answer is what the API answers.
type Answer struct {
	Status int // 0: 200
	Body   any // as JSON; a string goes as it is
	ETag   string
}

// Problem is an answer with problem details.
func Problem(status int, code string) Answer {
	return Answer{Status: status, Body: map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": "Detail of " + code + ".",
	}}
}

// Call is a request that the API got.
type Call struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// Site is a dashboard with somebody signed in.
type Site struct {
	URL string

	t       *testing.T
	browser *http.Client
	ahead   atomic.Int64 // nanoseconds, of the clocks

	mu      sync.Mutex
	answers map[string]Answer
	calls   []Call
}

// New returns a site. Answers are by method and path: "GET /v1/tenants/tenant_a/stats"; a star at
// the end stands for whatever the dashboard draws there. Who is signed in and which tenants there
// are needs none.
func New(t *testing.T, role access.Role, answers map[string]Answer) *Site {
	t.Helper()
	s := &Site{t: t, answers: map[string]Answer{
		"GET /v1/me": {Body: map[string]any{"subject": person, "role": role, "all_tenants": role == access.PlatformAdmin, "expires_at": time.Now().Add(time.Hour)}},
		"GET /v1/tenants": {Body: map[string]any{"next_page_token": "", "tenants": []any{map[string]any{
			"tenant_id": Tenant, "name": "Company A", "status": "active", "time_zone": "America/Denver", "region": "US", "created_at": time.Unix(0, 0),
		}}}},
	}}
	for request, answer := range answers {
		s.Answer(request, answer)
	}
	var provider, pages http.Handler
	issuer := serve(t, func() http.Handler { return provider })
	site := serve(t, func() http.Handler { return pages })
	s.URL = site
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	signer, err := oidc.New(oidc.Config{URL: issuer, Key: key, Now: s.now, People: []oidc.Person{{Name: "Ann", Subject: person, Role: string(role)}}})
	if err != nil {
		t.Fatal(err)
	}
	provider = signer.Handler()
	handler, err := dashboard.New(t.Context(), dashboard.Config{MediaOrigin: "https://media.example.com", Session: session.Config{
		URL: site + "/dashboard", Issuer: issuer, ClientID: "dashboard", Audience: "api", Scopes: []string{"openid"}, Lasts: time.Hour,
		Keys: config.Secret(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))),
	}}, http.HandlerFunc(s.serveAPI), s.now)
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	router.Mount("/dashboard", handler)
	pages = router
	s.signIn()
	return s
}

func serve(t *testing.T, handler func() http.Handler) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	return server.URL
}

// Advance moves the clocks of the dashboard and of who signs people in on. A token lasts an hour.
func (s *Site) Advance(by time.Duration) { s.ahead.Add(int64(by)) }

func (s *Site) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// Answer changes what the API answers.
func (s *Site) Answer(request string, answer Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[request] = answer
}

// Calls returns what the API was asked with this method, without who asks and for what.
func (s *Site) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Call
	for _, c := range s.calls {
		if c.Method == method && c.Path != "/v1/me" && c.Path != "/v1/tenants" {
			found = append(found, c)
		}
	}
	return found
}

func (s *Site) serveAPI(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a test sees what is missing
	s.mu.Lock()
	answer, known := s.answerTo(r.Method + " " + r.URL.Path)
	s.calls = append(s.calls, Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: string(body), Header: r.Header})
	s.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ey") {
		answer, known = Problem(http.StatusUnauthorized, "missing_token"), true
	}
	if !known {
		answer = Problem(http.StatusNotFound, "not_found")
	}
	if answer.ETag != "" {
		w.Header().Set("ETag", answer.ETag)
	}
	if answer.Status != 0 {
		w.WriteHeader(answer.Status)
	}
	if text, ok := answer.Body.(string); ok {
		_, _ = io.WriteString(w, text)
	} else if answer.Body != nil {
		_ = json.NewEncoder(w).Encode(answer.Body)
	}
}

func (s *Site) answerTo(request string) (Answer, bool) {
	if answer, known := s.answers[request]; known {
		return answer, true
	}
	for pattern, answer := range s.answers {
		if beginning, open := strings.CutSuffix(pattern, "*"); open && strings.HasPrefix(request, beginning) {
			return answer, true
		}
	}
	return Answer{}, false
}

func (s *Site) signIn() {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.browser = &http.Client{
		Jar:           jar,
		Transport:     &http.Transport{}, // a test server that is closed takes idle connections of the shared one along
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	issuer := s.Get("/dashboard/sign-in").Header.Get("Location")
	chosen := s.send(http.MethodPost, issuer, "person="+url.QueryEscape(person))
	s.send(http.MethodGet, chosen.Header.Get("Location"), "")
}

// Page is an answer of the dashboard.
type Page struct {
	Status int
	Header http.Header
	Body   string
}

// Get asks for an address. Headers are name and value by turns.
func (s *Site) Get(path string, headers ...string) Page {
	s.t.Helper()
	return s.send(http.MethodGet, s.URL+path, "", headers...)
}

// Post sends a form, as the dashboard's own pages do.
func (s *Site) Post(path string, form url.Values, headers ...string) Page {
	s.t.Helper()
	return s.send(http.MethodPost, s.URL+path, form.Encode(), append([]string{"Sec-Fetch-Site", "same-origin"}, headers...)...)
}

func (s *Site) send(method, address, form string, headers ...string) Page {
	s.t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(s.t.Context()), method, address, strings.NewReader(form))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.browser.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return Page{Status: res.StatusCode, Header: res.Header, Body: string(body)}
}
