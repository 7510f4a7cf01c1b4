package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

const (
	maxBody     = 1 << 20
	preallocate = 64 << 10 // of what a sender announces: a promise must not cost memory

	commitTimeout   = 2 * time.Second
	announceTimeout = time.Second // a publisher that hangs must not keep the answer back

	scope = "github.com/your-org/multi-tenant-pipeline/internal/webhook"
)

// Tenants finds tenants without reading.
type Tenants interface {
	Lookup(id string) (*tenant.Tenant, bool)
	ByCompany(id string) (*tenant.Tenant, *tenant.Source, bool)
	Ready() bool
}

// Keys holds the keys that deliveries are signed with. Complete is false if not all of them
// are known.
type Keys interface {
	Keys(src *tenant.Source) (keys []string, complete bool)
	Bootstrap() (keys []string, complete bool)
}

// Store commits a delivery. Once it returns nil, the request exists.
type Store interface {
	Accept(ctx context.Context, in request.Intake) (request.Acceptance, error)
}

// Announcer tells the step that follows a status.
type Announcer interface {
	Announce(ctx context.Context, status request.Status, tenantID, requestID string, run int64) error
}

// Counts counts what became of deliveries, by tenant and source.
type Counts interface {
	Count(tenantID, sourceID, outcome, reason string)
}

// Deps are what the handlers work with.
type Deps struct {
	Tenants   Tenants
	Keys      Keys
	Store     Store
	Announcer Announcer
	Limits    Limits
	Counts    Counts
	Logger    *slog.Logger     // nil: slog.Default()
	Now       func() time.Time // nil: time.Now
}

type handler struct {
	Deps
	cfg        Config
	decoy      string // a key that nobody knows: an unknown tenant takes as long as a known one
	tracer     trace.Tracer
	deliveries metric.Int64Counter
}

// New returns the webhook's handler:
//
//	POST /v1/callrail/webhook                      tenant by query, body or company; kind by shape
//	POST /v1/callrail/webhook/{tenant_id}/{kind}   the addresses that set-up registers
//	POST /v1/forms/{tenant_id}                     web forms, signed or from a page with a form key
//	GET  /v1/health
func New(cfg Config, deps Deps) (http.Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new webhook: %w", err)
	}
	if deps.Tenants == nil || deps.Keys == nil || deps.Store == nil || deps.Announcer == nil || deps.Limits == nil || deps.Counts == nil {
		return nil, errors.New("new webhook: a dependency is missing")
	}
	deliveries, err := otel.Meter(scope).Int64Counter("webhook.deliveries",
		metric.WithDescription("Deliveries by outcome and reason."))
	if err != nil {
		return nil, fmt.Errorf("new webhook: %w", err)
	}
	h := &handler{Deps: deps, cfg: cfg, decoy: rand.Text(), tracer: otel.Tracer(scope), deliveries: deliveries}
	if h.Logger == nil {
		h.Logger = slog.Default()
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	return h.routes(), nil
}

func (h *handler) routes() http.Handler {
	r := chi.NewRouter()
	r.Post("/v1/callrail/webhook", h.serve)
	r.Post("/v1/callrail/webhook/{tenant_id}/{kind}", h.serve)
	r.Post("/v1/forms/{tenant_id}", h.serveForm)
	r.Options("/v1/forms/{tenant_id}", h.preflight)
	r.Method(http.MethodGet, "/v1/health", server.Health("webhook", server.Check{Name: "tenants", Probe: h.loaded}))
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { writeProblem(w, r, errNotFound) })
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { writeProblem(w, r, errMethod) })
	return r
}

func (h *handler) loaded(context.Context) error {
	if !h.Tenants.Ready() {
		return errors.New("tenants not loaded yet")
	}
	return nil
}

// serve handles: POST /v1/callrail/webhook[/{tenant_id}/{kind}] (called by CallRail and relays).
func (h *handler) serve(w http.ResponseWriter, r *http.Request) {
	start := h.Now()
	// The span is a root unless the server around us has begun one. Trace context that a
	// stranger sent is never followed: it would put our spans into a trace of their choice.
	ctx, span := h.tracer.Start(r.Context(), "webhook", trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	r = r.WithContext(ctx)

	d := delivery{route: routeOf(r), header: r.Header}
	out, err := h.handle(w, r, &d)
	took := h.Now().Sub(start).Milliseconds()
	h.observe(ctx, observation{result: out, err: err, took: took, tenant: d.tenant, source: d.source, reason: string(d.kind)})
	if err != nil {
		writeProblem(w, r, problemOf(err))
		return
	}
	writeJSON(w, r, http.StatusOK, reply{
		Success: true, Status: out.outcome, RequestID: out.requestID, ProcessingTimeMS: took,
		Message: message(out.outcome, out.kind),
	})
}

// handle takes a delivery from its bytes to its outcome.
func (h *handler) handle(w http.ResponseWriter, r *http.Request, d *delivery) (result, error) {
	if d.route.kind != "" && !d.route.kind.Valid() {
		return result{}, errNotFound
	}
	if !h.Tenants.Ready() {
		return result{}, fmt.Errorf("%w: tenants not loaded yet", errUnavailable)
	}
	var err error
	if d.body, err = h.readBody(w, r); err != nil {
		return result{}, err
	}
	if err := h.authenticate(d); err != nil {
		return result{}, err
	}
	if err := h.decode(d); err != nil {
		return result{}, err
	}
	return h.take(r.Context(), d)
}

// readBody reads the body once, as the bytes that were signed. A sender who is slower than
// the timeout is cut off: each one holds a connection and an instance's slot.
func (h *handler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		return nil, hangUp(w, errTooLarge)
	}
	control := http.NewResponseController(w)
	if err := deadline(control, time.Now().Add(h.cfg.BodyTimeout)); err != nil {
		return nil, fmt.Errorf("limit time for body: %w", err)
	}
	var buf bytes.Buffer
	buf.Grow(int(min(max(r.ContentLength, 0), preallocate)) + bytes.MinRead)
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, hangUp(w, errTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, hangUp(w, fmt.Errorf("%w: %w", errSlow, err))
	case err != nil:
		return nil, hangUp(w, fmt.Errorf("%w: read body: %w", errUnreadable, err))
	}
	// A deadline that stays would cancel the request's context while we commit.
	if err := deadline(control, time.Time{}); err != nil {
		return nil, fmt.Errorf("lift time limit: %w", err)
	}
	return buf.Bytes(), nil
}

// hangUp ends the connection after the answer: the rest of a body that was not read would be
// taken for the next request.
func hangUp(w http.ResponseWriter, err error) error {
	w.Header().Set("Connection", "close")
	return err
}

// deadline sets the read deadline, where the writer is a real connection's.
func deadline(control *http.ResponseController, at time.Time) error {
	if err := control.SetReadDeadline(at); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}
