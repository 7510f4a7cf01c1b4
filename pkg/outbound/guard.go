package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// ErrStalled says that a response body stopped arriving.
var ErrStalled = errors.New("response body stalled")

// schemeGuard refuses everything but HTTPS, and plain HTTP to loopback if that is allowed.
// It sees every hop, redirects included.
type schemeGuard struct {
	next          http.RoundTripper
	allowLoopback bool
}

func (g *schemeGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	switch {
	case req.URL.Scheme == "https":
	case req.URL.Scheme == "http" && g.allowLoopback && IsLoopback(req.URL.Hostname()):
	default:
		return nil, errors.Join(fmt.Errorf("%w: scheme %q", ErrBlocked, req.URL.Scheme), closeBody(req))
	}
	return g.next.RoundTrip(req)
}

// closeBody closes a request's body, which a RoundTripper owes its caller on every way out.
func closeBody(req *http.Request) error {
	if req.Body == nil {
		return nil
	}
	return req.Body.Close()
}

// stallGuard ends a response whose body stops arriving. The client's overall timeout must
// be long enough for the largest recording; this one notices a dead peer much sooner.
type stallGuard struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (g *stallGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := g.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	timer := time.AfterFunc(g.timeout, func() { cancel(ErrStalled) })
	timer.Stop() // runs only while somebody waits in Read
	resp.Body = &timedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, timeout: g.timeout}
	return resp, nil
}

type timedBody struct {
	io.ReadCloser
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
}

func (b *timedBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.timeout)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && errors.Is(context.Cause(b.ctx), ErrStalled) {
		return n, ErrStalled
	}
	return n, err
}

func (b *timedBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

type urlKey struct{}

// redact hides a URL's path and query from the tracing transport below it: a Slack
// webhook's path and a recording's access key are secrets, and spans hold the full URL.
// restore puts the real one back.
type redact struct {
	next http.RoundTripper
	base *http.Transport
}

func (t *redact) RoundTrip(req *http.Request) (*http.Response, error) {
	hidden := req.WithContext(context.WithValue(req.Context(), urlKey{}, req.URL))
	hidden.URL = &url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: "/"}
	return t.next.RoundTrip(hidden)
}

// CloseIdleConnections lets http.Client.CloseIdleConnections reach the connections.
func (t *redact) CloseIdleConnections() { t.base.CloseIdleConnections() }

type restore struct{ next http.RoundTripper }

func (t restore) RoundTrip(req *http.Request) (*http.Response, error) {
	full, ok := req.Context().Value(urlKey{}).(*url.URL)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%w: no address", ErrBlocked), closeBody(req))
	}
	shown := req.WithContext(req.Context())
	shown.URL = full
	return t.next.RoundTrip(shown)
}

// IsLoopback reports whether a URL's host is this machine, by its address or as localhost.
func IsLoopback(host string) bool { return config.Loopback(host) }
