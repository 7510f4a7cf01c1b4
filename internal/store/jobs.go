package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
)

// jobRow is a row of the table jobs.
type jobRow struct {
	TenantID   string                    `spanner:"tenant_id"`
	JobID      string                    `spanner:"job_id"`
	Kind       string                    `spanner:"kind"`
	State      string                    `spanner:"state"`
	Input      document[json.RawMessage] `spanner:"input"`
	Progress   document[json.RawMessage] `spanner:"progress"`
	Report     document[json.RawMessage] `spanner:"report"`
	Error      spanner.NullString        `spanner:"error"`
	Actor      string                    `spanner:"actor"`
	Attempts   int64                     `spanner:"attempts"`
	DueAt      spanner.NullTime          `spanner:"due_at"`
	LeaseToken spanner.NullString        `spanner:"lease_token"`
	LeaseUntil spanner.NullTime          `spanner:"lease_until"`
	CreatedAt  time.Time                 `spanner:"created_at"`
	UpdatedAt  time.Time                 `spanner:"updated_at"`
}

var jobColumns = []string{
	"tenant_id", "job_id", "kind", "state", "input", "progress", "report", "error", "actor", "attempts",
	"due_at", "lease_token", "lease_until", "created_at", "updated_at",
}

func (r *jobRow) job() *job.Job {
	found := &job.Job{
		TenantID: r.TenantID, ID: r.JobID, Kind: r.Kind, State: job.State(r.State),
		Input: r.Input.Value, Progress: r.Progress.Value, Report: r.Report.Value, Error: r.Error.StringVal,
		Actor: r.Actor, Attempts: r.Attempts, DueAt: r.DueAt.Time, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if r.LeaseToken.Valid {
		found.HeldUntil = r.LeaseUntil.Time
	}
	return found
}

// NewJobID returns a random id for a job.
func NewJobID() string { return "job_" + newToken() }

// CreateJob queues a job with its ID, Kind, Input and Actor, and adds lines to the audit log
// in the same transaction. Creating it again under the same id changes nothing. It fails with
// ErrNotAlone if the tenant has another job of a lonely kind that is not over.
func (s *Scope) CreateJob(ctx context.Context, j job.Job, lines ...AuditLine) error {
	err := s.store.sessions.readWrite(ctx, "step=jobs,op=create", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		if err := s.checkAlone(ctx, tx, j); err != nil {
			return err
		}
		ms := []*spanner.Mutation{s.newJob(j)}
		for _, line := range lines {
			ms = append(ms, auditChange(ctx, s.tenant, line))
		}
		return tx.BufferWrite(ms)
	})
	switch spanner.ErrCode(err) {
	case codes.AlreadyExists:
		return nil
	case codes.NotFound: // no such tenant
		return ErrNotFound
	}
	return err
}

// lonely are the kinds of which a tenant has one job at a time: two of them would pay twice for
// the same requests, or give them scores by two sets of weights.
var lonely = []string{job.Rescore, job.Reanalyze}

// unsettledJob reads one job of a kind that may still go on, other than a given one.
const unsettledJob = `SELECT job_id
FROM jobs@{FORCE_INDEX=_BASE_TABLE}
WHERE tenant_id = @tenant AND job_id != @job AND kind = @kind AND state IN UNNEST(@states)
LIMIT 1`

// checkAlone fails with ErrNotAlone if a job of a lonely kind would not be the only one.
func (s *Scope) checkAlone(ctx context.Context, tx *spanner.ReadWriteTransaction, j job.Job) error {
	if !slices.Contains(lonely, j.Kind) {
		return nil
	}
	statement := spanner.Statement{SQL: unsettledJob, Params: map[string]any{
		"tenant": s.tenant, "job": j.ID, "kind": j.Kind,
		"states": []string{string(job.Queued), string(job.Running), string(job.Paused)},
	}}
	return tx.Query(ctx, statement).Do(func(*spanner.Row) error {
		return ErrNotAlone
	})
}

func (s *Scope) newJob(j job.Job) *spanner.Mutation {
	return spanner.InsertMap("jobs", values{
		"tenant_id": s.tenant, "job_id": j.ID, "kind": j.Kind, "state": string(job.Queued), "input": doc(j.Input),
		"actor": j.Actor, "attempts": int64(0), "due_at": s.store.now(),
		"created_at": spanner.CommitTimestamp, "updated_at": spanner.CommitTimestamp,
	})
}

