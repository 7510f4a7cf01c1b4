package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// State says how a job stands.
type State string

// The states of a job.
const (
	Queued   State = "queued"   // waits for its turn, or for a time
	Running  State = "running"  // somebody works on it, or did until a moment ago
	Paused   State = "paused"   // somebody stopped it for now
	Done     State = "done"     // its report is complete
	Failed   State = "failed"   // it was tried too often; Error says why
	Canceled State = "canceled" // somebody stopped it for good
)

// Settled reports whether nothing is left to do unless somebody resumes the job.
func (s State) Settled() bool { return s != Queued && s != Running }

// The kinds of job.
const (
	Erase        = "erase"
	Export       = "export"
	Import       = "import"
	Rescore      = "rescore"
	Reanalyze    = "reanalyze"
	Retranscribe = "retranscribe"
)

// Job is one piece of long work of a tenant. Input, Progress and Report are JSON objects of
// the kind's own.
type Job struct {
	TenantID  string
	ID        string
	Kind      string
	State     State
	Input     json.RawMessage // what was asked; people only as keys
	Progress  json.RawMessage // where to go on; nil: at the beginning
	Report    json.RawMessage // what was done so far, for people
	Error     string          // why it failed or what it waits for; no personal data
	Actor     string          // who asked
	Attempts  int64           // errors and expired leases since the last progress
	DueAt     time.Time       // when it goes on; zero: not by itself
	HeldUntil time.Time       // the end of the lease of whoever works on it; zero: nobody does
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Ref names a job.
type Ref struct{ TenantID, ID string }

// ErrStopped says that the job was paused or canceled. What was saved with it is kept.
var ErrStopped = errors.New("job was stopped")

// Piece is what one piece of work came to.
type Piece struct {
	Progress any       // where to go on; nil: as before
	Report   any       // what was done so far; nil: as before
	Done     bool      // nothing is left to do
	Wait     time.Time // set: there is nothing to do before
	Why      string    // what it waits for, in fixed words
}

// Handler does the jobs of one kind.
type Handler interface {
	// Work does the next piece of the job: some seconds' worth. A stage.PermanentError fails
	// the job; another error has the piece repeated after a while, up to a limit.
	Work(ctx context.Context, j *Job) (Piece, error)
}

// Decode reads a job's input, progress or report into v, which it leaves alone if there is
// none.
func Decode(raw json.RawMessage, v any) error {
	if len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("decode job: %w", err)
	}
	return nil
}

// encode returns the JSON of v, nil for nil.
func encode(v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode job: %w", err)
	}
	return raw, nil
}
