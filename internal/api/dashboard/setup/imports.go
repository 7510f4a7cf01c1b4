package setup

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// importDays is how far back the form looks until somebody chooses other days.
const importDays = 30

func importRoutes() []web.Route {
	const imports = "/sources/{source_id}/imports"
	return []web.Route{post(imports, startImport), post(imports+"/estimate", estimateImport)}
}

// importPart is the part of a source's page that brings in calls of the past.
type importPart struct {
	Form     form
	Order    client.NewImport       // what the form says
	Estimate *client.ImportEstimate // of the order; nil: nobody asked
	Jobs     jobList
}

func readImport(r *web.Request, sourceID string) (*importPart, error) {
	today := r.Now.In(r.Zone())
	part := &importPart{Form: form{Values: url.Values{
		"from": {today.AddDate(0, 0, -importDays).Format(time.DateOnly)}, "to": {today.Format(time.DateOnly)},
	}}}
	var err error
	part.Jobs, err = readJobs(r, "", sourceID)
	return part, err
}

// sentImport returns the source's page with the order that was sent, or with what is wrong with it.
func sentImport(r *web.Request) (*sourcePage, error) {
	page, err := readSource(r)
	if err != nil {
		return nil, err
	}
	if page.Import == nil { // not for this person, or not of this source: the API says so
		page.Import = &importPart{}
	}
	part := page.Import
	if part.Form, err = sent(r); err != nil {
		return nil, err
	}
	in := &reader{values: part.Form.Values}
	part.Order = client.NewImport{From: in.day("from", ""), To: in.day("to", ""), Batch: in.on("batch"), Push: in.on("push")}
	if len(in.wrong) > 0 {
		part.Form.fail(in.wrong)
	}
	return page, nil
}

// estimateImport says what an import would bring and cost. Without scripts it is the whole page;
// with them, the part of it.
func estimateImport(w http.ResponseWriter, r *web.Request) error {
	page, err := sentImport(r)
	if err != nil {
		return err
	}
	part := page.Import
	if part.Form.Notice != "" {
		return renderImport(w, r, page)
	}
	order := part.Order
	order.Estimate = true
	found, err := web.Read[client.ImportEstimate](r.API.CreateImport(r.Context(), r.TenantID(), r.Param("source_id"), order))
	if err == nil {
		part.Estimate = &found
	} else if !part.Form.refuse(err) {
		return err
	}
	return renderImport(w, r, page)
}

// startImport brings in the calls that the estimate has told of.
func startImport(w http.ResponseWriter, r *web.Request) error {
	page, err := sentImport(r)
	if err != nil {
		return err
	}
	if page.Import.Form.Notice != "" {
		return renderImport(w, r, page)
	}
	_, err = web.Read[client.Job](r.API.CreateImport(r.Context(), r.TenantID(), r.Param("source_id"), page.Import.Order))
	if err == nil {
		return r.Redirect(w, at(r, "sources", r.Param("source_id")), "The import has begun. See below how far it is.")
	}
	if !page.Import.Form.refuse(err) {
		return err
	}
	return renderImport(w, r, page)
}

func renderImport(w http.ResponseWriter, r *web.Request, page *sourcePage) error {
	const file = "setup/source.html"
	switch {
	case r.Partial():
		return r.Fragment(w, file, "import-order", viewSource(page))
	case page.Import.Form.Notice != "":
		return r.RenderInvalid(w, file, viewSource(page))
	}
	return r.Render(w, file, viewSource(page))
}

// lasting returns roughly how long something takes.
func lasting(minutes float64) string {
	switch {
	case minutes < 10:
		return "a few minutes"
	case minutes < 90:
		return fmt.Sprintf("about %.0f minutes", math.Ceil(minutes/10)*10)
	case minutes < 36*60:
		return fmt.Sprintf("about %.0f hours", math.Ceil(minutes/60))
	default:
		return fmt.Sprintf("about %.0f days", math.Ceil(minutes/60/24))
	}
}
