package dashboard_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/dashtest"
)

const requests = "/dashboard/tenants/tenant_a/requests"

func TestTheStartOpensTheOnlyCompany(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, nil)
	for _, path := range []string{"/dashboard", "/dashboard/", "/dashboard/tenants/tenant_a", "/dashboard/switch?tenant=tenant_a"} {
		if got := s.Get(path); got.Status != http.StatusSeeOther || got.Header.Get("Location") != requests {
			t.Errorf("%s: %d to %q", path, got.Status, got.Header.Get("Location"))
		}
	}
	if got := s.Get("/dashboard/tenants"); !strings.Contains(got.Body, "Company A") {
		t.Errorf("the companies: %d %s", got.Status, got.Body)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, nil)
	for _, path := range []string{"/dashboard/tenants", "/dashboard/nowhere", "/dashboard/signed-out", requests} {
		h := s.Get(path).Header
		policy := h.Get("Content-Security-Policy")
		for _, part := range []string{
			"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'",
			"media-src 'self' https://media.example.com;",
		} {
			if !strings.Contains(policy, part) {
				t.Errorf("%s: the policy %q has no %s", path, policy, part)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy is %q", path, policy)
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestAChangeByAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantAdmin, map[string]dashtest.Answer{
		"POST /v1/tenants/tenant_a/requests/req_1/retry": {Status: http.StatusAccepted, Body: map[string]any{}},
	})
	for name, headers := range map[string][]string{
		"another site":        {"Sec-Fetch-Site", "cross-site"},
		"a neighbouring host": {"Sec-Fetch-Site", "same-site"},
		"an old browser's":    {"Sec-Fetch-Site", "", "Origin", "https://evil.example.com"},
	} {
		if got := s.Post(requests+"/req_1/retry", url.Values{}, headers...); got.Status != http.StatusForbidden {
			t.Errorf("%s: status %d", name, got.Status)
		}
	}
	if calls := s.Calls(http.MethodPost); len(calls) != 0 {
		t.Errorf("the API was asked to change something: %v", calls)
	}
	if got := s.Post(requests+"/req_1/retry", url.Values{}); got.Status != http.StatusSeeOther || len(s.Calls(http.MethodPost)) != 1 {
		t.Errorf("our own form: status %d", got.Status)
	}
}

func TestARefusalOfTheAPIBecomesAPage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer dashtest.Answer
		status int
		says   string
	}{
		"not there":   {dashtest.Problem(404, "not_found"), 404, "Nothing here"},
		"forbidden":   {dashtest.Problem(403, "insufficient_role"), 403, "Not for your role"},
		"too fast":    {dashtest.Problem(429, "rate_limited"), 429, "Too fast"},
		"unavailable": {dashtest.Problem(503, "unavailable"), 503, "Not available right now"},
		"broken":      {dashtest.Answer{Status: 502, Body: "<html>"}, 500, "This page failed"},
		"no JSON":     {dashtest.Answer{Body: "<html>"}, 500, "This page failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{"GET /v1/tenants/tenant_a/requests": test.answer})
			if got := s.Get(requests); got.Status != test.status || !strings.Contains(got.Body, test.says) || strings.Contains(got.Body, "&lt;html") {
				t.Errorf("got %d %s", got.Status, got.Body)
			}
		})
	}
}

func TestATokenThatTheAPIDoesNotAcceptEndsTheSession(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, nil)
	s.Answer("GET /v1/me", dashtest.Problem(http.StatusUnauthorized, "invalid_token"))
	got := s.Get(requests)
	if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/dashboard/sign-in?to=") {
		t.Errorf("got %d to %q", got.Status, got.Header.Get("Location"))
	}
}

func TestTheAPISeesTheBrowsersAddressAndNoCookie(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, map[string]dashtest.Answer{
		"GET /v1/tenants/tenant_a/requests": {Body: map[string]any{"requests": []any{}, "next_page_token": ""}},
	})
	s.Get(requests, "X-Forwarded-For", "198.51.100.7, 203.0.113.1", "Authorization", "Bearer stolen")
	h := s.Calls(http.MethodGet)[0].Header
	if h.Get("X-Forwarded-For") != "198.51.100.7, 203.0.113.1" || h.Get("Cookie") != "" || strings.Contains(h.Get("Authorization"), "stolen") {
		t.Errorf("the API got %v", h)
	}
}

func TestTheThemeIsKeptAndNobodyIsSentElsewhere(t *testing.T) {
	t.Parallel()
	s := dashtest.New(t, access.TenantViewer, nil)
	got := s.Post("/dashboard/theme", url.Values{"theme": {"dark"}, "to": {"https://evil.example.com"}})
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != "/dashboard" {
		t.Errorf("got %d to %q", got.Status, got.Header.Get("Location"))
	}
	if got := s.Get("/dashboard/tenants"); !strings.Contains(got.Body, `data-theme="dark"`) {
		t.Errorf("the theme is not kept: %s", got.Body)
	}
	s.Post("/dashboard/theme", url.Values{"theme": {`"><script>`}})
	if got := s.Get("/dashboard/tenants"); !strings.Contains(got.Body, `data-theme="dark"`) {
		t.Errorf("a theme that is none is kept: %s", got.Body)
	}
}

func TestWithoutAnIssuerThereIsNoDashboard(t *testing.T) {
	t.Parallel()
	h, err := dashboard.New(t.Context(), dashboard.Config{}, http.NotFoundHandler(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/dashboard", nil))
	if rec.Code != http.StatusNotFound || !strings.Contains(rec.Body.String(), "DASHBOARD_ISSUER") {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
}
