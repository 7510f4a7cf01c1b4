package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/oauth"
)

// googleHost is Google Cloud's own OTLP endpoint. Unlike a collector beside the service
// it wants a token with each call.
const (
	googleHost  = "telemetry.googleapis.com"
	googleScope = "https://www.googleapis.com/auth/cloud-platform"
)

type exporters struct {
	spans   trace.SpanExporter
	metrics metric.Exporter
}

func newExporters(ctx context.Context, cfg Config) (exporters, error) {
	u, err := endpointURL(cfg.Endpoint)
	if err != nil {
		return exporters{}, err
	}
	spanOpts := []otlptracegrpc.Option{otlptracegrpc.WithEndpointURL(u.String())}
	metricOpts := []otlpmetricgrpc.Option{otlpmetricgrpc.WithEndpointURL(u.String())}
	if u.Hostname() == googleHost {
		auth, err := googleAuth(ctx)
		if err != nil {
			return exporters{}, err
		}
		spanOpts = append(spanOpts, otlptracegrpc.WithDialOption(auth), otlptracegrpc.WithHeaders(quotaProject(cfg)))
		metricOpts = append(metricOpts, otlpmetricgrpc.WithDialOption(auth), otlpmetricgrpc.WithHeaders(quotaProject(cfg)))
	}
	spans, err := otlptracegrpc.New(ctx, spanOpts...)
	if err != nil {
		return exporters{}, fmt.Errorf("open trace exporter: %w", err)
	}
	metrics, err := otlpmetricgrpc.New(ctx, metricOpts...)
	if err != nil {
		return exporters{}, fmt.Errorf("open metric exporter: %w", err)
	}
	return exporters{spans, metrics}, nil
}

func googleAuth(ctx context.Context) (grpc.DialOption, error) {
	creds, err := oauth.NewApplicationDefault(ctx, googleScope)
	if err != nil {
		return nil, fmt.Errorf("find credentials for %s: %w", googleHost, err)
	}
	return grpc.WithPerRPCCredentials(creds), nil
}

func quotaProject(cfg Config) map[string]string {
	if cfg.Project == "" {
		return nil
	}
	return map[string]string{"x-goog-user-project": cfg.Project}
}
