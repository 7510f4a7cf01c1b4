package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const (
	// unheardFor is how far back calls get their words yet: people have long dealt with what is older.
	unheardFor = 14 * 24 * time.Hour
	// unheardAtOnce is how many calls one piece looks at.
	unheardAtOnce = 100
)

// RetranscribeOrder is the input of a job that has calls transcribed whose recordings could not be
// had without the source's key.
type RetranscribeOrder struct {
	SourceID string `json:"source_id"`
}

// Input returns the order as a job's input.
func (o RetranscribeOrder) Input() (json.RawMessage, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("encode order: %w", err)
	}
	return raw, nil
}

// RetranscribeReport is what such a job has done so far.
type RetranscribeReport struct {
	Looked  int `json:"looked"`  // calls of the source
	Begun   int `json:"begun"`   // of them sent through transcription again
	Skipped int `json:"skipped"` // of them without words, which somebody works on, or which are too old for the tenant's retention
}

// Unheard reads and restarts requests of one tenant.
type Unheard interface {
	List(ctx context.Context, f store.Filter) (store.Page, error)
	Requeue(ctx context.Context, requestID string, q store.Requeue) (store.Requeued, error)
}

// Retranscriber sends calls through the pipeline again whose recordings the source refused for want
// of a key. Their records in CRMs are updated. It is the job.Handler of Retranscribe.
type Retranscriber struct {
	Store     func(tenantID string) Unheard
	PerMinute int           // calls: what comes in meanwhile needs the same allowance of CallRail
	Settle    time.Duration // how long services may go on with the old key
	Now       func() time.Time
}

// unheardProgress is where such a job goes on.
type unheardProgress struct {
	Before store.Cursor `json:"before"`
}

// Work has the next calls transcribed again, newest first. A piece that is repeated finds those that
// it had begun on their way, and leaves them alone.
func (h *Retranscriber) Work(ctx context.Context, j *job.Job) (job.Piece, error) {
	var order RetranscribeOrder
	var at unheardProgress
	var report RetranscribeReport
	if err := errors.Join(job.Decode(j.Input, &order), job.Decode(j.Progress, &at), job.Decode(j.Report, &report)); err != nil {
		return job.Piece{}, stage.Permanent("the job cannot be read")
	}
	begin := j.CreatedAt.Add(h.Settle)
	if h.Now().Before(begin) {
		return job.Piece{Wait: begin, Why: "waits until the new key is known everywhere"}, nil
	}
	from := h.Store(j.TenantID)
	page, err := from.List(ctx, store.Filter{
		Kind: request.Call, SourceID: order.SourceID, From: j.CreatedAt.Add(-unheardFor), Until: begin, Before: at.Before, Limit: unheardAtOnce,
	})
	if err != nil {
		return job.Piece{}, fmt.Errorf("list calls: %w", err)
	}
	at.Before = page.Next
	begun := 0
	for _, r := range page.Requests {
		report.Looked++
		if r.Recording.Absent != request.AbsentNoAccess {
			continue
		}
		switch err := h.again(ctx, from, r, j.Actor); {
		case err == nil:
			begun++
		case errors.Is(err, store.ErrHeld), errors.Is(err, store.ErrMisfit), errors.Is(err, store.ErrErased), errors.Is(err, store.ErrNotFound):
			report.Skipped++
		default:
			return job.Piece{}, err
		}
		if begun == h.PerMinute {
			at.Before = store.Cursor{ReceivedAt: r.ReceivedAt, RequestID: r.ID}
			break
		}
	}
	report.Begun += begun
	piece := job.Piece{Progress: at, Report: report, Done: at.Before == store.Cursor{}}
	if begun == h.PerMinute {
		piece.Wait, piece.Why = h.Now().Add(time.Minute), "lets the pipeline catch up"
	}
	return piece, nil
}

// again makes a call due for transcription. Sweep announces it.
func (h *Retranscriber) again(ctx context.Context, to Unheard, r *request.Request, actor string) error {
	_, err := to.Requeue(ctx, r.ID, store.Requeue{Actor: actor, From: request.Received})
	if err != nil {
		return fmt.Errorf("transcribe again: %w", err)
	}
	return nil
}
