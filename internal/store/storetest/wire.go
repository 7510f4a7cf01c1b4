package storetest

import (
	"context"
	"sync"

	"cloud.google.com/go/spanner/apiv1/spannerpb"
	"google.golang.org/api/option"
	"google.golang.org/grpc"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Wire sees the SQL that a store sends, and may change it on its way: a test that is to notice
// a missing condition can take one out.
type Wire struct {
	mu      sync.Mutex
	rewrite func(sql string) string
	seen    []string
}

// Option makes a store send its SQL through the wire.
func (w *Wire) Option() store.Option {
	return store.WithClient(option.WithGRPCDialOption(grpc.WithChainStreamInterceptor(w.intercept)))
}

// Rewrite changes what is sent from now on; nil sends it as it is.
func (w *Wire) Rewrite(rewrite func(sql string) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rewrite = rewrite
}

// Seen returns what was sent since the last call, as it was before it was changed.
func (w *Wire) Seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen
}

//nolint:revive // the arguments are gRPC's
func (w *Wire) intercept(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	stream, err := next(ctx, desc, cc, method, opts...)
	if err != nil {
		return nil, err
	}
	return &wiredStream{ClientStream: stream, wire: w}, nil
}

type wiredStream struct {
	grpc.ClientStream
	wire *Wire
}

func (s *wiredStream) SendMsg(m any) error {
	if query, ok := m.(*spannerpb.ExecuteSqlRequest); ok {
		s.wire.change(query)
	}
	return s.ClientStream.SendMsg(m)
}

func (w *Wire) change(query *spannerpb.ExecuteSqlRequest) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, query.GetSql())
	if w.rewrite != nil {
		query.Sql = w.rewrite(query.GetSql())
	}
}
