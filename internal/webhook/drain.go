package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	// drainTimeout is longer than a sender would wait: a store that is slow, and so made the
	// delivery be kept, can take it now.
	drainTimeout = 10 * time.Second
	// settle is how long a delivery that nobody has verified is not refused: tenants and keys
	// may be newer than what this instance knows of them.
	settle = time.Minute
)

// Drain takes in a delivery that was kept, as its sender's would have been. Those that cannot be
// accepted at any time are counted and done with. An error says that it must come again.
func (w *Webhook) Drain(ctx context.Context, delivery []byte) error {
	return w.h.drain(ctx, delivery)
}

func (h *handler) drain(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	var raw rawDelivery
	var o observation
	if err := json.Unmarshal(message, &raw); err != nil {
		o.err = fmt.Errorf("%w: decode kept delivery: %w", errUnreadable, err)
	} else {
		o = h.takeKept(ctx, &raw)
	}
	if o.err != nil && h.retryable(&raw, o.err) {
		return o.err
	}
	h.observeDrained(ctx, &raw, o)
	return nil
}

// retryable reports whether a kept delivery that failed may be taken another time.
func (h *handler) retryable(raw *rawDelivery, err error) bool {
	age := h.Now().Sub(raw.ArrivedAt)
	switch status := problemOf(err).status; {
	case status >= http.StatusInternalServerError:
		return age < h.cfg.Patience
	case status == http.StatusUnauthorized:
		return raw.TenantID == "" && age < settle
	default:
		return false
	}
}

// takeKept finds out what a kept delivery is, and takes it.
func (h *handler) takeKept(ctx context.Context, raw *rawDelivery) observation {
	r, pattern, err := h.rebuild(ctx, raw)
	switch {
	case err != nil:
		return observation{err: err}
	case pattern == formsPath:
		return h.takeKeptForm(r, raw)
	default:
		return h.takeKeptDelivery(r, raw)
	}
}

// rebuild makes the request again that a delivery came in, as far as it was kept, and returns
// the route that it took.
func (h *handler) rebuild(ctx context.Context, raw *rawDelivery) (*http.Request, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, raw.Target, http.NoBody)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", errUnreadable, err)
	}
	route := chi.NewRouteContext()
	pattern := h.router.Find(route, r.Method, cmp.Or(r.URL.RawPath, r.URL.Path))
	if pattern == "" {
		return nil, "", errNotFound
	}
	if raw.Header != nil {
		r.Header = raw.Header
	}
	return r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, route)), pattern, nil
}

func (h *handler) takeKeptDelivery(r *http.Request, raw *rawDelivery) observation {
	d := delivery{route: routeOf(r), header: r.Header, body: raw.Body, arrived: raw.ArrivedAt, owed: raw.TenantID != ""}
	out, err := func() (result, error) {
		if err := h.verifyKept(&d, raw); err != nil {
			return result{}, err
		}
		return h.take(r.Context(), &d)
	}()
	return observation{result: out, err: err, tenant: d.tenant, source: d.source, reason: d.reason()}
}

// verifyKept reads a kept delivery, and checks it unless that was done when it came.
func (h *handler) verifyKept(d *delivery, raw *rawDelivery) (err error) {
	if raw.TenantID != "" {
		if d.tenant, d.source, err = h.sender(raw); err != nil {
			return err
		}
		return h.decode(d)
	}
	if err := h.authenticate(d); err != nil {
		return err
	}
	if err := h.decode(d); err != nil {
		return err
	}
	return h.check(d)
}

func (h *handler) takeKeptForm(r *http.Request, raw *rawDelivery) observation {
	s := submissionOf(r)
	s.body, s.arrived, s.drained = raw.Body, raw.ArrivedAt, true
	out, err := func() (result, error) {
		if err := h.verifyKeptForm(r, &s, raw); err != nil {
			return result{}, err
		}
		if s.form.trapped {
			return result{outcome: request.Ignored}, nil
		}
		return h.takeForm(r.Context(), &s, h.formIntake(r.Context(), &s))
	}()
	return observation{result: out, err: err, tenant: s.tenant, source: s.source, reason: reasonForm}
}

// verifyKeptForm is verifyKept for forms. Limits do not hold for it any more: it was promised
// to be kept.
func (h *handler) verifyKeptForm(r *http.Request, s *submission, raw *rawDelivery) (err error) {
	if raw.TenantID != "" {
		s.tenant, s.source, err = h.sender(raw)
		s.public = raw.Public
	} else {
		err = h.authenticateForm(r, s)
	}
	if err != nil {
		return err
	}
	s.form, err = readForm(s.header, s.body)
	return err
}

// sender returns the tenant and the source that a delivery was verified to be of when it came. A
// tenant that is not known here may be new.
func (h *handler) sender(raw *rawDelivery) (*tenant.Tenant, *tenant.Source, error) {
	t, ok := h.Tenants.Lookup(raw.TenantID)
	if !ok {
		return nil, nil, fmt.Errorf("%w: its tenant is not known here", errUnavailable)
	}
	if raw.SourceID == "" {
		return t, nil, nil
	}
	if src := t.Source(raw.SourceID); src != nil {
		return t, src, nil
	}
	return t, &tenant.Source{ID: raw.SourceID}, nil // removed since
}

// observeDrained counts and logs what became of a kept delivery. Its source has been told of one
// that was verified, and counted when it came; only that it was rejected after all is news.
func (h *handler) observeDrained(ctx context.Context, raw *rawDelivery, o observation) {
	outcome, reason := o.verdict()
	h.drained.Add(ctx, 1, metric.WithAttributes(attribute.String("outcome", outcome), attribute.String("reason", reason)))
	if o.tenant != nil && (raw.TenantID == "" || o.err != nil) {
		h.Counts.Count(o.tenant.ID, o.sourceID(), outcome, reason)
	}
	attrs := []slog.Attr{slog.String("status", outcome), slog.String("reason", reason)}
	if !raw.ArrivedAt.IsZero() {
		attrs = append(attrs, slog.Int64("duration_ms", h.Now().Sub(raw.ArrivedAt).Milliseconds()))
	}
	if o.tenant != nil {
		attrs = append(attrs, slog.String("tenant_id", o.tenant.ID))
	}
	if o.requestID != nil {
		attrs = append(attrs, slog.String("request_id", *o.requestID))
	}
	level := slog.LevelInfo
	if o.err != nil {
		attrs = append(attrs, slog.Any("error", o.err))
		level = slog.LevelWarn
		if raw.TenantID != "" { // it was acknowledged as the tenant's
			level = slog.LevelError
		}
	}
	h.Logger.LogAttrs(ctx, level, "kept delivery drained", attrs...)
}
