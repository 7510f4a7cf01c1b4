package store

import (
	"context"

	"cloud.google.com/go/civil"
	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// AddCounts adds to the daily counts of sources. Counts of a tenant that does not exist
// are dropped: strangers must not be able to make rows.
func (o *Operator) AddCounts(ctx context.Context, counts []tenant.SourceCount) error {
	for _, c := range counts {
		err := o.addCount(ctx, c)
		if err != nil && spanner.ErrCode(err) != codes.NotFound {
			return err
		}
	}
	return nil
}

func (o *Operator) addCount(ctx context.Context, c tenant.SourceCount) error {
	day := civil.DateOf(c.LastAt.UTC())
	key := spanner.Key{c.TenantID, c.SourceID, day, c.Outcome, c.Reason}
	return o.store.sessions.readWrite(ctx, "step=webhook,op=count", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		var before int64
		row, err := tx.ReadRow(ctx, "source_counts", key, []string{"count"})
		switch spanner.ErrCode(err) {
		case codes.OK:
			err = row.Columns(&before)
		case codes.NotFound:
			err = nil
		}
		if err != nil {
			return err
		}
		return tx.BufferWrite([]*spanner.Mutation{spanner.InsertOrUpdateMap("source_counts", map[string]any{
			"tenant_id": c.TenantID, "source_id": c.SourceID, "day": day, "outcome": c.Outcome, "reason": c.Reason,
			"count": before + c.Count, "last_at": c.LastAt,
		})})
	})
}
