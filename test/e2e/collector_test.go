package e2e

import (
	"context"
	"maps"
	"net"
	"slices"
	"strconv"
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
	series map[string]map[string]int64    // metric → service and attributes → latest value
	points map[string][]map[string]string // metric → labels of each series
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
	c := &collector{addr: listener.Addr().String(), series: map[string]map[string]int64{}, points: map[string][]map[string]string{}}
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
				m.remember(resource.GetResource().GetAttributes(), metric)
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

// remember keeps the labels of a metric's series as Prometheus has them: the service is the job.
func (m meter) remember(resource []*common.KeyValue, metric *metrics.Metric) {
	var all [][]*common.KeyValue
	for _, p := range metric.GetSum().GetDataPoints() {
		all = append(all, p.GetAttributes())
	}
	for _, p := range metric.GetGauge().GetDataPoints() {
		all = append(all, p.GetAttributes())
	}
	for _, p := range metric.GetHistogram().GetDataPoints() {
		all = append(all, p.GetAttributes())
	}
	for _, attributes := range all {
		labels := map[string]string{"job": values(resource)["service.name"]}
		maps.Copy(labels, values(attributes))
		known := m.points[metric.GetName()]
		if !slices.ContainsFunc(known, func(other map[string]string) bool { return maps.Equal(labels, other) }) {
			m.points[metric.GetName()] = append(known, labels)
		}
	}
}

// values returns attributes as labels, which are texts.
func values(attributes []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, a := range attributes {
		switch v := a.GetValue().GetValue().(type) {
		case *common.AnyValue_BoolValue:
			all[a.GetKey()] = strconv.FormatBool(v.BoolValue)
		case *common.AnyValue_IntValue:
			all[a.GetKey()] = strconv.FormatInt(v.IntValue, 10)
		default:
			all[a.GetKey()] = a.GetValue().GetStringValue()
		}
	}
	return all
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
	for series, n := range c.series["pipeline_store_transactions_total"] {
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
