package stage

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const scope = "github.com/your-org/multi-tenant-pipeline/internal/stage"

// duration is how long steps work, by step and outcome.
var duration, _ = otel.Meter(scope).Float64Histogram(
	"pipeline.step.duration", metric.WithUnit("s"), metric.WithDescription("time a step worked on a request"),
	metric.WithExplicitBucketBoundaries(.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 180, 600))

// throughput is how long requests take, from the delivery to the last step. One of its bounds is
// the objective's three minutes.
var throughput, _ = otel.Meter(scope).Float64Histogram(
	"pipeline.request.duration", metric.WithUnit("s"), metric.WithDescription("time from a request's arrival until it was completed or failed, without those that were started again"),
	metric.WithExplicitBucketBoundaries(1, 2.5, 5, 10, 30, 60, 120, 180, 300, 600, 1800, 3600, 14400))

var settled, _ = otel.Meter(scope).Int64Counter(
	"pipeline.requests.settled", metric.WithDescription("requests that were completed or failed"))

var leads, _ = otel.Meter(scope).Int64Counter(
	"pipeline.leads", metric.WithDescription("analyses by the lead's band"))

var scores, _ = otel.Meter(scope).Float64Histogram(
	"pipeline.lead.score", metric.WithDescription("scores of leads, 0 to 100"),
	metric.WithExplicitBucketBoundaries(20, 40, 60, 80, 100))

var costs, _ = otel.Meter(scope).Float64Counter(
	"pipeline.cost.usd", metric.WithDescription("what requests cost, by the price table, in US dollars"))

func observe(ctx context.Context, step string, e request.Event) {
	duration.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(
		attribute.String("step", step), attribute.String("outcome", e.Name)))
}

// bill is what a request has cost so far, by component, in US dollars.
type bill struct{ speech, model, storage, platform float64 }

func billOf(r *request.Request) bill {
	p := r.CostParts
	return bill{p.SpeechUSD, p.ModelUSD, p.StorageUSD, r.CostUSD - p.SpeechUSD - p.ModelUSD - p.StorageUSD}
}

// charge counts what was added to an earlier bill.
func (b bill) charge(ctx context.Context, tenantID string, earlier bill) {
	for _, c := range []struct {
		component string
		usd       float64
	}{
		{"speech", b.speech - earlier.speech}, {"model", b.model - earlier.model},
		{"storage", b.storage - earlier.storage}, {"platform", b.platform - earlier.platform},
	} {
		if c.usd > 0 {
			costs.Add(ctx, c.usd, metric.WithAttributes(attribute.String("tenant_id", tenantID), attribute.String("component", c.component)))
		}
	}
}

// count counts what came of a request, once it is saved.
func (r *Runner) count(ctx context.Context, held *request.Request, end ending, result Result) {
	tenantID := attribute.String("tenant_id", held.TenantID)
	billOf(held).charge(ctx, held.TenantID, end.earlier)
	if a := result.Analysis; a != nil && end.event.Name == done {
		leads.Add(ctx, 1, metric.WithAttributes(tenantID, attribute.String("band", string(a.ScoreBand))))
		if a.IsLead {
			scores.Record(ctx, float64(a.LeadScore))
		}
	}
	outcome := attribute.String("outcome", string(request.Failed))
	if end.failed == "" {
		if end.event.Name != done || r.To != request.Completed {
			return
		}
		outcome = attribute.String("outcome", string(request.Completed))
	}
	kind := attribute.String("kind", string(held.Kind))
	settled.Add(ctx, 1, metric.WithAttributes(tenantID, kind, outcome))
	if held.Run == 1 { // a later run began long after the delivery
		throughput.Record(ctx, r.Now().Sub(held.ReceivedAt).Seconds(), metric.WithAttributes(kind, outcome))
	}
}
