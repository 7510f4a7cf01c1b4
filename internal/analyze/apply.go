package analyze

import (
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// apply copies an analysis to where lists show it and where the CRM looks for the person.
func apply(job *stage.Job, a *request.Analysis) {
	r := job.Request
	r.Intent, r.ProjectType, r.Timeline, r.Budget = a.Intent, a.ProjectType, a.Timeline, a.Budget.Signal
	r.LeadScore, r.ScoreBand, r.Summary = a.LeadScore, a.ScoreBand, a.Summary
	if !a.Spam {
		fillCaller(job, a.Customer)
	}
}

// fillCaller adds what the customer said to what the source knew. A name that they gave
// beats the caller id, which is often a city or another person; a number or address that is
// there identifies them and stays.
func fillCaller(job *stage.Job, said request.Person) {
	caller := &job.Request.Caller
	if said.Name != "" && (caller.Name == "" || isCallerID(job.Request)) {
		caller.Name = said.Name
	}
	if caller.Email == "" {
		caller.Email = contact.Email(said.Email)
	}
	if caller.Phone == "" {
		caller.Phone = contact.Phone(said.Phone, job.Tenant.Region)
	}
}

// people returns the keys of whom the analysis names. Whoever is named in spam is not the one
// who sent it.
func people(job *stage.Job, a *request.Analysis) []string {
	if a.Spam {
		return nil
	}
	return contact.Keys(a.Customer.Phone, a.Customer.Email, job.Tenant.Region)
}

// isCallerID reports whether the caller's name is only what the telephone network showed.
func isCallerID(r *request.Request) bool {
	return strings.EqualFold(r.Caller.Name, r.Details.CallerIDName) || contact.PersonName(r.Caller.Name) == ""
}

// detail is the timeline's line: no personal data.
func detail(a *request.Analysis, reason string) string {
	who := "by the model"
	if a.Analyzer == request.AnalyzerRules {
		who = "by the rules (" + strings.ReplaceAll(reason, "_", " ") + ")"
	}
	return a.Intent + ", " + string(a.ScoreBand) + ", " + who
}
