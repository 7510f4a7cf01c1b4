package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

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

// statsPlatform reads each tenant's stretch of the time index by itself, so that the cost
// follows the requests in the range. Lines of the same name are added up afterwards.
func statsPlatform(by Grouping, r Range) (spanner.Statement, error) {
	key, ok := groupKeys[by]
	if !ok {
		return spanner.Statement{}, fmt.Errorf("group statistics: %q is no grouping", by)
	}
	return spanner.Statement{SQL: `
SELECT s.*
FROM tenants AS t
CROSS JOIN UNNEST(ARRAY(
  SELECT AS STRUCT ` + key + ` AS name, ` + figures + `
  FROM requests@{FORCE_INDEX=requests_newest} AS r
  WHERE r.tenant_id = t.tenant_id AND r.received_at >= @from AND r.received_at < @to
  GROUP BY name ORDER BY requests DESC, name LIMIT @limit)) AS s`, Params: r.params(by)}, nil
}

// Stats sums up the requests of all tenants that were received in the range.
func (o *Operator) Stats(ctx context.Context, by Grouping, r Range) (*Stats, error) {
	statement, err := statsPlatform(by, r)
	if err != nil {
		return nil, err
	}
	lines, err := o.store.groups(ctx, "step=api,op=stats_platform", statement)
	if err != nil {
		return nil, err
	}
	stats := addUp(lines, by)
	if !stats.Cut {
		return stats, nil
	}
	tenants, err := o.StatsByTenant(ctx, r)
	if err != nil {
		return nil, err
	}
	stats.Total = Figures{}
	for _, t := range tenants {
		stats.Total = stats.Total.Plus(t.Figures)
	}
	return stats, nil
}

// addUp adds up lines of the same name. A tenant that has more names than it was asked for has
// made the answer too long by itself: it is cut either way.
func addUp(lines []Group, by Grouping) *Stats {
	stats := &Stats{}
	at := map[string]int{}
	for _, line := range lines {
		stats.Total = stats.Total.Plus(line.Figures)
		i, known := at[line.Key]
		if !known {
			at[line.Key] = len(stats.Groups)
			stats.Groups = append(stats.Groups, line)
			continue
		}
		stats.Groups[i].Figures = stats.Groups[i].Plus(line.Figures)
	}
	slices.SortFunc(stats.Groups, func(a, b Group) int {
		if ordered[by] {
			return strings.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), strings.Compare(a.Key, b.Key))
	})
	if len(stats.Groups) > maxGroups {
		stats.Groups, stats.Cut = stats.Groups[:maxGroups], true
	}
	return stats
}
