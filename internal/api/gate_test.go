package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// every has every tenant, and each is empty.
type (
	every struct{ Tenants }
	empty struct{ Scope }
)

func (every) Tenant(_ context.Context, id string) (*tenant.Tenant, error) {
	return &tenant.Tenant{ID: id}, nil
}
func (empty) List(context.Context, store.Filter) (store.Page, error) { return store.Page{}, nil }

// trusted returns an issuer and what makes the API trust it for all tenants.
func trusted(t *testing.T) (*oidc.Issuer, access.Config) {
	t.Helper()
	var keys http.Handler
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { keys.ServeHTTP(w, r) }))
	t.Cleanup(served.Close)
	issuer, err := oidc.New(oidc.Config{URL: served.URL})
	if err != nil {
		t.Fatal(err)
	}
	keys = issuer.Handler()
	return issuer, access.Config{Issuers: access.Issuers{{
		Issuer: issuer.URL(), JWKSURL: issuer.KeysURL(), Audience: access.Audience{"a"}, Tenants: []string{"*"}, MaxRole: access.PlatformAdmin,
	}}}
}

// guarded returns the API's routes behind a gate, with nothing behind them.
func guarded(t *testing.T, document string, from access.Config, bounds *limits) http.Handler {
	t.Helper()
	operations, err := operationsOf(load(t, document))
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{operations: operations, tokens: access.New(t.Context(), from, time.Now), tenants: every{}, limits: bounds}
	return newRouter(g, http.NotFoundHandler(), &handlers{
		deps: Deps{Health: http.NotFoundHandler(), Tenants: every{}, Now: time.Now}, scope: func(string) Scope { return empty{} },
	})
}

func bearerOf(t *testing.T, issuer *oidc.Issuer, subject string, role access.Role) string {
	t.Helper()
	token, err := issuer.AccessToken(oidc.Access{Subject: subject, Audience: "a", Role: string(role), TenantID: "t"})
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + token
}

// ask asks for the tenant's requests from an address.
func ask(t *testing.T, h http.Handler, authorization, from string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/tenants/t/requests", http.NoBody)
	r.Header.Set("Authorization", authorization)
	r.Header.Set("X-Forwarded-For", from+", 203.0.113.1")
	got := httptest.NewRecorder()
	h.ServeHTTP(got, r)
	return got
}

func TestTheRoleThatTheDocumentStatesIsEnforced(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	all := []access.Role{access.TenantViewer, access.TenantAdmin, access.PlatformAdmin}
	for _, required := range all {
		document := strings.ReplaceAll(string(openapi.Document), "x-required-role: tenant_viewer", "x-required-role: "+string(required))
		router := guarded(t, document, from, newLimits(CallerLimits{}, time.Now))
		for _, role := range all {
			want := http.StatusForbidden
			if role.Includes(required) {
				want = http.StatusOK
			}
			if got := ask(t, router, bearerOf(t, issuer, "ann", role), "198.51.100.7"); got.Code != want {
				t.Errorf("%s where %s is required: got %d, want %d", role, required, got.Code, want)
			}
		}
	}
}

func TestABearerMayAskSoOftenAndNoOtherPays(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	now := time.Now()
	h := guarded(t, string(openapi.Document), from, newLimits(CallerLimits{PerSecond: 0.1, Burst: 2}, func() time.Time { return now }))
	for range 2 {
		if got := ask(t, h, bearerOf(t, issuer, "ann", access.TenantViewer), "198.51.100.7"); got.Code != http.StatusOK {
			t.Fatalf("within the rate: got %d", got.Code)
		}
	}
	// Another token of the same bearer, from elsewhere, is the same bearer's.
	got := ask(t, h, bearerOf(t, issuer, "ann", access.TenantAdmin), "198.51.100.8")
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "10" || !strings.Contains(got.Body.String(), "rate_limited") {
		t.Errorf("over the rate: got %d %v %s", got.Code, got.Header(), got.Body)
	}
	if got := ask(t, h, bearerOf(t, issuer, "bob", access.TenantViewer), "198.51.100.7"); got.Code != http.StatusOK {
		t.Errorf("another bearer: got %d", got.Code)
	}
	now = now.Add(10 * time.Second)
	if got := ask(t, h, bearerOf(t, issuer, "ann", access.TenantViewer), "198.51.100.7"); got.Code != http.StatusOK {
		t.Errorf("when it was told to come again: got %d", got.Code)
	}
}

