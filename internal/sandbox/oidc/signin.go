package oidc

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// codeLasts is how long an authorization code is good.
const codeLasts = time.Minute

// Person is somebody who can sign in. Nobody is asked for a password.
type Person struct {
	Name    string
	Subject string
	Role    string   // platform_admin, tenant_admin or tenant_viewer
	Tenants []string // none for platform_admin
}

// grant is what a code or a refresh token stands for.
type grant struct {
	person                     *Person
	client, redirect, audience string
	nonce, challenge           string
	expires                    time.Time // of a code
}

// grants are the codes and refresh tokens that were given. Each is good once.
type grants struct {
	mu  sync.Mutex
	all map[string]grant
}

func (g *grants) give(to grant) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[string]grant{}
	}
	secret := rand.Text()
	g.all[secret] = to
	return secret
}

func (g *grants) take(secret string) (grant, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.all[secret]
	delete(g.all, secret)
	return found, ok
}

// asked reads an authorization request (RFC 6749, RFC 7636). What is wrong with it is told
// here, as it must not be told to an address that may be anybody's.
func asked(query url.Values) (g grant, problem string) {
	g = grant{
		client: query.Get("client_id"), redirect: query.Get("redirect_uri"), audience: query.Get("audience"),
		nonce: query.Get("nonce"), challenge: query.Get("code_challenge"),
	}
	redirect, err := url.Parse(g.redirect)
	switch {
	case err != nil || !config.Loopback(redirect.Hostname()):
		return g, "redirect_uri must be on this machine"
	case query.Get("response_type") != "code" || g.client == "":
		return g, "response_type must be code, and client_id must be there"
	case query.Get("code_challenge_method") != "S256" || g.challenge == "":
		return g, "a code_challenge by S256 must be there"
	}
	return g, ""
}

var choice = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox sign-in</title></head><body><main><h1>Who signs in?</h1>
<p>This is the sandbox's identity provider: nobody is asked for a password.</p>
<form method="post">{{range $i, $p := .}}<p><button name="person" value="{{$p.Subject}}">{{$p.Name}}</button></p>{{end}}</form>
</main></body></html>
`))

func (i *Issuer) choosePerson(w http.ResponseWriter, r *http.Request) {
	if _, problem := asked(r.URL.Query()); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = choice.Execute(w, i.people) // whoever went away cannot be told
}

// authorize sends the chosen person back with a code.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	g, problem := asked(r.URL.Query())
	for n := range i.people {
		if i.people[n].Subject == r.PostFormValue("person") {
			g.person = &i.people[n]
		}
	}
	if problem == "" && g.person == nil {
		problem = "there is no such person"
	}
	if problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	g.expires = i.now().Add(codeLasts)
	answer := url.Values{"code": {i.grants.give(g)}, "state": {r.URL.Query().Get("state")}}
	http.Redirect(w, r, g.redirect+"?"+answer.Encode(), http.StatusSeeOther)
}

// redeem gives tokens for a code or a refresh token.
func (i *Issuer) redeem(w http.ResponseWriter, r *http.Request) {
	refresh := r.PostFormValue("grant_type") == "refresh_token"
	secret := r.PostFormValue("code")
	if refresh {
		secret = r.PostFormValue("refresh_token")
	}
	g, ok := i.grants.take(secret)
	client, _, basic := r.BasicAuth()
	if !basic {
		client = r.PostFormValue("client_id")
	}
	if !ok || client != g.client || refresh != g.expires.IsZero() || !refresh && !g.answers(r, i.now()) {
		refuseToken(w, r, "invalid_grant")
		return
	}
	id := map[string]any{"sub": g.person.Subject, "name": g.person.Name, "aud": g.client}
	if !refresh && g.nonce != "" {
		id["nonce"] = g.nonce
	}
	idToken, err := i.Token(id)
	if err != nil {
		refuseToken(w, r, "server_error")
		return
	}
	access := Access{Subject: g.person.Subject, Audience: g.audience, Role: g.person.Role}
	if len(g.person.Tenants) > 0 {
		access.TenantID, access.Tenants = g.person.Tenants[0], g.person.Tenants[1:]
	}
	accessToken, err := i.AccessToken(access)
	if err != nil {
		refuseToken(w, r, "server_error")
		return
	}
	g.expires = time.Time{}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, r, map[string]any{
		"access_token": accessToken, "id_token": idToken, "refresh_token": i.grants.give(g),
		"token_type": "Bearer", "expires_in": int(tokenExpiry.Seconds()),
	})
}

// answers reports whether whoever redeems the code is who asked for it.
func (g *grant) answers(r *http.Request, now time.Time) bool {
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge &&
		r.PostFormValue("redirect_uri") == g.redirect && now.Before(g.expires)
}

func (i *Issuer) logout(w http.ResponseWriter, r *http.Request) {
	back := r.URL.Query().Get("post_logout_redirect_uri")
	if u, err := url.Parse(back); err != nil || !config.Loopback(u.Hostname()) {
		http.Error(w, "post_logout_redirect_uri must be on this machine", http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther) //nolint:gosec // an address of this machine
}
