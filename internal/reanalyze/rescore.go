package reanalyze

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// scoresAtOnce is how many requests one piece weighs anew: a second's worth.
const scoresAtOnce = 25

// ScoreStore is what weighing anew reads and writes of one tenant.
type ScoreStore interface {
	Lister
	Reassessor
	// Tenant returns the tenant as it is now.
	Tenant(ctx context.Context) (*tenant.Tenant, error)
}

// Rescorer gives requests the scores that other weights make of their signals. It is the
// job.Handler of re-scorings.
type Rescorer struct {
	Config Config
	Store  func(tenantID string) ScoreStore
	Now    func() time.Time
}

// weighed returns the answer with the score that weights make of its signals, nil if that is the
// one that it has.
func weighed(a *request.Analysis, weights map[string]float64) *request.Analysis {
	next := *a
	rubric.Reweigh(&next, weights)
	if reflect.DeepEqual(&next, a) {
		return nil
	}
	return &next
}

// Work weighs the next requests anew. A piece that is repeated finds those that it had done
// with their new scores, and changes them no more.
func (h *Rescorer) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	var order Scores
	var at progress
	var report Report
	if err := errors.Join(job.Decode(j.Input, &order), job.Decode(j.Progress, &at), job.Decode(j.Report, &report)); err != nil {
		return job.Piece{}, errUnreadable
	}
	report.Expected = order.Expected
	from := h.Store(j.TenantID)
	wait, err := h.wait(ctx, from, order, &at)
	if err != nil {
		return job.Piece{}, err
	}
	if wait != nil {
		return *wait, nil
	}
	limit := scoresAtOnce
	if order.Push {
		limit = min(limit, h.Config.PerMinute-at.Taken)
	}
	page, err := order.page(ctx, from, at.Before, limit)
	if err != nil {
		return job.Piece{}, err
	}
	for _, found := range page.Requests {
		pushed, err := h.rescore(ctx, from, found, rescoring{order, j.ID, &report})
		if err != nil {
			return job.Piece{}, err
		}
		if pushed {
			at.Taken++
		}
	}
	at.Before = page.Next
	return job.Piece{Progress: at, Report: report, Done: page.Next == store.Cursor{}}, nil
}

// wait returns the piece that waits if the job may not go on now. Each piece reads the tenant
// itself: a directory that is behind would let it go on by weights that have changed.
func (h *Rescorer) wait(ctx context.Context, from ScoreStore, order Scores, at *progress) (*job.Piece, error) {
	t, err := from.Tenant(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	if !maps.Equal(t.Settings.Weights, order.Weights) {
		return nil, stage.Permanent("the weights have changed since: scores by two sets of them would mix")
	}
	if held := heldBack(t, h.Now()); held != nil || !order.Push {
		return held, nil
	}
	wait, _ := at.pace(h.Now(), h.Config.PerMinute)
	return wait, nil
}

// rescoring is what the requests of a piece have in common.
type rescoring struct {
	Scores
	jobID  string
	report *Report
}

func (h *Rescorer) rescore(ctx context.Context, to Reassessor, found store.Assessed, in rescoring) (pushed bool, err error) {
	in.report.Looked++
	switch {
	case !found.Request.Status.Settled():
		in.report.Busy++
		return false, nil
	case !weighable(found):
		in.report.Skipped++
		return false, nil
	}
	next := weighed(found.Answer, in.Weights)
	if next == nil { // most of them, when a job is repeated
		in.report.Done++
		return false, nil
	}
	outcome, err := to.Reassess(ctx, found.Request.ID, store.Reassessment{
		Answer: func(present *request.Analysis) *request.Analysis { return weighed(present, in.Weights) }, Push: follow(in.Push),
		Event: request.Event{Step: "jobs", Name: "rescored", Detail: fmt.Sprintf("%d to %d by its signals, %s", found.Answer.LeadScore, next.LeadScore, in.jobID)},
	})
	if err != nil {
		return false, in.report.tally(err)
	}
	in.report.compare(found.Request.ID, outcome.Was, outcome.Now)
	if outcome.Pushed {
		in.report.Pushed++
	}
	return outcome.Pushed, nil
}
