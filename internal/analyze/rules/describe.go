package rules

import (
	"cmp"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var (
	pleased    = words(`great`, `love`, `loved`, `wonderful`, `excellent`, `perfect`, `awesome`, `fantastic`, `happy`, `excited`, `thank you so much`, `thanks so much`, `appreciate`, `amazing`, `beautiful`, `excelente`, `perfecto`, `gracias`, `sounds good`, `looking forward`, `impressed`)
	displeased = words(`un(happy|acceptable|professional)`, `upset`, `angry`, `furious`, `terrible`, `horrible`, `awful`, `worst`, `ridiculous`, `disappoint\w*`, `frustrat\w*`, `complain\w*`, `rude`, `damn`, `hell`, `crap`, `ruined`, `fed up`, `sick of`, `nightmare`, `disaster`, `mess`, `damaged`, `never (called|showed|came)`, `hate`, `annoy\w*`, `pissed`, `not happy`, `lawyer`, `refund`)
)

// describe reads the customer's mood.
func (a *analysis) describe() {
	good, bad := 0, 0
	var firstGood, firstBad hit
	for _, s := range a.mine {
		if at := displeased.FindStringIndex(s.norm); at != nil {
			if bad == 0 {
				firstBad = hit{s, at[0], at[1]}
			}
			bad++
		} else if at := pleased.FindStringIndex(s.norm); at != nil && !negated.MatchString(s.norm[:at[0]]) {
			if good == 0 {
				firstGood = hit{s, at[0], at[1]}
			}
			good++
		}
	}
	switch {
	case a.answer.Intent == "complaint" || bad > 0 && bad > 2*good:
		a.answer.Sentiment = "negative"
	case bad > 0 && good > 0:
		a.answer.Sentiment = "mixed"
	case good > 1 || good == 1 && a.words() < 60:
		a.answer.Sentiment = "positive"
	default:
		a.answer.Sentiment = "neutral"
	}
	switch {
	case bad > 0 && a.answer.Sentiment != "positive":
		a.cite([]request.Evidence{evidence(verdict.FieldSentiment, firstBad)})
	case good > 0 && a.answer.Sentiment == "positive":
		a.cite([]request.Evidence{evidence(verdict.FieldSentiment, firstGood)})
	}
}

var wants = map[string]string{
	"quote_request":       "asks for a price or an estimate",
	"appointment":         "wants a visit",
	"service_question":    "has a question about the service",
	"existing_customer":   "calls about a job done or under way",
	"complaint":           "complains",
	"vendor_solicitation": "offers something to the company",
	"job_seeker":          "looks for work",
	"wrong_number":        "wanted to reach somebody else",
	"spam":                "is a machine or a bulk message",
	"other":               "wants nothing that the words tell",
}

var projectNames = map[string]string{
	"whole_home": "the whole home", "windows_doors": "windows or doors", "deck_patio": "a deck or patio", "other": "another kind of work",
	"hvac": "heating or cooling",
}

var timelineNames = map[string]string{
	"immediate": "within a month", "1_3_months": "in one to three months", "3_6_months": "in three to six months", "6_plus_months": "in more than six months",
}

// summary returns one or two sentences for the person who calls back.
func (a *analysis) summary() string {
	if len(a.mine) == 0 {
		return a.silentSummary()
	}
	who := "The caller"
	if a.isForm() {
		who = "The sender"
	}
	if a.answer.Customer.Name != "" {
		who = a.answer.Customer.Name
	}
	text := who + " " + wants[a.answer.Intent]
	if p := a.answer.ProjectType; p != verdict.None {
		name := p
		if n, ok := projectNames[p]; ok {
			name = n
		}
		text += " (" + name + ")"
	}
	text += "."
	if details := a.details(); len(details) > 0 {
		text += " " + strings.Join(details, "; ") + "."
	}
	return text
}

func (a *analysis) silentSummary() string {
	switch {
	case a.in.Call.Voicemail:
		return "A caller reached voicemail and left no words."
	case !a.in.Call.Answered && !a.isForm():
		return "A caller hung up before anybody answered."
	default:
		return "Nothing was said."
	}
}

func (a *analysis) details() []string {
	var out []string
	if t, ok := timelineNames[a.answer.Timeline]; ok {
		out = append(out, "Wants to start "+t)
	}
	if budget := cmp.Or(a.answer.Budget.Amount(), a.answer.Budget.String()); budget != "" {
		out = append(out, "Budget "+budget)
	}
	switch a.answer.Appointment {
	case "booked":
		out = append(out, "A visit is booked")
	case "requested":
		out = append(out, "Would like a visit")
	}
	return out
}

// nextSteps tells the company what to do.
func (a *analysis) nextSteps() []string {
	switch intent := a.answer.Intent; {
	case intent == "spam" || intent == "vendor_solicitation" || intent == "wrong_number" || intent == "job_seeker":
		return []string{}
	case intent == "complaint":
		return []string{"Have somebody responsible call back today"}
	case intent == "existing_customer":
		return []string{"Pass on to whoever runs the job"}
	case len(a.mine) == 0 && a.in.Call.Answered:
		return []string{}
	case a.answer.Appointment == "booked":
		return []string{"Confirm the visit"}
	case a.answer.Appointment == "requested":
		return []string{"Call back to set a visit"}
	default:
		return []string{"Call back"}
	}
}
