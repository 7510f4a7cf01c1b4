package store

import (
	"context"
	"errors"
	"maps"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// ErrUnsettled says that a request is still on its way, so that its steps would meet another
// answer than the one that they began with.
var ErrUnsettled = errors.New("the request is not settled")

// Reassessment is another look at a request that has come all its way: its answer changes, but
// not where it stands.
type Reassessment struct {
	// Answer returns the analyser's answer that takes the place of the present one; nil: that
	// stays. It may be called more than once and must not change what it is given.
	Answer func(present *request.Analysis) *request.Analysis
	Heard  *Hearing               // the answer is a new one to what was said; nil: it only weighs the present one anew
	Spent  request.Metering       // what it used, whether the answer is kept or not
	Charge func(*request.Request) // prices what the request has used
	// Push decides whether CRMs are brought up to date for what has changed, both as people have
	// put it right; nobody is told. nil: they are not.
	Push  func(was, now *request.Analysis) bool
	Event request.Event // for the timeline, if anything is kept
}

// Hearing is what an answer to the words of a request is about.
type Hearing struct {
	Run    int64          // the run whose words were heard
	Listed request.Caller // as they were when the words were heard
	Caller request.Caller // as the answer completes them; what it leaves is left as it is by now
	People []string       // keys of whom it names

	Transcript *request.Transcript // nil: unchanged
}

// Reassessed is the answer before and after, as people have put it right.
type Reassessed struct {
	Was, Now *request.Analysis
	Kept     bool // the answer has changed
	Pushed   bool // the CRMs follow
}

// Reassess gives a settled request another answer, with the list's columns, the search and,
// with Push, the deliveries in the same transaction. What people corrected holds for the new
// answer, too. It fails with ErrErased, ErrNotAnalyzed, ErrUnsettled, with ErrHeld if somebody
// is at work on it, or with ErrMisfit if what was heard is there no more.
func (s *Scope) Reassess(ctx context.Context, requestID string, in Reassessment) (Reassessed, error) {
	var outcome Reassessed
	err := s.store.sessions.readWrite(ctx, "step=jobs,op=reassess", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		outcome = Reassessed{}
		row, err := s.restingRow(ctx, tx, requestID)
		if err != nil {
			return err
		}
		present, err := readBody[request.Analysis](ctx, tx, "analyses", s.key(requestID))
		if err != nil {
			return err
		}
		if present == nil {
			return ErrNotAnalyzed
		}
		made, err := s.readCorrections(ctx, tx, requestID)
		if err != nil {
			return err
		}
		outcome.Was = present.Corrected(made.list())
		outcome.Now = outcome.Was
		columns, ms := in.charged(row), []*spanner.Mutation(nil)
		var last []*spanner.Mutation
		if next := in.Answer(present); next != nil {
			outcome.Now, outcome.Kept = next.Corrected(made.list()), true
			maps.Copy(columns, answerColumns(outcome.Now))
			ms = append(ms, s.answered(row, next))
			if in.Heard != nil {
				var heard []*spanner.Mutation
				if heard, last, err = s.heard(ctx, tx, hearing{in.Heard, row, made, columns, outcome.Now}); err != nil {
					return err
				}
				ms = append(ms, heard...)
			}
		}
		if outcome.Pushed, err = s.pushQuietly(row, in, outcome, columns); err != nil || len(columns) == 0 {
			return err
		}
		ms = append(ms, s.event(requestID, in.Event), s.update(requestID, columns))
		return tx.BufferWrite(append(ms, last...))
	})
	return outcome, err
}

// restingRow reads a request that no step has still to look at.
func (s *Scope) restingRow(ctx context.Context, r reader, requestID string) (*requestRow, error) {
	row, err := s.livingRow(ctx, r, requestID)
	switch {
	case err != nil:
		return nil, err
	case held(row.LeaseToken, row.LeaseUntil, s.store.now()):
		return nil, ErrHeld
	case !request.Status(row.Status).Settled():
		return nil, ErrUnsettled
	}
	return row, nil
}

