package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Both read the jobs that are due by their own null-filtered index alone: their cost follows what
// is due. They span tenants, as sweep does. (The emulator cannot see that due_at IS NOT NULL
// makes the index usable; Spanner ignores the hint for it. Nor does the emulator find the least of
// times that are finer than a microsecond.)
const (
	areDue = ` FROM jobs@{FORCE_INDEX=jobs_due, spanner_emulator.disable_query_null_filtered_index_check=true}
WHERE due_at IS NOT NULL AND due_at <= @now`
	dueJobs    = `SELECT tenant_id, job_id` + areDue + ` ORDER BY due_at LIMIT @limit`
	dueTenants = `SELECT tenant_id, MIN(job_id HAVING MIN UNIX_MICROS(due_at))` + areDue + `
GROUP BY tenant_id ORDER BY MIN(due_at) LIMIT @limit`
)

// DueJobs returns jobs that are due: each tenant's oldest first, so that thousands of one tenant
// do not delay another's single erasure, and then the longest waiting.
func (o *Operator) DueJobs(ctx context.Context, limit int) ([]job.Ref, error) {
	due, err := o.jobs(ctx, "step=jobs,op=due_tenants", dueTenants, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	all, err := o.jobs(ctx, "step=jobs,op=due", dueJobs, limit)
	for _, ref := range all {
		if len(due) < limit && !slices.Contains(due, ref) {
			due = append(due, ref)
		}
	}
	return due, err
}

func (o *Operator) jobs(ctx context.Context, tag, sql string, limit int) ([]job.Ref, error) {
	var found []job.Ref
	statement := spanner.Statement{SQL: sql, Params: map[string]any{"now": o.store.now(), "limit": int64(limit)}}
	err := o.store.sessions.read(ctx, tag, func(ctx context.Context, r reader) error {
		found = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var ref job.Ref
			if err := row.Columns(&ref.TenantID, &ref.ID); err != nil {
				return err
			}
			found = append(found, ref)
			return nil
		})
	})
	return found, err
}

// JobClaim is a job held by one worker.
type JobClaim struct {
	scope *Scope
	token string
	job   *job.Job
}

// ClaimJob takes a job that is due: it sets a lease and moves due_at to its end, so that a
// crash is noticed. A lease that ran out counts as an attempt.
func (o *Operator) ClaimJob(ctx context.Context, ref job.Ref, lease time.Duration) (job.Claim, error) {
	s := o.store.ForTenant(ref.TenantID)
	claim := &JobClaim{scope: s, token: newToken()}
	err := o.store.sessions.readWrite(ctx, "step=jobs,op=claim", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := s.readJob(ctx, tx, ref.ID)
		if err != nil {
			return err
		}
		now := o.store.now()
		if row.LeaseToken.StringVal == claim.token { // our own: the commit's answer was lost
			return nil
		}
		if job.State(row.State).Settled() {
			return ErrNotFound
		}
		if held(row.LeaseToken, row.LeaseUntil, now) || !row.DueAt.Valid || now.Before(row.DueAt.Time) {
			return ErrHeld
		}
		if row.LeaseToken.Valid {
			row.Attempts++
		}
		claim.job = row.job()
		claim.job.State = job.Running
		until := now.Add(lease)
		return tx.BufferWrite([]*spanner.Mutation{s.updateJob(ref.ID, values{
			"state": string(job.Running), "lease_token": claim.token, "lease_until": until, "due_at": until, "attempts": row.Attempts,
		})})
	})
	if err != nil {
		return nil, err
	}
	return claim, nil
}

// Held returns the job with what was saved last.
func (c *JobClaim) Held() *job.Job { return c.job }

// hold runs fn in a transaction that has seen the claim's token in the row.
func (c *JobClaim) hold(ctx context.Context, op string, fn func(*jobRow) values) error {
	return c.scope.store.sessions.readWrite(ctx, "step=jobs,op="+op, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := c.scope.readJob(ctx, tx, c.job.ID)
		if errors.Is(err, ErrNotFound) {
			return stage.ErrLost
		}
		if err != nil {
			return err
		}
		if row.LeaseToken.StringVal != c.token {
			return stage.ErrLost
		}
		return tx.BufferWrite([]*spanner.Mutation{c.scope.updateJob(c.job.ID, fn(row))})
	})
}

// Renew extends the lease.
func (c *JobClaim) Renew(ctx context.Context, lease time.Duration) error {
	return c.hold(ctx, "renew", func(row *jobRow) values {
		until := c.scope.store.now().Add(lease)
		v := values{"lease_until": until}
		if !job.State(row.State).Settled() {
			v["due_at"] = until
		}
		return v
	})
}

// Save keeps what a piece came to. A job that was paused or canceled meanwhile stays so,
// unless the piece was its last.
func (c *JobClaim) Save(ctx context.Context, u job.Update) error {
	var stopped bool
	attempts := int64(0)
	if u.Attempt {
		attempts = c.job.Attempts + 1
	}
	err := c.hold(ctx, "save", func(row *jobRow) values {
		state := job.State(row.State)
		stopped = u.State != job.Done && state.Settled()
		v := values{"attempts": attempts, "error": nullString(u.Error)}
		if u.Progress != nil {
			v["progress"] = doc(u.Progress)
		}
		if u.Report != nil {
			v["report"] = doc(u.Report)
		}
		switch {
		case stopped:
			v["due_at"] = nil
			return release(v)
		case u.State != job.Running:
			v["state"], v["due_at"] = string(u.State), nil
			return release(v)
		case u.Due.IsZero():
			v["state"], v["due_at"] = string(job.Running), row.LeaseUntil
			return v
		default:
			v["state"], v["due_at"] = string(job.Queued), u.Due
			return release(v)
		}
	})
	if err != nil {
		return err
	}
	if stopped {
		return job.ErrStopped
	}
	c.job.State, c.job.Attempts, c.job.Error = u.State, attempts, u.Error
	c.job.Progress, c.job.Report = newer(c.job.Progress, u.Progress), newer(c.job.Report, u.Report)
	return nil
}

func newer(old, next json.RawMessage) json.RawMessage {
	if next == nil {
		return old
	}
	return next
}
