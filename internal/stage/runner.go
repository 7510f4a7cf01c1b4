package stage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Announcer tells the step that follows a status. Saving comes first: an announcement
// that is lost is made up for by sweep.
type Announcer interface {
	Announce(ctx context.Context, status request.Status, tenantID, requestID string, run int64) error
}

// Tenants finds a tenant, reading it if it is new.
type Tenants interface {
	Tenant(ctx context.Context, id string) (*tenant.Tenant, error)
}

// Config says how patient a step is.
type Config struct {
	Lease    time.Duration `env:"STEP_LEASE, default=30s"`       // a crash is noticed after this
	Attempts int64         `env:"STEP_ATTEMPTS, default=8"`      // failures and crashes before a request fails
	Backoff  time.Duration `env:"STEP_BACKOFF, default=2s"`      // after the first failure; doubled each time
	Longest  time.Duration `env:"STEP_BACKOFF_MAX, default=10m"` // the longest wait between attempts
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Lease <= 0 || c.Backoff <= 0 || c.Longest < c.Backoff {
		errs = append(errs, errors.New("STEP_LEASE and STEP_BACKOFF must be positive, STEP_BACKOFF_MAX not shorter"))
	}
	if c.Attempts <= 0 {
		errs = append(errs, errors.New("STEP_ATTEMPTS must be positive"))
	}
	return errors.Join(errs...)
}

// Runner runs one step.
type Runner struct {
	Name     string // transcribe, analyze, push, notify
	From, To request.Status
	Worker   Worker
	Claim    ClaimFunc
	Tenants  Tenants
	Next     Announcer
	Config   Config
	Now      func() time.Time
}

// Handle does the step for the request that a message names. An error means that the
// store could not record the outcome, and the message should come again.
func (r *Runner) Handle(ctx context.Context, tenantID, requestID string, run int64) error {
	t, err := r.Tenants.Tenant(ctx, tenantID)
	if err != nil {
		return fmt.Errorf("find tenant: %w", err)
	}
	if t.Status != tenant.Active {
		return nil // it stays due until the tenant is active again
	}
	if t.Held(r.Now(), r.Name) != nil {
		return nil // it stays due, and sweep announces it when the pause is over
	}
	claim, err := r.Claim(ctx, tenantID, Wanted{
		RequestID: requestID, Run: run, From: r.From, Lease: r.Config.Lease, Limit: r.Config.Attempts,
	})
	var passed *PassedError
	switch {
	case errors.As(err, &passed) && passed.Ended != nil:
		r.gaveUp(ctx, passed.Ended)
		return nil
	case errors.As(err, &passed):
		return r.again(ctx, tenantID, requestID, run, passed)
	case errors.Is(err, ErrHeld):
		return nil
	case errors.Is(err, ErrNotFound):
		slog.WarnContext(ctx, "message names no request", "tenant_id", tenantID, "request_id", requestID, "step", r.Name)
		return nil
	case err != nil:
		return fmt.Errorf("claim request: %w", err)
	}
	return r.run(ctx, t, claim)
}

// again repeats the announcement of a request that this step has just finished: the
// first one may have been lost with the instance that should have made it.
func (r *Runner) again(ctx context.Context, tenantID, requestID string, run int64, passed *PassedError) error {
	if passed.Status == r.To && passed.Run == run {
		r.announce(ctx, tenantID, requestID, run)
	}
	return nil
}

// gaveUp counts a request that failed when it was claimed once more: the instances that had
// held it died, so that none of them could.
func (r *Runner) gaveUp(ctx context.Context, ended *request.Request) {
	slog.WarnContext(ctx, "request failed, its leases ran out too often", "tenant_id", ended.TenantID, "request_id", ended.ID, "step", r.Name)
	end := ending{event: request.Event{Step: r.Name, Name: failed}, failed: failed, earlier: billOf(ended)}
	observe(ctx, r.Name, end.event)
	r.count(ctx, ended, end, Result{})
}

