package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"

	metricscollector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	tracecollector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	"google.golang.org/grpc"
)

// collector receives the services' metrics, which tell how often something was made good. A
// service that is killed takes what it counted in its last second with it.
type collector struct {
	metricscollector.UnimplementedMetricsServiceServer
	address string
	server  *grpc.Server

	mu     sync.Mutex
	latest map[string]map[string]int64 // metric → series of one process → its latest value
}

// traces takes the services' traces, and drops them.
type traces struct {
	tracecollector.UnimplementedTraceServiceServer
}

func (traces) Export(context.Context, *tracecollector.ExportTraceServiceRequest) (*tracecollector.ExportTraceServiceResponse, error) {
	return &tracecollector.ExportTraceServiceResponse{}, nil
}

func startCollector(ctx context.Context) (*collector, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start collector: %w", err)
	}
	c := &collector{address: listener.Addr().String(), server: grpc.NewServer(), latest: map[string]map[string]int64{}}
	metricscollector.RegisterMetricsServiceServer(c.server, c)
	tracecollector.RegisterTraceServiceServer(c.server, traces{})
	go func() { _ = c.server.Serve(listener) }() // ends with stop
	return c, nil
}

func (c *collector) stop() { c.server.Stop() }

// Export keeps the latest value of each sum. One that starts anew belongs to a new process.
func (c *collector) Export(_ context.Context, r *metricscollector.ExportMetricsServiceRequest) (*metricscollector.ExportMetricsServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, resource := range r.GetResourceMetrics() {
		service := text(resource.GetResource().GetAttributes())
		for _, scope := range resource.GetScopeMetrics() {
			for _, metric := range scope.GetMetrics() {
				for _, point := range metric.GetSum().GetDataPoints() {
					series := fmt.Sprint(service, text(point.GetAttributes()), point.GetStartTimeUnixNano())
					if c.latest[metric.GetName()] == nil {
						c.latest[metric.GetName()] = map[string]int64{}
					}
					c.latest[metric.GetName()][series] = point.GetAsInt()
				}
			}
		}
	}
	return &metricscollector.ExportMetricsServiceResponse{}, nil
}

// sum returns what all processes have counted, with an attribute if one is given.
func (c *collector) sum(metric, attribute string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	var sum int64
	for series, n := range c.latest[metric] {
		if strings.Contains(series, attribute) {
			sum += n
		}
	}
	return sum
}

func text(attributes []*common.KeyValue) string {
	var all []string
	for _, a := range attributes {
		all = append(all, a.GetKey()+"="+a.GetValue().GetStringValue())
	}
	return strings.Join(all, " ") + ";"
}
