package notify

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// card is what people are told, in words. Slack and mail show the same card.
type card struct {
	RequestID string
	TenantID  string
	Company   string // the tenant's name
	Band      request.Band
	Title     string // from our own words and numbers alone
	Who       string // the caller's name, empty if it is not known
	Again     bool   // the channel knows of the request; its band has risen
	Fields    []field
	Summary   string
	Quotes    []string
	NextSteps []string
	CRM       []crmLine
	Link      string
}

// field is a labelled value.
type field struct{ Label, Value string }

// crmLine says how one CRM stands with the lead.
type crmLine struct{ Text, Link string }

// maxQuotes keeps a message readable on a phone.
const maxQuotes = 3

func newCard(job *stage.Job, a *request.Analysis, deliveries []request.Delivery) card {
	r := job.Request
	who := cmp.Or(a.Customer.Name, r.Caller.Name)
	return card{
		RequestID: r.ID,
		TenantID:  r.TenantID,
		Company:   cmp.Or(job.Tenant.Name, r.TenantID),
		Band:      a.ScoreBand,
		Title:     title(r, a),
		Who:       who,
		Fields: fields([]field{
			{"Who", cmp.Or(who, "unknown")},
			{"Phone", cmp.Or(r.Caller.Phone, a.Customer.Phone)},
			{"E-mail", cmp.Or(r.Caller.Email, a.Customer.Email)},
			{"Address", a.Customer.Address},
			{"Project", words(a.ProjectType)},
			{"Timeline", timelines[a.Timeline]},
			{"Budget", a.Budget.String()},
			{"Source", source(r.Details)},
			{"Received", r.ReceivedAt.In(job.Tenant.Location()).Format("Mon 2 Jan, 3:04 PM MST")},
		}),
		Summary:   a.Summary,
		Quotes:    quotes(a.Evidence),
		NextSteps: a.NextSteps,
		CRM:       crmLines(deliveries),
	}
}

// discreet returns a card that says nothing of what the caller said or is: whoever follows its
// link signs in, and is in the audit log.
func (c card) discreet() card {
	return card{
		RequestID: c.RequestID, TenantID: c.TenantID, Company: c.Company, Band: c.Band, Again: c.Again, Link: c.Link,
		Title: discreetTitles[c.Band],
	}
}

var discreetTitles = map[request.Band]string{
	request.Hot: "Hot lead", request.Warm: "Warm lead", request.Cold: "Cold lead", request.NoLead: "New request",
}

// fields drops what is not known.
func fields(all []field) []field {
	var known []field
	for _, f := range all {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

func title(r *request.Request, a *request.Analysis) string {
	if !a.IsLead {
		return fmt.Sprintf("No lead: %s, %s", string(r.Kind), words(a.Intent))
	}
	band := string(a.ScoreBand)
	if a.ScoreBand == request.NoLead {
		band = "weak"
	}
	t := fmt.Sprintf("%s lead, %d/100", strings.ToUpper(band[:1])+band[1:], a.LeadScore)
	if a.ProjectType != "" && a.ProjectType != "none" {
		t += ": " + words(a.ProjectType)
	}
	return t
}

// words makes a vocabulary's value readable.
func words(value string) string {
	if value == "none" {
		return ""
	}
	return strings.ReplaceAll(value, "_", " ")
}

var timelines = map[string]string{
	"immediate":     "immediately",
	"1_3_months":    "in 1-3 months",
	"3_6_months":    "in 3-6 months",
	"6_plus_months": "in more than 6 months",
}

func source(d request.Details) string {
	from := cmp.Or(d.SourceName, d.Source, d.Medium)
	if from != "" && d.Campaign != "" {
		return from + ", " + d.Campaign
	}
	return from + d.Campaign
}

// quotes returns the first few different ones: evidence of several fields often cites
// the same words.
func quotes(evidence []request.Evidence) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range evidence {
		if e.Quote == "" || seen[e.Quote] || len(out) == maxQuotes {
			continue
		}
		seen[e.Quote] = true
		out = append(out, e.Quote)
	}
	return out
}

var connectors = map[string]string{
	"hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive", "custom": "CRM",
}

func crmLines(deliveries []request.Delivery) []crmLine {
	var lines []crmLine
	for _, d := range deliveries {
		if d.Connector == request.ConnectorCallRail {
			continue // no CRM
		}
		name := cmp.Or(connectors[d.Connector], d.Connector, "CRM")
		switch d.State {
		case request.DeliveryDone:
			lines = append(lines, crmLine{name + ": " + cmp.Or(d.Outcome, "delivered"), d.Link})
		case request.DeliveryPending:
			lines = append(lines, crmLine{name + ": not delivered yet, it will be tried again", d.Link})
		case request.DeliveryParked:
			lines = append(lines, crmLine{name + ": needs somebody's attention. " + truncate(d.Error, 200), d.Link})
		case request.DeliveryFailed:
			lines = append(lines, crmLine{name + ": could not be delivered. " + truncate(d.Error, 200), d.Link})
		case request.DeliverySkipped: // decided by the tenant's own rules: no news
		}
	}
	return lines
}

// truncate cuts s to at most limit characters.
func truncate(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:limit-1])) + "…"
}
