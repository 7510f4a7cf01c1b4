package setup

import (
	"net/http"
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// companyRoutes are for the platform's operator.
func companyRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/companies/new", Handle: newCompany},
		{Method: http.MethodPost, Path: "/companies/new", Handle: addCompany},
		post("/status", changeStatus),
	}
}

func newCompany(w http.ResponseWriter, r *web.Request) error {
	if !r.Viewer.Platform() {
		return &web.Problem{Problem: client.Problem{Status: http.StatusForbidden, Code: "insufficient_role"}}
	}
	return r.Render(w, "setup/newcompany.html", viewNew(form{Values: url.Values{"time_zone": {"America/New_York"}, "region": {"US"}}}))
}

func viewNew(f form) web.View {
	return web.View{Title: "Add a company", Nav: "tenants", Data: sectionPage{Form: f}}
}

func addCompany(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	in := &reader{values: f.Values}
	order := client.NewTenant{TenantID: in.text("tenant_id"), Name: in.text("name"), TimeZone: in.text("time_zone"), Region: in.text("region")}
	_, err = web.Read[client.Tenant](r.API.CreateTenant(r.Context(), order))
	switch {
	case err == nil:
		return r.Redirect(w, web.Path("tenants", order.TenantID, "setup"), order.Name+" is here. This is what it needs.")
	case web.Refused(err, "conflict"):
		f.fail([]client.FieldError{{Field: "tenant_id", Message: "another company has this id"}})
	case !f.refuse(err):
		return err
	}
	return r.RenderInvalid(w, "setup/newcompany.html", viewNew(f))
}

// changeStatus suspends or activates a company.
func changeStatus(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	change, said := r.API.SuspendTenant, "The company is suspended: calls are kept, and nothing is done with them."
	if f.Get("status") == "active" {
		change, said = r.API.ActivateTenant, "The company is active again."
	}
	_, err = web.Read[struct{}](change(r.Context(), r.TenantID()))
	return done(w, r, at(r, "settings"), said, err)
}
