package webhook

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// dial opens a raw connection to a real server and writes what is given.
func dial(t *testing.T, f *fixture, written string) *bufio.Reader {
	t.Helper()
	srv := httptest.NewServer(server.Middleware("webhook", server.Public())(f))
	t.Cleanup(srv.Close)
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, written); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(conn)
}

func readStatus(t *testing.T, from *bufio.Reader) (status int, closes bool) {
	t.Helper()
	resp, err := http.ReadResponse(from, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Close
}

func TestASlowSenderIsCutOff(t *testing.T) {
	t.Parallel()
	f := newFixtureWith(t, Config{BodyTimeout: 50 * time.Millisecond})
	answer := dial(t, f, "POST "+endpoint+" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"call_id\":")
	if status, closes := readStatus(t, answer); status != http.StatusBadRequest || !closes {
		t.Errorf("status %d, connection closed %v", status, closes)
	}
	if len(f.store.intakes) != 0 {
		t.Error("half a delivery was stored")
	}
}

func TestALongBodyWithoutALengthIsRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	chunk := fmt.Sprintf("%x\r\n%s\r\n", maxBody+1, strings.Repeat("x", maxBody+1))
	answer := dial(t, f, "POST "+endpoint+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk+"0\r\n\r\n")
	if status, closes := readStatus(t, answer); status != http.StatusRequestEntityTooLarge || !closes {
		t.Errorf("status %d, connection closed %v", status, closes)
	}
}

// The time limit of one body must not end the next one, nor cancel the commit.
func TestAConnectionServesManyDeliveries(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	one := fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nX-Callrail-Signature: %s\r\nContent-Length: %d\r\n\r\n%s",
		endpoint, callrail.SignSHA256([]byte(call), demoKey), len(call), call)
	answer := dial(t, f, one+one)
	for range 2 {
		if status, closes := readStatus(t, answer); status != http.StatusOK || closes {
			t.Errorf("status %d, connection closed %v", status, closes)
		}
	}
}

func TestNotReadyWithoutTenants(t *testing.T) {
	t.Parallel()
	f := newUnloaded(t, Config{})
	for target, r := range map[string]*http.Request{
		"delivery": signedRequest(t, endpoint, call, demoKey),
		"form":     visitorForm(t, formBody),
		"health":   httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/health", http.NoBody),
	} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: status %d, want 503", target, w.Code)
		}
	}
}

func TestNewNeedsItsParts(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{BodyTimeout: time.Second}, Deps{}); err == nil {
		t.Error("a webhook without dependencies was made")
	}
	err := (&Config{UnverifiedPerMinute: -1}).Validate()
	for _, name := range []string{
		"WEBHOOK_BODY_TIMEOUT", "WEBHOOK_COMMIT_TIMEOUT", "WEBHOOK_PUBLISH_TIMEOUT", "INTAKE_PATIENCE", "INTAKE_UNVERIFIED_PER_MINUTE",
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Validate = %v, want %s named", err, name)
		}
	}
}

// It is not parallel: spans come from the global provider.
func TestTraceBeginsHere(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	t.Cleanup(func() {
		otel.SetTracerProvider(before)
		otel.SetTextMapPropagator(propagator)
	})

	const strangers = "4bf92f3577b34da6a3ce929d0e0e4736"
	f := newFixture(t)
	r := signedRequest(t, endpoint, call, demoKey)
	r.Header.Set("Traceparent", "00-"+strangers+"-00f067aa0ba902b7-01")
	w := httptest.NewRecorder()
	server.Middleware("webhook", server.Public())(f).ServeHTTP(w, r)

	var found bool
	for _, span := range spans.Ended() {
		if span.SpanContext().TraceID().String() == strangers {
			t.Errorf("span %s is in a stranger's trace", span.Name())
		}
		if span.Name() == "webhook" {
			found = true
			want := fmt.Sprintf("00-%s-%s-01", span.SpanContext().TraceID(), span.SpanContext().SpanID())
			if got := f.store.intakes[0].Request.TraceParent; got != want {
				t.Errorf("trace parent %q, want %q", got, want)
			}
		}
	}
	if !found || w.Code != http.StatusOK {
		t.Errorf("webhook span %v, status %d", found, w.Code)
	}
}
