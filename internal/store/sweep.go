package store

import (
	"cmp"
	"context"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Due is a request or delivery that nobody works on although it is not settled.
type Due struct {
	TenantID    string
	RequestID   string
	Destination string // empty: the request itself
	Status      request.Status
	Run         int64
	TraceParent string
	Announced   int64 // how often sweep announced it before, without any progress since
	// Waited is how long it has been due, with the times for which it was moved on without any
	// progress.
	Waited time.Duration
}

// Queue names the rows that wait for the same: a tenant's at one step, or for one destination.
func (d Due) Queue() string {
	return d.TenantID + "/" + cmp.Or(d.Destination, string(d.Status))
}

// dueRequests takes the oldest due rows of each active tenant, so that one tenant's
// backlog cannot hide another's single call. Both indexes lead with the tenant and are
// null-filtered: the cost follows what is due, not what exists. (The emulator cannot see
// that due_at IS NOT NULL makes such an index usable; Spanner ignores the hint for it.)
const dueRequests = `
SELECT r.tenant_id, r.request_id, '' AS destination
FROM tenants AS t
JOIN UNNEST(ARRAY(
  SELECT AS STRUCT q.tenant_id, q.request_id
  FROM requests@{FORCE_INDEX=requests_due, spanner_emulator.disable_query_null_filtered_index_check=true} AS q
  WHERE q.tenant_id = t.tenant_id AND q.due_at IS NOT NULL AND q.due_at <= @now
    AND CONCAT(q.tenant_id, '/', q.status) NOT IN UNNEST(@rows) AND CONCAT('*/', q.status) NOT IN UNNEST(@rows)
  ORDER BY q.due_at LIMIT @each)) AS r
WHERE t.status = 'active' AND t.tenant_id NOT IN UNNEST(@tenants)`

const dueDeliveries = `
SELECT r.tenant_id, r.request_id, r.destination
FROM tenants AS t
JOIN UNNEST(ARRAY(
  SELECT AS STRUCT d.tenant_id, d.request_id, d.destination
  FROM deliveries@{FORCE_INDEX=deliveries_due, spanner_emulator.disable_query_null_filtered_index_check=true} AS d
  WHERE d.tenant_id = t.tenant_id AND d.due_at IS NOT NULL AND d.due_at <= @now
    AND CONCAT(d.tenant_id, '/', d.destination) NOT IN UNNEST(@rows) AND CONCAT('*/', d.destination) NOT IN UNNEST(@rows)
  ORDER BY d.due_at LIMIT @each)) AS r
WHERE t.status = 'active' AND t.tenant_id NOT IN UNNEST(@tenants)`

// TakeDue picks what is due, at most each rows of a tenant, and moves their due_at on,
// with backoff, so that a row is announced again only if the announcement led nowhere.
// Rows are picked on a snapshot and taken one by one, each in a transaction that sees
// it still due: two sweeps at once share the work. What is paused is left as it is, so that it
// is due when the pause ends, and takes no other row's place among each. Rows of the
// queues in except are left alone: see Due.Queue.
func (o *Operator) TakeDue(ctx context.Context, each int, except ...string) ([]Due, error) {
	paused, err := o.store.pauses(ctx, spanner.AllKeys())
	if err != nil {
		return nil, err
	}
	heldRequests, heldDeliveries := holdsOf(paused, o.store.now())
	heldRequests.rows = append(heldRequests.rows, except...)
	heldDeliveries.rows = append(heldDeliveries.rows, except...)
	requests, err := o.due(ctx, dueRequests, heldRequests, each)
	if err != nil {
		return nil, err
	}
	deliveries, err := o.due(ctx, dueDeliveries, heldDeliveries, each)
	if err != nil {
		return nil, err
	}
	var taken []Due
	for _, d := range roundRobin(append(requests, deliveries...)) {
		ok, err := o.take(ctx, &d)
		if err != nil {
			return taken, err
		}
		if ok {
			taken = append(taken, d)
		}
	}
	return taken, nil
}

func (o *Operator) due(ctx context.Context, sql string, held holds, each int) ([]Due, error) {
	if held.all {
		return nil, nil
	}
	var found []Due
	statement := spanner.Statement{SQL: sql, Params: map[string]any{
		"now": o.store.now(), "each": int64(each), "tenants": held.tenants, "rows": held.rows,
	}}
	err := o.store.sessions.read(ctx, "step=sweep,op=due", func(ctx context.Context, r reader) error {
		found = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var d Due
			if err := row.Columns(&d.TenantID, &d.RequestID, &d.Destination); err != nil {
				return err
			}
			found = append(found, d)
			return nil
		})
	})
	return found, err
}

// roundRobin orders rows so that tenants take turns.
func roundRobin(rows []Due) []Due {
	byTenant := map[string][]Due{}
	var tenants []string
	for _, d := range rows {
		if byTenant[d.TenantID] == nil {
			tenants = append(tenants, d.TenantID)
		}
		byTenant[d.TenantID] = append(byTenant[d.TenantID], d)
	}
	ordered := make([]Due, 0, len(rows))
	for turn := 0; len(ordered) < len(rows); turn++ {
		for _, id := range tenants {
			if turn < len(byTenant[id]) {
				ordered = append(ordered, byTenant[id][turn])
			}
		}
	}
	return ordered
}

// repeat is how long sweep waits for what it has announced n times before.
func (s *Store) repeat(n int64) time.Duration { return s.backoff << min(n, 5) }

// take moves the row's due_at on if it is still due.
func (o *Operator) take(ctx context.Context, d *Due) (bool, error) {
	table, key := "requests", spanner.Key{d.TenantID, d.RequestID}
	columns := []string{"status", "run", "due_at", "announced", "trace_parent"}
	if d.Destination != "" {
		table, key = "deliveries", append(key, d.Destination)
		columns[0] = "state"
	}
	var ok bool
	err := o.store.sessions.readWrite(ctx, "step=sweep,op=take", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		ok = false
		row, err := tx.ReadRow(ctx, table, key, columns)
		if spanner.ErrCode(err) == codes.NotFound { // deleted since it was picked
			return nil
		}
		if err != nil {
			return err
		}
		var status string
		var due spanner.NullTime
		var announced int64
		var trace spanner.NullString
		if err := row.Columns(&status, &d.Run, &due, &announced, &trace); err != nil {
			return err
		}
		now := o.store.now()
		if !due.Valid || now.Before(due.Time) {
			return nil
		}
		ok, d.Status, d.TraceParent, d.Announced = true, request.Status(status), trace.StringVal, announced
		d.Waited = now.Sub(due.Time)
		for n := range announced {
			d.Waited += o.store.repeat(n)
		}
		v := map[string]any{
			"tenant_id": d.TenantID, "request_id": d.RequestID,
			"due_at": now.Add(o.store.repeat(announced)), "announced": announced + 1,
		}
		if d.Destination != "" {
			v["destination"] = d.Destination
		}
		return tx.BufferWrite([]*spanner.Mutation{spanner.UpdateMap(table, v)})
	})
	return ok, err
}
