package setup

import (
	"net/http"
	"net/url"
	"time"

	openapi "github.com/oapi-codegen/runtime/types"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

func sourceRoutes() []web.Route {
	const one = "/sources/{source_id}"
	return []web.Route{
		get("/sources", listSources), get("/sources/new", newSource), post("/sources/new", addSource),
		get(one, showSource), post(one, saveSource), post(one+"/connect", connectSource), post(one+"/remove", removeSource),
		post(one+"/keys", addKey), post(one+"/keys/{key_id}/remove", removeKey),
	}
}

func listSources(w http.ResponseWriter, r *web.Request) error {
	found, err := web.Read[client.SourceList](r.API.ListSources(r.Context(), r.TenantID()))
	if err != nil {
		return err
	}
	return r.Render(w, "setup/sources.html", web.View{Title: "Sources", Nav: "sources", Data: found.Sources})
}

// sourceState says whether a source delivers.
func sourceState(s client.Source) any {
	switch {
	case s.Status != "active":
		return web.State("off", "Switched off")
	case s.Problem != "":
		return web.State("bad", "Needs you")
	case s.LastDeliveryAt == nil:
		return web.State("warn", "Nothing arrived yet")
	default:
		return web.State("good", "Delivers")
	}
}

// sourcePage is the data of source.html.
type sourcePage struct {
	Form       form
	New        bool
	Source     client.Source
	Addresses  []address
	Deliveries *client.SourceDeliveries // of the last seven days
	Key        *client.SigningKey       // that was drawn just now: it is shown this once
	Import     *importPart              // nil: there is none, or not for this person
}

// address is one of a source's webhook addresses, and what is sent there.
type address struct{ What, URL string }

// deliveryKinds are the last parts of CallRail's webhook addresses, in CallRail's own words.
var deliveryKinds = map[string]string{
	"post_call": "Post-call", "call_modified": "Call modified", "form_submission": "Form submission", "text_received": "Text message received",
	"outbound_call": "Outbound post-call", "outbound_modified": "Outbound call modified",
}

func addressesOf(s client.Source) []address {
	var all []address
	for _, text := range s.WebhookURLs {
		what := "Web forms"
		if s.Kind == "callrail" {
			what = lastPart(text)
			if words, known := deliveryKinds[what]; known {
				what = words
			}
		}
		all = append(all, address{what, text})
	}
	return all
}

func lastPart(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	for i := len(u.Path) - 1; i >= 0; i-- {
		if u.Path[i] == '/' {
			return u.Path[i+1:]
		}
	}
	return u.Path
}

// readSource reads the page of a source, with the fields as they are saved.
func readSource(r *web.Request) (*sourcePage, error) {
	page := &sourcePage{Form: form{Values: url.Values{}}}
	id := r.Param("source_id")
	var err error
	if page.Form.ETag, err = tagged(&page.Source)(r.API.GetSource(r.Context(), r.TenantID(), id)); err != nil {
		return nil, err
	}
	s := page.Source
	page.Addresses = addressesOf(s)
	for name, value := range map[string]any{
		"kind": s.Kind, "name": s.Name, "active": s.Status == "active", "company_id": s.CompanyID,
		"company_resource_id": s.CompanyResourceID, "account_id": s.AccountID, "form_keys": s.FormKeys, "origins": s.Origins,
	} {
		set(page.Form.Values, name, value)
	}
	today := r.Now.UTC()
	got, err := web.Read[client.SourceDeliveries](r.API.GetSourceDeliveries(r.Context(), r.TenantID(), id, &client.GetSourceDeliveriesParams{
		From: openapi.Date{Time: today.AddDate(0, 0, -6)}, To: openapi.Date{Time: today.Truncate(24 * time.Hour)},
	}))
	page.Deliveries = &got
	if err == nil && s.Kind == "callrail" && r.Viewer.Admin() {
		page.Import, err = readImport(r, id)
	}
	return page, err
}

func showSource(w http.ResponseWriter, r *web.Request) error {
	page, err := readSource(r)
	if err != nil {
		return err
	}
	return r.Render(w, "setup/source.html", viewSource(page))
}

func viewSource(page *sourcePage) web.View {
	title := page.Source.Name
	if page.New {
		title = "Add a source"
	}
	return web.View{Title: title, Nav: "sources", Data: page}
}

func newSource(w http.ResponseWriter, r *web.Request) error {
	page := &sourcePage{New: true, Form: form{Values: url.Values{"kind": {"callrail"}, "active": {"on"}}}}
	if kind := r.URL.Query().Get("kind"); kind == "form" {
		page.Form.Values.Set("kind", kind)
	}
	return r.Render(w, "setup/source.html", viewSource(page))
}

// sourceChange reads a source from its form. Secrets that are left empty stay as they are.
func sourceChange(in *reader) client.SourceChange {
	change := client.SourceChange{
		Kind: in.text("kind"), Name: in.text("name"), Status: "suspended", CompanyID: in.text("company_id"),
		CompanyResourceID: in.text("company_resource_id"), AccountID: in.text("account_id"), APIKey: in.text("api_key"),
		SigningKey: in.text("signing_key"), FormKeys: in.words("form_keys"), Origins: in.words("origins"),
	}
	if in.on("active") {
		change.Status = "active"
	}
	return change
}

func saveSource(w http.ResponseWriter, r *web.Request) error {
	page, err := readSource(r)
	if err != nil {
		return err
	}
	now := page.Form.ETag
	if page.Form, err = sent(r); err != nil {
		return err
	}
	_, err = web.Read[client.Source](r.API.PutSource(r.Context(), r.TenantID(), page.Source.SourceID,
		&client.PutSourceParams{IfMatch: page.Form.bound()}, sourceChange(&reader{values: page.Form.Values})))
	if err == nil {
		return r.Redirect(w, at(r, "sources", page.Source.SourceID), "The source is saved.")
	}
	if !page.Form.refuse(err) {
		return err
	}
	if page.Form.Changed {
		page.Form.ETag = now
	}
	return r.RenderInvalid(w, "setup/source.html", viewSource(page))
}

func addSource(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	page := &sourcePage{New: true, Form: f}
	in := &reader{values: f.Values}
	id := in.text("source_id")
	_, err = web.Read[client.Source](r.API.GetSource(r.Context(), r.TenantID(), id))
	if problem := taken(id, err); problem != "" {
		in.note("source_id", problem)
		page.Form.fail(in.wrong)
		return r.RenderInvalid(w, "setup/source.html", viewSource(page))
	}
	if err != nil && !web.Refused(err, "not_found") {
		return err
	}
	_, err = web.Read[client.Source](r.API.PutSource(r.Context(), r.TenantID(), id, &client.PutSourceParams{}, sourceChange(in)))
	if err == nil {
		return r.Redirect(w, at(r, "sources", id), "The source is saved. Now let it deliver to the addresses below.")
	}
	if !page.Form.refuse(err) {
		return err
	}
	return r.RenderInvalid(w, "setup/source.html", viewSource(page))
}

// taken says why something new cannot have the id; err is the answer to reading it.
func taken(id string, err error) string {
	switch {
	case id == "" || id == "new" || id == "-":
		return "it needs an id of letters, digits, - and _"
	case err == nil:
		return "another one has this id"
	case web.Refused(err, "invalid_request"):
		return "letters, digits, - and _ are allowed, at most 64"
	}
	return ""
}

func removeSource(w http.ResponseWriter, r *web.Request) error {
	_, err := web.Read[struct{}](r.API.DeleteSource(r.Context(), r.TenantID(), r.Param("source_id")))
	return done(w, r, at(r, "sources"), "The source is gone. What it delivered stays.", err)
}

func connectSource(w http.ResponseWriter, r *web.Request) error {
	id := r.Param("source_id")
	_, err := web.Read[client.Connection](r.API.ConnectSource(r.Context(), r.TenantID(), id))
	return done(w, r, at(r, "sources", id), "CallRail delivers to the addresses below now, and its signing key is known here.", err)
}

// addKey is the first half of a rotation. A key that was drawn is in this answer and nowhere else.
func addKey(w http.ResponseWriter, r *web.Request) error {
	f, err := sent(r)
	if err != nil {
		return err
	}
	id, in := r.Param("source_id"), &reader{values: f.Values}
	key, err := web.Read[client.SigningKey](r.API.AddSigningKey(r.Context(), r.TenantID(), id, client.NewSigningKey{Value: in.text("value")}))
	if err != nil || key.Value == "" {
		return done(w, r, at(r, "sources", id), "The key is kept. Deliveries may be signed with it from now on.", err)
	}
	page, err := readSource(r)
	if err != nil {
		return err
	}
	page.Key = &key
	w.Header().Set("Cache-Control", "no-store")
	return r.Render(w, "setup/source.html", viewSource(page))
}

func removeKey(w http.ResponseWriter, r *web.Request) error {
	id := r.Param("source_id")
	_, err := web.Read[struct{}](r.API.RemoveSigningKey(r.Context(), r.TenantID(), id, r.Param("key_id")))
	return done(w, r, at(r, "sources", id), "The key is removed: what is signed with it is refused.", err)
}
