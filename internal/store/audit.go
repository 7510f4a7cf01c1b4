package store

import (
	"context"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"
)

// Audit adds a line to the tenant's audit log: actor did action to target. Target is an
// id or a field's name, never a person's data.
func (s *Scope) Audit(ctx context.Context, actor, action, target string) error {
	err := s.store.sessions.apply(ctx, "step=api,op=audit", []*spanner.Mutation{audit(s.tenant, actor, action, target)})
	if spanner.ErrCode(err) == codes.AlreadyExists { // the answer to the first attempt was lost
		return nil
	}
	return err
}
