package access

import "context"

type partKey struct{}

// Part marks a call that another one makes in the same process to answer it, as a page of the
// dashboard asks for all that it shows: the person asked once, and is counted once.
func Part(ctx context.Context) context.Context { return context.WithValue(ctx, partKey{}, true) }

// IsPart reports whether ctx is marked so. No request from outside can be.
func IsPart(ctx context.Context) bool {
	part, _ := ctx.Value(partKey{}).(bool)
	return part
}
