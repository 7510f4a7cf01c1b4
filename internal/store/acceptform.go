package store

import (
	"context"
	"slices"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// acceptUnlessAlike inserts a delivery unless the same content was accepted at about the same
// time, under this id or one like it. All rows are read in the transaction that inserts, so
// that of two instances only one accepts.
func (s *Scope) acceptUnlessAlike(ctx context.Context, in request.Intake) (request.Acceptance, error) {
	var answer request.Acceptance
	err := s.store.sessions.readWrite(ctx, "step=webhook,op=accept_once", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		original, found, err := s.alike(ctx, tx, in)
		if err != nil {
			return err
		}
		if found {
			answer = request.Acceptance{Outcome: request.Duplicate, Original: original}
			return nil
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

// alike finds the row that a delivery repeats: its own, of which the id is empty, or the same
// content under another id.
func (s *Scope) alike(ctx context.Context, tx *spanner.ReadWriteTransaction, in request.Intake) (id string, found bool, err error) {
	keys := []spanner.KeySet{s.key(in.Request.ID)}
	for _, alike := range in.Alike {
		keys = append(keys, s.key(alike))
	}
	at := in.Request.StartedAt
	if at.IsZero() {
		at = s.store.now()
	}
	rows := tx.Read(ctx, "requests", spanner.KeySets(keys...), []string{"request_id", "received_at", "started_at"})
	err = rows.Do(func(row *spanner.Row) error {
		var other string
		var received time.Time
		var started spanner.NullTime
		if err := row.Columns(&other, &received, &started); err != nil {
			return err
		}
		if started.Valid { // it was kept elsewhere until it could be committed
			received = started.Time
		}
		switch {
		case other == in.Request.ID:
			id, found = "", true
		case !found && at.Sub(received).Abs() < in.Within:
			id, found = other, true
		}
		return nil
	})
	return id, found, err
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
	if now.Status == first && !row.LeaseToken.Valid { // also of a lease that ran out: its holder may still save
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
