// Package insight is the pages with figures: a company's, the platform's, and those of whoever
// runs it.
package insight

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

//go:embed templates/*.html
var files embed.FS

// Area returns the pages. The one of operations links to monitoring, unless that is empty.
func Area(monitoring string) web.Area {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the name is a constant
	}
	const company, business, operations = "/tenants/{tenant_id}/insight", "/business", "/operations"
	return web.Area{
		Name: "insight", Templates: templates, Funcs: funcs,
		Nav: []web.NavItem{
			{Key: "insight", Label: "Figures", Icon: "chart", Path: company, Role: access.TenantViewer},
			{Key: "business", Label: "Business", Icon: "growth", Path: business, Group: "Platform", Role: access.PlatformAdmin},
			{Key: "operations", Label: "Operations", Icon: "pulse", Path: operations, Group: "Platform", Role: access.PlatformAdmin},
		},
		Routes: []web.Route{
			{Method: http.MethodGet, Path: company, Handle: showCompany},
			{Method: http.MethodGet, Path: business, Handle: showBusiness},
			{Method: http.MethodGet, Path: operations, Handle: func(w http.ResponseWriter, r *web.Request) error {
				return showOperations(w, r, monitoring)
			}},
			{Method: http.MethodPost, Path: operations + "/dead-letters/redrive", Handle: redriveAll},
			{Method: http.MethodPost, Path: operations + "/dead-letters/{letter_id}/redrive", Handle: redrive},
			{Method: http.MethodPost, Path: operations + "/dead-letters/{letter_id}/dismiss", Handle: dismiss},
			{Method: http.MethodPost, Path: operations + "/pauses", Handle: pause},
			{Method: http.MethodPost, Path: operations + "/pauses/{subject}/lift", Handle: liftPause},
		},
	}
}
