package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

const flashCookie = "dashboard_flash"

// Flash is one sentence that the next page shows: what the last action did.
type Flash struct {
	Text  string `json:"text"`
	Error bool   `json:"error,omitempty"`
}

// Redirect sends the browser to a page of the dashboard, where a sentence says what was done.
// Browsers show it by GET, htmx as well.
func (r *Request) Redirect(w http.ResponseWriter, path, said string) error {
	return r.redirect(w, path, Flash{Text: said})
}

// RedirectRefused is Redirect for an action that the API refused: the sentence says so. What
// is no refusal is returned.
func (r *Request) RedirectRefused(w http.ResponseWriter, path string, err error) error {
	text, ok := Sentence(err)
	if !ok {
		return err
	}
	return r.redirect(w, path, Flash{Text: text, Error: true})
}

func (r *Request) redirect(w http.ResponseWriter, path string, flash Flash) error {
	if flash.Text != "" {
		text, err := json.Marshal(flash)
		if err != nil {
			return err
		}
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure but on a laptop
			Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: Base,
			MaxAge: 60, HttpOnly: true, Secure: Secure(r.Request), SameSite: http.SameSiteLaxMode,
		})
	}
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}

// takeFlash returns what is to be said, once.
func takeFlash(w http.ResponseWriter, r *http.Request) *Flash {
	cookie, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure but on a laptop
		Name: flashCookie, Path: Base, MaxAge: -1, HttpOnly: true, Secure: Secure(r), SameSite: http.SameSiteLaxMode,
	})
	flash := &Flash{}
	text, err := base64.RawURLEncoding.DecodeString(cookie.Value)
	if err != nil || json.Unmarshal(text, flash) != nil || flash.Text == "" {
		return nil
	}
	return flash
}

// Secure reports whether the browser speaks TLS, with us or with the proxy before us.
func Secure(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
