package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// estimatePages is how many pages of a long history an estimate looks at: what comes after
// them is taken to be like them.
const estimatePages = 20

// Order is the input of an import: which history to bring in.
type Order struct {
	SourceID string    `json:"source_id"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Batch    bool      `json:"batch,omitempty"` // transcribed when it is cheap
	Push     bool      `json:"push,omitempty"`  // into the CRMs, too
}

// oldestMargin is how much less than Oldest a list is asked for: the request takes a moment, its dates are cut
// to the minute, and CallRail's clock is not ours. What is too old by a second is refused as a whole.
const oldestMargin = 5 * time.Minute

// Oldest returns the earliest start that CallRail answers for.
func Oldest(now time.Time) time.Time { return now.AddDate(0, -callrail.OldestMonths, 0) }

// Estimate is what an import would bring.
type Estimate struct {
	Calls    int     // that are not here yet
	Recorded int     // those of them with a recording
	Seconds  float64 // of audio

	Takes time.Duration // about, by Importer.PerMinute; 0: nobody knows
}

// progress is where an import goes on. Pages are worked off for an hour each, and move meanwhile: a call that
// is marked as spam vanishes from the list, and the first one of each page after it becomes the last one of the
// page before. The order of the list is CallRail's own, so that no call tells where to go on instead. Therefore
// the list is looked through again until nothing new is in it.
type progress struct {
	Page  int  `json:"page"`
	Pass  int  `json:"pass,omitempty"`  // how often the list was looked through before
	Found bool `json:"found,omitempty"` // something that was not here, in this pass
}

// maxPasses bounds how often a list is looked through. Each pass takes one request for 250 calls, of the two
// that each of them takes itself.
const maxPasses = 5

// next returns where an import goes on after a page, and whether it is through.
func (p progress) next(page callrail.Page, taken int) (progress, bool) {
	p.Found = p.Found || taken > 0
	switch {
	case page.More:
		p.Page++
		return p, false
	case p.Page == 1, !p.Found, p.Pass+1 == maxPasses: // of a single page nothing moves to another one
		return p, true
	default:
		return progress{Page: 1, Pass: p.Pass + 1}, false
	}
}

// ImportReport is what an import has done so far.
type ImportReport struct {
	Listed   int `json:"listed"`   // calls that CallRail knows of in all
	Looked   int `json:"looked"`   // of them looked at
	Imported int `json:"imported"` // brought in
	Present  int `json:"present"`  // here already, or not processed for this tenant
}

// Directory finds a tenant.
type Directory interface {
	Tenant(ctx context.Context, id string) (*tenant.Tenant, error)
}

// Importer brings in a tenant's history. It is the job.Handler of imports.
type Importer struct {
	Taker     *Taker
	Tenants   Directory
	PerMinute int           // requests: history must not crowd out what happens now
	Settle    time.Duration // what has ended since is not history: its delivery may still be on its way
}

// Work brings in one page, and waits until it has been worked off.
func (i *Importer) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	var order Order
	at, report := progress{Page: 1}, ImportReport{}
	if err := errors.Join(job.Decode(j.Input, &order), job.Decode(j.Progress, &at), job.Decode(j.Report, &report)); err != nil {
		return job.Piece{}, stage.Permanent("the job cannot be read")
	}
	owner, src, err := i.source(ctx, j.TenantID, order.SourceID)
	if err != nil {
		return job.Piece{}, err
	}
	page, missing, err := i.page(ctx, owner, src, listing{
		Order: order, settled: j.CreatedAt.Add(-i.Settle), number: at.Page, spare: true,
	})
	var limited *callrail.RateLimitedError
	switch {
	case errors.As(err, &limited):
		return job.Piece{Wait: limited.RetryAt, Why: "CallRail asks for a pause"}, nil
	case problem(err) != "":
		return job.Piece{}, stage.Permanent(problem(err))
	case err != nil:
		return job.Piece{}, err
	}
	taken := 0
	for _, r := range missing {
		r.Handling = request.Handling{Silent: true, NoCRM: !order.Push, Batch: order.Batch, JobID: j.ID, Actor: j.Actor}
		news, err := i.Taker.take(ctx, owner, src, r)
		if err != nil {
			return job.Piece{}, err // what was taken is known when the page comes again
		}
		if news {
			taken++
		}
	}
	next, done := at.next(page, taken)
	piece := job.Piece{Progress: next, Report: report.with(page, taken, at.Pass), Done: done}
	if !done && taken > 0 && i.PerMinute > 0 {
		piece.Wait = i.Taker.Now().Add(time.Duration(taken) * time.Minute / time.Duration(i.PerMinute))
		piece.Why = "lets the pipeline catch up"
	}
	return piece, nil
}

// with returns the report after a page. Whatever is found after the first pass had moved: all others were
// looked at before.
func (r ImportReport) with(page callrail.Page, taken, pass int) ImportReport {
	looked := len(page.Items)
	if pass > 0 {
		looked = taken
	}
	r.Looked += looked
	r.Imported += taken
	r.Listed = max(page.Records, r.Looked)
	r.Present = r.Looked - r.Imported
	return r
}

// source returns the tenant and the source that an import asks.
func (i *Importer) source(ctx context.Context, tenantID, sourceID string) (*tenant.Tenant, *tenant.Source, error) {
	owner, err := i.Tenants.Tenant(ctx, tenantID)
	if err != nil {
		return nil, nil, fmt.Errorf("find tenant: %w", err)
	}
	src := owner.Source(sourceID)
	if src == nil {
		return nil, nil, stage.Permanent("the source does not exist any more")
	}
	return owner, src, nil
}

// listing is one page of an order's window, as far as it is history.
type listing struct {
	Order
	settled time.Time // the end of history
	number  int
	spare   bool // what comes in goes first
}

// window ends where history does: pages of what goes on would move. It begins where CallRail answers now: an
// order from its earliest day on would be refused as a whole while it is carried out.
func (l listing) window(now time.Time) callrail.Window {
	from, to := l.From, l.To
	if l.settled.Before(to) {
		to = l.settled
	}
	if oldest := Oldest(now).Add(oldestMargin); from.Before(oldest) {
		from = oldest
	}
	return callrail.Window{From: from, To: to, Page: l.number}
}

// page lists one page of the order's window, with what is missing of it.
func (i *Importer) page(ctx context.Context, owner *tenant.Tenant, src *tenant.Source, l listing) (callrail.Page, []*request.Request, error) {
	window := l.window(i.Taker.Now())
	if window.To.Before(window.From) { // none of it is history yet, or CallRail answers for none of it any more
		return callrail.Page{}, nil, nil
	}
	access, err := i.Taker.access(ctx, src)
	if err != nil {
		return callrail.Page{}, nil, err
	}
	access.Spare = l.spare
	page, err := i.Taker.CallRail.Calls(ctx, access, window)
	if err != nil {
		return callrail.Page{}, nil, err
	}
	missing, err := i.Taker.missing(ctx, owner, page, l.settled)
	return page, missing, err
}

// Estimate says what an import would bring, without bringing it. Why it cannot is an
// *AccessError, if the tenant can do something about it.
func (i *Importer) Estimate(ctx context.Context, owner *tenant.Tenant, order Order) (Estimate, error) {
	src := owner.Source(order.SourceID)
	if src == nil {
		return Estimate{}, &AccessError{Why: "The source does not exist."}
	}
	var sum Estimate
	settled := i.Taker.Now().Add(-i.Settle)
	for number, looked := 1, 0; ; number++ {
		page, missing, err := i.page(ctx, owner, src, listing{Order: order, settled: settled, number: number})
		if err != nil {
			return Estimate{}, accessError(err)
		}
		looked += len(page.Items)
		for _, r := range missing {
			sum.Calls++
			if r.Details.HasRecording {
				sum.Recorded++
				sum.Seconds += float64(max(r.Details.RecordingS, r.Details.DurationS))
			}
		}
		if !page.More {
			return i.timed(sum), nil
		}
		if number == estimatePages {
			return i.timed(sum.scaled(float64(page.Records) / float64(max(looked, 1)))), nil
		}
	}
}

func (i *Importer) timed(e Estimate) Estimate {
	if i.PerMinute > 0 {
		e.Takes = time.Duration(e.Calls) * time.Minute / time.Duration(i.PerMinute)
	}
	return e
}

func (e Estimate) scaled(by float64) Estimate {
	return Estimate{Calls: int(float64(e.Calls) * by), Recorded: int(float64(e.Recorded) * by), Seconds: e.Seconds * by}
}

// AccessError says why CallRail cannot be asked, in a sentence for the tenant.
type AccessError struct{ Why string }

func (e *AccessError) Error() string { return e.Why }

func accessError(err error) error {
	var limited *callrail.RateLimitedError
	if errors.As(err, &limited) {
		return &AccessError{Why: "CallRail asks for a pause. Try again later."}
	}
	if why := problem(err); why != "" {
		return &AccessError{Why: why}
	}
	return err
}

// Input returns the order as a job's input.
func (o Order) Input() (json.RawMessage, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode order: %w", err)
	}
	return raw, nil
}
