// Package leads is the list of leads and the page of one lead.
package leads

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

//go:embed templates/*.html
var files embed.FS

// Area returns the pages.
func Area() web.Area {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	const list, one = "/tenants/{tenant_id}/requests", "/tenants/{tenant_id}/requests/{request_id}"
	return web.Area{
		Name: "leads", Templates: templates, Funcs: funcs,
		Nav: []web.NavItem{{Key: "leads", Label: "Leads", Icon: "leads", Path: list, Role: access.TenantViewer}},
		Routes: []web.Route{
			{Method: http.MethodGet, Path: list, Handle: showList},
			{Method: http.MethodGet, Path: "/tenants/{tenant_id}/requests.csv", Handle: exportList, Takes: exportTakes},
			{Method: http.MethodGet, Path: "/tenants/{tenant_id}/events", Handle: follow},
			{Method: http.MethodGet, Path: one, Handle: showLead},
			{Method: http.MethodGet, Path: one + "/recording", Handle: openRecording},
			{Method: http.MethodPost, Path: one + "/corrections", Handle: correct},
			{Method: http.MethodPost, Path: one + "/corrections/{field}/undo", Handle: undoCorrection},
			{Method: http.MethodPost, Path: one + "/retry", Handle: retryLead},
			{Method: http.MethodPost, Path: one + "/hold", Handle: holdLead},
			{Method: http.MethodPost, Path: one + "/hold/release", Handle: releaseLead},
			{Method: http.MethodPost, Path: one + "/deliveries/{integration_id}/retry", Handle: retryDelivery},
		},
	}
}
