package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/sync/errgroup"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

var ended, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/job").Int64Counter(
	"pipeline.jobs.ended", metric.WithDescription("jobs that came to an end, by kind and state"))

// Config says how much jobs may take.
type Config struct {
	AtOnce   int           `env:"JOBS_AT_ONCE, default=4"`     // jobs of all tenants that one instance works on at once
	Budget   time.Duration `env:"JOBS_BUDGET, default=50s"`    // no piece is begun after this; the scheduler calls again
	Turn     time.Duration `env:"JOB_TURN, default=15s"`       // after this another job that is due gets its turn
	Lease    time.Duration `env:"JOB_LEASE, default=60s"`      // a crash is noticed after this
	Attempts int64         `env:"JOB_ATTEMPTS, default=20"`    // failures and crashes without progress before a job fails
	Backoff  time.Duration `env:"JOB_BACKOFF, default=5s"`     // after the first failure; doubled each time
	Longest  time.Duration `env:"JOB_BACKOFF_MAX, default=1h"` // the longest wait between attempts
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.AtOnce <= 0 || c.Attempts <= 0 {
		errs = append(errs, errors.New("JOBS_AT_ONCE and JOB_ATTEMPTS must be positive"))
	}
	if c.Budget <= 0 || c.Turn <= 0 || c.Lease <= 0 {
		errs = append(errs, errors.New("JOBS_BUDGET, JOB_TURN and JOB_LEASE must be positive"))
	}
	if c.Backoff <= 0 || c.Longest < c.Backoff {
		errs = append(errs, errors.New("JOB_BACKOFF must be positive, JOB_BACKOFF_MAX not shorter"))
	}
	return errors.Join(errs...)
}

// Claim is a job held by one instance. Its methods fail with stage.ErrLost once somebody
// else has it.
type Claim interface {
	// Held returns the job with what was saved last.
	Held() *Job
	// Renew extends the lease.
	Renew(ctx context.Context, lease time.Duration) error
	// Save keeps what a piece came to. It fails with ErrStopped if the job is not to go on;
	// what a stopped job's piece came to is kept.
	Save(ctx context.Context, u Update) error
}

// Update is what becomes of a job after a piece.
type Update struct {
	State    State           // Running, Done or Failed
	Due      time.Time       // of Running: set to give the claim back until then
	Progress json.RawMessage // nil: as before
	Report   json.RawMessage // nil: as before
	Error    string
	Attempt  bool // it counts as a failure; otherwise earlier ones are forgotten
}

// Queue finds and takes jobs.
type Queue interface {
	// DueJobs returns jobs that are due, the longest waiting first.
	DueJobs(ctx context.Context, limit int) ([]Ref, error)
	// ClaimJob takes a job. It fails with stage.ErrHeld if somebody else has it or it is not
	// due, and with stage.ErrNotFound if it is settled or gone.
	ClaimJob(ctx context.Context, ref Ref, lease time.Duration) (Claim, error)
}

// Runner works on jobs.
type Runner struct {
	Config   Config
	Queue    Queue
	Handlers map[string]Handler // by kind
	Now      func() time.Time
}

