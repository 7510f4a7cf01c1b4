package store

import (
	"context"
	"time"

	"cloud.google.com/go/civil"
	"cloud.google.com/go/spanner"
)

// Backlog is what of a tenant waits for the same: the requests of a status, or the deliveries
// to a destination.
type Backlog struct {
	TenantID    string
	Status      string // empty: deliveries
	Destination string // empty: requests
	Waiting     int64
	Overdue     int64     // of them due by now: nobody works on them
	Oldest      time.Time // the earliest time at which one is due, the future included
	Refused     int64     // deliveries whose last words began as they were told to be
}

// mostWaiting bounds how many rows of a tenant are counted: a backlog beyond it is a disaster
// whatever its exact size.
const mostWaiting = 20_000

// Both indexes hold only what is not settled, so the cost follows the backlog.
const backlogRequests = `
SELECT t.tenant_id, b.name, '' AS destination, COUNT(*), COUNTIF(b.due_at <= @now), MIN(b.due_at), 0
FROM tenants AS t
CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT q.status AS name, q.due_at
  FROM requests@{FORCE_INDEX=requests_due, spanner_emulator.disable_query_null_filtered_index_check=true} AS q
  WHERE q.tenant_id = t.tenant_id AND q.due_at IS NOT NULL
  ORDER BY q.due_at LIMIT @each)) AS b
GROUP BY t.tenant_id, b.name
ORDER BY t.tenant_id, b.name`

const backlogDeliveries = `
SELECT t.tenant_id, '' AS name, b.destination, COUNT(*), COUNTIF(b.due_at <= @now), MIN(b.due_at), COUNTIF(b.refused)
FROM tenants AS t
CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT d.destination, d.due_at, STARTS_WITH(COALESCE(d.error, ''), @words) AS refused
  FROM deliveries@{FORCE_INDEX=deliveries_due, spanner_emulator.disable_query_null_filtered_index_check=true} AS d
  WHERE d.tenant_id = t.tenant_id AND d.due_at IS NOT NULL
  ORDER BY d.due_at LIMIT @each)) AS b
GROUP BY t.tenant_id, b.destination
ORDER BY t.tenant_id, b.destination`

// Backlog returns what waits, of all tenants: requests, then deliveries. Words is how the last
// error of a delivery begins that is to be counted as Refused.
func (o *Operator) Backlog(ctx context.Context, words string) ([]Backlog, error) {
	params := map[string]any{"now": o.store.now(), "each": int64(mostWaiting)}
	requests, err := o.backlog(ctx, spanner.Statement{SQL: backlogRequests, Params: params})
	if err != nil {
		return nil, err
	}
	params = map[string]any{"now": o.store.now(), "each": int64(mostWaiting), "words": words}
	deliveries, err := o.backlog(ctx, spanner.Statement{SQL: backlogDeliveries, Params: params})
	return append(requests, deliveries...), err
}

func (o *Operator) backlog(ctx context.Context, statement spanner.Statement) ([]Backlog, error) {
	var all []Backlog
	err := o.store.sessions.read(ctx, "step=api,op=backlog", func(ctx context.Context, r reader) error {
		all = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var b Backlog
			if err := row.Columns(&b.TenantID, &b.Status, &b.Destination, &b.Waiting, &b.Overdue, &b.Oldest, &b.Refused); err != nil {
				return err
			}
			all = append(all, b)
			return nil
		})
	})
	return all, err
}

// Used is how much of a day's limit a tenant has taken.
type Used struct {
	TenantID string
	Name     string     // forms or api
	Day      civil.Date // of the tenant's zone
	Used     int64      // blocks that instances took: a little more than what came
}

const usedQuotas = `
SELECT q.tenant_id, q.name, q.day, q.used
FROM tenants AS t JOIN quotas AS q ON q.tenant_id = t.tenant_id
WHERE q.day >= @since
ORDER BY q.tenant_id, q.name, q.day`

// UsedQuotas returns what tenants have taken of the limits of the days since one. Rows are kept
// for a week, so there are few.
func (o *Operator) UsedQuotas(ctx context.Context, since civil.Date) ([]Used, error) {
	var all []Used
	err := o.store.sessions.read(ctx, "step=api,op=quotas", func(ctx context.Context, r reader) error {
		all = nil
		return r.Query(ctx, spanner.Statement{SQL: usedQuotas, Params: map[string]any{"since": since}}).Do(func(row *spanner.Row) error {
			var u Used
			if err := row.Columns(&u.TenantID, &u.Name, &u.Day, &u.Used); err != nil {
				return err
			}
			all = append(all, u)
			return nil
		})
	})
	return all, err
}
