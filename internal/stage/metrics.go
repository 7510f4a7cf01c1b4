package stage

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// duration is how long steps work, by step and outcome.
var duration, _ = otel.Meter("github.com/your-org/multi-tenant-pipeline/internal/stage").Float64Histogram(
	"pipeline.step.duration", metric.WithUnit("s"), metric.WithDescription("time a step worked on a request"),
	metric.WithExplicitBucketBoundaries(.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 180, 600))

func observe(ctx context.Context, step string, e request.Event) {
	duration.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(
		attribute.String("step", step), attribute.String("outcome", e.Name)))
}
