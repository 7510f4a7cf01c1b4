package dashboard

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/assets"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/session"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// New returns the handler of everything below /dashboard, where it must be mounted; api is the
// management API.
func New(ctx context.Context, cfg Config, api http.Handler, now func() time.Time) (http.Handler, error) {
	set, err := assets.Load(web.Base + "/assets/")
	if err != nil {
		return nil, err
	}
	renderer, err := web.NewRenderer(set, areas(cfg))
	if err != nil {
		return nil, err
	}
	if !cfg.Session.Enabled() {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			renderer.Notice(w, r, http.StatusNotFound, "No dashboard here", "This deployment has no identity provider for it: DASHBOARD_ISSUER is not set.")
		}), nil
	}
	gate, err := session.New(ctx, cfg.Session, now, renderer.Notice)
	if err != nil {
		return nil, fmt.Errorf("open dashboard: %w", err)
	}
	opener := &web.Opener{API: api, Renderer: renderer, Gate: gate, Now: now}
	router := chi.NewRouter()
	router.Use(headers(cfg), sameOrigin(renderer))
	router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		renderer.Notice(w, r, http.StatusNotFound, "Nothing here", "The address is wrong, or the page is gone.")
	})
	router.Method(http.MethodGet, "/assets/*", set)
	router.Post("/theme", chooseTheme)
	gate.Routes(router)
	for _, area := range areas(cfg) {
		for _, route := range area.Routes {
			router.Method(route.Method, route.Path, opener.Handler(route))
		}
	}
	return router, nil
}

// chooseTheme keeps the choice between light and dark for a year.
func chooseTheme(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if choice := r.PostFormValue("theme"); choice == "dark" || choice == "light" {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where the browser speaks TLS, which a laptop does not
			Name: web.ThemeCookie, Value: choice, Path: web.Base, MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode,
		})
	}
	http.Redirect(w, r, session.Local(r.PostFormValue("to")), http.StatusSeeOther) //nolint:gosec // Local leads nowhere else
}
