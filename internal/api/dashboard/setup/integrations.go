package setup

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

func integrationRoutes() []web.Route {
	const one = "/integrations/{integration_id}"
	return []web.Route{
		get("/integrations", listIntegrations), get("/integrations/new", newIntegration), post("/integrations/new", addIntegration),
		get(one, showIntegration), post(one, saveIntegration), post(one+"/test", testIntegration), post(one+"/retry", retryIntegration),
		post(one+"/pause", pauseIntegration), post(one+"/resume", resumeIntegration), post(one+"/remove", removeIntegration),
		get(one+"/mapping", showMapping), post(one+"/mapping", saveMapping), post(one+"/mapping/preview", previewMapping),
	}
}

// integrationRow is one line of the list.
type integrationRow struct {
	client.Integration

	Pause *client.Pause // nothing is delivered there
	Rules int           // of the mapping
}

func listIntegrations(w http.ResponseWriter, r *web.Request) error {
	found, err := web.Read[client.IntegrationList](r.API.ListIntegrations(r.Context(), r.TenantID()))
	if err != nil {
		return err
	}
	pauses, err := web.Read[client.PauseList](r.API.ListPauses(r.Context(), r.TenantID()))
	if err != nil {
		return err
	}
	var rows []integrationRow
	for _, in := range found.Integrations {
		rules, _ := in.Config["mapping"].([]any)
		rows = append(rows, integrationRow{Integration: in, Pause: pauseOf(pauses, in.IntegrationID), Rules: len(rules)})
	}
	return r.Render(w, "setup/integrations.html", web.View{Title: "CRMs", Nav: "integrations", Data: rows})
}

// pauseOf returns what holds an integration's deliveries back, nil if nothing does.
func pauseOf(pauses client.PauseList, id string) *client.Pause {
	for i, p := range pauses.Pauses {
		if p.Subject == "destination:"+id || p.Subject == "all" || p.Subject == "step:push" {
			return &pauses.Pauses[i]
		}
	}
	return nil
}

// integrationPage is the data of integration.html.
type integrationPage struct {
	Form        form
	New         bool
	Integration client.Integration
	Pause       *client.Pause
	Own         bool // the pause is this integration's own
	Test        *client.TestResult
	Troubles    []trouble
	More        bool // there are more deliveries that wait than are counted
}

// trouble is what deliveries wait for, or failed by, that say the same.
type trouble struct {
	client.StuckDelivery // the latest of them

	Count int
}

// troublesOf sums up what deliveries say, what most of them say first.
func troublesOf(stuck client.StuckDeliveries) []trouble {
	var all []trouble
	for _, d := range stuck.Deliveries {
		at := slices.IndexFunc(all, func(t trouble) bool { return t.State == d.State && t.Error == d.Error })
		if at < 0 {
			all = append(all, trouble{d, 1})
			continue
		}
		all[at].Count++
		if d.UpdatedAt.After(all[at].UpdatedAt) {
			all[at].StuckDelivery = d
		}
	}
	slices.SortStableFunc(all, func(a, b trouble) int { return b.Count - a.Count })
	return all
}

// readIntegration reads the page of an integration, with the fields as they are saved.
func readIntegration(r *web.Request) (*integrationPage, error) {
	page := &integrationPage{Form: form{Values: url.Values{}}}
	in, etag, err := integrationOf(r)
	if err != nil {
		return nil, err
	}
	page.Integration, page.Form.ETag = in, etag
	config := maps.Clone(in.Config)
	delete(config, "mapping") // has a page of its own
	text, err := pretty(config)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]any{
		"name": in.Name, "kind": in.Kind, "active": in.Status == "active", "third_party": in.ThirdParty, "config": text,
	} {
		set(page.Form.Values, name, value)
	}
	stuck, err := web.Read[client.StuckDeliveries](r.API.ListStuckDeliveries(r.Context(), r.TenantID(), in.IntegrationID))
	if err != nil {
		return nil, err
	}
	page.Troubles, page.More = troublesOf(stuck), !stuck.Complete
	pauses, err := web.Read[client.PauseList](r.API.ListPauses(r.Context(), r.TenantID()))
	page.Pause = pauseOf(pauses, in.IntegrationID)
	page.Own = page.Pause != nil && page.Pause.Subject == "destination:"+in.IntegrationID && !page.Pause.Platform
	return page, err
}

func integrationOf(r *web.Request) (in client.Integration, etag string, err error) {
	etag, err = tagged(&in)(r.API.GetIntegration(r.Context(), r.TenantID(), r.Param("integration_id")))
	return in, etag, err
}

func viewIntegration(page *integrationPage) web.View {
	title := page.Integration.Name
	if page.New {
		title = "Connect a CRM"
	}
	return web.View{Title: title, Nav: "integrations", Data: page}
}

func showIntegration(w http.ResponseWriter, r *web.Request) error {
	page, err := readIntegration(r)
	if err != nil {
		return err
	}
	return r.Render(w, "setup/integration.html", viewIntegration(page))
}

func newIntegration(w http.ResponseWriter, r *web.Request) error {
	page := &integrationPage{New: true, Form: form{Values: url.Values{"kind": {"hubspot"}, "active": {"on"}, "config": {"{}"}}}}
	return r.Render(w, "setup/integration.html", viewIntegration(page))
}

