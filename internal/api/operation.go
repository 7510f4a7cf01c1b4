package api

import (
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
)

// roleExtension states an operation's least role in the document.
const roleExtension = "x-required-role"

// operation is what the document says of one route.
type operation struct {
	route *routers.Route
	role  access.Role     // the least that may use it; empty: anybody, without a token
	query map[string]bool // its query parameters
}

// operationsOf returns the document's operations by method and path.
func operationsOf(document *openapi3.T) (map[string]*operation, error) {
	all := map[string]*operation{}
	var errs []error
	for path, item := range document.Paths.Map() {
		for method, op := range item.Operations() {
			role, err := requiredRole(document, op)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s %s: %w", method, path, err))
			}
			all[method+" "+path] = &operation{
				route: &routers.Route{Spec: document, Path: path, PathItem: item, Method: method, Operation: op},
				role:  role, query: queryOf(item, op),
			}
		}
	}
	return all, errors.Join(errs...)
}

// requiredRole returns the operation's role. An operation is either public or has one:
// forgetting it must not open anything.
func requiredRole(document *openapi3.T, op *openapi3.Operation) (access.Role, error) {
	security := op.Security
	if security == nil {
		security = &document.Security
	}
	value, stated := op.Extensions[roleExtension]
	text, _ := value.(string)
	role := access.Role(text)
	switch public := len(*security) == 0; {
	case public && stated:
		return "", fmt.Errorf("is public and has %s", roleExtension)
	case public:
		return "", nil
	case !role.Valid():
		return "", fmt.Errorf("has no valid %s", roleExtension)
	}
	return role, nil
}

func queryOf(item *openapi3.PathItem, op *openapi3.Operation) map[string]bool {
	names := map[string]bool{}
	for _, parameters := range []openapi3.Parameters{item.Parameters, op.Parameters} {
		for _, p := range parameters {
			if p.Value.In == openapi3.ParameterInQuery {
				names[p.Value.Name] = true
			}
		}
	}
	return names
}
