package session_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/session"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

const ann = "ann@example.com"

// world is a dashboard of one page behind the sandbox's issuer.
type world struct {
	issuer, dashboard *httptest.Server
	sandbox           *oidc.Issuer
	cfg               session.Config
	clock             atomic.Int64 // seconds that both clocks are ahead
	tokens            atomic.Int64 // requests for tokens
	silent            atomic.Bool  // the issuer does not say how long tokens last
	browser           *http.Client // follows redirects, but for the issuer's form
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.clock.Load()) * time.Second) }

func key(b byte) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32)))
}

// newWorld serves the dashboard and returns a browser that has visited nothing yet.
func newWorld(t *testing.T, change func(*session.Config)) *world {
	t.Helper()
	w := &world{}
	var provider, pages http.Handler
	w.issuer = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == oidc.TokenPath {
			w.tokens.Add(1)
		}
		if r.URL.Path == oidc.TokenPath && w.silent.Load() {
			withoutExpiry(t, rw, r, provider)
			return
		}
		provider.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.issuer.Close)
	w.dashboard = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { pages.ServeHTTP(rw, r) }))
	t.Cleanup(w.dashboard.Close)
	var err error
	w.sandbox, err = oidc.New(oidc.Config{URL: w.issuer.URL, Now: w.now, People: []oidc.Person{
		{Name: "Ann", Subject: ann, Role: "tenant_admin", Tenants: []string{"tenant_a"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	provider = w.sandbox.Handler()
	w.cfg = session.Config{
		URL: w.dashboard.URL + "/dashboard", Issuer: w.issuer.URL, ClientID: "dashboard", Audience: "api",
		Scopes: []string{"openid"}, Keys: config.Secret(key('a')), Lasts: 12 * time.Hour,
	}
	if change != nil {
		change(&w.cfg)
	}
	pages = w.handler(t, w.cfg)
	w.browser = newBrowser(t)
	return w
}

// withoutExpiry leaves out what RFC 6749 only recommends.
func withoutExpiry(t *testing.T, w http.ResponseWriter, r *http.Request, issuer http.Handler) {
	t.Helper()
	rec := httptest.NewRecorder()
	issuer.ServeHTTP(rec, r)
	var answer map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Error(err)
	}
	delete(answer, "expires_in")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(rec.Code)
	_ = json.NewEncoder(w).Encode(answer)
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// handler shows who is signed in, at every address below /dashboard.
func (w *world) handler(t *testing.T, cfg session.Config) http.Handler {
	t.Helper()
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	gate, err := session.New(t.Context(), cfg, w.now, func(rw http.ResponseWriter, _ *http.Request, status int, title, _ string) {
		http.Error(rw, title, status)
	})
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	router.Route("/dashboard", func(r chi.Router) {
		gate.Routes(r)
		r.HandleFunc("/*", func(rw http.ResponseWriter, r *http.Request) {
			if s, ok := gate.Session(rw, r, 0); ok {
				rw.Header().Set("Token", s.Token)
				_, _ = rw.Write([]byte(s.Name))
			}
		})
	})
	return router
}

// get asks for an address; it is the dashboard's unless it is a whole one.
func (w *world) get(t *testing.T, address string, headers ...string) *http.Response {
	t.Helper()
	if strings.HasPrefix(address, "/") {
		address = w.dashboard.URL + address
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.do(t, r)
}

func (w *world) do(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	res, err := w.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// choose lets the person sign in at the issuer's page and returns where they are sent.
func (w *world) choose(t *testing.T, page string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, page, strings.NewReader("person="+ann))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(t, r).Header.Get("Location")
}

// signIn goes all the way and returns where it ends.
func (w *world) signIn(t *testing.T, to string) string {
	t.Helper()
	asked := w.get(t, to).Header.Get("Location")
	issuer := w.get(t, asked).Header.Get("Location")
	return w.get(t, w.choose(t, issuer)).Header.Get("Location")
}

func TestSigningInLeadsBackToThePageThatWasAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if got := w.signIn(t, "/dashboard/tenants/a?x=1"); got != "/dashboard/tenants/a?x=1" {
		t.Errorf("sign-in ends at %q", got)
	}
	res := w.get(t, "/dashboard/tenants/a")
	if res.StatusCode != http.StatusOK || res.Header.Get("Token") == "" {
		t.Errorf("after signing in: status %d", res.StatusCode)
	}
}

func TestWithoutASessionPagesAskAndScriptsAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	page := w.get(t, "/dashboard/x")
	if got := page.Header.Get("Location"); page.StatusCode != http.StatusSeeOther || got != "/dashboard/sign-in?to=%2Fdashboard%2Fx" {
		t.Errorf("a page: %d to %q", page.StatusCode, got)
	}
	part := w.get(t, "/dashboard/x", "HX-Request", "true", "HX-Current-URL", w.dashboard.URL+"/dashboard/list?q=1")
	if got := part.Header.Get("HX-Redirect"); part.StatusCode != http.StatusUnauthorized || got != "/dashboard/sign-in?to=%2Fdashboard%2Flist%3Fq%3D1" {
		t.Errorf("a part: %d to %q", part.StatusCode, got)
	}
	if stream := w.get(t, "/dashboard/x", "Accept", "text/event-stream"); stream.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stream: %d", stream.StatusCode)
	}
}

func TestAnAnswerOfAnotherSignInIsRefused(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(t *testing.T, w *world, answer *url.URL){
		"another state": func(_ *testing.T, _ *world, answer *url.URL) {
			answer.RawQuery = url.Values{"code": {answer.Query().Get("code")}, "state": {"forged"}}.Encode()
		},
		"another browser": func(t *testing.T, w *world, _ *url.URL) { w.browser = newBrowser(t) },
		"too late":        func(_ *testing.T, w *world, _ *url.URL) { w.clock.Add(3600) },
		"a used code": func(t *testing.T, w *world, answer *url.URL) {
			other := w.browser
			defer func() { w.browser = other }()
			w.browser = newBrowser(t)
			form := strings.NewReader("grant_type=authorization_code&client_id=dashboard&code=" + answer.Query().Get("code"))
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.issuer.URL+oidc.TokenPath, form)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w.do(t, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			issuer := w.get(t, "/dashboard/sign-in").Header.Get("Location")
			answer, err := url.Parse(w.choose(t, issuer))
			if err != nil {
				t.Fatal(err)
			}
			forge(t, w, answer)
			if res := w.get(t, answer.String()); res.StatusCode < 400 {
				t.Errorf("status %d", res.StatusCode)
			}
			if res := w.get(t, "/dashboard/x"); res.StatusCode != http.StatusSeeOther {
				t.Errorf("afterwards somebody is signed in: status %d", res.StatusCode)
			}
		})
	}
}

func TestATokenIsRefreshedBeforeItEndsAndOnceForManyRequests(t *testing.T) {
	t.Parallel()
	for name, audience := range map[string]string{"access token": "api", "ID token": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(c *session.Config) { c.Audience = audience })
			w.signIn(t, "/dashboard/x")
			first := w.get(t, "/dashboard/x").Header.Get("Token")
			old := w.browser.Jar.Cookies(parse(t, w.dashboard.URL))

			w.clock.Add(3590) // ten seconds before the end
			before := w.tokens.Load()
			second := w.get(t, "/dashboard/x")
			if got := second.Header.Get("Token"); got == first || got == "" {
				t.Errorf("the token is not refreshed: status %d", second.StatusCode)
			}
			w.browser.Jar.SetCookies(parse(t, w.dashboard.URL), old) // a request that was under way
			if res := w.get(t, "/dashboard/x"); res.StatusCode != http.StatusOK {
				t.Errorf("a request with the old cookie: status %d", res.StatusCode)
			}
			if got := w.tokens.Load() - before; got != 1 {
				t.Errorf("%d refreshes, want 1", got)
			}
		})
	}
}

