package outbound

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// ErrBlocked says that the guard refused a destination: trying again cannot help.
var ErrBlocked = errors.New("destination not allowed")

// Defaults of Options. A CRM answers within a second or two; 30 s is what the slowest
// documented bulk calls need.
const (
	DefaultTimeout       = 30 * time.Second
	DefaultHeaderTimeout = 20 * time.Second
	DefaultStallTimeout  = 20 * time.Second
	DefaultMaxHops       = 5

	dialTimeout      = 5 * time.Second
	handshakeTimeout = 10 * time.Second
	idleConnTimeout  = 90 * time.Second
	maxHeaderBytes   = 64 << 10
	idleConnsPerHost = 16
)

// Config is what the environment says about outbound traffic.
type Config struct {
	// AllowLoopback lets requests reach this machine, also without TLS. It is for the
	// laptop, where the stand-ins for outside systems listen on loopback addresses.
	AllowLoopback bool `env:"OUTBOUND_ALLOW_LOOPBACK, default=false"`
}

// Options tune one client. The zero value is the strictest client.
type Options struct {
	AllowLoopback bool

	Timeout       time.Duration // for the whole exchange with the body; 0: DefaultTimeout
	HeaderTimeout time.Duration // from the request sent to the first header; 0: DefaultHeaderTimeout
	StallTimeout  time.Duration // for each read of the body; 0: DefaultStallTimeout

	// Redirect decides about each redirect's target. Without it no redirect is followed and
	// the 3xx response is returned as it is.
	Redirect func(*url.URL) error
	MaxHops  int // redirects that Redirect may allow; 0: DefaultMaxHops

	TLS *tls.Config // nil: the system's roots
}

// New returns a guarded client. It dials public addresses only, speaks HTTPS only, uses no
// proxy, and keeps the path and query of requests out of traces.
func New(o Options) *http.Client {
	base := &http.Transport{
		Proxy:                  nil,
		DialContext:            NewDialer(o.AllowLoopback).DialContext,
		TLSClientConfig:        tlsConfig(o.TLS),
		TLSHandshakeTimeout:    handshakeTimeout,
		ResponseHeaderTimeout:  cmp.Or(o.HeaderTimeout, DefaultHeaderTimeout),
		IdleConnTimeout:        idleConnTimeout,
		MaxIdleConnsPerHost:    idleConnsPerHost,
		MaxResponseHeaderBytes: maxHeaderBytes,
		ForceAttemptHTTP2:      true,
	}
	stall := &stallGuard{next: base, timeout: cmp.Or(o.StallTimeout, DefaultStallTimeout)}
	guard := &schemeGuard{next: stall, allowLoopback: o.AllowLoopback}
	return &http.Client{
		Transport:     &redact{next: otelhttp.NewTransport(restore{next: discreet{next: guard}}), base: base},
		CheckRedirect: checkRedirect(o),
		Timeout:       cmp.Or(o.Timeout, DefaultTimeout),
	}
}

// NewDialer returns a dialer that connects to public addresses only, and to loopback
// addresses if allowed. It is for protocols other than HTTP, such as SMTP.
func NewDialer(allowLoopback bool) *net.Dialer {
	// Any port: custom destinations often listen on 8443, SMTP on 587. What the guard must
	// keep apart is networks, not services.
	opts := []ssrf.Option{ssrf.WithAnyPort()}
	if allowLoopback {
		opts = append(opts,
			ssrf.WithAllowedV4Prefixes(netip.MustParsePrefix("127.0.0.0/8")),
			ssrf.WithAllowedV6Prefixes(netip.MustParsePrefix("::1/128")))
	}
	guardian := ssrf.New(opts...)
	return &net.Dialer{
		Timeout: dialTimeout,
		Control: func(network, address string, conn syscall.RawConn) error {
			if err := guardian.Safe(network, address, conn); err != nil {
				return fmt.Errorf("%w: %w", ErrBlocked, err)
			}
			return nil
		},
	}
}

func checkRedirect(o Options) func(*http.Request, []*http.Request) error {
	if o.Redirect == nil {
		return func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	hops := cmp.Or(o.MaxHops, DefaultMaxHops)
	return func(req *http.Request, via []*http.Request) error {
		if len(via) > hops {
			return fmt.Errorf("%w: more than %d redirects", ErrBlocked, hops)
		}
		return o.Redirect(req.URL)
	}
}

func tlsConfig(c *tls.Config) *tls.Config {
	if c == nil {
		return &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c = c.Clone()
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}
