package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sethvargo/go-envconfig"

	"github.com/your-org/multi-tenant-pipeline/pkg/config"
)

// newServer serves h on a free port. stop tells it to drain; the returned channel gives
// what Serve returned.
func newServer(t *testing.T, h http.Handler) (url string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	return newServerWithDrain(t, h, drain)
}

func newServerWithDrain(t *testing.T, h http.Handler, drain time.Duration) (url string, stop context.CancelFunc, done <-chan error) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	s, err := Listen(ctx, Config{Host: "127.0.0.1", ReadTimeout: time.Minute, WriteTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	s.drain = drain
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, h) }()
	return "http://" + s.Addr(), stop, served
}

// answer is what a client got.
type answer struct {
	status int
	body   string
	err    error
}

func get(ctx context.Context, url string) answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return answer{err: err}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{err: err}
	}
	body, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, string(body), errors.Join(err, resp.Body.Close())}
}

func TestServeAnswersAndStopsWithItsContext(t *testing.T) {
	t.Parallel()
	url, stop, done := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	}))
	if got, want := get(t.Context(), url), (answer{200, "hello", nil}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("Serve() = %v, want nil after a drain", err)
	}
	if got := get(t.Context(), url); got.err == nil {
		t.Errorf("still answered %+v after the stop", got)
	}
}

func TestARequestUnderWayIsFinishedAfterTheStop(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	url, stop, done := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-Draining(r.Context())
		if r.Context().Err() != nil {
			t.Error("the request was cancelled although the drain had only begun")
		}
		_, _ = io.WriteString(w, "saved")
	}))
	got := make(chan answer, 1)
	go func() { got <- get(t.Context(), url) }()
	<-entered
	stop()
	if got, want := <-got, (answer{200, "saved", nil}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve() = %v, want nil", err)
	}
}

func TestARequestThatDoesNotEndIsCancelledBeforeTheKill(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		_, _ = io.WriteString(w, "cancelled")
	})
	url, stop, done := newServerWithDrain(t, h, 10*time.Millisecond)
	got := make(chan answer, 1)
	go func() { got <- get(t.Context(), url) }()
	<-entered
	stop()
	if got, want := <-got, (answer{200, "cancelled", nil}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := <-done; err != nil {
		t.Errorf("Serve() = %v, want nil", err)
	}
}

func TestDrainAndFlushFitIntoCloudRunsTenSeconds(t *testing.T) {
	t.Parallel()
	if total := drain + grace + flushTimeout; total >= 10*time.Second {
		t.Errorf("drain, grace and flush take %s together, Cloud Run kills after 10s", total)
	}
}

func TestListenReportsATakenPort(t *testing.T) {
	t.Parallel()
	first, err := Listen(t.Context(), Config{Host: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = first.Close() })
	addr, err := netip.ParseAddrPort(first.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), Config{Host: "127.0.0.1", Port: int(addr.Port())}); err == nil {
		t.Error("a taken port was not reported")
	}
}

func TestDrainingOutsideAServerNeverCloses(t *testing.T) {
	t.Parallel()
	select {
	case <-Draining(t.Context()):
		t.Error("closed without a server")
	default:
	}
}

func TestConfigDefaultsAndProblems(t *testing.T) {
	t.Parallel()
	var cfg Config
	if err := config.LoadFrom(t.Context(), &cfg, envconfig.MapLookuper(nil)); err != nil {
		t.Fatal(err)
	}
	want := Config{Port: 8080, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute}
	if cfg != want {
		t.Errorf("got %+v, want %+v", cfg, want)
	}
	err := (&Config{Port: 70000}).Validate()
	for _, name := range []string{"PORT", "READ_TIMEOUT", "WRITE_TIMEOUT"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Validate() = %v, want it to name %s", err, name)
		}
	}
}
