package store

import (
	"context"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// checkReuse fails with ErrReused if an integration is added under the id of an earlier one
// that was another CRM's: ledgers and contacts hold ids that are other people's there.
func (s *Scope) checkReuse(ctx context.Context, tx *spanner.ReadWriteTransaction, before, after *tenant.Tenant) error {
	for _, in := range after.Integrations {
		if before.Integration(in.ID) != nil {
			continue
		}
		used, connector, err := s.formerly(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if used && connector != in.Kind {
			return ErrReused
		}
	}
	return nil
}

// formerConnector reads one delivery of a destination by the index of those in each state.
const formerConnector = `SELECT connector
FROM deliveries@{FORCE_INDEX=deliveries_by_state}
WHERE tenant_id = @tenant AND state IN UNNEST(@states) AND destination = @destination
LIMIT 1`

// formerly reports whether anything is remembered of a destination, and whose it is. Of contacts
// alone nobody knows that any more: then the connector is empty.
func (s *Scope) formerly(ctx context.Context, tx *spanner.ReadWriteTransaction, destination string) (used bool, connector string, err error) {
	states := make([]string, 0, len(request.DeliveryStates()))
	for _, state := range request.DeliveryStates() {
		states = append(states, string(state))
	}
	statement := spanner.Statement{SQL: formerConnector, Params: map[string]any{
		"tenant": s.tenant, "states": states, "destination": destination,
	}}
	err = tx.Query(ctx, statement).Do(func(row *spanner.Row) error {
		used = true
		return row.Columns(&connector)
	})
	if used || err != nil {
		return used, connector, err
	}
	one := &spanner.ReadOptions{Limit: 1}
	err = tx.ReadWithOptions(ctx, "contacts", s.key(destination).AsPrefix(), []string{"destination"}, one).Do(func(*spanner.Row) error {
		used = true
		return nil
	})
	return used, "", err
}
