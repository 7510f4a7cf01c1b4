package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"
)

// Timing is one line of a request's timeline, as what it says about time and success.
type Timing struct {
	RequestID string
	Step      string
	Name      string        // done, retrying, failed, delivery_done …
	Detail    string        // fixed words, of the analysis: whose it is
	Took      time.Duration // of the work; 0: not told
	Since     time.Duration // since the request was received
}

// Events have no index by time: it would be written with each of them, for a page that is
// seldom looked at. The newest requests of a range stand for it, and their events are one short
// stretch of the table each.
const newestOf = `SELECT AS STRUCT q.tenant_id, q.request_id, q.received_at
  FROM requests@{FORCE_INDEX=requests_newest} AS q
  WHERE q.tenant_id = t.tenant_id AND q.received_at >= @from AND q.received_at < @to
  ORDER BY q.received_at DESC, q.request_id LIMIT @each`

const timingsOf = `
SELECT r.request_id, e.step, e.name, COALESCE(e.detail, ''), COALESCE(e.duration_ms, 0), TIMESTAMP_DIFF(e.occurred_at, r.received_at, MILLISECOND)
FROM tenants AS t
CROSS JOIN UNNEST(ARRAY(
  ` + newestOf + `)) AS r
JOIN events AS e ON e.tenant_id = r.tenant_id AND e.request_id = r.request_id
`

const (
	timingsOfTenant = timingsOf + `WHERE t.tenant_id = @tenant`
	timingsOfAll    = timingsOf + `LIMIT @rows`
)

// mostTimings bounds what is read of all tenants together.
const mostTimings = 50_000

// Timings returns the timelines of the newest requests that were received in the range, at most
// each of them.
func (s *Scope) Timings(ctx context.Context, r Range, each int) ([]Timing, error) {
	return s.store.timings(ctx, "step=api,op=timings", spanner.Statement{SQL: timingsOfTenant, Params: map[string]any{
		"tenant": s.tenant, "from": r.From, "to": r.To, "each": int64(each),
	}})
}

// Timings returns the timelines of each tenant's newest requests that were received in the
// range, at most each of them.
func (o *Operator) Timings(ctx context.Context, r Range, each int) ([]Timing, error) {
	return o.store.timings(ctx, "step=api,op=timings_platform", spanner.Statement{SQL: timingsOfAll, Params: map[string]any{
		"from": r.From, "to": r.To, "each": int64(each), "rows": int64(mostTimings),
	}})
}

func (s *Store) timings(ctx context.Context, tag string, statement spanner.Statement) ([]Timing, error) {
	var all []Timing
	err := s.sessions.read(ctx, tag, func(ctx context.Context, r reader) error {
		all = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var t Timing
			var took, since int64
			if err := row.Columns(&t.RequestID, &t.Step, &t.Name, &t.Detail, &took, &since); err != nil {
				return err
			}
			t.Took, t.Since = time.Duration(took)*time.Millisecond, time.Duration(since)*time.Millisecond
			all = append(all, t)
			return nil
		})
	})
	return all, err
}
