package store

import (
	"context"

	"cloud.google.com/go/civil"
	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"
)

// quotaDays is how long a day's row is kept. Days of one tenant differ by one at most between
// instances: their clocks, or its time zone that was changed.
const quotaDays = 7

// TakeQuota takes up to want of what is left of a day's limit, over all instances, and returns
// how much it got: 0 if nothing is left. A block whose commit has an unknown outcome is lost.
func (s *Scope) TakeQuota(ctx context.Context, name string, day civil.Date, limit, want int64) (int64, error) {
	var granted int64
	key := s.key(name, day)
	err := s.store.sessions.readWrite(ctx, "step=limit,op=quota", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		granted = 0
		var used int64
		var ms []*spanner.Mutation
		row, err := tx.ReadRow(ctx, "quotas", key, []string{"used"})
		switch spanner.ErrCode(err) {
		case codes.OK:
			if err := row.Columns(&used); err != nil {
				return err
			}
		case codes.NotFound: // a new day
			ms = append(ms, spanner.Delete("quotas", spanner.KeyRange{
				Start: s.key(name), End: s.key(name, day.AddDays(-quotaDays)), Kind: spanner.ClosedOpen,
			}))
		default:
			return err
		}
		left := min(want, limit-used)
		if left <= 0 {
			return nil
		}
		granted = left
		return tx.BufferWrite(append(ms, spanner.InsertOrUpdate("quotas",
			[]string{"tenant_id", "name", "day", "used"}, []any{s.tenant, name, day, used + left})))
	})
	if err != nil {
		return 0, err
	}
	return granted, nil
}
