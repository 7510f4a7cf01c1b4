package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// StuckDelivery is a delivery that waits for a person, or that was given up.
type StuckDelivery struct {
	RequestID string
	State     request.DeliveryState // parked or failed
	Error     string                // the CRM's own words
	UpdatedAt time.Time
}

// stuckDeliveries walks two ranges of the index, whose rows are few: everything else is
// delivered or about to be. What is shown of each is read from its row.
const stuckDeliveries = `SELECT request_id, state, error, updated_at
FROM deliveries@{FORCE_INDEX=deliveries_by_state}
WHERE tenant_id = @tenant AND state IN ('failed', 'parked') AND destination = @destination
ORDER BY state, request_id LIMIT @rows`

// StuckDeliveries returns a destination's deliveries that are parked or failed, at most so many.
func (s *Scope) StuckDeliveries(ctx context.Context, destination string, limit int) ([]StuckDelivery, error) {
	statement := spanner.Statement{SQL: stuckDeliveries, Params: map[string]any{
		"tenant": s.tenant, "destination": destination, "rows": int64(limit),
	}}
	var found []StuckDelivery
	err := s.store.sessions.read(ctx, "step=api,op=stuck", func(ctx context.Context, r reader) error {
		found = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var d StuckDelivery
			var state string
			var words spanner.NullString
			if err := row.Columns(&d.RequestID, &state, &words, &d.UpdatedAt); err != nil {
				return err
			}
			d.State, d.Error = request.DeliveryState(state), words.StringVal
			found = append(found, d)
			return nil
		})
	})
	return found, err
}
