package store

import (
	"context"
	"slices"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// acceptUnlessEarlier inserts a delivery unless the same content was accepted shortly before,
// under this id or the earlier one. Both rows are read in the transaction that inserts, so
// that of two instances only one accepts.
func (s *Scope) acceptUnlessEarlier(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	var answer request.Acceptance
	err := s.store.sessions.readWrite(ctx, "step=webhook,op=accept_once", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		answer = request.Acceptance{}
		since := s.store.now().Add(-in.Within)
		keys := spanner.KeySets(s.key(in.Request.ID), s.key(in.Earlier))
		err := tx.Read(ctx, "requests", keys, []string{"request_id", "received_at"}).Do(func(row *spanner.Row) error {
			var id string
			var received spanner.NullTime
			if err := row.Columns(&id, &received); err != nil {
				return err
			}
			if id == in.Request.ID || received.Time.After(since) {
				answer = request.Acceptance{Outcome: request.Duplicate, Earlier: id == in.Earlier}
			}
			return nil
		})
		if err != nil || answer.Outcome == request.Duplicate {
			return err
		}
		answer = accepted(in)
		return tx.BufferWrite(s.insert(in))
	})
	if spanner.ErrCode(err) == codes.AlreadyExists {
		return request.Acceptance{Outcome: request.Duplicate}, nil
	}
	if err != nil {
		return request.Acceptance{}, err
	}
	return answer, nil
}

// changeForm decides what a form that was sent again under its id does to the row: a page may
// send what was typed so far, and all of it later. What it adds is analysed: if a step has
// taken the row up already, a new run starts.
func (s *Scope) changeForm(row *requestRow, in request.Intake, v values) (request.Acceptance, request.Event) {
	now := request.Acceptance{Outcome: request.Updated, Status: request.Status(row.Status), Run: row.Run}
	event := request.Event{Step: "webhook", Name: "modified"}
	added := addCaller(v, row.request().Caller, in.Request.Caller)
	if !added && slices.Equal(row.Details.Value.Fields, mergeFields(row.Details.Value.Fields, in.Request.Details.Fields)) {
		return now, event
	}
	first := request.Kind(row.Kind).FirstStatus()
	if now.Status == first && !held(row.LeaseToken, row.LeaseUntil, s.store.now()) {
		return now, event
	}
	s.startRun(row, v)
	now.Status, now.Run, now.Announce = first, row.Run+1, true
	event.Name, event.Detail = "run_started", "the form was sent again with other answers"
	return now, event
}

// addCaller writes what a form now says about who sent it, and reports whether it says more or
// something else than before. What it does not say any more stays.
func addCaller(v values, old, now request.Caller) bool {
	changed := false
	for _, f := range []struct {
		column   string
		old, now string
	}{
		{"caller_name", old.Name, now.Name},
		{"caller_phone", old.Phone, first(64, now.Phone)},
		{"caller_email", old.Email, first(320, now.Email)},
	} {
		if f.now != "" && f.now != f.old {
			v[f.column], changed = f.now, true
		}
	}
	return changed
}

// mergeFields returns the fields of a form that was sent again, with those of before that it
// lacks.
func mergeFields(old, now []request.Field) []request.Field {
	merged := slices.Clone(now)
	for _, f := range old {
		if !slices.ContainsFunc(now, func(n request.Field) bool { return n.Name == f.Name }) {
			merged = append(merged, f)
		}
	}
	return merged
}
