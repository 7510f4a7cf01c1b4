package setup

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
)

const ruleRows = "mapping"

// mappingPage is the data of mapping.html.
type mappingPage struct {
	Form        form
	Integration client.Integration
	Rows        []int
	Records     []option
	Fields      []client.CRMField
	FieldsGone  string // why the CRM's fields are not known
	Leads       []client.Request
	Preview     *client.MappingPreview
	Refused     string // why there is no preview
}

// fillMapping puts rules into fields.
func fillMapping(rules []mapping.Rule, v url.Values) {
	for i, rule := range rules {
		source, text := "value", ""
		if json.Unmarshal(rule.Value, &text) != nil { // anything but a text is a constant, wherever it stands
			source, text = "constant", unscalar(rule.Value)
			if len(rule.Constant) > 0 {
				text = unscalar(rule.Constant)
			}
		}
		for name, value := range map[string]any{
			"record": rule.Record, "field": rule.Field, "source": source, "value": text, "format": rule.Format,
			"default": unscalar(rule.Default), "required": rule.Required, "enum": enumLines(rule.Enum),
		} {
			set(v, row(ruleRows, i, name), value)
		}
	}
}

// readMapping reads rules from fields; rows without a field are none.
func readMapping(in *reader) []mapping.Rule {
	rules := []mapping.Rule{}
	for _, i := range in.rows(ruleRows) {
		name := func(last string) string { return row(ruleRows, i, last) }
		if in.on(name("remove")) || in.text(name("field")) == "" && in.text(name("value")) == "" {
			continue
		}
		rule := mapping.Rule{
			Record: in.text(name("record")), Field: in.text(name("field")), Format: in.text(name("format")),
			Default: scalar(in.text(name("default"))), Required: in.on(name("required")), Enum: readEnum(in, name("enum")),
		}
		if value := in.text(name("value")); in.text(name("source")) == "constant" {
			rule.Constant = scalar(value)
		} else if value != "" {
			rule.Value, _ = json.Marshal(value) // a text can always be written
		}
		rules = append(rules, rule)
	}
	return rules
}

const arrow = "="

// enumLines writes a translation as lines: kitchen = Kitchen.
func enumLines(enum map[string]any) []string {
	var lines []string
	for _, from := range slices.Sorted(maps.Keys(enum)) {
		to, err := json.Marshal(enum[from])
		if err != nil {
			continue // it was read from JSON
		}
		lines = append(lines, from+" "+arrow+" "+unscalar(to))
	}
	return lines
}

func readEnum(in *reader, name string) map[string]any {
	enum := map[string]any{}
	for _, line := range in.lines(name) {
		from, to, ok := strings.Cut(line, arrow)
		if !ok {
			in.note(name, fmt.Sprintf("each line needs a %q between what we say and what the CRM says: kitchen = Kitchen", arrow))
			continue
		}
		var value any
		if err := json.Unmarshal(scalar(strings.TrimSpace(to)), &value); err != nil {
			in.note(name, "each line needs something behind the "+arrow)
			continue
		}
		enum[strings.TrimSpace(from)] = value
	}
	if len(enum) == 0 {
		return nil
	}
	return enum
}

// rulesOf returns the mapping of an integration's settings.
func rulesOf(config map[string]any) ([]mapping.Rule, error) {
	text, err := json.Marshal(config["mapping"])
	if err != nil {
		return nil, err
	}
	var rules []mapping.Rule
	if err := json.Unmarshal(text, &rules); err != nil {
		return nil, fmt.Errorf("read mapping: %w", err)
	}
	return rules, nil
}

// beside reads what the editor shows beside its rows. A CRM that does not answer is no reason not
// to edit.
func (p *mappingPage) beside(r *web.Request) error {
	p.Rows = oneMore((&reader{values: p.Form.Values}).rows(ruleRows))
	p.Records = options("contact", "deal", "call")
	if p.Integration.Kind == "custom" {
		p.Records = options("event")
	}
	if !r.Viewer.Admin() {
		return nil
	}
	fields, err := web.Read[client.FieldList](r.API.ListIntegrationFields(r.Context(), r.TenantID(), p.Integration.IntegrationID))
	if text, refused := web.Sentence(err); err != nil && !refused {
		return err
	} else if refused {
		p.FieldsGone = text
	}
	for _, f := range fields.Fields {
		if !f.ReadOnly {
			p.Fields = append(p.Fields, f)
		}
	}
	p.Leads, err = pastLeads(r)
	return err
}

