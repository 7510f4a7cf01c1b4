package leads

import (
	"slices"
	"strconv"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
	"github.com/your-org/multi-tenant-pipeline/internal/api/dashboard/web"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// fix is how a field is corrected: a choice, or a text.
type fix struct {
	Field   string
	Value   string // what is true now
	Options []string
	Type    string // of the input, where there are no options: text, email, tel, number, textarea
}

// yesNo are the options of fields that are true or false.
var yesNo = []string{"true", "false"}

// claims returns the answers in the order of the page.
func claims(p *leadPage) []claim {
	a := &p.Analysis
	all := []claim{
		p.chosen("intent", a.Intent, request.Intents),
		p.chosen("project_type", a.ProjectType, request.ProjectTypes),
		p.chosen("timeline", a.Timeline, request.Timelines),
		p.chosen("budget", a.Budget.Signal, request.Budgets),
		p.chosen("appointment", a.Appointment, request.Appointments),
		p.chosen("sentiment", a.Sentiment, request.Sentiments),
		p.chosen("is_lead", strconv.FormatBool(a.IsLead), yesNo),
		p.chosen("spam", strconv.FormatBool(a.Spam), yesNo),
		p.written("customer.name", a.Customer.Name, "text"),
		p.written("customer.phone", a.Customer.Phone, "tel"),
		p.written("customer.email", a.Customer.Email, "email"),
		p.written("customer.address", a.Customer.Address, "text"),
	}
	if amount := (request.Budget{Min: a.Budget.Min, Max: a.Budget.Max}).Amount(); amount != "" {
		all[3].Value += ", " + amount
	}
	all[6].Value, all[7].Value = yes(a.IsLead), yes(a.Spam)
	all[9].Value = web.Phone(a.Customer.Phone)
	return all
}

func yes(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

func (p *leadPage) chosen(field, value string, options []string) claim {
	return p.claim(field, web.Label(value), &fix{Field: field, Value: value, Options: options})
}

func (p *leadPage) written(field, value, kind string) claim {
	return p.claim(field, value, &fix{Field: field, Value: value, Type: kind})
}

func (p *leadPage) claim(field, value string, f *fix) claim {
	c := claim{Field: field, Value: value, Fix: f, Confidence: p.Analysis.Confidence.Fields[field]}
	for _, e := range p.Analysis.Evidence {
		q := client.Quote{Segment: e.Segment, Quote: e.Quote}
		if e.Field == field && !slices.Contains(c.Quotes, q) {
			c.Quotes = append(c.Quotes, q)
		}
	}
	if made, ok := p.Corrects[field]; ok {
		c.Correction = &made
	}
	return c
}

// FixSummary corrects the summary, where it stands.
func (p *leadPage) FixSummary() *fix {
	return &fix{Field: "summary", Value: p.Analysis.Summary, Type: "textarea"}
}

// FixScore corrects the score itself.
func (p *leadPage) FixScore() *fix {
	return &fix{Field: "lead_score", Value: strconv.Itoa(p.Analysis.LeadScore), Type: "number"}
}
