package tenant

import (
	"strings"
	"time"
)

// AllTenants is the tenant of a pause that holds for every tenant.
const AllTenants = "*"

// Pause is something that is held back on purpose. What arrives is kept and goes on when the
// pause ends.
type Pause struct {
	TenantID  string // AllTenants: every tenant
	Subject   string // what is held back
	Reason    string
	Actor     string
	Until     time.Time // zero: until somebody resumes it
	CreatedAt time.Time
}

// The subjects of pauses, beside those that PauseStep and PauseDestination make.
const (
	PauseAll   = "all"   // every step
	PauseModel = "model" // the model is not asked; the rules answer
	// PauseTrust holds back the trust in ledgers, which a restored database has lost a part of:
	// every record is looked up in the CRM before it is created.
	PauseTrust = "trust"
)

const (
	stepPrefix        = "step:"
	destinationPrefix = "destination:"
)

// PauseStep is the subject that holds back one step: transcribe, analyze, push or notify.
func PauseStep(step string) string { return stepPrefix + step }

// PauseDestination is the subject that holds back deliveries to one integration.
func PauseDestination(id string) string { return destinationPrefix + id }

// PausedStep returns the step that a subject holds back, if it does.
func PausedStep(subject string) (string, bool) {
	return strings.CutPrefix(subject, stepPrefix)
}

// PausedDestination returns the integration that a subject holds back, if it does.
func PausedDestination(subject string) (string, bool) {
	return strings.CutPrefix(subject, destinationPrefix)
}

// Over reports whether the pause has ended by itself.
func (p *Pause) Over(now time.Time) bool { return !p.Until.IsZero() && !now.Before(p.Until) }

// Held returns the pause that keeps a step from working for the tenant now, or nil.
func (t *Tenant) Held(now time.Time, step string) *Pause {
	return t.Paused(now, PauseAll, PauseStep(step))
}

// Paused returns the pause that holds back one of the subjects now, or nil. PauseAll must be
// asked for like the others.
func (t *Tenant) Paused(now time.Time, subjects ...string) *Pause {
	for i, p := range t.Pauses {
		if p.Over(now) {
			continue
		}
		for _, subject := range subjects {
			if p.Subject == subject {
				return &t.Pauses[i]
			}
		}
	}
	return nil
}
