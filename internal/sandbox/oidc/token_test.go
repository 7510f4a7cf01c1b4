package oidc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	verifier "github.com/coreos/go-oidc/v3/oidc"
)

func TestTheTokenEndpointGivesWhatItIsAskedFor(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t, nil)
	provider, err := verifier.NewProvider(t.Context(), issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	var about struct {
		Sandbox bool `json:"pipeline_sandbox"`
	}
	if err := provider.Claims(&about); err != nil || !about.Sandbox {
		t.Errorf("the issuer does not say that it is a sandbox's: %v", err)
	}
	tests := []struct {
		name string
		form url.Values
		want int
	}{
		{"a tenant's role", url.Values{"role": {"tenant_viewer"}, "tenant_id": {"tenant_demo"}}, http.StatusOK},
		{"the platform's role", url.Values{"role": {"platform_admin"}}, http.StatusOK},
		{"a tenant's role of no tenant", url.Values{"role": {"tenant_viewer"}}, http.StatusBadRequest},
		{"the platform's role of a tenant", url.Values{"role": {"platform_admin"}, "tenant_id": {"tenant_demo"}}, http.StatusBadRequest},
		{"no role", url.Values{"role": {"emperor"}, "tenant_id": {"tenant_demo"}}, http.StatusBadRequest},
		{"another grant", url.Values{"role": {"platform_admin"}, "grant_type": {"password"}}, http.StatusBadRequest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.form.Set("audience", "pipeline-api")
			if !test.form.Has("grant_type") {
				test.form.Set("grant_type", "client_credentials")
			}
			resp, err := http.PostForm(provider.Endpoint().TokenURL, test.form)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != test.want {
				t.Fatalf("answered %s, want %d", resp.Status, test.want)
			}
			if test.want != http.StatusOK {
				return
			}
			var got struct {
				Token string `json:"access_token"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
				t.Fatal(err)
			}
			token, err := provider.Verifier(&verifier.Config{ClientID: "pipeline-api"}).Verify(t.Context(), got.Token)
			if err != nil {
				t.Fatal(err)
			}
			var claims struct {
				Role     string
				TenantID string `json:"tenant_id"`
			}
			if err := token.Claims(&claims); err != nil || claims.Role != test.form.Get("role") || claims.TenantID != test.form.Get("tenant_id") {
				t.Errorf("got %+v, %v", claims, err)
			}
		})
	}
}
