package outbound

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// It is not parallel: the tracing transport takes the global provider.
func TestClientKeepsSecretsOutOfTraces(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	before, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans)))
	otel.SetTextMapPropagator(propagation.TraceContext{})
	t.Cleanup(func() {
		otel.SetTracerProvider(before)
		otel.SetTextMapPropagator(propagator)
	})

	srv := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Header.Get("Traceparent")+" "+r.URL.String())
	})
	status, body, err := get(t, New(Options{AllowLoopback: true}), srv.URL+"/services/T000/secret-path?access_key=secret-key")
	if err != nil || status != http.StatusOK {
		t.Fatalf("got %d, %v", status, err)
	}
	if !strings.HasPrefix(body, "00-") || !strings.HasSuffix(body, "/services/T000/secret-path?access_key=secret-key") {
		t.Errorf("the server saw %q, want trace context and the whole address", body)
	}
	if len(spans.Ended()) == 0 {
		t.Fatal("no span")
	}
	for _, span := range spans.Ended() {
		for _, kv := range span.Attributes() {
			if strings.Contains(kv.Value.String(), "secret") {
				t.Errorf("span attribute %s holds %q", kv.Key, kv.Value.String())
			}
		}
	}
}
