package reanalyze

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	// passedAtOnce is how many requests that are not chosen one piece passes over.
	passedAtOnce = 50
	microsPerUSD = 1e6 // in which requests keep their cost
)

// Analysis analyses a request that has an answer; *analyze.Worker implements it. The error is a
// stage.LaterError if it cannot be done now, and a stage.PermanentError if it cannot be done at
// all; also then the request's metering and cost have what was spent.
type Analysis interface {
	Again(ctx context.Context, j *stage.Job) (stage.Result, error)
}

// AnswerStore is what analysing anew reads and writes of one tenant.
type AnswerStore interface {
	Lister
	Reassessor
	Transcript(ctx context.Context, requestID string) (*request.Transcript, error)
	Spending
}

// Analyzer analyses requests anew, one after the other. It is the job.Handler of re-analyses.
type Analyzer struct {
	Config   Config
	Store    func(tenantID string) AnswerStore
	Tenants  Directory
	Analysis Analysis
	Prices   *cost.Table
	Now      func() time.Time
}

// visit is one piece of a job.
type visit struct {
	*Analyzer
	job    *job.Job
	order  Answers
	at     progress
	report Report
	tenant *tenant.Tenant
	store  AnswerStore
}

// Work analyses the next request anew. Should it be repeated, the request has its new answer,
// which the same question finds without asking the model.
func (h *Analyzer) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	v := &visit{Analyzer: h, job: j, store: h.Store(j.TenantID)}
	if err := errors.Join(job.Decode(j.Input, &v.order), job.Decode(j.Progress, &v.at), job.Decode(j.Report, &v.report)); err != nil {
		return job.Piece{}, errUnreadable
	}
	v.report.Expected = v.order.Expected
	wait, err := v.wait(ctx)
	if err != nil {
		return job.Piece{}, err
	}
	if wait != nil {
		return *wait, nil
	}
	page, err := v.order.page(ctx, v.store, v.at.Before, passedAtOnce)
	if err != nil {
		return job.Piece{}, err
	}
	for _, found := range page.Requests {
		if v.chosen(found) {
			return v.analyse(ctx, found)
		}
		v.pass(found)
	}
	v.at.Before = page.Next
	return v.piece(page.Next == store.Cursor{}), nil
}

// pass goes on behind a request that is dealt with.
func (v *visit) pass(found store.Assessed) {
	v.report.Looked++
	v.at.Before = placeOf(found.Request)
}

// piece is the end of a visit.
func (v *visit) piece(done bool) job.Piece {
	return job.Piece{Progress: v.at, Report: v.report, Done: done || v.order.Sample > 0 && v.report.Done+v.report.Failed >= v.order.Sample}
}

// wait returns the piece that waits if the job may not go on now. The budget is looked at once
// a minute: it is a sum over a month. One that is used up is looked at again before the month's
// end: somebody may raise it.
func (v *visit) wait(ctx context.Context) (*job.Piece, error) {
	var err error
	if v.tenant, err = v.Tenants.Tenant(ctx, v.job.TenantID); err != nil {
		return nil, fmt.Errorf("find tenant: %w", err)
	}
	now := v.Now()
	if held := heldBack(v.tenant, now, tenant.PauseModel, tenant.PauseStep("analyze")); held != nil {
		return held, nil
	}
	wait, begun := v.at.pace(now, v.Config.PerMinute)
	if !begun {
		return wait, nil
	}
	standing, err := standingOf(ctx, v.store, v.tenant, now)
	if err != nil {
		return nil, err
	}
	if standing.State == cost.UsedUp {
		wait := now.Add(recheck)
		if standing.Month.End.Before(wait) {
			wait = standing.Month.End
		}
		return &job.Piece{Wait: wait, Why: "the month's budget is used up"}, nil
	}
	return nil, nil //nolint:nilnil // nothing holds the job back
}

// chosen reports whether a request is to be analysed anew, and counts one that cannot be.
func (v *visit) chosen(found store.Assessed) bool {
	switch {
	case found.Answer != nil && !v.order.matches(found.Answer):
		return false
	case !found.Request.Status.Settled():
		v.report.Busy++
		return false
	case found.Answer == nil:
		v.report.Skipped++
		return false
	}
	return true
}

// analyse gets a request another answer, and keeps it unless the job is a sample.
func (v *visit) analyse(ctx context.Context, found store.Assessed) (job.Piece, error) {
	transcript, err := v.store.Transcript(ctx, found.Request.ID)
	if err != nil {
		return job.Piece{}, fmt.Errorf("read transcript: %w", err)
	}
	if transcript == nil { // it had expired
		v.report.Skipped++
		v.pass(found)
		return v.piece(false), nil
	}
	r := *found.Request
	r.Metering = request.Metering{} // so that it tells what is spent now
	result, failure := v.Analysis.Again(ctx, &stage.Job{Tenant: v.tenant, Request: &r, Record: record{transcript: transcript, answer: found.Answer}})
	err = v.keep(ctx, found, &r, result)
	var later *stage.LaterError
	var permanent *stage.PermanentError
	switch {
	case err != nil:
		return job.Piece{}, err
	case errors.As(failure, &later):
		return job.Piece{Wait: later.When, Why: later.Why, Progress: v.at, Report: v.report}, nil
	case errors.As(failure, &permanent):
		v.report.Failed++
	case failure != nil:
		return job.Piece{}, fmt.Errorf("analyse request: %w", failure)
	}
	v.at.Taken++
	v.pass(found)
	return v.piece(false), nil
}

// keep saves what came of a request: what it cost, and its new answer if there is one and it is
// no sample's.
func (v *visit) keep(ctx context.Context, found store.Assessed, r *request.Request, result stage.Result) error {
	v.report.CostUSD = math.Round((v.report.CostUSD+r.CostParts.ModelUSD)*microsPerUSD) / microsPerUSD
	next := result.Analysis
	if next == nil && len(r.Metering.Models) == 0 {
		return nil
	}
	kept := next != nil && v.order.Sample == 0
	name, detail := "reanalyzed", result.Detail+", "+v.job.ID
	if !kept {
		name, detail = "sampled", "its new answer was not kept, "+v.job.ID
	}
	outcome, err := v.store.Reassess(ctx, found.Request.ID, store.Reassessment{
		Answer: func(present *request.Analysis) *request.Analysis {
			if !kept || reflect.DeepEqual(present, next) {
				return nil
			}
			return next
		},
		Heard: &store.Hearing{Run: found.Request.Run, Listed: found.Request.Caller, Caller: r.Caller, People: result.People, Transcript: result.Transcript},
		Spent: r.Metering, Charge: v.Prices.Charge, Push: follow(v.order.Push),
		Event: request.Event{Step: "jobs", Name: name, Detail: detail},
	})
	if err != nil && next == nil {
		return new(Report).tally(err) // it is counted by why there is no answer
	}
	if err != nil {
		return v.report.tally(err)
	}
	if next == nil {
		return nil
	}
	if !kept {
		outcome.Now = next.Corrected(found.Corrections)
	}
	v.report.compare(found.Request.ID, outcome.Was, outcome.Now)
	if outcome.Pushed {
		v.report.Pushed++
	}
	return nil
}

// record is what an analysis reads of a request. Each call returns copies: they are changed.
type record struct {
	stage.Record
	transcript *request.Transcript
	answer     *request.Analysis
}

func (r record) Transcript(context.Context) (*request.Transcript, error) { return r.transcript, nil }

func (r record) Answer(context.Context) (*request.Analysis, error) {
	answer := *r.answer
	return &answer, nil
}