// run works on a claimed request and records what came of it.
func (r *Runner) run(ctx context.Context, t *tenant.Tenant, claim Claim) error {
	held := claim.Held()
	start, earlier := r.Now(), billOf(held)
	work, stop := KeepLease(ctx, claim, r.Config.Lease)
	result, err := safely(work, r.Worker, &Job{Tenant: t, Request: held, Record: claim})
	stop()
	stopped := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx) // the outcome is recorded even while the instance shuts down
	end := r.outcome(held, err, stopped)
	end.lost = end.lost || errors.Is(context.Cause(work), ErrLost)
	end.earlier = earlier
	end.event.Detail, end.event.Duration = firstOf(end.event.Detail, result.Detail), r.Now().Sub(start)
	r.log(ctx, held, end, err)
	trace.SpanFromContext(ctx).SetAttributes(attribute.String("outcome", end.event.Name))
	return r.record(ctx, claim, end, result)
}

// ending is what becomes of a request after a step worked on it.
type ending struct {
	event   request.Event
	until   time.Time // set: it waits
	attempt bool
	failed  string // set: why it failed
	lost    bool
	earlier bill // what the request had cost before
}

// The names of events that say how a turn ended: well, for ever, or with the request in other hands.
const (
	done   = "done"
	failed = "failed"
	lost   = "lost"
)

// outcome classifies what a worker returned; stopped says that its context ended first.
func (r *Runner) outcome(held *request.Request, err error, stopped bool) ending {
	var later *LaterError
	var permanent *PermanentError
	event := func(name, detail string) request.Event {
		return request.Event{Step: r.Name, Name: name, Detail: detail}
	}
	switch {
	case err == nil:
		return ending{event: event(done, "")}
	case errors.Is(err, ErrLost):
		return ending{event: event(lost, ""), lost: true}
	case errors.As(err, &later):
		return ending{event: event("waiting", later.Why), until: later.When}
	case errors.As(err, &permanent):
		return ending{event: event(failed, permanent.Why), failed: permanent.Why}
	case stopped:
		return ending{event: event("interrupted", "the instance was stopped"), until: r.Now()}
	case held.Attempts+1 >= r.Config.Attempts:
		why := fmt.Sprintf("%s failed %d times", r.Name, held.Attempts+1)
		return ending{event: event(failed, why), failed: why}
	default:
		return ending{event: event("retrying", r.Name+" failed"), until: r.Now().Add(r.Config.Wait(held.Attempts)), attempt: true}
	}
}

// record saves the ending and tells the next step. Only what was saved is counted.
func (r *Runner) record(ctx context.Context, claim Claim, end ending, result Result) error {
	held := claim.Held()
	var err error
	switch {
	case end.lost:
		err = ErrLost
	case end.failed != "":
		err = claim.Fail(ctx, end.failed, end.event)
	case !end.until.IsZero():
		err = claim.Postpone(ctx, end.until, firstOf(end.event.Detail, end.event.Name), end.attempt, end.event)
	default:
		err = claim.Advance(ctx, r.To, result, end.event)
		if err == nil {
			r.announce(ctx, held.TenantID, held.ID, held.Run)
		}
	}
	if errors.Is(err, ErrLost) {
		end.event.Name = lost
		observe(ctx, r.Name, end.event)
		return nil
	}
	if err != nil {
		return fmt.Errorf("record outcome: %w", err)
	}
	observe(ctx, r.Name, end.event)
	r.count(ctx, held, end, result)
	if result.After != nil {
		result.After(ctx)
	}
	return nil
}

// announce tells the next step. A failure is only logged: the row is due.
func (r *Runner) announce(ctx context.Context, tenantID, requestID string, run int64) {
	if err := r.Next.Announce(ctx, r.To, tenantID, requestID, run); err != nil {
		slog.WarnContext(ctx, "announcement failed, sweep will repeat it",
			"tenant_id", tenantID, "request_id", requestID, "step", r.Name, "error", err)
	}
}

func (r *Runner) log(ctx context.Context, held *request.Request, end ending, err error) {
	attrs := []any{
		"tenant_id", held.TenantID, "request_id", held.ID, "step", r.Name, "status", end.event.Name,
		"attempt", held.Attempts + 1, "duration_ms", end.event.Duration.Milliseconds(),
	}
	if err != nil {
		attrs = append(attrs, "error", err)
	}
	level := slog.LevelInfo
	if end.attempt || end.failed != "" {
		level = slog.LevelWarn
	}
	slog.Log(ctx, level, "step finished", attrs...)
}

// safely turns a panic of the worker into an error: one poisonous request must not take
// its neighbours in the same instance with it.
func safely(ctx context.Context, w Worker, job *Job) (result Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return w.Work(ctx, job)
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
