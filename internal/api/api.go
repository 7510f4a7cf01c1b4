package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-chi/chi/v5"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Config is the API's configuration.
type Config struct {
	Access access.Config
}

// Validate reports every problem at once.
func (c *Config) Validate() error { return c.Access.Validate() }

// Tenants knows which tenants exist. An id that nobody has is tenant.ErrUnknown.
type Tenants interface {
	Tenant(ctx context.Context, id string) (*tenant.Tenant, error)
}

// Scope reads the rows of one tenant. What is not there is store.ErrNotFound, or nil for
// a part of a request that is not there yet.
type Scope interface {
	Requests
	Findings
	History
	Auditor
}

// Requests reads requests.
type Requests interface {
	List(ctx context.Context, f store.Filter) ([]*request.Request, error)
	Request(ctx context.Context, requestID string) (*request.Request, error)
}

// Findings reads what the steps found out about a request.
type Findings interface {
	Transcript(ctx context.Context, requestID string) (*request.Transcript, error)
	Analysis(ctx context.Context, requestID string) (*request.Analysis, error)
}

// History reads what became of a request.
type History interface {
	Deliveries(ctx context.Context, requestID string) ([]request.Delivery, error)
	Events(ctx context.Context, requestID string) ([]request.Event, error)
}

// Auditor keeps who did what.
type Auditor interface {
	Audit(ctx context.Context, actor, action, target string) error
}

// Deps are what the API stands on.
type Deps struct {
	Tenants Tenants
	Scope   func(tenantID string) Scope
	Health  http.Handler // answers GET /v1/health
	Now     func() time.Time
}

// New returns the API's handler. It fails if the document does not say of each operation
// who may use it.
func New(ctx context.Context, cfg Config, deps Deps) (http.Handler, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, fmt.Errorf("read openapi document: %w", err)
	}
	operations, err := operationsOf(document)
	if err != nil {
		return nil, fmt.Errorf("read openapi document: %w", err)
	}
	g := &gate{operations: operations, tokens: access.New(ctx, cfg.Access, deps.Now), tenants: deps.Tenants}
	return newRouter(g, deps), nil
}

func newRouter(g *gate, deps Deps) chi.Router {
	router := chi.NewRouter()
	router.NotFound(func(w http.ResponseWriter, r *http.Request) { answerError(w, r, refuse(ProblemCodeNotFound)) })
	router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Allow"] = allowed(router, r)
		answerError(w, r, refuse(ProblemCodeMethodNotAllowed))
	})
	router.Method(http.MethodGet, "/v1/health", deps.Health)
	router.Method(http.MethodGet, "/v1/openapi.yaml", documentHandler())
	strict := NewStrictHandlerWithOptions(&handlers{scope: deps.Scope}, nil, StrictHTTPServerOptions{
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

// documentHandler serves the document under the hash of its content.
func documentHandler() http.Handler {
	sum := sha256.Sum256(openapi.Document)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/yaml")
		w.Header().Set("Cache-Control", "no-cache") // kept, but asked for again with the tag
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(openapi.Document))
	})
}
