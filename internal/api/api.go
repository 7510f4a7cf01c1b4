package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Config is the API's configuration.
type Config struct {
	Access    access.Config
	Limits    CallerLimits
	Addresses Addresses
}

// Validate reports every problem at once.
func (c *Config) Validate() error {
	return errors.Join(c.Access.Validate(), c.Limits.Validate(), c.Addresses.Validate())
}

// Tenants knows which tenants exist. An id that nobody has is tenant.ErrUnknown.
type Tenants interface {
	Tenant(ctx context.Context, id string) (*tenant.Tenant, error)
	All() []*tenant.Tenant // by id
	// Changed makes it see what was changed before the call.
	Changed(ctx context.Context) error
}

// Scope reads the rows of one tenant. What is not there is store.ErrNotFound, or nil for
// a part of a request that is not there yet.
type Scope interface {
	Ingestion
	Requests
	Findings
	History
	Repairs
	Retries
	Auditor
	Statistics
	Pauses
	Letters
	Jobs
	People
	Administration
	Traffic
	Lessons
}

// Deps are what the API stands on.
type Deps struct {
	Tenants Tenants
	Scope   func(tenantID string) Scope
	Health  http.Handler // answers GET /v1/health
	Now     func() time.Time
	Prices  *cost.Table

	Platform  Platform  // what is about no single tenant
	Publisher Publisher // publishes dead letters again, and deliveries that are due
	Announcer Announcer

	Limiter    Limiter
	Counts     Counts
	Recordings Recordings
	Importer   Importer
	Surveyor   Surveyor
	Downloads  Downloads

	Secrets Secrets
	Vault   VaultFunc
	Connect Connect
	Tracker Tracker
	Tester  Tester
}

// documented returns the document's operations, which never change.
var documented = sync.OnceValues(func() (map[string]*operation, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	return operationsOf(document)
})

// New returns the API's handler. It fails if the document does not say of each operation
// who may use it.
func New(ctx context.Context, cfg Config, deps Deps) (http.Handler, error) {
	operations, err := documented()
	if err != nil {
		return nil, fmt.Errorf("read openapi document: %w", err)
	}
	g := &gate{
		operations: operations, tokens: access.New(ctx, cfg.Access, deps.Now), tenants: deps.Tenants, limits: newLimits(cfg.Limits, deps.Now),
	}
	return newRouter(g, pageHandler(), &handlers{scope: deps.Scope, deps: deps, addresses: cfg.Addresses, hub: newHub(ctx, deps.Scope, deps.Now)}), nil
}

func newRouter(g *gate, page http.Handler, h *handlers) chi.Router {
	router := chi.NewRouter()
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { answerError(w, r, refuse(ProblemCodeNotFound)) })
	router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Allow"] = allowed(router, r)
		answerError(w, r, refuse(ProblemCodeMethodNotAllowed))
	})
	router.Method(http.MethodGet, "/v1/health", h.deps.Health)
	router.Method(http.MethodGet, "/v1/openapi.yaml", kept("application/yaml", openapi.Document))
	router.Method(http.MethodGet, "/v1/docs", page)
	strict := NewStrictHandlerWithOptions(h, []StrictMiddlewareFunc{tagged}, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  answerUnreadable,
		ResponseErrorHandlerFunc: answerError,
	})
	HandlerWithOptions(strict, ChiServerOptions{
		BaseRouter: router.With(g.admit), ErrorHandlerFunc: answerUnreadable,
	})
	return router
}

// allowed returns the methods that the request's address knows.
func allowed(routes chi.Routes, r *http.Request) []string {
	path := cmp.Or(r.URL.RawPath, r.URL.Path)
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), method, path) {
			methods = append(methods, method)
		}
	}
	return methods
}
