package reanalyze

import (
	"context"
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Config says how fast jobs of this package go.
type Config struct {
	// PerMinute is how many requests of one tenant are analysed anew, or sent to CRMs again, in
	// a minute: what has just come in must find models and CRMs free.
	PerMinute int `env:"REANALYZE_PER_MINUTE, default=20"`
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	if c.PerMinute <= 0 {
		return errors.New("REANALYZE_PER_MINUTE must be positive")
	}
	return nil
}

// Directory finds a tenant.
type Directory interface {
	Tenant(ctx context.Context, id string) (*tenant.Tenant, error)
}

// Reassessor gives a request another answer.
type Reassessor interface {
	Reassess(ctx context.Context, requestID string, in store.Reassessment) (store.Reassessed, error)
}

// progress is where a job goes on, and how much it has done in the present minute.
type progress struct {
	Before store.Cursor `json:"before"`
	Minute time.Time    `json:"minute,omitzero"` // when it began
	Taken  int          `json:"taken,omitempty"` // of what is paced
}

const (
	minute = time.Minute
	// recheck is when a job looks again whether what holds it back is over.
	recheck = 5 * time.Minute
)

// pace returns the piece that waits for the next minute if this one is used up. A minute that is
// over begins anew; begun says so.
func (p *progress) pace(now time.Time, perMinute int) (wait *job.Piece, begun bool) {
	if !now.Before(p.Minute.Add(minute)) {
		p.Minute, p.Taken = now, 0
		return nil, true
	}
	if p.Taken < perMinute {
		return nil, false
	}
	return &job.Piece{Wait: p.Minute.Add(minute), Why: "lets live requests go first"}, false
}

// heldBack returns the piece that waits while the tenant is suspended, or one of the subjects
// is paused for it; nil if nothing holds it back.
func heldBack(t *tenant.Tenant, now time.Time, subjects ...string) *job.Piece {
	if t.Status != tenant.Active {
		return &job.Piece{Wait: now.Add(recheck), Why: "the tenant is suspended"}
	}
	pause := t.Paused(now, append(subjects, tenant.PauseAll)...)
	if pause == nil {
		return nil
	}
	wait := now.Add(recheck)
	if !pause.Until.IsZero() && pause.Until.Before(wait) {
		wait = pause.Until
	}
	return &job.Piece{Wait: wait, Why: "what it needs is paused"}
}

// tally counts a request that got no other answer, and returns what is no such outcome.
func (r *Report) tally(err error) error {
	switch {
	case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrUnsettled):
		r.Busy++
	case errors.Is(err, store.ErrErased), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrNotAnalyzed), errors.Is(err, store.ErrMisfit):
		r.Skipped++
	default:
		return err
	}
	return nil
}

var errUnreadable = stage.Permanent("the job cannot be read")
