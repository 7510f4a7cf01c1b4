package oidc_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	verifier "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/oidc"
)

const (
	person   = "ann@example.com"
	callback = "http://127.0.0.1:1/dashboard/callback"
)

// provider is an issuer with a person, and a client of it.
type provider struct {
	*oidc.Issuer
	client oauth2.Config
	clock  atomic.Int64 // seconds ahead
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	var err error
	p.Issuer, err = oidc.New(oidc.Config{
		URL: server.URL, Now: func() time.Time { return time.Now().Add(time.Duration(p.clock.Load()) * time.Second) },
		People: []oidc.Person{{Name: "Ann", Subject: person, Role: "tenant_admin", Tenants: []string{"tenant_a", "tenant_b"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler = p.Handler()
	discovered, err := verifier.NewProvider(t.Context(), p.URL())
	if err != nil {
		t.Fatal(err)
	}
	p.client = oauth2.Config{ClientID: "dashboard", RedirectURL: callback, Endpoint: discovered.Endpoint(), Scopes: []string{"openid"}}
	return p
}

// choose asks for a code as the person and returns the issuer's answer.
func (p *provider) choose(t *testing.T, who string, opts ...oauth2.AuthCodeOption) *http.Response {
	t.Helper()
	address := p.client.AuthCodeURL("state-1", opts...)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("person="+who))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// code returns a code for the verifier.
func (p *provider) code(t *testing.T, secret string) string {
	t.Helper()
	res := p.choose(t, person, oauth2.S256ChallengeOption(secret), oauth2.SetAuthURLParam("audience", "api"), verifier.Nonce("nonce-1"))
	to, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(to.String(), callback+"?") || to.Query().Get("state") != "state-1" {
		t.Fatalf("the person is sent to %s", to)
	}
	return to.Query().Get("code")
}

func TestAPersonSignsInByCodeAndPKCE(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	secret := oauth2.GenerateVerifier()
	token, err := p.client.Exchange(t.Context(), p.code(t, secret), oauth2.VerifierOption(secret))
	if err != nil {
		t.Fatal(err)
	}
	discovered, err := verifier.NewProvider(t.Context(), p.URL())
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := discovered.Verifier(&verifier.Config{ClientID: "dashboard"}).Verify(t.Context(), raw)
	if err != nil || id.Subject != person || id.Nonce != "nonce-1" {
		t.Errorf("id token: %+v, %v", id, err)
	}
	access, err := discovered.Verifier(&verifier.Config{ClientID: "api"}).Verify(t.Context(), token.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Role    string
		Tenants []string
	}
	if err := access.Claims(&claims); err != nil || claims.Role != "tenant_admin" || len(claims.Tenants) != 2 {
		t.Errorf("access token: %+v, %v", claims, err)
	}
	fresh, err := p.client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil || fresh.AccessToken == "" || fresh.RefreshToken == token.RefreshToken {
		t.Errorf("refreshed: %+v, %v", fresh, err)
	}
	if _, err := p.client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: token.RefreshToken}).Token(); err == nil {
		t.Error("a refresh token is good twice")
	}
}

func TestACodeIsForWhoeverAskedAndOnce(t *testing.T) {
	t.Parallel()
	for name, redeem := range map[string]func(t *testing.T, p *provider, code, secret string) error{
		"another verifier": func(t *testing.T, p *provider, code, _ string) error {
			_, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(oauth2.GenerateVerifier()))
			return err
		},
		"another client": func(t *testing.T, p *provider, code, secret string) error {
			p.client.ClientID = "another"
			_, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
			return err
		},
		"another address": func(t *testing.T, p *provider, code, secret string) error {
			p.client.RedirectURL = "http://127.0.0.1:2/"
			_, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
			return err
		},
		"too late": func(t *testing.T, p *provider, code, secret string) error {
			p.clock.Add(61)
			_, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
			return err
		},
		"twice": func(t *testing.T, p *provider, code, secret string) error {
			if _, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(secret)); err != nil {
				t.Error(err)
			}
			_, err := p.client.Exchange(t.Context(), code, oauth2.VerifierOption(secret))
			return err
		},
		"as a refresh token": func(t *testing.T, p *provider, code, _ string) error {
			_, err := p.client.TokenSource(t.Context(), &oauth2.Token{RefreshToken: code}).Token()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t)
			secret := oauth2.GenerateVerifier()
			if err := redeem(t, p, p.code(t, secret), secret); err == nil || !strings.Contains(err.Error(), "invalid_grant") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhatAsksWronglyIsRefused(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	challenge := oauth2.S256ChallengeOption(oauth2.GenerateVerifier())
	for name, res := range map[string]*http.Response{
		"without PKCE":  p.choose(t, person),
		"by nobody":     p.choose(t, "eve@example.com", challenge),
		"from outside":  p.choose(t, person, challenge, oauth2.SetAuthURLParam("redirect_uri", "https://evil.example.com/")),
		"for no code":   p.choose(t, person, challenge, oauth2.SetAuthURLParam("response_type", "token")),
		"for no client": p.choose(t, person, challenge, oauth2.SetAuthURLParam("client_id", "")),
	} {
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
	}
}

func TestSigningOutLeadsBackToThisMachine(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for to, want := range map[string]int{"http://127.0.0.1:1/out": http.StatusSeeOther, "https://evil.example.com/": http.StatusBadRequest} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+oidc.LogoutPath+"?post_logout_redirect_uri="+url.QueryEscape(to), nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%s: status %d, want %d", to, res.StatusCode, want)
		}
	}
}
