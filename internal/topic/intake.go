package topic

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// maxIntakeBytes bounds what waits to be published: deliveries are large, and must not fill the
// memory while Pub/Sub is away as well.
const maxIntakeBytes = 64 << 20

// Keep publishes a whole delivery to the intake topic and waits until the server has it, or
// ctx ends.
func (p *Publisher) Keep(ctx context.Context, delivery []byte) error {
	ctx, span := otel.Tracer(tracerName).Start(ctx, "publish "+string(Intake), trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(semconv.MessagingSystemGCPPubSub, semconv.MessagingDestinationName(string(Intake))))
	defer span.End()
	if err := send(ctx, p.topics[Intake], delivery, map[string]string{}); err != nil {
		span.SetStatus(codes.Error, "publish failed")
		span.RecordError(err)
		return fmt.Errorf("publish to %s: %w", Intake, err)
	}
	return nil
}

// IntakeHandler returns the push endpoint (pubsub: intake) of the deliveries that were kept.
// Drain takes one in; its error, or a body that cannot be read, makes Pub/Sub send the message
// again: this topic has no dead letters, and what is in it was promised to be kept.
func IntakeHandler(v Verifier, drain func(ctx context.Context, delivery []byte) error) http.Handler {
	return Authenticated(v, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := readRaw(http.MaxBytesReader(w, r.Body, maxPush))
		if err != nil {
			slog.ErrorContext(r.Context(), "push unreadable", "topic", string(Intake), "error", err)
			http.Error(w, "the message cannot be read", http.StatusBadRequest)
			return
		}
		ctx, span := startConsumer(r.Context(), "drain", e)
		defer span.End()
		if err := drain(ctx, e.Message.Data); err != nil {
			span.SetStatus(codes.Error, "delivery not taken")
			slog.WarnContext(ctx, "kept delivery not taken yet", "message_id", e.id(), "error", err)
			http.Error(w, "the delivery was not taken yet", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}