func TestWhoGuessesIsToldToWaitAndNobodyElseIs(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	now := time.Now()
	h := guarded(t, string(openapi.Document), from, newLimits(CallerLimits{Failures: 3, TrustedHops: 1}, func() time.Time { return now }))
	for range 3 {
		if got := ask(t, h, "Bearer hunter2", "198.51.100.7"); got.Code != http.StatusUnauthorized {
			t.Fatalf("a guess: got %d", got.Code)
		}
	}
	if got := ask(t, h, "Bearer hunter2", "198.51.100.7"); got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "20" {
		t.Errorf("one too many: got %d %v", got.Code, got.Header())
	}
	if got := ask(t, h, "Bearer hunter2", "10.0.0.1, 198.51.100.7"); got.Code != http.StatusTooManyRequests {
		t.Errorf("with an invented address: got %d", got.Code)
	}
	if got := ask(t, h, bearerOf(t, issuer, "ann", access.TenantViewer), "198.51.100.7"); got.Code != http.StatusOK {
		t.Errorf("a good token from the same address: got %d", got.Code)
	}
	if got := ask(t, h, "Bearer hunter2", "198.51.100.8"); got.Code != http.StatusUnauthorized {
		t.Errorf("another address: got %d", got.Code)
	}
}

func TestThePlatformIsForIssuersOfAllTenants(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	from.Issuers[0].Tenants = []string{"t"}
	h := guarded(t, string(openapi.Document), from, newLimits(CallerLimits{}, time.Now))
	token := bearerOf(t, issuer, "ann", access.PlatformAdmin)
	if got := ask(t, h, token, "198.51.100.7"); got.Code != http.StatusOK {
		t.Errorf("its own tenant: got %d", got.Code)
	}
	for path, item := range load(t, string(openapi.Document)).Paths.Map() {
		for method, op := range item.Operations() {
			if op.Extensions[roleExtension] != string(access.PlatformAdmin) || strings.Contains(path, "{tenant_id}") {
				continue
			}
			r := httptest.NewRequestWithContext(t.Context(), method, strings.NewReplacer("{subject}", "all", "{letter_id}", "dl").Replace(path), http.NoBody)
			r.Header.Set("Authorization", token)
			got := httptest.NewRecorder()
			h.ServeHTTP(got, r)
			if got.Code != http.StatusForbidden {
				t.Errorf("%s: got %d, want 403", op.OperationID, got.Code)
			}
		}
	}
}

func TestADocumentThatLeavesAccessOpenIsRefused(t *testing.T) {
	t.Parallel()
	document := string(openapi.Document)
	for name, changed := range map[string]string{
		"no role":             strings.Replace(document, "      x-required-role: tenant_viewer\n", "", 1),
		"an unknown role":     strings.Replace(document, "x-required-role: tenant_viewer", "x-required-role: anybody", 1),
		"public, with a role": strings.Replace(document, "      security: []\n", "      security: []\n      x-required-role: tenant_viewer\n", 1),
	} {
		if changed == document {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := operationsOf(load(t, changed)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func load(t *testing.T, document string) *openapi3.T {
	t.Helper()
	loaded, err := openapi3.NewLoader().LoadFromData([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestWhoSpeaksForSomeTenantsDoesNothingForAll(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	from.Issuers[0].Tenants = []string{"t", "u"}
	h := guarded(t, string(openapi.Document), from, newLimits(CallerLimits{}, time.Now))
	operations, err := operationsOf(load(t, string(openapi.Document)))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for name, op := range operations {
		method, path, _ := strings.Cut(name, " ")
		if op.role != access.PlatformAdmin || strings.Contains(path, "{tenant_id}") {
			continue
		}
		path = strings.NewReplacer("{subject}", "all", "{letter_id}", "x").Replace(path)
		r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
		r.Header.Set("Authorization", bearerOf(t, issuer, "ann", access.PlatformAdmin))
		got := httptest.NewRecorder()
		h.ServeHTTP(got, r)
		if got.Code != http.StatusForbidden {
			t.Errorf("%s: got %d", name, got.Code)
		}
		tried++
	}
	if tried < 5 {
		t.Errorf("only %d operations are the platform's", tried)
	}
}

// A page of the dashboard asks for many things at once; whoever opens it asked once.
func TestWhatAPageAsksForIsCountedOnce(t *testing.T) {
	t.Parallel()
	issuer, from := trusted(t)
	h := guarded(t, string(openapi.Document), from, newLimits(CallerLimits{PerSecond: 0.001, Burst: 1}, time.Now))
	token := bearerOf(t, issuer, "ann", access.TenantAdmin)
	answer := func(ctx context.Context) int {
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/tenants/t/requests", http.NoBody)
		r.Header.Set("Authorization", token)
		got := httptest.NewRecorder()
		h.ServeHTTP(got, r)
		return got.Code
	}
	for i, tt := range []struct {
		ctx  context.Context
		want int
	}{{t.Context(), http.StatusOK}, {access.Part(t.Context()), http.StatusOK}, {access.Part(t.Context()), http.StatusOK}, {t.Context(), http.StatusTooManyRequests}} {
		if got := answer(tt.ctx); got != tt.want {
			t.Errorf("call %d: %d, want %d", i, got, tt.want)
		}
	}
}
