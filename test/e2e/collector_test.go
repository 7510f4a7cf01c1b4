package e2e

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
)

// collector is an OTLP receiver.
type collector struct {
	collectortrace.UnimplementedTraceServiceServer
	addr string

	mu     sync.Mutex
	spans  []*trace.Span
	series map[string]map[string]int64 // metric → service and attributes → latest value
}

// meter receives metrics for the collector: the two services' Export methods differ.
type meter struct {
	collectormetrics.UnimplementedMetricsServiceServer
	*collector
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{addr: listener.Addr().String(), series: map[string]map[string]int64{}}
	server := grpc.NewServer()
	collectortrace.RegisterTraceServiceServer(server, c)
	collectormetrics.RegisterMetricsServiceServer(server, meter{collector: c})
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	return c
}

func (c *collector) Export(_ context.Context, req *collectortrace.ExportTraceServiceRequest) (*collectortrace.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range req.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	return &collectortrace.ExportTraceServiceResponse{}, nil
}

func (m meter) Export(_ context.Context, req *collectormetrics.ExportMetricsServiceRequest) (*collectormetrics.ExportMetricsServiceResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, resource := range req.GetResourceMetrics() {
		service := text(resource.GetResource().GetAttributes())
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				m.keep(service, metric)
			}
		}
	}
	return &collectormetrics.ExportMetricsServiceResponse{}, nil
}

// keep remembers the latest value of each series of a sum.
func (m meter) keep(service string, metric *metrics.Metric) {
	if m.series[metric.GetName()] == nil {
		m.series[metric.GetName()] = map[string]int64{}
	}
	for _, point := range metric.GetSum().GetDataPoints() {
		m.series[metric.GetName()][service+" "+text(point.GetAttributes())] = point.GetAsInt()
	}
}

func text(attributes []*common.KeyValue) string {
	var all []string
	for _, a := range attributes {
		all = append(all, a.GetKey()+"="+a.GetValue().GetStringValue())
	}
	return strings.Join(all, " ")
}

// traceOf returns the names of the spans of the trace that holds a span whose attribute
// request_id has the value.
func (c *collector) traceOf(requestID string) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	var id string
	for _, span := range c.spans {
		if strings.Contains(text(span.GetAttributes()), "request_id="+requestID) {
			id = string(span.GetTraceId())
		}
	}
	names := map[string]int{}
	for _, span := range c.spans {
		if string(span.GetTraceId()) == id {
			names[span.GetName()]++
		}
	}
	return names
}

// transactions returns how many transactions committed by name, in all services.
func (c *collector) transactions() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	sums := map[string]int64{}
	for series, n := range c.series["pipeline.store.transactions"] {
		_, name, _ := strings.Cut(series, "transaction=")
		sums[name] += n
	}
	return sums
}

// total returns the sum of a counter over all services and attributes.
func (c *collector) total(metric string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := int64(0)
	for _, n := range c.series[metric] {
		sum += n
	}
	return sum
}
