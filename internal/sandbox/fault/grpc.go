package fault

import (
	"context"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Unary disturbs a gRPC system's calls; a fault's path_prefix is matched on the full
// method. A broken connection is what clients see of one: Unavailable.
func (s *Set) Unary(system string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		f, fires := s.Next(system, info.FullMethod)
		if !fires {
			return next(ctx, req)
		}
		if !wait(ctx, f.Latency()) {
			return nil, status.FromContextError(ctx.Err()).Err()
		}
		switch {
		case f.Drop == DropBefore:
			return nil, errDropped
		case f.Drop == DropAfter:
			_, _ = next(ctx, req) // done, and the answer is lost whatever it was
			return nil, errDropped
		case f.Status != 0:
			return nil, statusError(f)
		default:
			return next(ctx, req)
		}
	}
}

var errDropped = status.Error(codes.Unavailable, "error reading from server: EOF")

func statusError(f Fault) error {
	st := status.New(Code(f.Status), http.StatusText(f.Status))
	if f.RetryAfterS == 0 {
		return st.Err()
	}
	detailed, err := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(f.RetryAfter())})
	if err != nil {
		return st.Err() // details cannot be attached to OK only, which no fault is
	}
	return detailed.Err()
}

// Code returns the gRPC code that Google's services map to an HTTP status
// (google/rpc/code.proto).
func Code(httpStatus int) codes.Code {
	switch httpStatus {
	case http.StatusBadRequest:
		return codes.InvalidArgument
	case http.StatusUnauthorized:
		return codes.Unauthenticated
	case http.StatusForbidden:
		return codes.PermissionDenied
	case http.StatusNotFound:
		return codes.NotFound
	case http.StatusConflict:
		return codes.AlreadyExists
	case http.StatusTooManyRequests:
		return codes.ResourceExhausted
	case http.StatusNotImplemented:
		return codes.Unimplemented
	case http.StatusServiceUnavailable, http.StatusBadGateway:
		return codes.Unavailable
	case http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return codes.DeadlineExceeded
	}
	if httpStatus >= 400 && httpStatus < 500 {
		return codes.FailedPrecondition
	}
	return codes.Internal
}
