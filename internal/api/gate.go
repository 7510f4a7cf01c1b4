package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// maxBody is the most that a request may send; the largest is a tenant's settings.
const maxBody = 1 << 20

// gate lets a request through to its handler if the document says so.
type gate struct {
	operations map[string]*operation
	tokens     *access.Verifier
	tenants    Tenants
}

// grant is what the gate found out about a request.
type grant struct {
	principal *access.Principal
	tenantID  string
}

type grantKey struct{}

// grantOf returns the grant of a request that the gate let through.
func grantOf(ctx context.Context) (grant, error) {
	g, ok := ctx.Value(grantKey{}).(grant)
	if !ok {
		return grant{}, errors.New("the request did not pass the gate")
	}
	return g, nil
}

// admit is chi middleware that runs after routing: the route that is checked is the route
// that will answer.
func (g *gate) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		granted, err := g.check(r)
		if err != nil {
			answerError(w, r, err)
			return
		}
		setHeaders(w)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), grantKey{}, granted)))
	})
}

func (g *gate) check(r *http.Request) (grant, error) {
	pattern := chi.RouteContext(r.Context()).RoutePattern()
	op := g.operations[r.Method+" "+pattern]
	if op == nil {
		return grant{}, fmt.Errorf("no operation for route %s", pattern)
	}
	params, err := pathParams(r)
	if err != nil {
		return grant{}, err
	}
	granted := grant{tenantID: params["tenant_id"]}
	if op.role != "" {
		if granted.principal, err = g.authorize(r, op.role, params); err != nil {
			return grant{}, err
		}
	}
	if err := validate(r, op, params); err != nil {
		return grant{}, err
	}
	if _, scoped := params["tenant_id"]; scoped {
		if _, err := g.tenants.Tenant(r.Context(), granted.tenantID); err != nil {
			return grant{}, err
		}
	}
	return granted, nil
}

// authorize returns who asks. A tenant that the token does not cover is not found, whatever
// else is wrong: a stranger must not learn that it exists.
func (g *gate) authorize(r *http.Request, role access.Role, params map[string]string) (*access.Principal, error) {
	token, err := bearer(r)
	if err != nil {
		return nil, err
	}
	principal, err := g.tokens.Verify(r.Context(), token)
	if err != nil {
		return nil, err
	}
	if tenantID, scoped := params["tenant_id"]; scoped && !principal.Covers(tenantID) {
		return nil, refuse(ProblemCodeNotFound)
	}
	if !principal.Role.Includes(role) {
		return nil, refuse(ProblemCodeInsufficientRole)
	}
	return principal, nil
}

// bearer returns the request's token. Two Authorization headers are refused: who sits in
// front of us may have looked at the other one.
func bearer(r *http.Request) (string, error) {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return "", refuse(ProblemCodeMissingToken)
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", refuse(ProblemCodeInvalidToken)
	}
	return token, nil
}

// pathParams returns the route's parameters as the generated code reads them: chi matches
// the escaped path if there is one.
func pathParams(r *http.Request) (map[string]string, error) {
	routed := chi.RouteContext(r.Context()).URLParams
	params := make(map[string]string, len(routed.Keys))
	for i, name := range routed.Keys {
		value := routed.Values[i]
		if r.URL.RawPath != "" {
			var err error
			if value, err = url.PathUnescape(value); err != nil {
				return nil, &refusal{code: ProblemCodeInvalidRequest, parameter: name}
			}
		}
		params[name] = value
	}
	return params, nil
}

// validate checks a request against its operation and sets the document's defaults in its
// query. A parameter that the document does not name is refused: a misspelled filter
// would silently return everything.
func validate(r *http.Request, op *operation, params map[string]string) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(ProblemCodeInvalidRequest)
	}
	for name, values := range query {
		if !op.query[name] {
			return refuse(ProblemCodeUnknownParameter)
		}
		if len(values) > 1 {
			return &refusal{code: ProblemCodeInvalidRequest, parameter: name}
		}
	}
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: op.route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err == nil {
		return nil
	}
	refused := refuse(ProblemCodeInvalidRequest)
	var wrong *openapi3filter.RequestError
	if errors.As(err, &wrong) && wrong.Parameter != nil {
		refused.parameter = wrong.Parameter.Name
	}
	return refused
}
