package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// batch is how many requests one piece erases. Each is a transaction and two listings of the
// bucket.
const batch = 10

// Bucket is what an erasure does to objects.
type Bucket interface {
	Write(ctx context.Context, object, contentType string, fill func(io.Writer) error) error
	Delete(ctx context.Context, object string) error
	DeletePrefix(ctx context.Context, prefix string) (int, error)
}

// Eraser does jobs of kind job.Erase.
type Eraser struct {
	Config Config
	Store  *store.Store
	Bucket Bucket
	Now    func() time.Time
}

// phase is how far an erasure has come.
type phase string

const (
	asked    phase = ""       // nothing was done: it may be canceled
	noting   phase = "noting" // saved before the first trace is left
	erasing  phase = "erasing"
	clearing phase = "clearing" // what is kept by person, not by request
	waiting  phase = "waiting"
	again    phase = "again"
	sweeping phase = "sweeping" // objects once more
)

// erasure is the progress of a job.
type erasure struct {
	Phase    phase            `json:"phase,omitempty"`
	Place    place            `json:"place,omitzero"`
	Found    []*store.Remains `json:"found,omitempty"`    // looked at; the next piece erases them
	Requests []string         `json:"requests,omitempty"` // erased: their objects are deleted again at the end
	Swept    int              `json:"swept,omitempty"`    // how many of them had that
	Keys     []string         `json:"keys,omitempty"`     // of their people
	Quiet    time.Time        `json:"quiet,omitzero"`     // when nobody who began before can still be writing
}

// visit is one piece of one erasure.
type visit struct {
	*Eraser
	job     *job.Job
	scope   *store.Scope
	subject job.Subject
	at      erasure
	report  Report
}

// Work implements job.Handler.
func (e *Eraser) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	v := visit{Eraser: e, job: j, scope: e.Store.ForTenant(j.TenantID), report: Report{Skipped: []Skipped{}, Copies: []store.Copy{}}}
	if err := errors.Join(job.Decode(j.Input, &v.subject), job.Decode(j.Progress, &v.at), job.Decode(j.Report, &v.report)); err != nil {
		return job.Piece{}, stage.Permanent("the job cannot be read")
	}
	if v.subject.Before.IsZero() {
		v.subject.Before = j.CreatedAt
	}
	piece, err := v.next(ctx)
	if err != nil {
		return job.Piece{}, fmt.Errorf("erase: %w", err)
	}
	piece.Progress, piece.Report = v.at, v.report
	return piece, nil
}

// next does one piece, in the order of the package's comment.
func (v *visit) next(ctx context.Context) (job.Piece, error) {
	switch v.at.Phase {
	case asked:
		v.at.Phase = noting
		return job.Piece{}, nil
	case noting:
		return job.Piece{}, v.note(ctx)
	case erasing:
		return job.Piece{}, v.erase(ctx, clearing)
	case clearing:
		return job.Piece{}, v.clear(ctx)
	case waiting:
		if v.Now().Before(v.at.Quiet) {
			return job.Piece{Wait: v.at.Quiet, Why: "waits until nobody can still be writing"}, nil
		}
		v.at.Phase = again
		return job.Piece{}, nil
	case again:
		return job.Piece{}, v.erase(ctx, sweeping)
	default:
		return v.sweep(ctx)
	}
}

// note makes the erasure known to whoever restores a backup, and to analyses that are late.
func (v *visit) note(ctx context.Context) error {
	err := v.Bucket.Write(ctx, recording.Erasure(v.job.TenantID, v.job.ID), "application/json", func(w io.Writer) error {
		return json.NewEncoder(w).Encode(v.subject)
	})
	if err != nil {
		return err
	}
	if err := v.scope.FlagErased(ctx, v.subject.People, v.subject.Before, v.job.Actor); err != nil {
		return err
	}
	v.at.Phase = erasing
	return nil
}

