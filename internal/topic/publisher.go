package topic

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cloud.google.com/go/pubsub/v2"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const tracerName = "github.com/your-org/multi-tenant-pipeline/internal/topic"

// A caller waits for each publish, so the client's 10 ms of waiting for more to batch
// would be paid by every webhook; and what cannot be published soon is announced by the
// sweep anyway, so neither a minute of retries nor a queue behind a dead topic helps.
const (
	batchDelay     = time.Millisecond
	publishTimeout = 5 * time.Second
	maxOutstanding = 1000
)

// Publisher announces requests. It is safe for concurrent use.
type Publisher struct {
	topics map[Name]*pubsub.Publisher
}

// NewPublisher returns a publisher to the topics of the client's project. The client
// stays the caller's.
func NewPublisher(client *pubsub.Client) *Publisher {
	topics := make(map[Name]*pubsub.Publisher)
	for _, name := range Names() {
		p := client.Publisher(string(name))
		p.PublishSettings.DelayThreshold = batchDelay
		p.PublishSettings.Timeout = publishTimeout
		p.PublishSettings.FlowControlSettings = pubsub.FlowControlSettings{
			MaxOutstandingMessages: maxOutstanding,
			LimitExceededBehavior:  pubsub.FlowControlSignalError,
		}
		if name == Intake {
			p.PublishSettings.FlowControlSettings.MaxOutstandingBytes = maxIntakeBytes
		}
		topics[name] = p
	}
	return &Publisher{topics: topics}
}

// Publish sends m and waits until the server has it, or ctx ends.
func (p *Publisher) Publish(ctx context.Context, name Name, m Message) error {
	ctx, span := otel.Tracer(tracerName).Start(ctx, "publish "+string(name), trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(semconv.MessagingSystemGCPPubSub, semconv.MessagingDestinationName(string(name)),
			attribute.String(attrTenant, m.TenantID), attribute.String(attrRequest, m.RequestID)))
	defer span.End()
	if err := p.publish(ctx, name, m); err != nil {
		span.SetStatus(codes.Error, "publish failed")
		span.RecordError(err)
		return fmt.Errorf("publish to %s: %w", name, err)
	}
	return nil
}

func (p *Publisher) publish(ctx context.Context, name Name, m Message) error {
	to, ok := p.topics[name]
	if !ok {
		return fmt.Errorf("unknown topic %q", name)
	}
	if err := m.validate(); err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return send(ctx, to, data, m.attributes())
}

func send(ctx context.Context, to *pubsub.Publisher, data []byte, attrs map[string]string) error {
	otel.GetTextMapPropagator().Inject(ctx, propagation.MapCarrier(attrs))
	_, err := to.Publish(ctx, &pubsub.Message{Data: data, Attributes: attrs}).Get(ctx)
	return err
}

// Announce tells the step that waits for status about a request. Where no step waits,
// it does nothing.
func (p *Publisher) Announce(ctx context.Context, status request.Status, tenantID, requestID string, run int64) error {
	name, ok := ForStatus(status)
	if !ok {
		return nil
	}
	return p.Publish(ctx, name, Message{TenantID: tenantID, RequestID: requestID, Run: run})
}

// Stop sends what is still waiting and ends the publisher.
func (p *Publisher) Stop() {
	for _, to := range p.topics {
		to.Stop()
	}
}
