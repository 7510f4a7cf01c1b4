package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// maxBody is the most that a request may send; the largest is a tenant's settings.
const maxBody = 1 << 20

// gate lets a request through to its handler if the document says so.
type gate struct {
	operations map[string]*operation
	tokens     *access.Verifier
	tenants    Tenants
	limits     *limits
}

// grant is what the gate found out about a request.
type grant struct {
	principal *access.Principal // nil: a public operation
	tenantID  string            // empty: an operation on no single tenant
	origin    string            // the address that the request came from
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
		ctx := store.WithOrigin(r.Context(), granted.origin)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, grantKey{}, granted)))
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
	granted := grant{tenantID: params["tenant_id"], origin: server.Address(r, g.limits.cfg.TrustedHops)}
	if op.role != "" {
		if granted.principal, err = g.authenticate(r, granted.origin); err != nil {
			return grant{}, err
		}
		if err := authorize(granted.principal, op.role, params); err != nil {
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

// authenticate returns who asks, if not too often.
func (g *gate) authenticate(r *http.Request, origin string) (*access.Principal, error) {
	principal, err := g.principal(r)
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return nil, err // it may well be somebody whom we know
	case err != nil:
		return nil, cmp.Or(g.limits.stranger(origin), err)
	}
	if access.IsPart(r.Context()) {
		return principal, nil // counted already
	}
	return principal, g.limits.bearer(principal.Actor())
}

func (g *gate) principal(r *http.Request) (*access.Principal, error) {
	token, err := bearer(r)
	if err != nil {
		return nil, err
	}
	return g.tokens.Verify(r.Context(), token)
}

// authorize refuses what the principal may not do. A tenant that the token does not cover is
// not found, whatever else is wrong: a stranger must not learn that it exists. What is about
// no single tenant is for those alone whose issuer speaks for all.
func authorize(p *access.Principal, role access.Role, params map[string]string) error {
	tenantID, scoped := params["tenant_id"]
	switch {
	case scoped && !p.Covers(tenantID):
		return refuse(ProblemCodeNotFound)
	case !p.Role.Includes(role):
		return refuse(ProblemCodeInsufficientRole)
	case !scoped && role == access.PlatformAdmin && !p.CoversAll():
		return refuse(ProblemCodeInsufficientRole)
	}
	return nil
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