// erase looks at some requests in one piece, so that the report knows what they were, and
// erases them in the next. Without further ones it goes on with another phase.
func (v *visit) erase(ctx context.Context, then phase) error {
	if len(v.at.Found) > 0 {
		return v.eraseFound(ctx)
	}
	ids, next, err := find(ctx, v.scope, v.subject, v.at.Place)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		v.at.Phase, v.at.Place = then, place{}
		return nil
	}
	for _, id := range ids {
		remains, err := v.scope.Remains(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // retention was quicker
		}
		if err != nil {
			return err
		}
		v.at.Found = append(v.at.Found, remains)
	}
	v.at.Place = next
	return nil
}

func (v *visit) eraseFound(ctx context.Context) error {
	for _, found := range v.at.Found {
		was, err := v.scope.EraseRequest(ctx, found.RequestID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err != nil || was.Erased && !found.Erased {
			was = found // by this job, before a crash: what it saw then counts
		}
		if was.Hold {
			if !v.report.has(was.RequestID) {
				v.report.add(was)
			}
			continue
		}
		if err := v.eraseObjects(ctx, was); err != nil {
			return err
		}
	}
	v.at.Found = nil
	return nil
}

// eraseObjects deletes a request's objects and notes until when more may come.
func (v *visit) eraseObjects(ctx context.Context, was *store.Remains) error {
	if err := v.deleteObjects(ctx, was.RequestID); err != nil {
		return err
	}
	if !was.Erased || len(was.Rows) > 0 {
		v.report.add(was)
	}
	v.at.Requests = union(v.at.Requests, was.RequestID)
	v.at.Keys = union(v.at.Keys, was.Keys...)
	v.quietAfter(was)
	return nil
}

func (v *visit) deleteObjects(ctx context.Context, requestID string) error {
	for _, prefix := range recording.RequestPrefixes(v.job.TenantID, requestID) {
		n, err := v.Bucket.DeletePrefix(ctx, prefix)
		if err != nil {
			return err
		}
		v.report.Objects += n
	}
	return nil
}

// quietAfter notes when nobody who worked on the request can still be writing.
func (v *visit) quietAfter(was *store.Remains) {
	if !was.Busy.IsZero() {
		v.wait(was.Busy.Add(v.Config.Settle))
	}
	if longest := v.Config.SpeechWait; !was.Speech.IsZero() && v.Now().Before(was.Speech.Add(2*longest)) { // it is repeated once
		v.wait(v.Now().Add(longest))
	}
	if !was.Upload.IsZero() {
		v.wait(was.Upload.Add(v.Config.Settle))
	}
}

func (v *visit) wait(until time.Time) {
	if until.After(v.at.Quiet) {
		v.at.Quiet = until
	}
}

// clear deletes what is kept by person: ledgers of contacts, and earlier exports.
func (v *visit) clear(ctx context.Context) error {
	n, err := v.scope.EraseContacts(ctx, union(v.at.Keys, v.subject.People...))
	if err != nil {
		return err
	}
	v.report.erased("contacts", n)
	if err := v.eraseExports(ctx); err != nil {
		return err
	}
	v.at.Phase = waiting
	return nil
}

// sweep deletes once more what somebody who was still at work may have written, and ends the job.
func (v *visit) sweep(ctx context.Context) (job.Piece, error) {
	end := min(v.at.Swept+batch, len(v.at.Requests))
	for _, id := range v.at.Requests[v.at.Swept:end] {
		if err := v.deleteObjects(ctx, id); err != nil {
			return job.Piece{}, err
		}
	}
	v.at.Swept = end
	if end < len(v.at.Requests) {
		return job.Piece{}, nil
	}
	if err := v.clear(ctx); err != nil {
		return job.Piece{}, err
	}
	if v.Now().Before(v.at.Quiet) { // an export, or a request that was found late, is still at work
		v.at.Swept = 0
		return job.Piece{}, nil
	}
	v.report.Outlives = v.Config.outlives(v.Now())
	return job.Piece{Done: true}, nil
}

func union(all []string, more ...string) []string {
	for _, one := range more {
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}
