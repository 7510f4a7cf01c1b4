package telemetry

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/grpc"
)

// receiver is an OTLP collector that remembers what it was sent.
type receiver struct {
	tracepb.UnimplementedTraceServiceServer
	mu      sync.Mutex
	spans   map[string]map[string]string // name → resource attributes
	metrics metricReceiver
}

type metricReceiver struct {
	metricspb.UnimplementedMetricsServiceServer
	mu    sync.Mutex
	names []string
}

func (r *receiver) Export(_ context.Context, in *tracepb.ExportTraceServiceRequest) (*tracepb.ExportTraceServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rs := range in.GetResourceSpans() {
		for _, ss := range rs.GetScopeSpans() {
			for _, s := range ss.GetSpans() {
				r.spans[s.GetName()] = attributes(rs.GetResource().GetAttributes())
			}
		}
	}
	return &tracepb.ExportTraceServiceResponse{}, nil
}

func (m *metricReceiver) Export(_ context.Context, in *metricspb.ExportMetricsServiceRequest) (*metricspb.ExportMetricsServiceResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, rm := range in.GetResourceMetrics() {
		for _, sm := range rm.GetScopeMetrics() {
			for _, one := range sm.GetMetrics() {
				m.names = append(m.names, one.GetName())
			}
		}
	}
	return &metricspb.ExportMetricsServiceResponse{}, nil
}

func attributes(in []*commonpb.KeyValue) map[string]string {
	out := map[string]string{}
	for _, kv := range in {
		out[kv.GetKey()] = kv.GetValue().GetStringValue()
	}
	return out
}

func newReceiver(t *testing.T) (*receiver, string) {
	t.Helper()
	r := &receiver{spans: map[string]map[string]string{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	tracepb.RegisterTraceServiceServer(server, r)
	metricspb.RegisterMetricsServiceServer(server, &r.metrics)
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	return r, "http://" + listener.Addr().String()
}

// The providers are global: these tests run one after the other.

func TestShutdownFlushesSpansAndMetrics(t *testing.T) {
	r, endpoint := newReceiver(t)
	cfg := Config{Endpoint: endpoint, SampleRatio: 1, Interval: time.Hour, Project: "demo"}
	tel, err := Start(t.Context(), cfg, "webhook", "v1")
	if err != nil {
		t.Fatal(err)
	}
	_, span := otel.Tracer("test").Start(t.Context(), "work")
	span.End()
	counter, err := otel.Meter("test").Int64Counter("things")
	if err != nil {
		t.Fatal(err)
	}
	counter.Add(t.Context(), 1)
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := r.spans["work"]
	if got["service.name"] != "webhook" || got["service.version"] != "v1" || got["gcp.project_id"] != "demo" || got["service.instance.id"] == "" {
		t.Errorf("span's resource = %v, want the service's", got)
	}
	if strings.Join(r.metrics.names, " ") != "things_total" {
		t.Errorf("metrics = %v, want things_total", r.metrics.names)
	}
}

func TestWithoutEndpointTracesExistAndCrossServicesButAreNotSampled(t *testing.T) {
	tel, err := Start(t.Context(), Config{}, "webhook", "v1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, span := otel.Tracer("test").Start(t.Context(), "work")
	defer span.End()
	if sc := span.SpanContext(); !sc.IsValid() || sc.IsSampled() {
		t.Errorf("span context %+v, want a valid one that is not sampled", sc)
	}
	carrier := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(ctx, carrier)
	next := otel.GetTextMapPropagator().Extract(t.Context(), carrier)
	if got, want := trace.SpanContextFromContext(next).TraceID(), span.SpanContext().TraceID(); got != want {
		t.Errorf("trace id after propagation = %s, want %s", got, want)
	}
	if err := tel.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestShutdownEndsWithItsContextWhenNobodyListens(t *testing.T) {
	cfg := Config{Endpoint: "http://127.0.0.1:1", SampleRatio: 1, Interval: time.Hour}
	tel, err := Start(t.Context(), cfg, "webhook", "v1")
	if err != nil {
		t.Fatal(err)
	}
	_, span := otel.Tracer("test").Start(t.Context(), "work")
	span.End()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := tel.Shutdown(ctx); err == nil {
		t.Error("lost telemetry was not reported")
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := Config{SampleRatio: 0.5, Interval: time.Minute}
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   string // part of the error; empty: none
	}{
		{"off", func(*Config) {}, ""},
		{"host and port", func(c *Config) { c.Endpoint = "telemetry.googleapis.com:443" }, ""},
		{"plaintext collector", func(c *Config) { c.Endpoint = "http://localhost:4317" }, ""},
		{"other scheme", func(c *Config) { c.Endpoint = "ftp://localhost" }, "OTEL_EXPORTER_OTLP_ENDPOINT"},
		{"ratio above one", func(c *Config) { c.SampleRatio = 2 }, "TRACE_SAMPLE_RATIO"},
		{"no interval", func(c *Config) { c.Interval = 0 }, "TELEMETRY_INTERVAL"},
	} {
		cfg := good
		test.change(&cfg)
		err := cfg.Validate()
		if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: Validate() = %v, want %q", test.name, err, test.want)
		}
	}
}