// Run works on what is due until nothing is, or its time is over. It returns how many times
// a job had its turn.
func (r *Runner) Run(ctx context.Context) (int, error) {
	until := r.Now().Add(r.Config.Budget)
	var turns atomic.Int64
	for r.Now().Before(until) && ctx.Err() == nil {
		due, err := r.Queue.DueJobs(ctx, r.Config.AtOnce)
		if err != nil {
			return int(turns.Load()), fmt.Errorf("find due jobs: %w", err)
		}
		if len(due) == 0 {
			break
		}
		var group errgroup.Group
		for _, ref := range due {
			group.Go(func() error {
				took, err := r.turn(ctx, ref, until)
				if took {
					turns.Add(1)
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return int(turns.Load()), err
		}
	}
	return int(turns.Load()), nil
}

// turn works on one job for a while. An error means that the store could not be used.
func (r *Runner) turn(ctx context.Context, ref Ref, until time.Time) (took bool, err error) {
	claim, err := r.Queue.ClaimJob(ctx, ref, r.Config.Lease)
	if errors.Is(err, stage.ErrHeld) || errors.Is(err, stage.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("claim job: %w", err)
	}
	if turn := r.Now().Add(r.Config.Turn); turn.Before(until) {
		until = turn
	}
	work, stop := stage.KeepLease(ctx, claim, r.Config.Lease)
	defer stop()
	for {
		piece, failure := r.piece(work, claim.Held())
		goes, err := r.record(ctx, claim, piece, failure, until)
		if errors.Is(err, stage.ErrLost) || errors.Is(err, ErrStopped) {
			return true, nil
		}
		if err != nil || !goes {
			return true, err
		}
	}
}

// piece does one piece. A panic is an error: one poisonous job must not end its neighbours.
func (r *Runner) piece(ctx context.Context, j *Job) (piece Piece, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	if j.Attempts >= r.Config.Attempts {
		return Piece{}, stage.Permanent("gave up after repeated failures")
	}
	handler := r.Handlers[j.Kind]
	if handler == nil {
		return Piece{}, stage.Permanent("there is no handler for this kind of job")
	}
	return handler.Work(ctx, j)
}

// record saves what a piece came to, and reports whether the job goes on at once.
func (r *Runner) record(ctx context.Context, claim Claim, piece Piece, failure error, until time.Time) (goes bool, err error) {
	update, err := r.update(claim.Held(), piece, failure, ctx.Err() != nil)
	if err != nil {
		return false, err
	}
	if update.State == Running && update.Due.IsZero() && !r.Now().Before(until) {
		update.Due = r.Now() // another job's turn
	}
	ctx = context.WithoutCancel(ctx) // the outcome is kept even while the instance shuts down
	if err := claim.Save(ctx, update); err != nil {
		return false, fmt.Errorf("save job: %w", err)
	}
	r.log(ctx, claim.Held(), update, failure)
	return update.State == Running && update.Due.IsZero(), nil
}

// update decides what becomes of the job; stopped says that the instance is shutting down.
func (r *Runner) update(j *Job, piece Piece, failure error, stopped bool) (Update, error) {
	var permanent *stage.PermanentError
	switch {
	case failure == nil:
		return finished(piece)
	case errors.As(failure, &permanent):
		return Update{State: Failed, Error: permanent.Why, Attempt: true}, nil
	case stopped:
		return Update{State: Running, Due: r.Now(), Error: j.Error}, nil
	case j.Attempts+1 >= r.Config.Attempts:
		return Update{State: Failed, Error: "gave up after repeated failures", Attempt: true}, nil
	default:
		patience := stage.Config{Backoff: r.Config.Backoff, Longest: r.Config.Longest}
		return Update{State: Running, Due: r.Now().Add(patience.Wait(j.Attempts)), Error: "failed, will be tried again", Attempt: true}, nil
	}
}

func finished(piece Piece) (Update, error) {
	progress, err := encode(piece.Progress)
	if err != nil {
		return Update{}, err
	}
	report, err := encode(piece.Report)
	if err != nil {
		return Update{}, err
	}
	u := Update{State: Running, Due: piece.Wait, Progress: progress, Report: report, Error: piece.Why}
	if piece.Done {
		u.State, u.Due, u.Error = Done, time.Time{}, ""
	}
	return u, nil
}

// log tells of failures and ends. A job's error may quote what a remote system said, so only
// the log has it.
func (r *Runner) log(ctx context.Context, j *Job, u Update, failure error) {
	attrs := []any{"tenant_id", j.TenantID, "job_id", j.ID, "kind", j.Kind, "status", string(u.State), "attempt", j.Attempts}
	switch {
	case failure != nil:
		slog.WarnContext(ctx, "job failed", append(attrs, "error", failure)...)
	case u.State == Done:
		slog.InfoContext(ctx, "job done", attrs...)
	}
	if u.State.Settled() {
		ended.Add(ctx, 1, metric.WithAttributes(attribute.String("kind", j.Kind), attribute.String("state", string(u.State))))
	}
}