// integrationChange reads an integration from its form; the mapping stays that of the present one.
func integrationChange(in *reader, present client.Integration) client.IntegrationChange {
	change := client.IntegrationChange{
		Name: in.text("name"), Kind: in.text("kind"), Status: "suspended", ThirdParty: in.on("third_party"), Credentials: in.text("credentials"),
	}
	if in.on("active") {
		change.Status = "active"
	}
	if text := in.text("config"); text != "" && json.Unmarshal([]byte(text), &change.Config) != nil {
		in.note("config", "it must be a JSON object, for instance {\"pipeline\": \"default\"}")
	}
	if rules, ok := present.Config["mapping"]; ok {
		if change.Config == nil {
			change.Config = map[string]any{}
		}
		change.Config["mapping"] = rules
	}
	return change
}

func saveIntegration(w http.ResponseWriter, r *web.Request) error {
	page, err := readIntegration(r)
	if err != nil {
		return err
	}
	now, id := page.Form.ETag, page.Integration.IntegrationID
	if page.Form, err = sent(r); err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	change := integrationChange(in, page.Integration)
	if len(in.wrong) > 0 {
		page.Form.fail(in.wrong)
		return r.RenderInvalid(w, "setup/integration.html", viewIntegration(page))
	}
	_, err = web.Read[client.Integration](r.API.PutIntegration(r.Context(), r.TenantID(), id, &client.PutIntegrationParams{IfMatch: page.Form.bound()}, change))
	if err == nil {
		return r.Redirect(w, at(r, "integrations", id), "The CRM is saved. Test the connection to be sure.")
	}
	if !page.Form.refuse(err) {
		return err
	}
	if page.Form.Changed {
		page.Form.ETag = now
	}
	return r.RenderInvalid(w, "setup/integration.html", viewIntegration(page))
}

func addIntegration(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	page := &integrationPage{New: true, Form: f}
	in := &reader{values: f.Values}
	id := in.text("integration_id")
	change := integrationChange(in, client.Integration{})
	_, err = web.Read[client.Integration](r.API.GetIntegration(r.Context(), r.TenantID(), id))
	if problem := taken(id, err); problem != "" {
		in.note("integration_id", problem)
	}
	if len(in.wrong) > 0 {
		page.Form.fail(in.wrong)
		return r.RenderInvalid(w, "setup/integration.html", viewIntegration(page))
	}
	if !web.Refused(err, "not_found") {
		return err
	}
	_, err = web.Read[client.Integration](r.API.PutIntegration(r.Context(), r.TenantID(), id, &client.PutIntegrationParams{}, change))
	if err == nil {
		return r.Redirect(w, at(r, "integrations", id), "The CRM is saved. Test the connection now.")
	}
	if !page.Form.refuse(err) {
		return err
	}
	return r.RenderInvalid(w, "setup/integration.html", viewIntegration(page))
}

// testIntegration connects as a delivery does, and shows what would keep a lead from arriving.
func testIntegration(w http.ResponseWriter, r *web.Request) error {
	result, err := web.Read[client.TestResult](r.API.TestIntegration(r.Context(), r.TenantID(), r.Param("integration_id")))
	if err != nil {
		return done(w, r, at(r, "integrations", r.Param("integration_id")), "", err)
	}
	page, err := readIntegration(r)
	if err != nil {
		return err
	}
	page.Test = &result
	if r.Partial() {
		return r.Fragment(w, "setup/integration.html", "test-result", viewIntegration(page))
	}
	return r.Render(w, "setup/integration.html", viewIntegration(page))
}

func retryIntegration(w http.ResponseWriter, r *web.Request) error {
	id := r.Param("integration_id")
	got, err := web.Read[client.Retried](r.API.RetryIntegration(r.Context(), r.TenantID(), id))
	said := "Nothing was waiting for this."
	switch {
	case got.Retried == 1:
		said = "One delivery is tried again."
	case got.Retried > 1:
		said = "Deliveries that waited are tried again: " + shown(got.Retried) + "."
	}
	return done(w, r, at(r, "integrations", id), said, err)
}

func pauseIntegration(w http.ResponseWriter, r *web.Request) error {
	id := r.Param("integration_id")
	f, err := sent(r)
	if err != nil {
		return err
	}
	in := &reader{values: f.Values}
	reason := cmp.Or(in.text("reason"), "paused on the dashboard")
	_, err = web.Read[client.Pause](r.API.PutPause(r.Context(), r.TenantID(), "destination:"+id, client.PauseOrder{Reason: reason}))
	return done(w, r, at(r, "integrations", id), "Paused: leads are kept, and delivered when you resume.", err)
}

func resumeIntegration(w http.ResponseWriter, r *web.Request) error {
	id := r.Param("integration_id")
	_, err := web.Read[struct{}](r.API.DeletePause(r.Context(), r.TenantID(), "destination:"+id))
	return done(w, r, at(r, "integrations", id), "Resumed: what waited is delivered now.", err)
}

func removeIntegration(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.DeleteIntegration(r.Context(), r.TenantID(), r.Param("integration_id")))
	return done(w, r, at(r, "integrations"), "The CRM is disconnected. What was delivered stays there.", err)
}
