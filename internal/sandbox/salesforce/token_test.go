package salesforce_test

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestToken_of_a_signed_assertion_opens_the_org(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	got := f.ask(t, bearer(sign(t, appKey(), rs256, f.claims())))
	if got.status != 200 || got.body["instance_url"] != f.url || got.body["token_type"] != "Bearer" {
		t.Errorf("answer = %d %s", got.status, got.raw)
	}
	for _, absent := range []string{"expires_in", "refresh_token"} {
		if got.body[absent] != nil {
			t.Errorf("%s = %v, want none", absent, got.body[absent])
		}
	}
}

func TestToken_refuses_assertions(t *testing.T) {
	t.Parallel()
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatalf("make key: %v", err)
	}
	f := newFixture(t)
	with := func(name string, value any) map[string]any {
		claims := maps.Clone(f.claims())
		claims[name] = value
		return claims
	}
	tests := map[string]struct {
		assertion   string
		code, about string
	}{
		"no JWT":                  {"x", "invalid_grant", "invalid assertion"},
		"another algorithm":       {sign(t, appKey(), `{"alg":"HS256"}`, f.claims()), "invalid_grant", "invalid assertion"},
		"a stranger's signature":  {sign(t, stranger, rs256, f.claims()), "invalid_grant", "invalid assertion"},
		"an app nobody knows":     {sign(t, appKey(), rs256, with("iss", "client-x")), "invalid_client_id", "client identifier invalid"},
		"an app without a key":    {sign(t, appKey(), rs256, with("iss", "client-b")), "invalid_grant", "invalid assertion"},
		"another user":            {sign(t, appKey(), rs256, with("sub", "x@example.com")), "invalid_grant", "hasn't approved"},
		"the test environment":    {sign(t, appKey(), rs256, with("aud", "https://test.salesforce.com")), "invalid_grant", "audience is invalid"},
		"an assertion that ended": {sign(t, appKey(), rs256, with("exp", f.clock().Unix())), "invalid_grant", "expired"},
		"an assertion for an hour": {
			sign(t, appKey(), rs256, with("exp", f.clock().Add(time.Hour).Unix())), "invalid_grant", "invalid assertion",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := f.ask(t, bearer(tt.assertion))
			if got.status != 400 || got.body["error"] != tt.code || !strings.Contains(got.raw, tt.about) {
				t.Errorf("answer = %d %s, want 400 %s, %s", got.status, got.raw, tt.code, tt.about)
			}
		})
	}
}

func TestToken_of_client_credentials(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	form := func(id, secret string) url.Values {
		return url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	}
	tests := map[string]struct {
		form   url.Values
		status int
		code   any
	}{
		"the right secret":   {form("client-b", "secret-b"), 200, nil},
		"a wrong secret":     {form("client-b", "x"), 400, "invalid_client"},
		"an unknown app":     {form("client-x", "secret-b"), 400, "invalid_client_id"},
		"an app without":     {form("client-a", ""), 400, "invalid_grant"},
		"another grant type": {url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := f.ask(t, tt.form); got.status != tt.status || got.body["error"] != tt.code {
				t.Errorf("answer = %d %s, want %d %v", got.status, got.raw, tt.status, tt.code)
			}
		})
	}
	basic := f.send(t, "POST", "/services/oauth2/token", "grant_type=client_credentials",
		"Authorization", "Basic Y2xpZW50LWI6c2VjcmV0LWI=", "Content-Type", "application/x-www-form-urlencoded")
	if basic.status != 200 {
		t.Errorf("HTTP Basic = %d %s, want 200", basic.status, basic.raw)
	}
}
