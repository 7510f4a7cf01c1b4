package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/limit"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Reasons under which deliveries are counted, besides the kinds of CallRail and the codes of refusals.
const (
	reasonForm       = "web_form"
	reasonHoneypot   = "honeypot"
	reasonSuspended  = "source_suspended"
	reasonUnverified = "unverified"
)

// Limits keeps a tenant within its limits. A limit that is reached is a *limit.ExceededError.
type Limits interface {
	Take(ctx context.Context, t *tenant.Tenant, s limit.Subject) error
}

// submission is what is known of one web form so far.
type submission struct {
	header  http.Header
	origin  string // of the page that sent it
	key     string // the form key that it came with
	body    []byte
	arrived time.Time
	drained bool // it was kept since it arrived

	tenant *tenant.Tenant // whose it claims to be, and is once it is authenticated
	source *tenant.Source // nil until then
	public bool           // sent by a visitor's browser, not signed by a server
	tried  int            // keys that its signature was compared with

	form form
	kept []request.Field // the form's fields as they are stored
}

// serveForm handles: POST /v1/forms/{tenant_id} (called by tenants' servers, which sign, and
// by their visitors' browsers, which have a form key).
func (h *handler) serveForm(w http.ResponseWriter, r *http.Request) {
	start := h.Now()
	ctx, span := h.tracer.Start(r.Context(), "webhook", serverSpan...)
	defer span.End()
	r = r.WithContext(ctx)

	s := submissionOf(r)
	s.arrived = start
	out, err := h.handleForm(w, r, &s)
	took := h.Now().Sub(start).Milliseconds()
	o := observation{result: out, err: err, took: took, tenant: s.tenant, source: s.source, reason: reasonForm}
	if s.form.trapped && err == nil {
		o.outcome, o.reason, o.requestID = request.Ignored, reasonHoneypot, nil
	}
	h.observe(ctx, o)
	if err != nil {
		var exceeded *limit.ExceededError
		if errors.As(err, &exceeded) {
			w.Header().Set("Retry-After", strconv.Itoa(exceeded.Seconds()))
		}
		writeProblem(w, r, problemOf(err))
		return
	}
	writeJSON(w, r, http.StatusOK, reply{
		Success: true, Status: out.outcome, RequestID: out.requestID, ProcessingTimeMS: took,
		Message: message(out.outcome, out.kind),
	})
}

// submissionOf reads what is not in the body.
func submissionOf(r *http.Request) submission {
	return submission{header: r.Header, origin: originOf(r.Header), key: r.URL.Query().Get("key")}
}

// handleForm takes a form from its bytes to its outcome.
func (h *handler) handleForm(w http.ResponseWriter, r *http.Request, s *submission) (result, error) {
	w.Header().Add("Vary", "Origin")
	if !h.Tenants.Ready() && !callrail.Signed(s.signature()) {
		return result{}, fmt.Errorf("%w: tenants not loaded yet", errUnavailable)
	}
	var err error
	if s.body, err = h.readBody(w, r); err != nil {
		return result{}, err
	}
	switch err := h.authenticateForm(r, s); {
	case errors.Is(err, errUnverifiable):
		s.tenant = nil // whose it is has only been claimed
		return h.keepUnverified(r, rawDelivery{Body: s.body, ArrivedAt: s.arrived}, err)
	case err != nil:
		return result{}, err
	}
	if s.public {
		allowOrigin(w.Header(), s.origin)
	}
	if s.form, err = readForm(s.header, s.body); err != nil {
		return result{}, err
	}
	if s.form.trapped {
		// Whoever fills in what no person sees must not learn that it was noticed.
		id := request.RandomID()
		return result{outcome: request.Accepted, kind: request.Form, requestID: &id}, nil
	}
	return h.takeOrKeepForm(r, s)
}

// takeOrKeepForm takes a form within the tenant's limits, or keeps it if the store does not say
// in time that it has it. Whether the day's limit is reached is not known then; the minute's
// holds.
func (h *handler) takeOrKeepForm(r *http.Request, s *submission) (result, error) {
	// Whoever sent it may have hung up, and will not send it again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.cfg.CommitTimeout)
	defer cancel()
	err := h.allow(ctx, s.tenant)
	if err != nil && !errors.Is(err, errUnavailable) {
		return result{}, err
	}
	in := h.formIntake(ctx, s)
	out := result{kind: request.Form, requestID: &in.Request.ID}
	if err == nil {
		out, err = h.takeForm(ctx, s, in)
	}
	if errors.Is(err, errUnavailable) {
		return h.keepVerified(r, s.raw(), out, err)
	}
	return out, err
}

// allow takes one form of the tenant's limits.
func (h *handler) allow(ctx context.Context, t *tenant.Tenant) error {
	err := h.Limits.Take(ctx, t, limit.Forms)
	var exceeded *limit.ExceededError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exceeded) && exceeded.Daily:
		return fmt.Errorf("%w: %w", errQuota, err)
	case exceeded != nil:
		return fmt.Errorf("%w: %w", errRate, err)
	default:
		return fmt.Errorf("%w: %w", errUnavailable, err)
	}
}

// preflight handles: OPTIONS /v1/forms/{tenant_id} (called by browsers before a page's script
// may post). A page that may not is answered the same, without permission.
func (h *handler) preflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Add("Vary", "Origin")
	s := submissionOf(r)
	if t, ok := h.Tenants.Lookup(tenantOf(r)); ok && publicSource(t, s.key, s.origin) != nil {
		allowOrigin(header, s.origin)
		header.Set("Access-Control-Allow-Methods", http.MethodPost)
		header.Set("Access-Control-Allow-Headers", "Content-Type, Idempotency-Key")
		header.Set("Access-Control-Max-Age", "600") // seconds: how long a removed origin may go on asking
	}
	w.WriteHeader(http.StatusNoContent)
}

// allowOrigin lets scripts of a page read the answer.
func allowOrigin(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	h.Set("Access-Control-Expose-Headers", "Retry-After")
}