func TestAnIssuerThatDoesNotSayHowLongTokensLastIsNotAskedForEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.silent.Store(true)
	w.signIn(t, "/dashboard/x")
	w.clock.Add(3590)
	before := w.tokens.Load()
	for range 3 {
		if res := w.get(t, "/dashboard/x"); res.StatusCode != http.StatusOK {
			t.Errorf("status %d", res.StatusCode)
		}
		w.clock.Add(61) // a refreshed session is remembered for a minute
	}
	if got := w.tokens.Load() - before; got != 1 {
		t.Errorf("%d refreshes for three pages, want 1", got)
	}
	w.clock.Add(600)
	if w.get(t, "/dashboard/x"); w.tokens.Load()-before != 2 {
		t.Error("a token of which nobody knows when it ends is taken to last")
	}
}

func TestASessionEndsAfterItsTimeAndBySigningOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *session.Config) { c.Lasts = 30 * time.Minute })
	w.signIn(t, "/dashboard/x")
	w.clock.Add(31 * 60)
	if res := w.get(t, "/dashboard/x"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after its time: status %d", res.StatusCode)
	}
	w.signIn(t, "/dashboard/x")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.dashboard.URL+"/dashboard/sign-out", nil)
	if err != nil {
		t.Fatal(err)
	}
	out := w.do(t, r).Header.Get("Location")
	if !strings.HasPrefix(out, w.issuer.URL+oidc.LogoutPath) || !strings.Contains(out, url.QueryEscape(w.dashboard.URL+"/dashboard/signed-out")) {
		t.Errorf("signing out leads to %q", out)
	}
	if res := w.get(t, "/dashboard/x"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: status %d", res.StatusCode)
	}
}

func TestAKeyIsRotatedWithoutSigningAnybodyOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.signIn(t, "/dashboard/x")
	for name, test := range map[string]struct {
		keys string
		want int
	}{
		"new and old": {key('b') + "," + key('a'), http.StatusOK},
		"new alone":   {key('b'), http.StatusSeeOther},
	} {
		cfg := w.cfg
		cfg.Keys = config.Secret(test.keys)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dashboard/x", nil)
		r.Header.Set("Accept", "text/html")
		for _, c := range w.browser.Jar.Cookies(parse(t, w.dashboard.URL)) {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		w.handler(t, cfg).ServeHTTP(rec, r)
		if rec.Code != test.want {
			t.Errorf("%s: got %d, want %d", name, rec.Code, test.want)
		}
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
