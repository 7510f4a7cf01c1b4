package storetest

import (
	"context"
	"path"
	"slices"
	"sync"

	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Outage is a way to the database that can be refused after any message: what somebody does
// is interrupted everywhere by letting one message more through each time.
type Outage struct {
	mu      sync.Mutex
	on      bool
	left    int // messages that still get through
	refused bool
}

// work are the messages that an outage refuses: sessions are made, and transactions rolled
// back, in the background.
var work = []string{"BeginTransaction", "Commit", "ExecuteSql", "ExecuteStreamingSql", "ExecuteBatchDml", "Read", "StreamingRead"}

// Option makes a store reach its database by this way.
func (o *Outage) Option() store.Option {
	return store.WithClient(option.WithGRPCDialOption(grpc.WithChainStreamInterceptor(o.stream)),
		option.WithGRPCDialOption(grpc.WithChainUnaryInterceptor(o.unary)))
}

// Begin lets a number of messages through and refuses all that follow, with a code that no
// client tries again.
func (o *Outage) Begin(after int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.on, o.left, o.refused = true, after, false
}

// End lets everything through again, and reports whether anything was refused.
func (o *Outage) End() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.on = false
	return o.refused
}

func (o *Outage) refusal(method string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.on || !slices.Contains(work, path.Base(method)) {
		return nil
	}
	if o.left--; o.left >= 0 {
		return nil
	}
	o.refused = true
	return status.Error(codes.PermissionDenied, "refused by a test")
}

//nolint:revive // the arguments are gRPC's
func (o *Outage) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, next grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	if err := o.refusal(method); err != nil {
		return nil, err
	}
	return next(ctx, desc, cc, method, opts...)
}

//nolint:revive // the arguments are gRPC's
func (o *Outage) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, next grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if err := o.refusal(method); err != nil {
		return err
	}
	return next(ctx, method, req, reply, cc, opts...)
}
