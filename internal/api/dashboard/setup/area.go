// Package setup is the pages on which a company is set up: where its calls come from, where its
// leads go, and everything between.
//
// Pages that show a part of the tenant's settings are sections: one mechanism reads, saves and
// refuses them. Forms name their fields as the API names what is wrong with them, so that each
// refusal stands next to its field. Every change is bound to the ETag that was read with the
// page: of two people who change the same thing the second one is told, and keeps what was typed.
package setup

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

//go:embed templates/*.html
var files embed.FS

// modules are the scripts of these pages.
var modules = []string{"setup.js"}

// group is the heading of these pages in the menu.
const group = "Set-up"

// scoped is the beginning of a tenant's addresses.
const scoped = "/tenants/{tenant_id}"

// Area returns the pages.
func Area() web.Area {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	area := web.Area{Name: "setup", Templates: templates, Funcs: funcs, Nav: nav()}
	for _, routes := range [][]web.Route{
		sourceRoutes(), importRoutes(), integrationRoutes(), workflowRoutes(), scoringRoutes(), privacyRoutes(), companyRoutes(), notificationRoutes(),
	} {
		area.Routes = append(area.Routes, routes...)
	}
	area.Routes = append(area.Routes,
		get("/setup", showChecklist), get("/setup/badge", showBadge), get("/members", showMembers), get("/audit", showAudit))
	for _, s := range sections() {
		area.Routes = append(area.Routes, get(s.path, s.show), post(s.path, s.save))
	}
	return area
}

func nav() []web.NavItem {
	item := func(key, label, icon string, role access.Role) web.NavItem {
		return web.NavItem{Key: key, Label: label, Icon: icon, Path: scoped + "/" + key, Group: group, Role: role}
	}
	return []web.NavItem{
		{Key: "setup", Label: "Checklist", Icon: "check", Path: scoped + "/setup", Group: group, Role: access.TenantViewer, Badge: scoped + "/setup/badge"},
		item("sources", "Sources", "source", access.TenantViewer),
		item("integrations", "CRMs", "link", access.TenantViewer),
		item("workflow", "Workflow", "flow", access.TenantViewer),
		item("scoring", "Scoring", "weights", access.TenantViewer),
		item("notifications", "Notifications", "bell", access.TenantViewer),
		item("settings", "Settings", "setup", access.TenantViewer),
		item("privacy", "Privacy and jobs", "clock", access.TenantAdmin),
		item("members", "People", "people", access.TenantViewer),
		item("audit", "Audit log", "log", access.TenantAdmin),
	}
}

func get(path string, handle web.Handler) web.Route {
	return web.Route{Method: http.MethodGet, Path: scoped + path, Handle: handle}
}

func post(path string, handle web.Handler) web.Route {
	return web.Route{Method: http.MethodPost, Path: scoped + path, Handle: handle}
}

// at returns an address below the request's tenant.
func at(r *web.Request, parts ...string) string {
	return web.Path(append([]string{"tenants", r.TenantID()}, parts...)...)
}

// done returns to a page with what was done, or with why not.
func done(w http.ResponseWriter, r *web.Request, path, said string, err error) error {
	if err != nil {
		return r.RedirectRefused(w, path, err)
	}
	return r.Redirect(w, path, said)
}
