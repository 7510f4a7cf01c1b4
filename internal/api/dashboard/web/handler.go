package web

import (
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

// Base is where the dashboard is served.
const Base = "/dashboard"

// Area is a group of pages.
type Area struct {
	Name      string           // unique; its templates are rendered as "Name/file.html"
	Templates fs.FS            // *.html at its top
	Funcs     template.FuncMap // beside the shared ones; may be nil
	Routes    []Route
	Nav       []NavItem
}

// Route is one address. A path with {tenant_id} belongs to that tenant: Request.Tenant is set.
type Route struct {
	Method string
	Path   string // below Base, chi's syntax: /tenants/{tenant_id}/requests
	Handle Handler

	Takes time.Duration // how long an answer may take for which the API is asked again and again; 0: it is done at once
}

// Handler answers one request. What it returns becomes an error page, a refusal of the API
// included; an error after something was written is only logged.
type Handler func(w http.ResponseWriter, r *Request) error

// NavItem is one entry of the menu.
type NavItem struct {
	Key   string // View.Nav of its pages
	Label string
	Icon  string // name of a symbol of templates/icons.html
	Path  string // below Base; {tenant_id} stands for the chosen tenant
	Group string // a heading; empty: the first, without one
	Role  access.Role
	Badge string // below Base: answers with what stands behind the label, or nothing; empty: there is none
}

// Viewer is who is signed in.
type Viewer struct {
	Name       string // as the identity provider says
	Role       access.Role
	AllTenants bool
}

// Admin reports whether the viewer may change what belongs to a tenant.
func (v Viewer) Admin() bool { return v.Role.Includes(access.TenantAdmin) }

// Platform reports whether the viewer sees what is about no single tenant.
func (v Viewer) Platform() bool { return v.Role == access.PlatformAdmin && v.AllTenants }

// Request is a request of somebody who is signed in.
type Request struct {
	*http.Request

	API     *client.Client     // speaks for the viewer
	Viewer  Viewer             //
	Tenant  *client.TenantRow  // of the path; nil on pages of the platform
	Tenants []client.TenantRow // that the viewer may choose from, the first hundred
	Now     time.Time

	renderer *Renderer
	flash    *Flash
	handler  http.Handler // the API
	token    string
}

// Param returns a parameter of the path, decoded.
func (r *Request) Param(name string) string {
	value := chi.URLParam(r.Request, name)
	if r.URL.RawPath == "" {
		return value
	}
	if decoded, err := url.PathUnescape(value); err == nil {
		return decoded
	}
	return value
}

// TenantID returns the id of the path's tenant.
func (r *Request) TenantID() string { return r.Param("tenant_id") }

// Zone is the tenant's time zone, UTC where there is no tenant.
func (r *Request) Zone() *time.Location {
	if r.Tenant == nil {
		return time.UTC
	}
	if zone, err := time.LoadLocation(r.Tenant.TimeZone); err == nil {
		return zone
	}
	return time.UTC
}

// Partial reports whether htmx asks for a part of a page.
func (r *Request) Partial() bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") == ""
}

// Forward lets the API answer the browser itself: method, query and body stay, path is the
// API's. It is for what does not end, like the event stream.
func (r *Request) Forward(w http.ResponseWriter, path string) {
	out := ForAPI(r.Request, r.Request, r.token)
	out.URL.Path, out.URL.RawPath = path, ""
	out.RequestURI = out.URL.RequestURI()
	r.handler.ServeHTTP(w, out)
}

// Path returns an address of the dashboard: Path("tenants", id, "requests") is
// /dashboard/tenants/ID/requests.
func Path(parts ...string) string {
	escaped := []string{Base}
	for _, part := range parts {
		escaped = append(escaped, url.PathEscape(part))
	}
	return strings.Join(escaped, "/")
}
