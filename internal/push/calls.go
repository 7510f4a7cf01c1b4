package push

import (
	"context"
	"net/http"
	"sync/atomic"
)

type callsKey struct{}

// withCalls returns a context under which calls are counted, and their number so far.
func withCalls(ctx context.Context) (counted context.Context, calls func() int64) {
	var n atomic.Int64
	return context.WithValue(ctx, callsKey{}, &n), n.Load
}

// counter counts requests for the delivery on whose behalf they are made. It goes by their
// context: connectors of one account share what they know and the client that asked for it.
type counter struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (c counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if n, ok := r.Context().Value(callsKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
	return c.next.RoundTrip(r)
}

// Counted returns the client with a count of its requests, which a delivery's calls are. What
// deliveries go through must be counted: HTTP in Deps, and what CallRail in Deps asks with.
func Counted(client *http.Client) *http.Client {
	counted := *client
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	counted.Transport = counter{next}
	return &counted
}
