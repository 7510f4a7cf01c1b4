package store

import (
	"context"

	"cloud.google.com/go/spanner"
)

// Outcome is how many deliveries to a destination came to the same.
type Outcome struct {
	Connector   string
	Destination string // empty: all of the connector
	State       string // pending done skipped parked failed
	Outcome     string // created, updated, matched; empty: not done
	Deliveries  int64
}

// outcomes reads a tenant's stretch of the time index and the few deliveries of each request
// in it: what a range costs does not follow what was delivered before.
const outcomes = `
  FROM requests@{FORCE_INDEX=requests_newest} AS r
  JOIN deliveries AS d ON d.tenant_id = r.tenant_id AND d.request_id = r.request_id
  WHERE r.tenant_id = t.tenant_id AND r.received_at >= @from AND r.received_at < @to`

// mostOutcomes bounds an answer: a tenant has a handful of destinations.
const mostOutcomes = 1000

const outcomesOfTenant = `
SELECT s.* FROM tenants AS t CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT d.connector, d.destination, d.state, COALESCE(d.outcome, '') AS outcome, COUNT(*) AS deliveries` + outcomes + `
  GROUP BY d.connector, d.destination, d.state, outcome)) AS s
WHERE t.tenant_id = @tenant
ORDER BY s.connector, s.destination, s.state, s.outcome LIMIT @rows`

const outcomesOfAll = `
SELECT s.connector, '' AS destination, s.state, s.outcome, SUM(s.deliveries)
FROM tenants AS t CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT d.connector, d.state, COALESCE(d.outcome, '') AS outcome, COUNT(*) AS deliveries` + outcomes + `
  GROUP BY d.connector, d.state, outcome)) AS s
GROUP BY s.connector, s.state, s.outcome
ORDER BY s.connector, s.state, s.outcome LIMIT @rows`

// Outcomes counts the deliveries of the requests that were received in the range, by
// destination.
func (s *Scope) Outcomes(ctx context.Context, r Range) ([]Outcome, error) {
	return s.store.outcomes(ctx, "step=api,op=outcomes", spanner.Statement{SQL: outcomesOfTenant, Params: map[string]any{
		"tenant": s.tenant, "from": r.From, "to": r.To, "rows": int64(mostOutcomes),
	}})
}

// Outcomes counts the deliveries of the requests of all tenants that were received in the
// range, by connector.
func (o *Operator) Outcomes(ctx context.Context, r Range) ([]Outcome, error) {
	return o.store.outcomes(ctx, "step=api,op=outcomes_platform", spanner.Statement{SQL: outcomesOfAll, Params: map[string]any{
		"from": r.From, "to": r.To, "rows": int64(mostOutcomes),
	}})
}

func (s *Store) outcomes(ctx context.Context, tag string, statement spanner.Statement) ([]Outcome, error) {
	var all []Outcome
	err := s.sessions.read(ctx, tag, func(ctx context.Context, r reader) error {
		all = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var o Outcome
			if err := row.Columns(&o.Connector, &o.Destination, &o.State, &o.Outcome, &o.Deliveries); err != nil {
				return err
			}
			all = append(all, o)
			return nil
		})
	})
	return all, err
}
