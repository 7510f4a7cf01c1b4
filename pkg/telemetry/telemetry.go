// Package telemetry sends traces and metrics by OTLP. Without an endpoint nothing is
// sent, but every request still gets a trace id, so that its log lines belong together
// in every service that it passes.
package telemetry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/contrib/detectors/gcp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// Config says where telemetry goes.
type Config struct {
	Endpoint    string        `env:"OTEL_EXPORTER_OTLP_ENDPOINT"`     // gRPC; empty: nothing is sent
	SampleRatio float64       `env:"TRACE_SAMPLE_RATIO, default=1"`   // 0-1, of traces that begin here
	Interval    time.Duration `env:"TELEMETRY_INTERVAL, default=60s"` // between two exports of metrics
	Project     string        `env:"GOOGLE_CLOUD_PROJECT"`            // owns the data and the quota
	Service     string        `env:"K_SERVICE"`                       // set by Cloud Run; empty elsewhere
	Job         string        `env:"CLOUD_RUN_JOB"`                   // the same for a job
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	var errs []error
	if c.Endpoint != "" {
		if _, err := endpointURL(c.Endpoint); err != nil {
			errs = append(errs, err)
		}
	}
	if c.SampleRatio < 0 || c.SampleRatio > 1 {
		errs = append(errs, errors.New("TRACE_SAMPLE_RATIO must be between 0 and 1"))
	}
	if c.Interval <= 0 {
		errs = append(errs, errors.New("TELEMETRY_INTERVAL must be positive"))
	}
	return errors.Join(errs...)
}

// endpointURL gives an endpoint without a scheme https.
func endpointURL(raw string) (*url.URL, error) {
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, errors.New("OTEL_EXPORTER_OTLP_ENDPOINT must be https://host:port or http://host:port")
	}
	return u, nil
}

// Telemetry is what Start has set up.
type Telemetry struct {
	stops []func(context.Context) error
}

// Start installs the global tracer and meter providers and the W3C propagator for the
// service with the name and version.
func Start(ctx context.Context, cfg Config, name, version string) (*Telemetry, error) {
	otel.SetTextMapPropagator(propagation.TraceContext{})
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		slog.WarnContext(ctx, "telemetry failed", "error", err)
	}))
	if cfg.Endpoint == "" {
		provider := trace.NewTracerProvider(trace.WithSampler(trace.NeverSample()))
		otel.SetTracerProvider(provider)
		return &Telemetry{stops: []func(context.Context) error{provider.Shutdown}}, nil
	}
	res, err := newResource(ctx, cfg, name, version)
	if err != nil {
		return nil, fmt.Errorf("start telemetry: %w", err)
	}
	exp, err := newExporters(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("start telemetry: %w", err)
	}
	traces := trace.NewTracerProvider(trace.WithResource(res), trace.WithBatcher(exp.spans),
		trace.WithSampler(trace.ParentBased(trace.TraceIDRatioBased(cfg.SampleRatio))))
	metrics := metric.NewMeterProvider(metric.WithResource(res), metric.WithView(view),
		metric.WithReader(metric.NewPeriodicReader(exp.metrics, metric.WithInterval(cfg.Interval))))
	otel.SetTracerProvider(traces)
	otel.SetMeterProvider(metrics)
	return &Telemetry{stops: []func(context.Context) error{traces.Shutdown, metrics.Shutdown}}, nil
}

// Shutdown sends what has not been sent yet. Every exporter gets until ctx ends, at the
// same time: one that hangs does not cost the other its chance.
func (t *Telemetry) Shutdown(ctx context.Context) error {
	done := make(chan error, len(t.stops))
	for _, stop := range t.stops {
		go func() { done <- stop(ctx) }()
	}
	var errs []error
	for range t.stops {
		errs = append(errs, <-done)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("flush telemetry: %w", err)
	}
	return nil
}

// newResource describes this process. The detector asks the metadata server, so it runs
// only where Cloud Run says that there is one: elsewhere the question hangs.
func newResource(ctx context.Context, cfg Config, name, version string) (*resource.Resource, error) {
	attrs := []attribute.KeyValue{
		semconv.ServiceName(name),
		semconv.ServiceVersion(version),
		semconv.ServiceInstanceID(rand.Text()),
	}
	if cfg.Project != "" {
		attrs = append(attrs, attribute.String("gcp.project_id", cfg.Project))
	}
	opts := []resource.Option{resource.WithTelemetrySDK(), resource.WithAttributes(attrs...)}
	if cfg.Service != "" || cfg.Job != "" {
		opts = append(opts, resource.WithDetectors(gcp.NewDetector()))
	}
	res, err := resource.New(ctx, opts...)
	if err != nil && !errors.Is(err, resource.ErrPartialResource) {
		return nil, fmt.Errorf("describe this process: %w", err)
	}
	return res, nil
}
