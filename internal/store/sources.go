package store

import (
	"context"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// SourceStates returns how the tenant's sources stand with the call tracker, by source.
func (s *Scope) SourceStates(ctx context.Context) (map[string]tenant.SourceState, error) {
	var states map[string]tenant.SourceState
	err := s.store.sessions.read(ctx, "step=api,op=source_states", func(ctx context.Context, r reader) error {
		states = map[string]tenant.SourceState{}
		return r.Read(ctx, "source_states", s.key().AsPrefix(), []string{"source_id", "state"}).Do(func(row *spanner.Row) error {
			var id string
			var state document[tenant.SourceState]
			if err := row.Columns(&id, &state); err != nil {
				return err
			}
			states[id] = state.Value
			return nil
		})
	})
	return states, err
}
