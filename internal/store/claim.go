package store

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Claim is a request held by one worker. Its methods fail with stage.ErrLost once
// somebody else has it.
type Claim struct {
	Request *request.Request
	scope   *Scope
	token   string
	known   sourceCopy
	found   values // the shared columns as the claim last saw them
}

// Claim takes the request for one step: it sets a lease and moves due_at to its end, so
// that a crash is noticed by sweep. A lease that ran out counts as an attempt; beyond
// the limit the request fails, and Claim returns a PassedError that says so and holds it.
func (s *Scope) Claim(ctx context.Context, w stage.Wanted) (*Claim, error) {
	claim := &Claim{scope: s}
	var passed *stage.PassedError
	err := s.store.sessions.readWrite(ctx, tag(w.From, "claim"), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		passed = nil
		row, err := s.readRow(ctx, tx, w.RequestID)
		if spanner.ErrCode(err) == codes.NotFound {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if row.Run != w.Run || row.Status != string(w.From) {
			passed = &stage.PassedError{Status: request.Status(row.Status), Run: row.Run}
			return nil
		}
		now := s.store.now()
		if held(row.LeaseToken, row.LeaseUntil, now) || now.Before(row.NotBefore.Time) {
			return ErrHeld
		}
		if row.LeaseToken.Valid {
			row.Attempts++
		}
		if row.Attempts >= w.Limit {
			passed = &stage.PassedError{Status: request.Failed, Run: row.Run, Ended: row.request()}
			return tx.BufferWrite(s.fail(row, "gave up after repeated failures"))
		}
		claim.Request, claim.token = row.request(), newToken()
		claim.known = sourceCopy{details: row.Details.Value, change: row.ChangeHash.StringVal}
		claim.found = sharedColumns(claim.Request)
		until := now.Add(w.Lease)
		return tx.BufferWrite([]*spanner.Mutation{s.update(w.RequestID, values{
			"lease_token": claim.token, "lease_until": until, "due_at": until,
			"not_before": nil, "attempts": row.Attempts,
		})})
	})
	if err != nil {
		return nil, err
	}
	if passed != nil {
		return nil, passed
	}
	return claim, nil
}

func held(token spanner.NullString, until spanner.NullTime, now time.Time) bool {
	return token.Valid && now.Before(until.Time)
}

// fail returns the mutations that end a request. The reason of an earlier attempt says
// more than the fact that there were too many.
func (s *Scope) fail(row *requestRow, why string) []*spanner.Mutation {
	if row.Reason.Valid {
		why += ": " + row.Reason.StringVal
	}
	return []*spanner.Mutation{
		s.update(row.RequestID, settle(values{"status": string(request.Failed), "reason": why})),
		s.event(row.RequestID, request.Event{Step: request.Status(row.Status).Step(), Name: "failed", Detail: why}),
	}
}

// release adds what gives a claim back.
func release(v values) values {
	v["lease_token"], v["lease_until"] = nil, nil
	return v
}

// settle adds what makes a row due no more.
func settle(v values) values {
	v["due_at"], v["not_before"] = nil, nil
	return release(v)
}

func tag(from request.Status, op string) string {
	return fmt.Sprintf("step=%s,op=%s", from, op)
}

// hold runs fn in a transaction that has seen the claim's token in the row; change is the
// hash of the newest modification there.
func (c *Claim) hold(ctx context.Context, op string, fn func(ctx context.Context, tx *spanner.ReadWriteTransaction, change string) ([]*spanner.Mutation, error)) error {
	t := tag(c.Request.Status, op)
	return c.scope.store.sessions.readWrite(ctx, t, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := tx.ReadRow(ctx, "requests", c.scope.key(c.Request.ID), []string{"status", "lease_token", "change_hash"})
		if err != nil {
			return err
		}
		var status string
		var token, change spanner.NullString
		if err := row.Columns(&status, &token, &change); err != nil {
			return err
		}
		if status != string(c.Request.Status) || token.StringVal != c.token {
			return stage.ErrLost
		}
		ms, err := fn(ctx, tx, change.StringVal)
		if err != nil {
			return err
		}
		return tx.BufferWrite(ms)
	})
}

func (c *Claim) write(ctx context.Context, op string, ms ...*spanner.Mutation) error {
	return c.hold(ctx, op, func(context.Context, *spanner.ReadWriteTransaction, string) ([]*spanner.Mutation, error) {
		return ms, nil
	})
}

// Held returns the request.
func (c *Claim) Held() *request.Request { return c.Request }

// Renew extends the lease.
func (c *Claim) Renew(ctx context.Context, lease time.Duration) error {
	until := c.scope.store.now().Add(lease)
	return c.write(ctx, "renew", c.scope.update(c.Request.ID, values{"lease_until": until, "due_at": until}))
}

// Checkpoint saves what the step knows so far without giving the claim back.
func (c *Claim) Checkpoint(ctx context.Context, r *request.Request) error {
	return c.save(ctx, saving{op: "checkpoint", request: r, columns: findings(r)})
}

// Advance saves a step's result with the new status and gives the claim back: either
// all of it is kept and the next step is due, or nothing is.
func (c *Claim) Advance(ctx context.Context, to request.Status, result stage.Result, event request.Event) error {
	v := findings(c.Request)
	v["status"], v["attempts"], v["announced"], v["reason"] = string(to), int64(0), int64(0), nil
	if to.Settled() {
		settle(v)
	} else {
		release(v)["due_at"] = c.scope.store.announceBy()
	}
	ms := []*spanner.Mutation{c.scope.event(c.Request.ID, event)}
	if result.Transcript != nil {
		ms = append(ms, c.child("transcripts", values{"origin": result.Transcript.Origin, "body": doc(result.Transcript)}))
	}
	if result.Analysis != nil {
		ms = append(ms, c.child("analyses", values{
			"analyzer": result.Analysis.Analyzer, "prompt_hash": nullString(result.Analysis.PromptHash), "body": doc(result.Analysis),
		}))
	}
	return c.save(ctx, saving{op: "advance", request: c.Request, columns: v, mutations: ms, result: result})
}

// child returns the mutation that writes the request's row of a child table.
func (c *Claim) child(table string, v values) *spanner.Mutation {
	v["tenant_id"], v["request_id"] = c.scope.tenant, c.Request.ID
	v["run"], v["updated_at"] = c.Request.Run, spanner.CommitTimestamp
	return spanner.InsertOrUpdateMap(table, v)
}

// Postpone gives the claim back until a time. A failed attempt counts; a wait does not.
// Whatever the step found out so far is kept.
func (c *Claim) Postpone(ctx context.Context, until time.Time, why string, attempt bool, event request.Event) error {
	v := findings(c.Request)
	v["reason"], v["announced"] = why, int64(0)
	v["not_before"], v["due_at"] = until, until
	var ms []*spanner.Mutation
	if attempt {
		v["attempts"] = c.Request.Attempts + 1
	}
	if attempt || c.Request.Reason != why { // who waits on for the same thing, for days perhaps, has said so
		ms = append(ms, c.scope.event(c.Request.ID, event))
	}
	return c.save(ctx, saving{op: "postpone", request: c.Request, columns: release(v), mutations: ms})
}

// Fail ends the request with a reason.
func (c *Claim) Fail(ctx context.Context, why string, event request.Event) error {
	v := findings(c.Request)
	v["status"], v["reason"] = string(request.Failed), why
	return c.save(ctx, saving{op: "fail", request: c.Request, columns: settle(v), mutations: []*spanner.Mutation{c.scope.event(c.Request.ID, event)}})
}
