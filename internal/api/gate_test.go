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
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// empty has every tenant, and each has nothing.
type empty struct{ Scope }

func (empty) Tenant(_ context.Context, id string) (*tenant.Tenant, error) {
	return &tenant.Tenant{ID: id}, nil
}
func (empty) List(context.Context, store.Filter) ([]*request.Request, error) { return nil, nil }

func TestTheRoleThatTheDocumentStatesIsEnforced(t *testing.T) {
	t.Parallel()
	var keys http.Handler
	served := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { keys.ServeHTTP(w, r) }))
	t.Cleanup(served.Close)
	issuer, err := oidc.New(oidc.Config{URL: served.URL})
	if err != nil {
		t.Fatal(err)
	}
	keys = issuer.Handler()
	trusted := access.Config{Issuers: access.Issuers{{
		Issuer: issuer.URL(), JWKSURL: issuer.KeysURL(), Audience: "a", Tenants: []string{"*"}, MaxRole: access.PlatformAdmin,
	}}}
	all := []access.Role{access.TenantViewer, access.TenantAdmin, access.PlatformAdmin}
	for _, required := range all {
		document := strings.ReplaceAll(string(openapi.Document), "x-required-role: tenant_viewer", "x-required-role: "+string(required))
		operations, err := operationsOf(load(t, document))
		if err != nil {
			t.Fatal(err)
		}
		g := &gate{operations: operations, tokens: access.New(t.Context(), trusted, time.Now), tenants: empty{}}
		router := newRouter(g, Deps{Health: http.NotFoundHandler(), Scope: func(string) Scope { return empty{} }})
		for _, role := range all {
			token, err := issuer.AccessToken(oidc.Access{Subject: "ann", Audience: "a", Role: string(role), TenantID: "t"})
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/tenants/t/requests", http.NoBody)
			r.Header.Set("Authorization", "Bearer "+token)
			got := httptest.NewRecorder()
			router.ServeHTTP(got, r)
			want := http.StatusForbidden
			if role.Includes(required) {
				want = http.StatusOK
			}
			if got.Code != want {
				t.Errorf("%s where %s is required: got %d, want %d", role, required, got.Code, want)
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
