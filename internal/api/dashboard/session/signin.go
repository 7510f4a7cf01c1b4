package session

import (
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/oauth2"
)

const (
	attemptCookie = "sign_in"
	attemptLasts  = 15 * time.Minute
)

// Routes adds the addresses of signing in and out.
func (g *Gate) Routes(router chi.Router) {
	router.Get("/sign-in", g.signIn)
	router.Get("/callback", g.callback)
	router.Post("/sign-out", g.signOut)
	router.Get("/signed-out", func(w http.ResponseWriter, r *http.Request) {
		g.refuse(w, r, http.StatusOK, "You are signed out", "Close this window, or sign in again.")
	})
}

func (g *Gate) signIn(w http.ResponseWriter, r *http.Request) {
	a := &attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(),
		To: Local(r.URL.Query().Get("to")), At: g.now(),
	}
	address, err := g.issuer.begin(a)
	if err == nil {
		err = g.jar.put(w, r, attemptCookie, a)
	}
	if err != nil {
		slog.ErrorContext(r.Context(), "sign-in not begun", "error", err)
		g.refuse(w, r, http.StatusServiceUnavailable, "Sign-in is not available",
			"The identity provider does not answer. Calls are still being taken. Try again in a minute.")
		return
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
}

func (g *Gate) callback(w http.ResponseWriter, r *http.Request) {
	var a attempt
	err := g.jar.get(r, attemptCookie, &a)
	g.jar.clear(w, r, attemptCookie, 0)
	query := r.URL.Query()
	if err != nil || g.now().After(a.At.Add(attemptLasts)) || subtle.ConstantTimeCompare([]byte(a.State), []byte(query.Get("state"))) != 1 {
		g.refuse(w, r, http.StatusBadRequest, "That sign-in has expired", "It took too long, or another one was begun in this browser. Sign in again.")
		return
	}
	if query.Get("error") != "" {
		slog.InfoContext(r.Context(), "sign-in refused by the issuer", "error", query.Get("error"))
		g.refuse(w, r, http.StatusForbidden, "You were not signed in", "The identity provider did not let you in. Ask whoever runs it, or sign in as somebody else.")
		return
	}
	s, err := g.issuer.finish(r.Context(), &a, query.Get("code"))
	if err == nil {
		err = g.jar.put(w, r, sessionCookie, s)
	}
	if err != nil {
		slog.WarnContext(r.Context(), "sign-in failed", "error", err)
		g.refuse(w, r, http.StatusBadGateway, "Sign-in failed", "The identity provider's answer could not be used. Sign in again.")
		return
	}
	http.Redirect(w, r, Local(a.To), http.StatusSeeOther)
}

// signOut ends the session here, and at the issuer if it knows how (RP-initiated logout).
func (g *Gate) signOut(w http.ResponseWriter, r *http.Request) {
	var s Session
	known := g.jar.get(r, sessionCookie, &s) == nil
	g.jar.clear(w, r, sessionCookie, 0)
	http.Redirect(w, r, g.issuer.farewell(known && s.IDToken, s.Token, g.path("/signed-out")), http.StatusSeeOther)
}

// farewell returns the issuer's address for signing out, fallback if it has none.
func (i *issuer) farewell(hint bool, token, fallback string) string {
	p, err := i.addresses()
	if err != nil {
		return fallback
	}
	var more struct {
		EndSession string `json:"end_session_endpoint"`
	}
	if p.Claims(&more) != nil || more.EndSession == "" {
		return fallback
	}
	address, err := url.Parse(more.EndSession)
	if err != nil {
		return fallback
	}
	query := address.Query()
	query.Set("client_id", i.cfg.ClientID)
	query.Set("post_logout_redirect_uri", i.cfg.URL+"/signed-out")
	if hint {
		query.Set("id_token_hint", token)
	}
	address.RawQuery = query.Encode()
	return address.String()
}
