package setup

import (
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
)

// task is one line of the checklist.
type task struct {
	Title, Text string
	Done        bool
	Path        string // where it is done
	Action      string
}

// checklist is what a company needs before its leads arrive, and what makes them better.
type checklist struct {
	Needed []task
	Better []task
}

// Missing is how much of what is needed is not done yet.
func (c checklist) Missing() int {
	n := 0
	for _, t := range c.Needed {
		if !t.Done {
			n++
		}
	}
	return n
}

func showChecklist(w http.ResponseWriter, r *web.Request) error {
	found, err := readChecklist(r)
	if err != nil {
		return err
	}
	return r.Render(w, "setup/checklist.html", web.View{Title: "Checklist", Nav: "setup", Data: found})
}

// showBadge answers with how much is missing, for the menu; with nothing if all is done.
func showBadge(w http.ResponseWriter, r *web.Request) error {
	found, err := readChecklist(r)
	if err != nil {
		return err
	}
	return r.Fragment(w, "setup/checklist.html", "badge", web.View{Data: found})
}

func readChecklist(r *web.Request) (checklist, error) {
	c, err := readCompany(r)
	if err != nil {
		return checklist{}, err
	}
	sources, err := web.Read[client.SourceList](r.API.ListSources(r.Context(), r.TenantID()))
	if err != nil {
		return checklist{}, err
	}
	crms, err := web.Read[client.IntegrationList](r.API.ListIntegrations(r.Context(), r.TenantID()))
	if err != nil {
		return checklist{}, err
	}
	return checklistOf(r, c, sources.Sources, crms.Integrations), nil
}

func checklistOf(r *web.Request, c *company, sources []client.Source, crms []client.Integration) checklist {
	connected, delivered, problem := false, false, ""
	for _, s := range sources {
		if s.Status != "active" {
			continue
		}
		connected = connected || s.Problem == ""
		delivered = delivered || s.LastDeliveryAt != nil
		if s.Problem != "" {
			problem = s.Problem
		}
	}
	pushed := false
	for _, in := range crms {
		pushed = pushed || in.Status == "active" && in.HasCredentials
	}
	s := c.Settings
	told := len(s.Notifications.Slack)+len(s.Notifications.Email) > 0
	connect := "Calls and forms arrive through a source: CallRail, or the company's own web forms."
	if problem != "" {
		connect = problem
	}
	return checklist{
		Needed: []task{
			{"Describe the company", "What it offers and where. The analysis is told, and judges leads by it.", len(s.Services) > 0, at(r, "settings"), "Describe it"},
			{"Connect a source", connect, connected, at(r, "sources"), "Connect"},
			{"See the first call or form arrive", "Call a tracking number and say a sentence, or send a form.", delivered, at(r, "sources"), "Look for deliveries"},
			{"Connect a CRM", "Leads are delivered there, each once.", pushed, at(r, "integrations"), "Connect"},
			{"Tell people", "A Slack channel or an e-mail list hears of a lead within seconds.", told, at(r, "notifications"), "Choose who"},
		},
		Better: []task{
			{"Say how long to keep data", "Without it recordings and transcripts are kept for ever.", s.Retention.RecordingDays > 0 || s.Retention.RequestDays > 0, at(r, "settings", "retention"), "Choose"},
			{"Set a budget", "What a month may cost, and what happens then.", s.Budget.MonthlyUSD > 0, at(r, "settings", "budget"), "Set it"},
			{"Ask questions of your own", "The analysis answers them for each lead, with a quote.", len(s.Questions) > 0, at(r, "settings", "questions"), "Ask"},
			{"Help the recogniser", "Names of products and places that callers say.", len(s.Speech.Hints) > 0, at(r, "settings"), "Add names"},
		},
	}
}
