package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Intake keeps deliveries that the store cannot take now. Each comes back to Drain, at least
// once, until that returns nil.
type Intake interface {
	Keep(ctx context.Context, delivery []byte) error
}

// keptHeaders are those that a delivery is verified and read by.
var keptHeaders = []string{
	callrail.HeaderSHA1, callrail.HeaderSHA256, headerFormSignature, "Content-Type", headerIdempotencyKey, "Origin", "Referer",
}

// rawDelivery is a delivery as it came, and what was found out about it before it was kept.
// Every id follows from these, so that one whose commit did succeed meets its own row.
type rawDelivery struct {
	Target    string      `json:"target"` // path and query
	Header    http.Header `json:"header"`
	Body      []byte      `json:"body"`
	ArrivedAt time.Time   `json:"arrived_at"`

	TenantID string `json:"tenant_id,omitempty"` // verified to be its sender; empty: nobody has checked it
	SourceID string `json:"source_id,omitempty"` // empty with the bootstrap key
	Public   bool   `json:"public,omitempty"`    // a form that a visitor's browser sent
}

func (d *delivery) raw() rawDelivery {
	return rawDelivery{Body: d.body, ArrivedAt: d.arrived, TenantID: d.tenant.ID, SourceID: d.sourceID()}
}

func (s *submission) raw() rawDelivery {
	return rawDelivery{Body: s.body, ArrivedAt: s.arrived, TenantID: s.tenant.ID, SourceID: s.source.ID, Public: s.public}
}

// keepVerified keeps a delivery that the store did not take, because of cause.
func (h *handler) keepVerified(r *http.Request, raw rawDelivery, out result, cause error) (result, error) {
	if err := h.keep(r, raw); err != nil {
		return result{}, fmt.Errorf("%w; %w", cause, err)
	}
	h.Logger.WarnContext(r.Context(), "delivery kept, not saved", "tenant_id", raw.TenantID, "request_id", *out.requestID, "error", cause)
	out.outcome = request.Accepted
	return out, nil
}

// keepUnverified keeps a delivery of which it is not known yet whether its signature is good.
// Anybody can send one, so that only so many are kept.
func (h *handler) keepUnverified(r *http.Request, raw rawDelivery, cause error) (result, error) {
	if !h.unverified.AllowN(h.Now(), 1) {
		return result{}, fmt.Errorf("%w; too many deliveries that cannot be verified", cause)
	}
	if err := h.keep(r, raw); err != nil {
		return result{}, fmt.Errorf("%w; %w", cause, err)
	}
	h.Logger.WarnContext(r.Context(), "delivery kept, not verified", "error", cause)
	return result{outcome: request.Accepted, unverified: true}, nil
}

// keep publishes a delivery, whether or not who sent it still waits.
func (h *handler) keep(r *http.Request, raw rawDelivery) error {
	raw.Target, raw.Header = r.URL.RequestURI(), make(http.Header)
	for _, name := range keptHeaders {
		if values := r.Header.Values(name); len(values) > 0 {
			raw.Header[name] = values
		}
	}
	message, err := json.Marshal(raw)
	if err != nil {
		return fmt.Errorf("encode delivery: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.cfg.PublishTimeout)
	defer cancel()
	if err := h.Intake.Keep(ctx, message); err != nil {
		return fmt.Errorf("keep delivery: %w", err)
	}
	h.kept.Add(ctx, 1, metric.WithAttributes(attribute.Bool("verified", raw.TenantID != "")))
	return nil
}
