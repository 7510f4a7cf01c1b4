package gemini

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

type metrics struct {
	calls, falls, tokens metric.Int64Counter
}

func newMetrics() (metrics, error) {
	meter := otel.Meter("internal/analyze/gemini")
	calls, err1 := meter.Int64Counter("gemini.calls", metric.WithDescription("Calls of a model by outcome"))
	falls, err2 := meter.Int64Counter("gemini.fallbacks", metric.WithDescription("Models that could not answer, so that the next one was asked, by reason"))
	tokens, err3 := meter.Int64Counter("gemini.tokens", metric.WithDescription("Tokens by kind"), metric.WithUnit("{token}"))
	return metrics{calls, falls, tokens}, errors.Join(err1, err2, err3)
}

func (m metrics) called(ctx context.Context, model, outcome string) {
	m.calls.Add(ctx, 1, metric.WithAttributes(attribute.String("model", model), attribute.String("outcome", outcome)))
}

func (m metrics) fell(ctx context.Context, model, reason string) {
	m.falls.Add(ctx, 1, metric.WithAttributes(attribute.String("model", model), attribute.String("reason", reason)))
}

func (m metrics) spent(ctx context.Context, model string, u request.Usage) {
	for kind, n := range map[string]int64{"input": u.InputTokens, "output": u.OutputTokens, "thinking": u.ThinkingTokens} {
		m.tokens.Add(ctx, n, metric.WithAttributes(attribute.String("model", model), attribute.String("kind", kind)))
	}
}

// outcome names what became of a call.
func outcome(err error) string {
	var (
		refused *RefusedError
		busy    *BusyError
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &busy):
		return "busy"
	case errors.Is(err, errGone):
		return "gone"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "cancelled"
	default:
		return "unavailable"
	}
}
