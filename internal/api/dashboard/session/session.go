package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	sessionCookie = "session"
	early         = time.Minute // how long before its end a token is refreshed
)

// Session is somebody who is signed in.
type Session struct {
	Subject string    `json:"sub"`
	Name    string    `json:"name"`
	Token   string    `json:"token"` // what the API is shown
	Refresh string    `json:"refresh,omitempty"`
	Expires time.Time `json:"exp"` // when Token does
	Since   time.Time `json:"since"`
	IDToken bool      `json:"id,omitempty"` // Token is the ID token
}

// Refusal shows a page to somebody who is not signed in.
type Refusal func(w http.ResponseWriter, r *http.Request, status int, title, text string)

// Gate signs people in and knows them again.
type Gate struct {
	cfg    Config
	jar    *jar
	issuer *issuer
	now    func() time.Time
	refuse Refusal
}

// New returns a gate. The issuer is asked for its addresses when the first person signs in.
func New(ctx context.Context, cfg Config, now func() time.Time, refuse Refusal) (*Gate, error) {
	aeads, err := cfg.aeads()
	if err != nil {
		return nil, err
	}
	return &Gate{
		cfg: cfg, now: now, refuse: refuse, issuer: newIssuer(ctx, cfg, now),
		jar: &jar{aeads: aeads, secure: strings.HasPrefix(cfg.URL, "https://")},
	}, nil
}

// Session returns who asks, with a token that lasts for an answer of that long, if there is one to be
// had. Without a session it has answered already: with the way to sign in.
func (g *Gate) Session(w http.ResponseWriter, r *http.Request, answer time.Duration) (*Session, bool) {
	s := &Session{}
	if err := g.jar.get(r, sessionCookie, s); err != nil || !g.now().Before(s.Since.Add(g.cfg.Lasts)) {
		g.ask(w, r)
		return nil, false
	}
	if g.now().Before(s.Expires.Add(-early - answer)) {
		return s, true
	}
	fresh, err := g.issuer.refresh(r.Context(), s)
	switch {
	case err == nil:
		if err := g.jar.put(w, r, sessionCookie, fresh); err != nil {
			slog.ErrorContext(r.Context(), "session not kept", "error", err)
		}
		return fresh, true
	case g.now().Before(s.Expires):
		return s, true // the old one is still good
	case !errors.Is(err, errNoRefresh):
		slog.InfoContext(r.Context(), "session not refreshed", "error", err)
	}
	g.ask(w, r)
	return nil, false
}

// Expire ends a session whose token the API does not accept any more, and asks to sign in.
func (g *Gate) Expire(w http.ResponseWriter, r *http.Request) {
	g.jar.clear(w, r, sessionCookie, 0)
	g.ask(w, r)
}

// ask sends a page to the sign-in, and back to itself afterwards. What is no page is told so:
// a script cannot sign in.
func (g *Gate) ask(w http.ResponseWriter, r *http.Request) {
	back := r.URL.RequestURI()
	if partial := r.Header.Get("HX-Request") == "true"; partial {
		back = pathOf(r.Header.Get("HX-Current-URL"))
	}
	target := g.path("/sign-in") + "?to=" + url.QueryEscape(back)
	switch {
	case r.Header.Get("HX-Request") == "true":
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method != http.MethodGet:
		http.Redirect(w, r, g.path("/sign-in"), http.StatusSeeOther)
	case !strings.Contains(r.Header.Get("Accept"), "text/html"):
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
	default:
		http.Redirect(w, r, target, http.StatusSeeOther)
	}
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// path returns an address of the dashboard on this host.
func (g *Gate) path(of string) string { return "/dashboard" + of }

// Local returns to if it is an address of the dashboard, else its start: nobody must be sent
// elsewhere by a link to us.
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || strings.ContainsAny(to, "\\\r\n") ||
		u.Path != "/dashboard" && !strings.HasPrefix(u.Path, "/dashboard/") || strings.Contains(u.Path, "..") {
		return "/dashboard"
	}
	return to
}
