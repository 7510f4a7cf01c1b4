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
	"golang.org/x/time/rate"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

const (
	maxBody     = 1 << 20
	preallocate = 64 << 10 // of what a sender announces: a promise must not cost memory

	callrailPath = "/v1/callrail/webhook"
	formsPath    = "/v1/forms/{tenant_id}"

	scope = "github.com/your-org/multi-tenant-pipeline/internal/webhook"
)

var serverSpan = []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer)}

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

// Store commits a delivery. Once it returns nil, the request exists; if it does not, it may.
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
	Intake    Intake
	Limits    Limits
	Counts    Counts
	Logger    *slog.Logger     // nil: slog.Default()
	Now       func() time.Time // nil: time.Now
}

// Webhook takes deliveries in: as a handler those that come from outside, and by Drain those that
// were kept when they came.
type Webhook struct {
	http.Handler
	h *handler
}

type handler struct {
	Deps
	cfg        Config
	decoy      string // a key that nobody knows: an unknown tenant takes as long as a known one
	router     chi.Router
	unverified *rate.Limiter
	tracer     trace.Tracer
	deliveries metric.Int64Counter
	series     series // of deliveries
	kept       metric.Int64Counter
	drained    metric.Int64Counter
}

// New returns the webhook. As a handler it serves
//
//	POST /v1/callrail/webhook                      tenant by query, body or company; kind by shape
//	POST /v1/callrail/webhook/{tenant_id}/{kind}   the addresses that set-up registers
//	POST /v1/forms/{tenant_id}                     web forms, signed or from a page with a form key
//	GET  /v1/health
func New(cfg Config, deps Deps) (*Webhook, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("new webhook: %w", err)
	}
	if deps.Tenants == nil || deps.Keys == nil || deps.Store == nil || deps.Announcer == nil || deps.Intake == nil || deps.Limits == nil || deps.Counts == nil {
		return nil, errors.New("new webhook: a dependency is missing")
	}
	h := &handler{
		Deps: deps, cfg: cfg, decoy: rand.Text(), tracer: otel.Tracer(scope),
		unverified: rate.NewLimiter(rate.Limit(float64(cfg.UnverifiedPerMinute)/time.Minute.Seconds()), cfg.UnverifiedPerMinute),
	}
	if err := h.meter(); err != nil {
		return nil, fmt.Errorf("new webhook: %w", err)
	}
	if h.Logger == nil {
		h.Logger = slog.Default()
	}
	if h.Now == nil {
		h.Now = time.Now
	}
	h.router = h.routes()
	return &Webhook{Handler: h.router, h: h}, nil
}

func (h *handler) meter() error {
	meter := otel.Meter(scope)
	var errs [3]error
	h.deliveries, errs[0] = meter.Int64Counter("webhook.deliveries", metric.WithDescription("Deliveries by outcome and reason."))
	h.kept, errs[1] = meter.Int64Counter("webhook.intake.accepted", metric.WithDescription("Deliveries that were kept in the intake topic, by whether they were verified."))
	h.drained, errs[2] = meter.Int64Counter("webhook.intake.drained", metric.WithDescription("Deliveries that left the intake topic, by outcome and reason."))
	return errors.Join(errs[:]...)
}

func (h *handler) routes() chi.Router {
	r := chi.NewRouter()
	r.Post(callrailPath, h.serve)
	r.Post(callrailPath+"/{tenant_id}/{kind}", h.serve)
	r.Post(formsPath, h.serveForm)
	r.Options(formsPath, h.preflight)
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
	ctx, span := h.tracer.Start(r.Context(), "webhook", serverSpan...)
	defer span.End()
	r = r.WithContext(ctx)

	d := delivery{route: routeOf(r), header: r.Header, arrived: start}
	out, err := h.handle(w, r, &d)
	took := h.Now().Sub(start).Milliseconds()
	h.observe(ctx, observation{result: out, err: err, took: took, tenant: d.tenant, source: d.source, reason: d.reason()})
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
	if !h.Tenants.Ready() && !callrail.Signed(d.header) {
		return result{}, fmt.Errorf("%w: tenants not loaded yet", errUnavailable)
	}
	var err error
	if d.body, err = h.readBody(w, r); err != nil {
		return result{}, err
	}
	switch err := h.authenticate(d); {
	case errors.Is(err, errUnverifiable):
		d.tenant, d.source = nil, nil // whose it is has only been claimed
		return h.keepUnverified(r, rawDelivery{Body: d.body, ArrivedAt: d.arrived}, err)
	case err != nil:
		return result{}, err
	}
	if err := h.decode(d); err != nil {
		return result{}, err
	}
	if err := h.check(d); err != nil {
		return result{}, err
	}
	// CallRail does not send a delivery again: that it hung up is no reason to forget it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), h.cfg.CommitTimeout)
	defer cancel()
	out, err := h.take(ctx, d)
	if errors.Is(err, errUnavailable) {
		return h.keepVerified(r, d.raw(), out, err)
	}
	return out, err
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
	if _, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return nil, hangUp(w, notRead(err))
	}
	// A deadline that stays would cancel the request's context while we commit.
	if err := deadline(control, time.Time{}); err != nil {
		return nil, fmt.Errorf("lift time limit: %w", err)
	}
	return buf.Bytes(), nil
}

// notRead says why a body could not be read.
func notRead(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: %w", errSlow, err)
	default:
		return fmt.Errorf("%w: read body: %w", errUnreadable, err)
	}
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
