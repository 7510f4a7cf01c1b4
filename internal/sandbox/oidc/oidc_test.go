package oidc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	verifier "github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/idtoken"
	"google.golang.org/api/option"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
)

func TestAccessTokensVerifyThroughDiscovery(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t, nil)
	token, err := issuer.AccessToken(oidc.Access{
		Subject: "ann@example.com", Audience: "pipeline-api", Role: "tenant_admin",
		TenantID: "tenant_demo", Expiry: 24 * time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	provider, err := verifier.NewProvider(t.Context(), issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	verified, err := provider.Verifier(&verifier.Config{ClientID: "pipeline-api"}).Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	type claims struct {
		Sub, Role string
		TenantID  string `json:"tenant_id"`
		Tenants   []string
	}
	var got claims
	if err := verified.Claims(&got); err != nil {
		t.Fatal(err)
	}
	want := claims{Sub: "ann@example.com", Role: "tenant_admin", TenantID: "tenant_demo", Tenants: []string{"tenant_demo"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if left := time.Until(verified.Expiry); left < 23*time.Hour || left > 25*time.Hour {
		t.Errorf("expires in %v, want 24h", left)
	}
	if _, err := provider.Verifier(&verifier.Config{ClientID: "another"}).Verify(t.Context(), token); err == nil {
		t.Error("a token for another audience verifies")
	}
}

func TestPushTokensVerifyWithGooglesValidator(t *testing.T) {
	t.Parallel()
	issuer := newIssuer(t, nil)
	token, err := issuer.PushToken("push@example.iam.gserviceaccount.com", "http://127.0.0.1/push")
	if err != nil {
		t.Fatal(err)
	}
	sandbox, err := url.Parse(issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: redirected{sandbox.Host}}
	validator, err := idtoken.NewValidator(t.Context(), option.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := validator.Validate(t.Context(), token, "http://127.0.0.1/push")
	if err != nil {
		t.Fatal(err)
	}
	if payload.Claims["email"] != "push@example.iam.gserviceaccount.com" || payload.Claims["email_verified"] != true {
		t.Errorf("claims: got %v, want the verified e-mail", payload.Claims)
	}
	if payload.Issuer != issuer.URL() {
		t.Errorf("issuer: got %s, want %s", payload.Issuer, issuer.URL())
	}
}

func TestTokensOfAnotherKeyDoNotVerify(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	issuer := newIssuer(t, key)
	same, err := oidc.New(oidc.Config{URL: issuer.URL(), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	other, err := oidc.New(oidc.Config{URL: issuer.URL()})
	if err != nil {
		t.Fatal(err)
	}
	provider, err := verifier.NewProvider(t.Context(), issuer.URL())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		issuer *oidc.Issuer
		want   bool
	}{{"the same key", same, true}, {"another key", other, false}} {
		token, err := test.issuer.Token(map[string]any{"aud": "a", "sub": "b"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = provider.Verifier(&verifier.Config{ClientID: "a"}).Verify(t.Context(), token)
		if got := err == nil; got != test.want {
			t.Errorf("%s: got verified %v (%v), want %v", test.name, got, err, test.want)
		}
	}
}

// newIssuer serves an issuer; without a key it makes its own.
func newIssuer(t *testing.T, key *rsa.PrivateKey) *oidc.Issuer {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	issuer, err := oidc.New(oidc.Config{URL: server.URL, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	handler = issuer.Handler()
	return issuer
}

// redirected sends what is meant for Google's key server to the sandbox.
type redirected struct{ host string }

func (r redirected) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Host, "googleapis.com") {
		return nil, &url.Error{Op: "redirect", URL: req.URL.String(), Err: http.ErrNotSupported}
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = "http", r.host
	return http.DefaultTransport.RoundTrip(req)
}
