package store

import (
	"context"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// SetHold puts a request under legal hold or releases it, with an audit entry. There is
// nothing left to hold of an erased one: ErrErased.
func (s *Scope) SetHold(ctx context.Context, requestID string, hold bool, actor string) error {
	action := "request.release"
	if hold {
		action = "request.hold"
	}
	return s.store.sessions.readWrite(ctx, "step=privacy,op=hold", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		now, status, err := s.readHold(ctx, tx, requestID)
		if err != nil {
			return err
		}
		if hold && status == string(request.Erased) {
			return ErrErased
		}
		if now == hold {
			return nil
		}
		return tx.BufferWrite([]*spanner.Mutation{
			s.update(requestID, values{"hold": hold}), audit(ctx, s.tenant, actor, action, requestID),
		})
	})
}

// readHold reads whether a request is under legal hold.
func (s *Scope) readHold(ctx context.Context, tx *spanner.ReadWriteTransaction, requestID string) (onHold bool, status string, err error) {
	row, err := tx.ReadRow(ctx, "requests", s.key(requestID), []string{"hold", "status"})
	if spanner.ErrCode(err) == codes.NotFound {
		return false, "", ErrNotFound
	}
	if err != nil {
		return false, "", err
	}
	return onHold, status, row.Columns(&onHold, &status)
}
