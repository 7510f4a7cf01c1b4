package rules

import (
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Version names the state of the rules, for results that they gave.
const Version = "rules-5"

// analysis is an answer in the making.
type analysis struct {
	*conversation
	answer   verdict.Answer
	moneyHit hit // where the budget was said
}

// Analyze answers for a request. The same input always gives the same answer.
func Analyze(in prompt.Input) verdict.Answer {
	a := &analysis{conversation: newConversation(in)}
	intent := a.buysRather(a.reconsider(a.findIntent()))
	a.answer.Confidence.Intent = intent.sure
	a.signal(verdict.FieldIntent, &a.answer.Intent, intent)
	a.answer.Spam = a.isSpam(intent.word)
	if a.answer.Spam {
		a.answer.Evidence = append(a.answer.Evidence, intent.evidence(verdict.FieldSpam)...)
	}
	a.findClaims()
	a.findSignals()
	a.findCustomer()
	a.describe()
	a.answer.NextSteps = a.nextSteps()
	a.answer.Summary = a.summary()
	a.answer.ScoreEstimate = a.estimate()
	return a.answer
}

// noLead are the intents of which neither dates nor money are asked.
var noLead = []string{"spam", "wrong_number", "job_seeker", "vendor_solicitation", "complaint", "existing_customer", "other"}

// findClaims reads project, dates, money and visit.
func (a *analysis) findClaims() {
	intent := a.answer.Intent
	project, quotes := a.findProject(intent)
	a.answer.ProjectType = project
	a.cite(quotes)
	a.signal(verdict.FieldAppointment, &a.answer.Appointment, a.findAppointment(intent))
	a.answer.Timeline, a.answer.Budget = verdict.Unknown, request.Budget{Signal: verdict.Unknown}
	if !slices.Contains(noLead, intent) {
		a.answer.Timeline, quotes = a.findTimeline(intent == asker)
		a.cite(quotes)
		a.answer.Budget, a.moneyHit, quotes = a.findBudget()
		a.cite(quotes)
	}
	c := &a.answer.Confidence
	c.ProjectType = sureOf(project != verdict.None)
	c.Timeline = sureOf(a.answer.Timeline != verdict.Unknown)
	c.Budget = sureOf(a.answer.Budget.Signal != verdict.Unknown)
}

// sureOf is how sure the rules are of a claim they found words for, and of nothing found.
func sureOf(found bool) float64 {
	if found {
		return 0.8
	}
	return 0.7
}

func (a *analysis) cite(quotes []request.Evidence) {
	a.answer.Evidence = append(a.answer.Evidence, quotes...)
}

// estimate is a rough worth of the lead; the rubric's score is the one that counts.
func (a *analysis) estimate() int {
	if slices.Contains(noLead, a.answer.Intent) && a.answer.Intent != "other" {
		return 5
	}
	score := 40
	if a.answer.ProjectType != verdict.None {
		score += 15
	}
	if a.answer.Timeline == "immediate" || a.answer.Timeline == "1_3_months" {
		score += 20
	}
	if a.answer.Budget.Signal == verdict.High || a.answer.Budget.Signal == verdict.Medium {
		score += 15
	}
	return score
}
