package rubric

import (
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Values that limits reads back. Everything else between 0 and 1 is only a matter of degree.
const (
	notALead     = 0.0
	idleIntent   = 0.4
	askingIntent = 0.6
	wantsWork    = 1.0

	noProject    = 0.3
	tinyProject  = 0.1
	vagueProject = 0.3
	otherProject = 0.8

	farOff        = 0.1
	noDate        = 0.3
	soonerOrLater = 0.5

	noMoney     = 0.4
	noSay       = 0.0
	sharedSay   = 0.4
	outOfArea   = 0.0
	notKnown    = 0.7
	areaUnknown = 0.8
)

// Facts are what is known about a request without anybody's judgement.
type Facts struct {
	Contactable bool // there is a number or an address to answer to
	Words       bool // something was said or written
	Missed      bool // nobody of the company spoke to the caller
	DurationS   int
}

// Score measures a checked answer and weighs it.
func Score(a *verdict.Checked, f Facts, own map[string]float64) Result {
	m := measurer{answer: a, facts: f}
	return Rescore(m.breakdown(), own)
}

type measurer struct {
	answer *verdict.Checked
	facts  Facts
}

func (m measurer) breakdown() []request.Factor {
	intent := m.intent()
	if intent.Value == notALead {
		return nothingBut(intent)
	}
	return []request.Factor{
		intent, m.project(), m.timeline(), m.budget(), m.decision(), m.area(), m.contact(), m.engagement(),
	}
}

// nothingBut returns a breakdown in which only the intent matters: what somebody who is no
// lead says about money and dates is worth nothing.
func nothingBut(intent request.Factor) []request.Factor {
	out := []request.Factor{intent}
	for _, w := range weights[1:] {
		out = append(out, request.Factor{Signal: w.signal, Reason: "not a lead"})
	}
	return out
}

func factor(signal string, value float64, reason string) request.Factor {
	return request.Factor{Signal: signal, Value: value, Reason: reason}
}

// claimed returns the claim, or what stands for nothing said if it has no quote.
func (m measurer) claimed(field, claim, nothing string) string {
	if m.answer.Supported(field) {
		return claim
	}
	return nothing
}

// emptyCall is how long an answered call without a word may be before it counts as a
// conversation that was not recorded, in seconds.
const emptyCall = 30

func (m measurer) intent() request.Factor {
	a := m.answer
	interest := m.claimed(verdict.FieldInterest, a.Signals.Interest, verdict.Unknown)
	switch {
	case a.Spam || a.Intent == "spam":
		return factor(Intent, notALead, "spam")
	case slices.Contains(request.NonLeads, a.Intent):
		return factor(Intent, notALead, a.Intent)
	case a.Intent == "other" && !m.facts.Words && !m.facts.Contactable: // a lead is somebody, and here is nobody
		return factor(Intent, notALead, "no words, and no number to call back")
	case a.Intent == "other" && m.facts.Missed:
		return factor(Intent, idleIntent, "call back: nobody spoke to them")
	case a.Intent == "other" && m.facts.Words:
		return factor(Intent, notALead, "wants nothing of the company")
	case a.Intent == "other" && m.facts.DurationS < emptyCall:
		return factor(Intent, notALead, "hung up without a word")
	case a.Intent == "other":
		return factor(Intent, idleIntent, "call back: nothing was recorded")
	case interest == verdict.Early:
		return factor(Intent, idleIntent, "early or idle interest")
	case a.Intent == "service_question" && interest != verdict.Active:
		return factor(Intent, idleIntent, "a question, no project yet")
	case a.Intent == "service_question":
		return factor(Intent, askingIntent, "a question about a project")
	default:
		return factor(Intent, wantsWork, a.Intent)
	}
}

func (m measurer) project() request.Factor {
	a := m.answer
	size := m.claimed(verdict.FieldJobSize, a.Signals.JobSize, verdict.Unknown)
	switch {
	case size == verdict.Tiny:
		return factor(ProjectValue, tinyProject, "a tiny job")
	case a.ProjectType == verdict.None:
		return factor(ProjectValue, noProject, "no project named")
	case a.ProjectType == "other":
		return factor(ProjectValue, otherProject, "a project outside the usual kinds")
	default:
		return factor(ProjectValue, 1, a.ProjectType)
	}
}

func (m measurer) timeline() request.Factor {
	claim := m.claimed(verdict.FieldTimeline, m.answer.Timeline, verdict.Unknown)
	value := map[string]float64{
		"immediate": 1, "1_3_months": 0.9, "3_6_months": soonerOrLater, "6_plus_months": farOff, verdict.Unknown: noDate,
	}[claim]
	return factor(Timeline, value, claim)
}

// budget takes the strongest sign that the work will be paid for.
func (m measurer) budget() request.Factor {
	a := m.answer
	best := factor(Budget, 0.2, "no money named")
	better := func(value float64, reason string) {
		if value > best.Value {
			best = factor(Budget, value, reason)
		}
	}
	switch m.claimed(verdict.FieldBudget, a.Budget.Signal, verdict.Unknown) {
	case verdict.High:
		better(1, "high budget")
	case verdict.Medium:
		better(0.9, "medium budget")
	case verdict.Low:
		if a.Budget.Min != nil || a.Budget.Max != nil {
			better(0.75, "a small amount named")
		} else {
			better(noMoney, "as cheap as possible")
		}
	}
	commitment := m.claimed(verdict.FieldCommitment, a.Signals.Commitment, verdict.None)
	if commitment != verdict.None {
		better(0.9, commitment)
	}
	if m.claimed(verdict.FieldAppointment, a.Appointment, verdict.None) == "booked" {
		better(0.8, "a visit is booked")
	}
	return best
}

func (m measurer) decision() request.Factor {
	claim := m.claimed(verdict.FieldDecisionMaker, m.answer.Signals.DecisionMaker, verdict.Unknown)
	value := map[string]float64{verdict.Yes: 1, verdict.Unknown: notKnown, verdict.Shared: sharedSay, verdict.No: noSay}[claim]
	return factor(DecisionMaker, value, claim)
}

func (m measurer) area() request.Factor {
	claim := m.claimed(verdict.FieldServiceArea, m.answer.Signals.ServiceArea, verdict.Unknown)
	value := map[string]float64{verdict.Inside: 1, verdict.Unknown: areaUnknown, verdict.Outside: outOfArea}[claim]
	return factor(ServiceArea, value, claim)
}

func (m measurer) contact() request.Factor {
	c := m.answer.Customer
	if m.facts.Contactable || c.Phone != "" || c.Email != "" {
		return factor(Contact, 1, "can be reached")
	}
	return factor(Contact, 0, "no number or address")
}

func (m measurer) engagement() request.Factor {
	claim := m.answer.Signals.Engagement
	value := map[string]float64{verdict.High: 1, verdict.Medium: notKnown, verdict.Low: 0.4}[claim]
	return factor(Engagement, value, claim+" engagement")
}
