package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// result is what became of a delivery that was taken.
type result struct {
	outcome   request.Outcome
	kind      request.Kind
	requestID *string
}

// take makes the delivery's request, commits it and tells the next step.
func (h *handler) take(ctx context.Context, d *delivery) (result, error) {
	if !processed(d.kind, d.tenant.Settings.Process) {
		return result{outcome: request.Ignored}, nil
	}
	r, err := d.payload.Request(d.kind, d.tenant.Region)
	if err != nil {
		return result{}, fmt.Errorf("%w: %w", errNoID, err)
	}
	r.TenantID, r.SourceID = d.tenant.ID, d.sourceID()
	r.ID = request.ID(r.TenantID, r.Namespace, r.ExternalID)
	r.TraceParent = traceParent(ctx)
	trace.SpanFromContext(ctx).SetAttributes(
		attribute.String("tenant_id", r.TenantID), attribute.String("request_id", r.ID), attribute.String("kind", string(d.kind)))

	// CallRail does not send a delivery again: that it hung up is no reason to forget it.
	ctx = context.WithoutCancel(ctx)
	accepted, err := h.commit(ctx, d, r)
	if err != nil {
		return result{}, fmt.Errorf("%w: accept delivery: %w", errUnavailable, err)
	}
	if accepted.Announce && d.tenant.Status == tenant.Active {
		h.announce(ctx, r, accepted)
	}
	return result{outcome: accepted.Outcome, kind: r.Kind, requestID: &r.ID}, nil
}

// commit saves the request with the raw delivery.
func (h *handler) commit(ctx context.Context, d *delivery, r *request.Request) (request.Acceptance, error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	hash := sha256.Sum256(d.body)
	return h.Store.Accept(ctx, request.Intake{
		Request: r, Body: d.body, ContentType: d.payload.Type, BodyHash: hex.EncodeToString(hash[:]),
		Change: d.kind.Change(), Changes: d.payload.Changes(),
	})
}

// announce tells the next step. That it fails is no failure of the delivery: the row is due,
// and sweep announces what is due.
func (h *handler) announce(ctx context.Context, r *request.Request, a request.Acceptance) {
	ctx, cancel := context.WithTimeout(ctx, announceTimeout)
	defer cancel()
	if err := h.Announcer.Announce(ctx, a.Status, r.TenantID, r.ID, a.Run); err != nil {
		h.Logger.WarnContext(ctx, "request not announced",
			"tenant_id", r.TenantID, "request_id", r.ID, "status", a.Status, "error", err)
	}
}

// processed reports whether a tenant makes requests of a kind. The others tell about
// something that has only begun, or that the company did itself.
func processed(kind callrail.Kind, p tenant.Process) bool {
	switch kind {
	case callrail.PostCall, callrail.CallModified, callrail.FormSubmission:
		return true
	case callrail.OutboundCall, callrail.OutboundModified:
		return p.Outbound
	case callrail.TextReceived:
		return !p.SkipTexts
	case callrail.PreCall, callrail.RoutingComplete, callrail.TextSent:
		return false
	default:
		return false
	}
}

func (d *delivery) sourceID() string {
	if d.source == nil {
		return ""
	}
	return d.source.ID
}

// traceParent returns the W3C trace context of ctx, so that whoever sweeps the request up
// later goes on with its trace. It is empty without tracing.
func traceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier["traceparent"]
}

type observation struct {
	result
	err  error
	took int64 // milliseconds
}

// observe counts and logs what became of a delivery: by names and ids, never by content.
func (h *handler) observe(ctx context.Context, d *delivery, o observation) {
	outcome, reason := string(o.outcome), string(d.kind)
	if o.err != nil {
		outcome, reason = "rejected", problemOf(o.err).code
	}
	h.deliveries.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome), attribute.String("reason", reason)))

	attrs := []slog.Attr{slog.String("status", outcome), slog.String("reason", reason), slog.Int64("duration_ms", o.took)}
	if d.tenant != nil { // only tenants that exist are counted and named
		h.Counts.Count(d.tenant.ID, d.sourceID(), outcome, reason)
		attrs = append(attrs, slog.String("tenant_id", d.tenant.ID))
	}
	if o.requestID != nil {
		attrs = append(attrs, slog.String("request_id", *o.requestID))
	}
	level := slog.LevelInfo
	if o.err != nil {
		attrs = append(attrs, slog.Any("error", o.err))
		if problemOf(o.err).status >= 500 {
			level = slog.LevelError
		}
	}
	h.Logger.LogAttrs(ctx, level, "delivery handled", attrs...)
}
