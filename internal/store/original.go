package store

import (
	"context"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Original returns a request with the hash of the body that it was first delivered with, which
// tells a repetition from something else under the same id. The hash of an erased one is gone.
func (s *Scope) Original(ctx context.Context, requestID string) (*request.Request, string, error) {
	var found *request.Request
	var bodyHash string
	err := s.store.sessions.read(ctx, "step=api,op=original", func(ctx context.Context, r reader) error {
		row, err := s.readRow(ctx, r, requestID)
		if err != nil {
			return err
		}
		found, bodyHash = row.request(), row.PayloadHash.StringVal
		return nil
	})
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, "", ErrNotFound
	}
	return found, bodyHash, err
}
