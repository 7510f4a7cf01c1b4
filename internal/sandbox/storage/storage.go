// Package storage runs a Cloud Storage stand-in in process: fake-gcs-server, with its
// objects in memory, on a loopback address that signed URLs can name. What the fake leaves
// out of signed URLs, it adds: they expire, and are good only for what was signed.
package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

// Server serves Cloud Storage's JSON, XML and upload APIs until Stop.
type Server struct {
	host   string
	http   *http.Server
	fake   *fakestorage.Server
	served chan struct{}
}

// Config is what a stand-in is made of.
type Config struct {
	Listen  string // host:port such as 127.0.0.1:0, where 0 chooses a free port
	Buckets []string
	Faults  *fault.Set // nil: none
}

// Start serves the buckets until Stop.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("start storage: %w", err)
	}
	host := listener.Addr().String()
	// The listener is made here, because PublicHost and ExternalURL must name the port
	// before the fake would choose one.
	fake, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		Scheme: "http", NoListener: true, PublicHost: host, ExternalURL: "http://" + host,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start storage: %w", err), listener.Close())
	}
	for _, bucket := range cfg.Buckets {
		fake.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: bucket})
	}
	handler := cfg.Faults.HTTP("storage", nil, checkSigned(fake.HTTPHandler()))
	s := &Server{
		host: host, fake: fake, served: make(chan struct{}),
		http: &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second},
	}
	go s.serve(ctx, listener)
	return s, nil
}

func (s *Server) serve(ctx context.Context, listener net.Listener) {
	defer close(s.served)
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		slog.ErrorContext(ctx, "storage stand-in failed", "error", err)
	}
}

// Host returns what STORAGE_EMULATOR_HOST has to be: host:port.
func (s *Server) Host() string { return s.host }

// Stop closes all connections and forgets all objects.
func (s *Server) Stop() {
	_ = s.http.Close() // there is nothing left to do about it
	<-s.served
	s.fake.Stop()
}
