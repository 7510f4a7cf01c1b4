package stage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Job is one request that this step has claimed. The worker may change Request's
// Caller, Details, Recording, Speech and analysis fields; they are saved with the
// result, or earlier by Record.Checkpoint.
type Job struct {
	Tenant  *tenant.Tenant
	Request *request.Request
	Record  Record
}

// Record is what a worker may do to its own request in the store while it holds the
// claim. Every method fails with ErrLost once the lease has gone to somebody else.
type Record interface {
	// Checkpoint saves the job's Caller, Details, Recording and Speech now.
	Checkpoint(ctx context.Context, r *request.Request) error
	// Transcript returns the current transcript, nil if there is none.
	Transcript(ctx context.Context) (*request.Transcript, error)
	// Analysis returns the current analysis as people have put it right, nil if there is none.
	Analysis(ctx context.Context) (*request.Analysis, error)
	// Answer returns the analyser's own, without corrections, nil if there is none.
	Answer(ctx context.Context) (*request.Analysis, error)
	// Deliveries returns every destination's delivery.
	Deliveries(ctx context.Context) ([]request.Delivery, error)
	// Notices returns who was told already.
	Notices(ctx context.Context) ([]request.Notice, error)
	// Notified remembers that a channel was told.
	Notified(ctx context.Context, n request.Notice) error
}

// Result is what a step found out. It is saved in one transaction with the new status.
type Result struct {
	Transcript *request.Transcript // nil: unchanged
	Analysis   *request.Analysis   // nil: unchanged
	People     []string            // keys of whom the analysis names, as contact.Keys returns them
	Detail     string              // one line for the timeline; no personal data

	// After, if set, runs once the outcome is saved: it clears up what a crash before the
	// save would have needed. Its failure changes nothing, so it returns none.
	After func(context.Context)
}

// Worker is the work of one step. It returns nil, Later, Permanent or another error,
// which is tried again with backoff until the limit of attempts.
type Worker interface {
	Work(ctx context.Context, job *Job) (Result, error)
}

// ErrLost says that the lease ran out and somebody else has the request now: whatever
// was found out must be dropped.
var ErrLost = errors.New("claim lost")

// LaterError asks to be run again at a time. It does not count as an attempt.
type LaterError struct {
	When time.Time
	Why  string // fixed words, for the timeline
}

func (e *LaterError) Error() string {
	return fmt.Sprintf("later at %s: %s", e.When.Format(time.RFC3339), e.Why)
}

// Later returns an error that asks to be run again at when.
func Later(when time.Time, why string) error { return &LaterError{When: when, Why: why} }

// PermanentError says that trying again cannot help.
type PermanentError struct{ Why string }

func (e *PermanentError) Error() string { return "permanent: " + e.Why }

// Permanent returns an error that fails the request with a reason.
func Permanent(why string) error { return &PermanentError{Why: why} }
