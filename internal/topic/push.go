package topic

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// maxEnvelope is far above what we publish: ids, in base64.
const maxEnvelope = 64 << 10

// Verifier decides whether a push request comes from our own subscription.
type Verifier interface {
	// Verify checks the bearer token of a push request.
	Verify(ctx context.Context, token string) error
}

// Handler returns the push endpoint (pubsub:) of a step. It runs work below a span that
// has the step's name and continues the trace of the message. Answers:
//
//	204  work returned nil: the message is done
//	401  the token is not our subscription's
//	400  the message cannot be read; it never will be, so it is refused until it is a
//	     dead letter and somebody sees it, instead of vanishing with an acknowledgement
//	500  work returned an error: Pub/Sub sends the message again
func Handler(v Verifier, step string, work func(context.Context, Message) error) http.Handler {
	return Authenticated(v, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, m, err := readEnvelope(http.MaxBytesReader(w, r.Body, maxEnvelope))
		if err != nil {
			slog.ErrorContext(r.Context(), "push unreadable", "step", step, "error", err)
			http.Error(w, "the message cannot be read", http.StatusBadRequest)
			return
		}
		if err := consume(r.Context(), step, e, m, work); err != nil {
			http.Error(w, "the step failed", http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
}

// Authenticated lets only our own service account's tokens through: for what Cloud
// Scheduler calls.
func Authenticated(v Verifier, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := v.Verify(r.Context(), bearer(r)); err != nil {
			slog.WarnContext(r.Context(), "call refused", "error", err)
			http.Error(w, "the token was not accepted", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bearer returns the request's bearer token, empty if it has none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// consume runs work below a consumer span.
func consume(ctx context.Context, step string, e *envelope, m Message, work func(context.Context, Message) error) error {
	ctx, span := startConsumer(ctx, step, e,
		attribute.String(attrTenant, m.TenantID), attribute.String(attrRequest, m.RequestID), attribute.Int("attempt", m.Attempt))
	defer span.End()
	if err := work(ctx, m); err != nil {
		span.SetStatus(codes.Error, "step failed")
		slog.ErrorContext(ctx, "step failed", "step", step, "tenant_id", m.TenantID, "request_id", m.RequestID,
			"attempt", m.Attempt, "error", err)
		return err
	}
	return nil
}

// startConsumer starts the span of who works on a message. Its parent is the publisher's span,
// from the message; the push request's own trace belongs to Google's front end and is only linked.
func startConsumer(ctx context.Context, name string, e *envelope, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	link := trace.LinkFromContext(ctx)
	carrier := propagation.MapCarrier(e.Message.Attributes)
	ctx = otel.GetTextMapPropagator().Extract(trace.ContextWithSpanContext(ctx, trace.SpanContext{}), carrier)
	return otel.Tracer(tracerName).Start(ctx, name, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(link),
		trace.WithAttributes(semconv.MessagingSystemGCPPubSub, semconv.MessagingMessageID(e.id())), trace.WithAttributes(attrs...))
}
