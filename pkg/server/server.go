package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Times that no service has a reason to change. Drain and grace stay inside Cloud Run's
// ten seconds with room for the flush of telemetry.
const (
	headerTimeout = 5 * time.Second   // a slow sender of headers holds no connection longer
	idleTimeout   = 620 * time.Second // longer than the load balancer's 600 s, so that it closes first
	drain         = 6 * time.Second
	grace         = time.Second
	maxHeader     = 64 << 10
)

// Config says where a service listens and how long a request may take.
type Config struct {
	Host         string        `env:"LISTEN_HOST"`                // empty: every interface
	Port         int           `env:"PORT, default=8080"`         // 0: any free one
	ReadTimeout  time.Duration `env:"READ_TIMEOUT, default=30s"`  // for headers and body
	WriteTimeout time.Duration `env:"WRITE_TIMEOUT, default=60s"` // for handler and response; a push handler needs its ack deadline
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Port < 0 || c.Port > 65535 {
		errs = append(errs, errors.New("PORT must be between 0 and 65535"))
	}
	if c.ReadTimeout <= 0 {
		errs = append(errs, errors.New("READ_TIMEOUT must be positive"))
	}
	if c.WriteTimeout <= 0 {
		errs = append(errs, errors.New("WRITE_TIMEOUT must be positive"))
	}
	return errors.Join(errs...)
}

// Server is a listener that does not serve yet: a port that is taken is known before
// anything else is opened, and connections wait instead of being refused.
type Server struct {
	cfg      Config
	listener net.Listener
	drain    time.Duration // shorter in tests
}

// Listen opens the port.
func Listen(ctx context.Context, cfg Config) (*Server, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &Server{cfg: cfg, listener: listener, drain: drain}, nil
}

// Addr returns the host and port that it listens on.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close gives the port back. It is for a server that will never Serve.
func (s *Server) Close() error { return s.listener.Close() }

// Serve listens and serves h until ctx ends, then drains.
func Serve(ctx context.Context, cfg Config, h http.Handler) error {
	s, err := Listen(ctx, cfg)
	if err != nil {
		return err
	}
	return s.Serve(ctx, h)
}

// Serve answers with h until ctx ends, then drains as the package comment says. It
// returns nil if every request ended by itself.
func (s *Server) Serve(ctx context.Context, h http.Handler) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	draining := make(chan struct{})
	requests = context.WithValue(requests, drainingKey{}, (<-chan struct{})(draining))
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       s.cfg.ReadTimeout,
		WriteTimeout:      s.cfg.WriteTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(s.listener) }()
	slog.InfoContext(ctx, "listening", "addr", s.Addr())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	close(draining)
	return s.shutdown(requests, cut, srv)
}

// shutdown waits for the requests under way, then cancels them, then cuts them off.
func (s *Server) shutdown(ctx context.Context, cut context.CancelFunc, srv *http.Server) error {
	slog.InfoContext(ctx, "draining")
	timer := time.AfterFunc(s.drain, cut)
	defer timer.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain+grace)
	defer cancel()
	if err := srv.Shutdown(ctx); err != nil {
		return fmt.Errorf("drain: %w", errors.Join(err, srv.Close()))
	}
	return nil
}

type drainingKey struct{}

// Draining returns a channel that is closed when the server that handles the request of
// ctx has begun to drain. A handler that waits for something long should then stop
// waiting and save. Outside a server it is nil: it never closes.
func Draining(ctx context.Context) <-chan struct{} {
	draining, _ := ctx.Value(drainingKey{}).(<-chan struct{})
	return draining
}
