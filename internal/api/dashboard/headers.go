package dashboard

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// policy is the Content-Security-Policy: nothing but our own files runs or styles, and
// nothing is fetched from elsewhere but recordings. Forms lead to us; signing out goes on to
// the issuer.
func policy(cfg Config) string {
	issuer := ""
	if u, err := url.Parse(cfg.Session.Issuer); err == nil && u.Host != "" {
		issuer = " " + u.Scheme + "://" + u.Host
	}
	media := " " + strings.TrimSuffix(cfg.MediaOrigin, "/")
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
		"connect-src 'self'" + media, "media-src 'self'" + media,
		"form-action 'self'" + issuer, "frame-ancestors 'none'", "base-uri 'none'",
	}, "; ")
}

// headers sets what is true of every answer: it holds personal data and belongs into no
// frame and no cache. Assets set their own Cache-Control.
func headers(cfg Config) func(http.Handler) http.Handler {
	policy := policy(cfg)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
			h.Set("Cache-Control", "no-store")
			if web.Secure(r) {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// sameOrigin refuses changes that another site's page asks for. Browsers say where a request
// comes from (Sec-Fetch-Site, Origin), and cookies are SameSite=Lax beside it.
func sameOrigin(renderer *web.Renderer) func(http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		renderer.Notice(w, r, http.StatusForbidden, "Not from here", "Another site's page asked for a change. Open the dashboard itself and try again.")
	}))
	return protection.Handler
}
