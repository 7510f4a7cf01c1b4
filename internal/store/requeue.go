package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Errors of Requeue.
var (
	ErrSettled = fmt.Errorf("%w: the request is completed: say where it should start again", ErrConflict)
	ErrMisfit  = fmt.Errorf("%w: the request has not what the step needs", ErrConflict)
)

// Requeue says from where a request should go through the pipeline again.
type Requeue struct {
	Actor string
	From  request.Status // empty: where it stopped
	Fresh bool           // what was paid for before is asked for again
}

// Requeued says what the next step should be told. Without a status there is nothing.
type Requeued struct {
	Status   request.Status
	Run      int64
	CRMState request.CRMState
}

// Requeue makes a request due for a step again. What is paid for already is kept unless
// Fresh, and what was done in the CRMs is updated, not repeated. It fails with ErrErased, with
// ErrHeld while a step is at work, with ErrSettled if a completed request names no step, or
// with ErrMisfit.
func (s *Scope) Requeue(ctx context.Context, requestID string, q Requeue) (Requeued, error) {
	var answer Requeued
	err := s.store.sessions.readWrite(ctx, "step=api,op=requeue", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := s.livingRow(ctx, tx, requestID)
		if err != nil {
			return err
		}
		if held(row.LeaseToken, row.LeaseUntil, s.store.now()) {
			return ErrHeld
		}
		have, err := s.progress(ctx, tx, row)
		if err != nil {
			return err
		}
		from, err := have.start(q)
		if err != nil {
			return err
		}
		v := s.due(values{}, from)
		ms := []*spanner.Mutation{
			s.event(requestID, request.Event{Step: "api", Name: "retried", Detail: "from " + string(from)}),
			audit(ctx, s.tenant, q.Actor, "request.retry", requestID),
		}
		answer = Requeued{Status: from, Run: row.Run, CRMState: request.CRMState(row.CRMState)}
		if q.From != "" { // deliveries follow a new run
			answer.Run++
			v["run"] = answer.Run
		}
		if from == request.Received {
			v["recording"] = doc(kept(row.Recording.Value))
		}
		switch {
		case from == request.Received && q.Fresh:
			v["speech"] = doc(request.Speech{})
		case from == request.Transcribed && q.Fresh:
			ms = append(ms, have.forgetAnswer(s)...)
		}
		return tx.BufferWrite(append(ms, s.update(requestID, v)))
	})
	return answer, err
}

// due adds the columns that make a request due for the step that waits for a status.
func (s *Scope) due(v values, status request.Status) values {
	v["status"], v["attempts"], v["announced"], v["reason"] = string(status), int64(0), int64(0), nil
	v["not_before"], v["due_at"] = nil, s.store.announceBy()
	return release(v)
}

// kept returns what is kept of a recording when it is looked for again: the audio, but not
// why there was none.
func kept(r request.Recording) request.Recording {
	if r.Kept() {
		return r
	}
	return request.Recording{}
}

// progress is how far a request has come, by what there is of it.
type progress struct {
	row        *requestRow
	transcript *request.Transcript // nil: none
	analysis   *request.Analysis   // nil: none
	failed     request.Status      // where a failed one stood
	outlived   outlived
}

func (s *Scope) progress(ctx context.Context, r reader, row *requestRow) (progress, error) {
	p := progress{row: row}
	var err error
	if p.transcript, err = readBody[request.Transcript](ctx, r, "transcripts", s.key(row.RequestID)); err != nil {
		return p, err
	}
	if p.analysis, err = readBody[request.Analysis](ctx, r, "analyses", s.key(row.RequestID)); err != nil {
		return p, err
	}
	if row.Status == string(request.Failed) {
		if p.failed, err = s.failedAt(ctx, r, row); err != nil {
			return p, err
		}
	}
	p.outlived, err = s.outlived(ctx, r, row.ReceivedAt)
	return p, err
}

// failedAt returns where a failed request stood: its timeline tells which step was the last
// to fail. Without one it starts at the beginning.
func (s *Scope) failedAt(ctx context.Context, r reader, row *requestRow) (request.Status, error) {
	at, last := request.Kind(row.Kind).FirstStatus(), time.Time{}
	columns := []string{"occurred_at", "step", "name"}
	err := r.Read(ctx, "events", s.key(row.RequestID).AsPrefix(), columns).Do(func(row *spanner.Row) error {
		var e request.Event
		if err := row.Columns(&e.At, &e.Step, &e.Name); err != nil {
			return err
		}
		for _, status := range request.Statuses() {
			if e.Name == "failed" && e.Step == status.Step() && e.At.After(last) {
				at, last = status, e.At
			}
		}
		return nil
	})
	return at, err
}

// start returns the status to start from.
func (p progress) start(q Requeue) (request.Status, error) {
	from, kind := q.From, request.Kind(p.row.Kind)
	switch {
	case from == "" && p.failed != "":
		from = p.failed
	case from == "":
		from = request.Status(p.row.Status)
	}
	switch {
	case from == request.Completed:
		return "", ErrSettled
	case q.From == request.Received && !q.Fresh && p.transcript != nil && p.transcript.Origin == request.OriginSpeech:
		return request.Transcribed, nil // Speech was paid for
	case from == request.Received && (kind != request.Call || p.expired()),
		from == request.Transcribed && kind == request.Call && p.transcript == nil,
		(from == request.Analyzed || from == request.Pushed) && p.analysis == nil,
		p.ahead(from):
		return "", ErrMisfit
	}
	return from, nil
}

// ahead reports whether a status is beyond where the request stands. To start there would leave out
// a step that is still to be done: a push that carries what a person has just corrected.
func (p progress) ahead(of request.Status) bool {
	stands := cmp.Or(p.failed, request.Status(p.row.Status))
	all := request.Statuses()
	return slices.Index(all, of) > slices.Index(all, stands)
}

// expired reports whether the tenant wants to keep no longer what was said. Retention comes to a
// request once: what was fetched again, or for the first time, would stay for good. It does come
// back to one that transcribe still has to do.
func (p progress) expired() bool {
	kept := p.row.Recording.Value
	switch {
	case kept.Absent == request.AbsentExpired, p.analysis != nil && p.transcript == nil:
		return true
	case p.row.Status == string(request.Received):
		return false
	}
	return p.outlived.words || p.outlived.audio && !kept.Kept() && p.row.mayBeHeard()
}

// forgetAnswer returns what makes the model be asked again: an answer without its question's
// hash is nobody's answer.
func (p progress) forgetAnswer(s *Scope) []*spanner.Mutation {
	if p.analysis == nil {
		return nil
	}
	asked := *p.analysis
	asked.PromptHash = ""
	return []*spanner.Mutation{spanner.UpdateMap("analyses", map[string]any{
		"tenant_id": s.tenant, "request_id": p.row.RequestID, "prompt_hash": nil, "body": doc(asked),
		"updated_at": spanner.CommitTimestamp,
	})}
}

// pushAgain makes the request due for push in a new run, which brings the deliveries up to
// what has changed.
func (s *Scope) pushAgain(row *requestRow, columns values) (Requeued, error) {
	if held(row.LeaseToken, row.LeaseUntil, s.store.now()) {
		return Requeued{}, ErrHeld
	}
	s.due(columns, request.Analyzed)["run"] = row.Run + 1
	return Requeued{Status: request.Analyzed, Run: row.Run + 1, CRMState: request.CRMState(row.CRMState)}, nil
}