// pastLeads returns the newest leads that were read, to try something on.
func pastLeads(r *web.Request) ([]client.Request, error) {
	status := "completed"
	page, err := web.Read[client.RequestPage](r.API.ListRequests(r.Context(), r.TenantID(), &client.ListRequestsParams{Limit: 20, Status: &status}))
	return page.Requests, err
}

func viewMapping(page *mappingPage) web.View {
	return web.View{Title: "Fields in " + page.Integration.Name, Nav: "integrations", Modules: modules, Data: page}
}

// openMapping returns the page with the form that was sent, and the ETag of what is saved.
func openMapping(r *web.Request) (page *mappingPage, etag string, err error) {
	page = &mappingPage{}
	if page.Form, err = sent(r); err != nil {
		return nil, "", err
	}
	page.Integration, etag, err = integrationOf(r)
	return page, etag, err
}

func showMapping(w http.ResponseWriter, r *web.Request) error {
	page, etag, err := openMapping(r)
	if err != nil {
		return err
	}
	page.Form = form{ETag: etag, Values: url.Values{}}
	rules, err := rulesOf(page.Integration.Config)
	if err != nil {
		return err
	}
	fillMapping(rules, page.Form.Values)
	if err := page.beside(r); err != nil {
		return err
	}
	return r.Render(w, "setup/mapping.html", viewMapping(page))
}

func saveMapping(w http.ResponseWriter, r *web.Request) error {
	page, now, err := openMapping(r)
	if err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	rules := readMapping(in)
	if len(in.wrong) == 0 {
		err = putMapping(r, page, rules)
		if err == nil {
			return r.Redirect(w, at(r, "integrations", page.Integration.IntegrationID, "mapping"), "The mapping is saved. It holds from the next delivery on.")
		}
		if !page.Form.refuse(err) {
			return err
		}
		if page.Form.Changed {
			page.Form.ETag = now
		}
		lead := page.Form.Get("request_id")
		page.Form.Values = url.Values{"request_id": {lead}}
		fillMapping(rules, page.Form.Values)
	} else {
		page.Form.fail(in.wrong)
	}
	if err := page.beside(r); err != nil {
		return err
	}
	return r.RenderInvalid(w, "setup/mapping.html", viewMapping(page))
}

// putMapping replaces the mapping; everything else of the integration stays.
func putMapping(r *web.Request, page *mappingPage, rules []mapping.Rule) error {
	in := page.Integration
	config := maps.Clone(in.Config)
	if config == nil {
		config = map[string]any{}
	}
	delete(config, "mapping")
	if len(rules) > 0 {
		config["mapping"] = rules
	}
	_, err := web.Read[client.Integration](r.API.PutIntegration(r.Context(), r.TenantID(), in.IntegrationID,
		&client.PutIntegrationParams{IfMatch: page.Form.bound()},
		client.IntegrationChange{Name: in.Name, Kind: in.Kind, Status: in.Status, ThirdParty: in.ThirdParty, Config: config}))
	return err
}

// previewMapping shows what the rules that are typed would set for a lead of the past.
func previewMapping(w http.ResponseWriter, r *web.Request) error {
	page, _, err := openMapping(r)
	if err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	rules, err := json.Marshal(readMapping(in))
	if err != nil {
		return err
	}
	switch {
	case len(in.wrong) > 0:
		page.Refused = "Preview: " + in.wrong[0].Message + "."
	case page.Form.Get("request_id") == "":
		page.Refused = "There is no lead yet to try the mapping on."
	default:
		got, err := web.Read[client.MappingPreview](r.API.PreviewMapping(r.Context(), r.TenantID(), page.Integration.IntegrationID,
			client.MappingTrial{RequestID: page.Form.Get("request_id"), Mapping: rules}))
		page.Preview = &got
		if err != nil {
			text, refused := web.Sentence(err)
			if !refused {
				return err
			}
			page.Preview, page.Refused = nil, text
		}
	}
	if r.Partial() {
		return r.Fragment(w, "setup/mapping.html", "mapping-preview", viewMapping(page))
	}
	if err := page.beside(r); err != nil {
		return err
	}
	return r.Render(w, "setup/mapping.html", viewMapping(page))
}
