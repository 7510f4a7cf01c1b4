package crm_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestHTMLHoldsWhatASalesPersonNeeds(t *testing.T) {
	t.Parallel()
	got := crm.HTML(crmtest.NewLead("req_1"), 65_536)
	for _, want := range []string{
		"<p>Wants a kitchen remodel with new cabinets &amp; an island.</p>",
		"<b>Lead score:</b> 86 of 100 (hot)",
		"<b>Timeline:</b> 1-3 months",
		"<b>Budget:</b> high, $20,000 to $30,000",
		"<li>budget: “between twenty and thirty thousand”</li>",
		`<a href="https://dashboard.example.com/requests/req_1">`,
		"<b>customer:</b> We have between",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("body lacks %q:\n%s", want, got)
		}
	}
}

func TestHTMLEscapesWhatStrangersSay(t *testing.T) {
	t.Parallel()
	lead := crmtest.NewLead("req_1")
	evil := `<script>alert("x")</script>`
	lead.Analysis.Summary, lead.Analysis.NextSteps = evil, []string{evil}
	lead.Analysis.Evidence = []request.Evidence{{Field: evil, Quote: evil}}
	lead.Analysis.Customer.Address, lead.Request.Details.Source = evil, evil
	lead.Transcript.Segments[0].Text, lead.Transcript.Segments[0].Speaker = evil, evil
	lead.Link = `https://example.com/"><script>`
	if got := crm.HTML(lead, 65_536); strings.Contains(got, "<script") || strings.Contains(got, `"><`) && strings.Contains(got, `/"><`) {
		t.Errorf("body holds markup of a stranger:\n%s", got)
	}
}

func TestHTMLFitsTheLimit(t *testing.T) {
	t.Parallel()
	lead := crmtest.NewLead("req_1")
	lead.Analysis.Summary = strings.Repeat("ü", 3000)
	for range 500 {
		lead.Transcript.Segments = append(lead.Transcript.Segments, request.Segment{Speaker: request.Agent, Text: strings.Repeat("größer & ", 20)})
	}
	for _, limit := range []int{300, 1000, 4096, 65_536} {
		got := crm.HTML(lead, limit)
		if len(got) > limit || !utf8.ValidString(got) {
			t.Errorf("limit %d: %d bytes, valid %t", limit, len(got), utf8.ValidString(got))
		}
		if strings.Count(got, "<p>") != strings.Count(got, "</p>") {
			t.Errorf("limit %d: cut inside an element", limit)
		}
		if !strings.HasSuffix(got, "<p>…</p>") {
			t.Errorf("limit %d: does not say that it goes on", limit)
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change       func(*crm.Lead)
		title, activ string
	}{
		"a call about a project": {func(*crm.Lead) {}, "Kitchen remodel - Dana Example", "Inbound call: kitchen remodel"},
		"an abbreviation":        {func(l *crm.Lead) { l.Analysis.ProjectType = "hvac" }, "HVAC - Dana Example", "Inbound call: HVAC"},
		"no project": {
			func(l *crm.Lead) { l.Analysis.ProjectType, l.Analysis.Intent = "none", "complaint" },
			"Complaint - Dana Example", "Inbound call: complaint",
		},
		"no name":     {func(l *crm.Lead) { l.Person.Name = "" }, "Kitchen remodel - +13035550142", "Inbound call: kitchen remodel"},
		"nobody":      {func(l *crm.Lead) { l.Person = crm.Person{} }, "Kitchen remodel - Unknown caller", "Inbound call: kitchen remodel"},
		"a form":      {func(l *crm.Lead) { l.Request.Kind = request.Form }, "Kitchen remodel - Dana Example", "Web form: kitchen remodel"},
		"a voicemail": {func(l *crm.Lead) { l.Request.Details.Voicemail = true }, "Kitchen remodel - Dana Example", "Voicemail: kitchen remodel"},
		"a missed call": {
			func(l *crm.Lead) { l.Request.Details.Answered = false }, "Kitchen remodel - Dana Example", "Missed call: kitchen remodel",
		},
		"no analysis": {func(l *crm.Lead) { l.Analysis = nil }, "Inquiry - Dana Example", "Inbound call: inquiry"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lead := crmtest.NewLead("req_1")
			test.change(&lead)
			if got := crm.Title(lead); got != test.title {
				t.Errorf("title = %q, want %q", got, test.title)
			}
			if got := crm.ActivityTitle(lead); got != test.activ {
				t.Errorf("activity title = %q, want %q", got, test.activ)
			}
		})
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	low, high := int64(20_000), int64(30_000)
	tests := map[string]struct {
		budget request.Budget
		want   int64
		ok     bool
	}{
		"a range":   {request.Budget{Min: &low, Max: &high}, 25_000, true},
		"at most":   {request.Budget{Max: &high}, 30_000, true},
		"at least":  {request.Budget{Min: &low}, 20_000, true},
		"no amount": {request.Budget{Signal: "high"}, 0, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := crm.Amount(&request.Analysis{Budget: test.budget})
			if got != test.want || ok != test.ok {
				t.Errorf("amount = %d, %t, want %d, %t", got, ok, test.want, test.ok)
			}
		})
	}
}

func TestTextHoldsTheSameWithoutMarkup(t *testing.T) {
	t.Parallel()
	lead := crmtest.NewLead("req_1")
	lead.Analysis.NextSteps = []string{"Call back at five"}
	want := `Wants a kitchen remodel with new cabinets & an island.

Lead score: 86 of 100 (hot)
Intent: quote request
Project: kitchen
Timeline: 1-3 months
Budget: high, $20,000 to $30,000
Source: Google Ads

Next steps:
- Call back at five

In the caller's words:
- budget: “between twenty and thirty thousand”

Recording, transcript and analysis: https://dashboard.example.com/requests/req_1

Transcript:
agent: How can I help?
customer: We have between twenty and thirty thousand for the kitchen.`
	if got := crm.Text(lead, 32_000); got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
}

func TestTextFitsTheLimit(t *testing.T) {
	t.Parallel()
	lead := crmtest.NewLead("req_1")
	lead.Analysis.Summary = strings.Repeat("ü", 3000)
	for range 500 {
		lead.Transcript.Segments = append(lead.Transcript.Segments, request.Segment{Speaker: request.Agent, Text: strings.Repeat("größer & ", 20)})
	}
	for _, limit := range []int{300, 1000, 4096, 32_000} {
		got := crm.Text(lead, limit)
		if len(got) > limit || !utf8.ValidString(got) || !strings.HasSuffix(got, "…") {
			t.Errorf("limit %d: %d bytes, valid %t, ends with %q", limit, len(got), utf8.ValidString(got), got[len(got)-6:])
		}
	}
}
