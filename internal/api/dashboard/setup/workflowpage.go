package setup

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func workflowRoutes() []web.Route {
	return []web.Route{get("/workflow", showWorkflow), post("/workflow", saveWorkflow), post("/workflow/try", tryWorkflow)}
}

// workflowPage is the data of workflow.html.
type workflowPage struct {
	Form    form
	Rules   []ruleView
	Leads   []client.Request
	Plan    *client.WorkflowPlan
	Refused string // why there is no plan
}

// readRules returns the saved rules, and their ETag.
func readRules(r *web.Request) (rules []tenant.Rule, etag string, err error) {
	var flow client.Workflow
	if etag, err = tagged(&flow)(r.API.GetWorkflow(r.Context(), r.TenantID())); err != nil {
		return nil, "", err
	}
	rules, err = rulesOfWorkflow(flow.Rules)
	return rules, etag, err
}

func showWorkflow(w http.ResponseWriter, r *web.Request) error {
	rules, etag, err := readRules(r)
	if err != nil {
		return err
	}
	page := &workflowPage{Form: form{ETag: etag, Values: url.Values{}}}
	fillWorkflow(rules, page.Form.Values)
	if err := page.beside(r); err != nil {
		return err
	}
	return r.Render(w, "setup/workflow.html", viewWorkflow(page))
}

func viewWorkflow(page *workflowPage) web.View {
	return web.View{Title: "Workflow", Nav: "workflow", Modules: modules, Data: page}
}

// beside reads what rules can choose from, and the leads that they can be tried on.
func (p *workflowPage) beside(r *web.Request) error {
	found, err := web.Read[client.IntegrationList](r.API.ListIntegrations(r.Context(), r.TenantID()))
	if err != nil {
		return err
	}
	var places []option
	for _, in := range found.Integrations {
		places = append(places, option{in.IntegrationID, in.Name})
	}
	c, err := readCompany(r)
	if err != nil {
		return err
	}
	var channels []option
	for _, slack := range c.Settings.Notifications.Slack {
		channels = append(channels, option{"slack:" + slack.Name, "Slack: " + slack.Name})
	}
	for _, list := range c.Settings.Notifications.Email {
		channels = append(channels, option{"email:" + list.Name, "E-mail: " + list.Name})
	}
	p.Rules = ruleViews(p.Form, places, channels)
	if !r.Viewer.Admin() {
		return nil
	}
	p.Leads, err = pastLeads(r)
	return err
}

func saveWorkflow(w http.ResponseWriter, r *web.Request) error {
	_, now, err := readRules(r)
	if err != nil {
		return err
	}
	page := &workflowPage{}
	if page.Form, err = sent(r); err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	rules := readWorkflow(in)
	if len(in.wrong) == 0 {
		text, err := json.Marshal(rules)
		if err != nil {
			return err
		}
		_, err = web.Read[client.Workflow](r.API.PutWorkflow(r.Context(), r.TenantID(), &client.PutWorkflowParams{IfMatch: page.Form.bound()}, client.Workflow{Rules: text}))
		if err == nil {
			return r.Redirect(w, at(r, "workflow"), "The workflow is saved. It holds from the next lead on.")
		}
		if !page.Form.refuse(err) {
			return err
		}
		if page.Form.Changed {
			page.Form.ETag = now
		}
		page.Form.Values = url.Values{"request_id": page.Form.Values["request_id"]}
		fillWorkflow(rules, page.Form.Values)
	} else {
		page.Form.fail(in.wrong)
	}
	if err := page.beside(r); err != nil {
		return err
	}
	return r.RenderInvalid(w, "setup/workflow.html", viewWorkflow(page))
}

// tryWorkflow shows what the rules that are typed decide for a lead of the past.
func tryWorkflow(w http.ResponseWriter, r *web.Request) error {
	page := &workflowPage{}
	var err error
	if page.Form, err = sent(r); err != nil {
		return err
	}
	in := &reader{values: page.Form.Values}
	rules, err := json.Marshal(readWorkflow(in))
	if err != nil {
		return err
	}
	switch {
	case len(in.wrong) > 0:
		page.Refused = in.wrong[0].Message
	case page.Form.Get("request_id") == "":
		page.Refused = "There is no lead yet to try the rules on."
	default:
		if page.Plan, page.Refused, err = plan(r, client.WorkflowTrial{RequestID: page.Form.Get("request_id"), Rules: rules}); err != nil {
			return err
		}
	}
	if r.Partial() {
		return r.Fragment(w, "setup/workflow.html", "plan", viewWorkflow(page))
	}
	if err := page.beside(r); err != nil {
		return err
	}
	return r.Render(w, "setup/workflow.html", viewWorkflow(page))
}

// plan returns what is decided, or why nothing can be.
func plan(r *web.Request, trial client.WorkflowTrial) (*client.WorkflowPlan, string, error) {
	got, err := web.Read[client.WorkflowPlan](r.API.DryRunWorkflow(r.Context(), r.TenantID(), trial))
	if text, refused := web.Sentence(err); refused {
		return nil, text, nil
	}
	return &got, "", err
}
