package store

import (
	"context"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// SourceState returns how a source stands with the call tracker; the zero value if nobody
// has looked yet.
func (s *Scope) SourceState(ctx context.Context, sourceID string) (tenant.SourceState, error) {
	var d document[tenant.SourceState]
	err := s.store.sessions.read(ctx, "step=sources,op=state", func(ctx context.Context, r reader) error {
		d = document[tenant.SourceState]{}
		row, err := r.ReadRow(ctx, "source_states", s.key(sourceID), []string{"state"})
		if spanner.ErrCode(err) == codes.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		return row.Columns(&d)
	})
	return d.Value, err
}

// PutSourceState keeps how a source stands with the call tracker.
func (s *Scope) PutSourceState(ctx context.Context, sourceID string, state tenant.SourceState) error {
	return s.store.sessions.apply(ctx, "step=sources,op=put_state", []*spanner.Mutation{
		spanner.InsertOrUpdateMap("source_states", map[string]any{
			"tenant_id": s.tenant, "source_id": sourceID, "state": doc(state), "updated_at": spanner.CommitTimestamp,
		}),
	})
}

// Known returns which of the requests are here, erased ones included.
func (s *Scope) Known(ctx context.Context, requestIDs []string) (map[string]bool, error) {
	keys := make([]spanner.Key, 0, len(requestIDs))
	for _, id := range requestIDs {
		keys = append(keys, s.key(id))
	}
	var known map[string]bool
	err := s.store.sessions.read(ctx, "step=sources,op=known", func(ctx context.Context, r reader) error {
		known = map[string]bool{}
		return r.Read(ctx, "requests", spanner.KeySetFromKeys(keys...), []string{"request_id"}).Do(func(row *spanner.Row) error {
			var id string
			if err := row.Columns(&id); err != nil {
				return err
			}
			known[id] = true
			return nil
		})
	})
	return known, err
}
