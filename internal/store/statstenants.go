package store

import (
	"context"

	"cloud.google.com/go/spanner"
)

// TenantFigures are one tenant's figures.
type TenantFigures struct {
	TenantID string
	Name     string
	Status   string
	Figures
}

// statsTenants reads each tenant's stretch of the time index. Without any request a tenant
// has zeros.
const statsTenants = `
SELECT t.tenant_id, t.name, t.status, s.*
FROM tenants AS t
CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT ` + figures + `
  FROM requests@{FORCE_INDEX=requests_newest} AS r
  WHERE r.tenant_id = t.tenant_id AND r.received_at >= @from AND r.received_at < @to)) AS s
ORDER BY t.tenant_id`

// StatsByTenant sums up the requests that were received in the range, of each tenant.
func (o *Operator) StatsByTenant(ctx context.Context, r Range) ([]TenantFigures, error) {
	statement := spanner.Statement{SQL: statsTenants, Params: map[string]any{"from": r.From, "to": r.To}}
	var all []TenantFigures
	err := o.store.sessions.read(ctx, "step=api,op=stats_tenants", func(ctx context.Context, r reader) error {
		all = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var f TenantFigures
			if err := row.Columns(append([]any{&f.TenantID, &f.Name, &f.Status}, f.columns()...)...); err != nil {
				return err
			}
			all = append(all, f)
			return nil
		})
	})
	return all, err
}
