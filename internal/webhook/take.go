package webhook

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// result is what became of a delivery that was taken.
type result struct {
	outcome   request.Outcome
	kind      request.Kind
	requestID *string

	unverified bool // it was kept, and nobody knows yet whose it is
}

// take makes the delivery's request, commits it before ctx ends and tells the next step. If the
// store is unavailable the result says which request it would have been.
func (h *handler) take(ctx context.Context, d *delivery) (result, error) {
	if d.suspended() || !processed(d.kind, d.tenant.Settings.Process) {
		return result{outcome: request.Ignored}, nil
	}
	r, err := d.payload.Request(d.kind, d.tenant.Region)
	if err != nil {
		return result{}, fmt.Errorf("%w: %w", errNoID, err)
	}
	r.TenantID, r.SourceID = d.tenant.ID, d.sourceID()
	r.ID = request.ID(r.TenantID, r.Namespace, r.ExternalID)
	r.TraceParent = traceParent(ctx)
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attribute.String("tenant_id", r.TenantID), attribute.String("request_id", r.ID), attribute.String("kind", string(d.kind)))
	}

	in, err := d.intake(r)
	if err != nil {
		return result{}, err
	}
	accepted, err := h.accept(ctx, d.tenant, in)
	return result{outcome: accepted.Outcome, kind: r.Kind, requestID: &r.ID}, err
}

// intake returns the request with its raw delivery. A form that CallRail sends again under
// its id is a modification as well: it may send what was typed so far, and all of it later.
// Where something had to be masked, the masked payload is kept in place of the raw bytes.
func (d *delivery) intake(r *request.Request) (request.Intake, error) {
	in := request.Intake{
		Request: r, Body: d.body, ContentType: d.payload.Type, BodyHash: hash(d.body),
		Change: d.kind.Change() || r.Kind == request.Form, Changes: d.payload.Changes(),
	}
	if d.tenant.Settings.Privacy.KeepCardNumbers {
		return in, nil
	}
	redact.Details(&r.Details)
	masked, err := d.payload.Masked(redact.Field)
	if masked != nil {
		in.Body, in.ContentType = masked, callrail.TypeJSON
	}
	return in, err
}

// accept commits a request and tells the next step. Whatever the store fails with, another time
// may be better.
func (h *handler) accept(ctx context.Context, t *tenant.Tenant, in request.Intake) (request.Acceptance, error) {
	accepted, err := h.Store.Accept(ctx, in)
	if err != nil {
		return request.Acceptance{}, fmt.Errorf("%w: accept delivery: %w", errUnavailable, err)
	}
	if accepted.Announce && t.Status == tenant.Active && t.Held(h.Now(), accepted.Status.Step()) == nil {
		h.announce(ctx, in.Request, accepted)
	}
	return accepted, nil
}

// announce tells the next step. That it fails is no failure of the delivery: the row is due,
// and sweep announces what is due. A publisher that hangs must not keep the answer back.
func (h *handler) announce(ctx context.Context, r *request.Request, a request.Acceptance) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.cfg.PublishTimeout)
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
	span := trace.SpanContextFromContext(ctx)
	if !span.IsValid() {
		return ""
	}
	traceID, spanID, flags := span.TraceID(), span.SpanID(), []byte{byte(span.TraceFlags())}
	text := make([]byte, 0, len("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
	text = hex.AppendEncode(append(text, "00-"...), traceID[:])
	text = hex.AppendEncode(append(text, '-'), spanID[:])
	return string(hex.AppendEncode(append(text, '-'), flags))
}

// outcomeRejected is counted beside the outcomes of requests.
const outcomeRejected = "rejected"

type observation struct {
	result
	err    error
	took   int64          // milliseconds
	tenant *tenant.Tenant // nil: nobody's
	source *tenant.Source // nil: not known
	reason string         // what was taken
}

func (o *observation) sourceID() string {
	if o.source == nil {
		return ""
	}
	return o.source.ID
}

// verdict returns the outcome and the reason under which a delivery is counted.
func (o *observation) verdict() (outcome, reason string) {
	switch {
	case o.err != nil:
		return outcomeRejected, problemOf(o.err).code
	case o.unverified:
		return string(o.outcome), reasonUnverified
	default:
		return string(o.outcome), o.reason
	}
}

// observe counts and logs what became of a delivery: by names and ids, never by content.
func (h *handler) observe(ctx context.Context, o observation) {
	outcome, reason := o.verdict()
	if h.deliveries.Enabled(ctx) {
		h.deliveries.Add(ctx, 1, h.series.of(verdict{outcome, reason})...)
	}
	attrs := make([]slog.Attr, 0, 6)
	attrs = append(attrs, slog.String("status", outcome), slog.String("reason", reason), slog.Int64("duration_ms", o.took))
	if o.tenant != nil { // only tenants that exist are counted and named
		h.Counts.Count(o.tenant.ID, o.sourceID(), outcome, reason)
		attrs = append(attrs, slog.String("tenant_id", o.tenant.ID))
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