// charged returns the columns with what the request has used by now; none if that is as before.
func (in Reassessment) charged(row *requestRow) values {
	if len(in.Spent.Models) == 0 {
		return values{}
	}
	r := row.request()
	for model, used := range in.Spent.Models {
		r.Metering.AddTokens(model, used)
	}
	in.Charge(r)
	all, some := findings(r), values{}
	for _, name := range []string{"metering", "cost_micros", "cost_speech_micros", "cost_model_micros", "cost_storage_micros"} {
		some[name] = all[name]
	}
	return some
}

// answered returns the mutation that writes the analyser's answer.
func (s *Scope) answered(row *requestRow, a *request.Analysis) *spanner.Mutation {
	return spanner.UpdateMap("analyses", map[string]any{
		"tenant_id": s.tenant, "request_id": row.RequestID, "run": row.Run, "analyzer": a.Analyzer,
		"prompt_hash": nullString(a.PromptHash), "body": doc(a), "updated_at": spanner.CommitTimestamp,
	})
}

// hearing is a new answer on its way into a request's row.
type hearing struct {
	*Hearing
	row     *requestRow
	made    corrections
	columns values
	answer  *request.Analysis
}

// complete gives a caller what the answer has changed. The rest may have been corrected, or a
// correction taken back, while it was made.
func (h *Hearing) complete(c *request.Caller) {
	for _, field := range []struct {
		to           *string
		before, then string
	}{
		{&c.Name, h.Listed.Name, h.Caller.Name},
		{&c.Phone, h.Listed.Phone, h.Caller.Phone},
		{&c.Email, h.Listed.Email, h.Caller.Email},
	} {
		if field.then != field.before {
			*field.to = field.then
		}
	}
}

// heard adds the caller's columns, and returns what makes the request found by the new answer,
// and what must come last: if it names somebody who was erased, the request is.
func (s *Scope) heard(ctx context.Context, tx *spanner.ReadWriteTransaction, h hearing) (ms, last []*spanner.Mutation, err error) {
	transcript, err := readBody[request.Transcript](ctx, tx, "transcripts", s.key(h.row.RequestID))
	if err != nil {
		return nil, nil, err
	}
	if transcript == nil || h.row.Run != h.Run {
		return nil, nil, ErrMisfit
	}
	if h.Transcript != nil {
		transcript = h.Transcript
		ms = append(ms, spanner.UpdateMap("transcripts", map[string]any{
			"tenant_id": s.tenant, "request_id": h.row.RequestID, "origin": transcript.Origin, "body": doc(transcript),
			"updated_at": spanner.CommitTimestamp,
		}))
	}
	r := h.row.request()
	h.complete(&r.Caller)
	all := findings(r)
	for _, name := range []string{"caller_name", "caller_phone", "caller_email"} {
		h.columns[name] = all[name]
	}
	h.made.apply(&r.Caller, h.columns)
	keys := theirs(r.Details, append(callerKeys(r.Caller), h.People...))
	ms = append(ms, append(s.people(r.ID, r.ReceivedAt, keys), s.searchDocument(r, h.answer, transcript))...)
	last, err = s.eraseKnown(ctx, tx, r, s.personKeys(keys))
	return ms, last, err
}

// pushQuietly makes a request whose answer has changed due for push in a run of which nobody is
// told, and reports whether. One that failed, or is kept out of CRMs, is left where it is.
func (s *Scope) pushQuietly(row *requestRow, in Reassessment, o Reassessed, columns values) (bool, error) {
	if in.Push == nil || row.Status != string(request.Completed) || row.Handling.Value.NoCRM || !in.Push(o.Was, o.Now) {
		return false, nil
	}
	due, err := s.pushAgain(row, columns)
	if err != nil {
		return false, err
	}
	handling := row.Handling.Value
	handling.QuietRun = due.Run
	columns["handling"] = doc(handling)
	return true, nil
}
