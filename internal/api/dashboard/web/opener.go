package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/session"
)

// maxForm is the largest form: a mapping or a workflow of the API's own limit.
const maxForm = 1 << 20

// tenantsShown is how many companies the switcher offers; the page of companies has all.
const tenantsShown = 100

// Opener turns handlers into those of net/http: it knows who is signed in and asks the API
// what they may see.
type Opener struct {
	API      http.Handler
	Renderer *Renderer
	Gate     *session.Gate
	Now      func() time.Time
}

// Handler returns the handler of a page.
func (o *Opener) Handler(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, httpRequest *http.Request) {
		s, ok := o.Gate.Session(w, httpRequest, route.Takes)
		if !ok {
			return
		}
		httpRequest.Body = http.MaxBytesReader(w, httpRequest.Body, maxForm)
		r := &Request{
			Request: httpRequest, Now: o.Now(), Viewer: Viewer{Name: s.Name},
			renderer: o.Renderer, handler: o.API, token: s.Token,
		}
		written := &onceWriter{ResponseWriter: w}
		err := o.identify(r)
		if err == nil {
			err = route.Handle(written, r)
		}
		switch {
		case err == nil:
		case written.began:
			slog.WarnContext(r.Context(), "page not finished", "error", err)
			panic(http.ErrAbortHandler) // nobody must take half of it for the whole
		case Refused(err, "invalid_token", "missing_token"):
			o.Gate.Expire(w, httpRequest)
		default:
			r.Fail(w, err)
		}
	})
}

// identify asks the API who asks, and about which company.
func (o *Opener) identify(r *Request) error {
	var err error
	if r.API, err = NewClient(o.API, r.Request, r.token); err != nil {
		return err
	}
	me, err := Read[client.Me](r.API.GetMe(r.Context()))
	if err != nil {
		return err
	}
	r.Viewer.Role, r.Viewer.AllTenants = access.Role(me.Role), me.AllTenants
	page, err := Read[client.TenantPage](r.API.ListTenants(r.Context(), &client.ListTenantsParams{Limit: tenantsShown}))
	if err != nil {
		return err
	}
	r.Tenants = page.Tenants
	id := chi.URLParam(r.Request, "tenant_id")
	if id == "" {
		return nil
	}
	return r.choose(r.Param("tenant_id"))
}

// choose finds the path's company among those shown, or asks for it: there may be more.
func (r *Request) choose(id string) error {
	for i := range r.Tenants {
		if r.Tenants[i].TenantID == id {
			r.Tenant = &r.Tenants[i]
			return nil
		}
	}
	t, err := Read[client.Tenant](r.API.GetTenant(r.Context(), id))
	if err != nil {
		return err
	}
	r.Tenants = append(r.Tenants, t.TenantRow)
	r.Tenant = &r.Tenants[len(r.Tenants)-1]
	return nil
}

// onceWriter knows whether the answer has begun.
type onceWriter struct {
	http.ResponseWriter
	began bool
}

func (w *onceWriter) WriteHeader(status int) {
	w.began = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *onceWriter) Write(b []byte) (int, error) {
	w.began = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the real writer.
func (w *onceWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
