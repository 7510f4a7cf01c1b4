package dashboard

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

//go:embed templates/*.html
var files embed.FS

// home is the start, and the choice between companies.
func home() web.Area {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	return web.Area{
		Name: "home", Templates: templates,
		Routes: []web.Route{
			{Method: http.MethodGet, Path: "/", Handle: start},
			{Method: http.MethodGet, Path: "/switch", Handle: switchTenant},
			{Method: http.MethodGet, Path: "/tenants", Handle: listTenants},
			{Method: http.MethodGet, Path: "/tenants/{tenant_id}", Handle: openTenant},
		},
		Nav: []web.NavItem{
			{Key: "tenants", Label: "Companies", Icon: "business", Path: "/tenants", Group: "Platform", Role: access.PlatformAdmin},
		},
	}
}

// start opens the leads of the only company, or asks which.
func start(w http.ResponseWriter, r *web.Request) error {
	if len(r.Tenants) == 1 {
		return r.Redirect(w, web.Path("tenants", r.Tenants[0].TenantID, "requests"), "")
	}
	return r.Redirect(w, web.Path("tenants"), "")
}

func openTenant(w http.ResponseWriter, r *web.Request) error {
	return r.Redirect(w, web.Path("tenants", r.TenantID(), "requests"), "")
}

func switchTenant(w http.ResponseWriter, r *web.Request) error {
	if id := r.URL.Query().Get("tenant"); id != "" {
		return r.Redirect(w, web.Path("tenants", id, "requests"), "")
	}
	return r.Redirect(w, web.Path("tenants"), "")
}

func listTenants(w http.ResponseWriter, r *web.Request) error {
	params := &client.ListTenantsParams{Limit: 100}
	if token := r.URL.Query().Get("page_token"); token != "" {
		params.PageToken = &token
	}
	page, err := web.Read[client.TenantPage](r.API.ListTenants(r.Context(), params))
	if err != nil {
		return err
	}
	return r.Render(w, "home/tenants.html", web.View{Title: "Companies", Nav: "tenants", Data: page})
}
