package store

import (
	"context"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Assessed is a request with what was found out about it.
type Assessed struct {
	Request     *request.Request
	Answer      *request.Analysis // the analyser's own; nil: there is none
	Corrections []request.Correction
	Transcript  *request.Transcript // of Corrected only; nil: there is none
}

// Analysis returns the answer as people have put it right, nil if there is none.
func (a *Assessed) Analysis() *request.Analysis { return a.Answer.Corrected(a.Corrections) }

// AssessedPage is a part of a list, which may be short or empty though the list goes on.
type AssessedPage struct {
	Requests []Assessed
	Next     Cursor // where the list goes on; zero: nowhere
}

// Assessed returns a page of the requests that a filter chooses, newest first, with their
// answers and what people corrected in them: four reads, however many rows.
func (s *Scope) Assessed(ctx context.Context, f Filter) (AssessedPage, error) {
	page, err := s.List(ctx, f)
	if err != nil {
		return AssessedPage{}, err
	}
	found := AssessedPage{Next: page.Next}
	ids := make([]string, 0, len(page.Requests))
	for _, r := range page.Requests {
		ids = append(ids, r.ID)
	}
	answers, err := bodies[request.Analysis](ctx, s, "analyses", ids)
	if err != nil {
		return AssessedPage{}, err
	}
	made, err := s.correctionsOf(ctx, ids)
	if err != nil {
		return AssessedPage{}, err
	}
	for _, r := range page.Requests {
		found.Requests = append(found.Requests, Assessed{Request: r, Answer: answers[r.ID], Corrections: made[r.ID].list()})
	}
	return found, nil
}

// correctedRequests walks the requests in which people corrected something, by id: the
// primary key leads with the tenant and is in that order.
const correctedRequests = `
SELECT DISTINCT request_id
FROM corrections@{FORCE_INDEX=_BASE_TABLE}
WHERE tenant_id = @tenant AND request_id > @after_id
ORDER BY request_id
LIMIT @rows`

// Corrected returns requests in which people corrected something, with all that a case for an
// evaluation is made of, by id and after an id, and the id after which the list goes on; empty:
// nowhere. Requests that were erased meanwhile are left out.
func (s *Scope) Corrected(ctx context.Context, after string, limit int) (found []Assessed, next string, err error) {
	ids, err := s.correctedIDs(ctx, after, limit)
	if err != nil || len(ids) == 0 {
		return nil, "", err
	}
	if len(ids) == limit {
		next = ids[limit-1]
	}
	places := make([]Cursor, 0, len(ids))
	for _, id := range ids {
		places = append(places, Cursor{RequestID: id})
	}
	rows, err := s.requests(ctx, places)
	if err != nil {
		return nil, "", err
	}
	answers, err := bodies[request.Analysis](ctx, s, "analyses", ids)
	if err != nil {
		return nil, "", err
	}
	transcripts, err := bodies[request.Transcript](ctx, s, "transcripts", ids)
	if err != nil {
		return nil, "", err
	}
	made, err := s.correctionsOf(ctx, ids)
	for _, id := range ids {
		if r := rows[id]; r != nil && r.Status != request.Erased {
			found = append(found, Assessed{Request: r, Answer: answers[id], Corrections: made[id].list(), Transcript: transcripts[id]})
		}
	}
	return found, next, err
}

func (s *Scope) correctedIDs(ctx context.Context, after string, limit int) ([]string, error) {
	statement := spanner.Statement{SQL: correctedRequests, Params: map[string]any{
		"tenant": s.tenant, "after_id": after, "rows": int64(limit),
	}}
	var ids []string
	err := s.store.sessions.read(ctx, "step=api,op=corrected", func(ctx context.Context, r reader) error {
		ids = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var id string
			if err := row.Columns(&id); err != nil {
				return err
			}
			ids = append(ids, id)
			return nil
		})
	})
	return ids, err
}

// bodies reads the documents of requests in a child table, by request.
func bodies[T any](ctx context.Context, s *Scope, table string, ids []string) (map[string]*T, error) {
	found := map[string]*T{}
	if len(ids) == 0 {
		return found, nil
	}
	keys := make([]spanner.KeySet, 0, len(ids))
	for _, id := range ids {
		keys = append(keys, s.key(id))
	}
	err := s.store.sessions.read(ctx, "step=read,op=many_"+table, func(ctx context.Context, r reader) error {
		clear(found)
		return r.Read(ctx, table, spanner.KeySets(keys...), []string{"request_id", "body"}).Do(func(row *spanner.Row) error {
			var id string
			var body document[T]
			if err := row.Columns(&id, &body); err != nil {
				return err
			}
			found[id] = &body.Value
			return nil
		})
	})
	return found, err
}

// correctionsOf reads what people corrected in requests, by request.
func (s *Scope) correctionsOf(ctx context.Context, ids []string) (map[string]corrections, error) {
	found := map[string]corrections{}
	if len(ids) == 0 {
		return found, nil
	}
	keys := make([]spanner.KeySet, 0, len(ids))
	for _, id := range ids {
		keys = append(keys, s.key(id).AsPrefix())
	}
	err := s.store.sessions.read(ctx, "step=read,op=many_corrections", func(ctx context.Context, r reader) error {
		clear(found)
		columns := append([]string{"request_id"}, correctionColumns...)
		return r.Read(ctx, "corrections", spanner.KeySets(keys...), columns).Do(func(row *spanner.Row) error {
			var id string
			c, err := readCorrection(row, &id)
			if err != nil {
				return err
			}
			if found[id] == nil {
				found[id] = corrections{}
			}
			found[id][c.Field] = c
			return nil
		})
	})
	return found, err
}