// Job returns one job.
func (s *Scope) Job(ctx context.Context, jobID string) (*job.Job, error) {
	var found *job.Job
	err := s.store.sessions.read(ctx, "step=jobs,op=read", func(ctx context.Context, r reader) error {
		row, err := s.readJob(ctx, r, jobID)
		if err != nil {
			return err
		}
		found = row.job()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

func (s *Scope) readJob(ctx context.Context, r reader, jobID string) (*jobRow, error) {
	row, err := r.ReadRow(ctx, "jobs", s.key(jobID), jobColumns)
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	var found jobRow
	return &found, row.ToStruct(&found)
}

// JobFilter chooses jobs for a list. Zero fields choose all.
type JobFilter struct {
	Kind   string
	State  job.State
	Limit  int
	Before JobCursor // the last row of the page before
}

// JobCursor is a place in the list of jobs, newest first.
type JobCursor struct {
	CreatedAt time.Time
	ID        string
}

// jobPage reads one page by the time index, from the cursor on. A tenant has few jobs, so
// what the filter passes over costs little.
const jobPage = ` FROM jobs@{FORCE_INDEX=jobs_by_time}
WHERE tenant_id = @tenant
  AND (created_at < @before_time OR (created_at = @before_time AND job_id > @before_id))`

// Jobs returns a page of the tenant's jobs, newest first.
func (s *Scope) Jobs(ctx context.Context, f JobFilter) ([]*job.Job, error) {
	if f.Before.CreatedAt.IsZero() {
		f.Before.CreatedAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	params := map[string]any{
		"tenant": s.tenant, "before_time": f.Before.CreatedAt, "before_id": f.Before.ID, "limit": int64(f.Limit),
	}
	where := jobPage
	if f.Kind != "" {
		where += " AND kind = @kind"
		params["kind"] = f.Kind
	}
	if f.State != "" {
		where += " AND state = @state"
		params["state"] = string(f.State)
	}
	statement := spanner.Statement{
		SQL:    "SELECT " + strings.Join(jobColumns, ", ") + where + " ORDER BY created_at DESC, job_id LIMIT @limit",
		Params: params,
	}
	var page []*job.Job
	err := s.store.sessions.read(ctx, "step=jobs,op=list", func(ctx context.Context, r reader) error {
		page = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var found jobRow
			if err := row.ToStruct(&found); err != nil {
				return err
			}
			page = append(page, found.job())
			return nil
		})
	})
	return page, err
}

// PauseJob stops a job after its current piece; ResumeJob goes on with it.
func (s *Scope) PauseJob(ctx context.Context, actor, jobID string) (*job.Job, error) {
	return s.steer(ctx, steering{jobID, job.Paused, actor, "job.pause"})
}

// CancelJob stops a job after its current piece for good.
func (s *Scope) CancelJob(ctx context.Context, actor, jobID string) (*job.Job, error) {
	return s.steer(ctx, steering{jobID, job.Canceled, actor, "job.cancel"})
}

// ResumeJob goes on with a paused or failed job where it stopped.
func (s *Scope) ResumeJob(ctx context.Context, actor, jobID string) (*job.Job, error) {
	return s.steer(ctx, steering{jobID, job.Queued, actor, "job.resume"})
}

// steering is what somebody wants done with a job.
type steering struct {
	jobID  string
	to     job.State
	actor  string
	action string
}

// steer changes a job's state if it can be, else it fails with ErrJobState. An instance that works on the job keeps its lease: it saves what
// its piece came to and then sees the new state.
func (s *Scope) steer(ctx context.Context, w steering) (*job.Job, error) {
	var after *job.Job
	err := s.store.sessions.readWrite(ctx, "step=jobs,op="+string(w.to), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		after = nil
		row, err := s.readJob(ctx, tx, w.jobID)
		if err != nil {
			return err
		}
		after = row.job()
		if after.State == w.to && w.to != job.Queued { // asked twice
			return nil
		}
		if !steerable(after, w.to) {
			return fmt.Errorf("%w: this %s job is %s and cannot become %s", ErrJobState, after.Kind, after.State, w.to)
		}
		v := values{"state": string(w.to), "due_at": nil}
		after.State, after.DueAt = w.to, time.Time{}
		if w.to == job.Queued {
			if err := s.checkAlone(ctx, tx, *after); err != nil {
				return err
			}
			after.DueAt = s.store.now()
			if held(row.LeaseToken, row.LeaseUntil, after.DueAt) { // its old holder still finishes a piece
				after.DueAt = row.LeaseUntil.Time
			}
			v["due_at"], v["attempts"], v["error"] = after.DueAt, int64(0), nil
		}
		return tx.BufferWrite([]*spanner.Mutation{s.updateJob(w.jobID, v), audit(ctx, s.tenant, w.actor, w.action, w.jobID)})
	})
	if err != nil {
		return nil, err
	}
	return after, nil
}

// steerable reports whether somebody may change a job's state. An erasure that has begun goes
// to its end: half of a person is not a state to leave anybody in.
func steerable(j *job.Job, to job.State) bool {
	switch to {
	case job.Paused:
		return !j.State.Settled()
	case job.Canceled:
		begun := j.State == job.Running || j.Progress != nil
		return j.State != job.Done && (j.Kind != job.Erase || !begun)
	default:
		return j.State == job.Paused || j.State == job.Failed
	}
}

func (s *Scope) updateJob(jobID string, v values) *spanner.Mutation {
	v["tenant_id"], v["job_id"], v["updated_at"] = s.tenant, jobID, spanner.CommitTimestamp
	return spanner.UpdateMap("jobs", v)
}
