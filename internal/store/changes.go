package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Position is a place among the changes of a tenant's requests, oldest first.
type Position struct {
	At        time.Time // when the request was saved
	RequestID string
}

// Changed is a request at its place.
type Changed struct {
	Position
	Request *request.Request
}

// savedAfter walks what was saved after a place. A request stands where it was saved last, so
// one that changes all the time is seen again and again but never missed.
const savedAfter = `
SELECT request_id, updated_at
FROM requests@{FORCE_INDEX=requests_changed}
WHERE tenant_id = @tenant
  AND (updated_at > @after_time OR (updated_at = @after_time AND request_id > @after_id))
ORDER BY updated_at, request_id
LIMIT @rows`

// Changes returns at most limit requests that were saved after a place, in the order in
// which they were, and the place where to go on, which is after itself if there are none.
func (s *Scope) Changes(ctx context.Context, after Position, limit int) ([]Changed, Position, error) {
	statement := spanner.Statement{SQL: savedAfter, Params: map[string]any{
		"tenant": s.tenant, "after_time": after.At, "after_id": after.RequestID, "rows": int64(limit),
	}}
	var places []Cursor
	err := s.store.sessions.read(ctx, "step=api,op=changes", func(ctx context.Context, r reader) error {
		places = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var place Cursor
			if err := row.Columns(&place.RequestID, &place.ReceivedAt); err != nil {
				return err
			}
			places = append(places, place)
			return nil
		})
	})
	if err != nil || len(places) == 0 {
		return nil, after, err
	}
	rows, err := s.requests(ctx, places)
	if err != nil {
		return nil, after, err
	}
	var found []Changed
	for _, place := range places {
		after = Position{At: place.ReceivedAt, RequestID: place.RequestID}
		if r := rows[place.RequestID]; r != nil { // it was not deleted since
			found = append(found, Changed{after, r})
		}
	}
	return found, after, nil
}
