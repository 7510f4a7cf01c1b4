package api

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// validate checks a request against its operation and sets the document's defaults in its
// query and body. A parameter that the document does not name is refused: a misspelled filter
// would silently return everything.
func validate(r *http.Request, op *operation, params map[string]string) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(ProblemCodeInvalidRequest)
	}
	for name, values := range query {
		if !op.query[name] {
			return &refusal{code: ProblemCodeUnknownParameter, parameter: name}
		}
		if len(values) > 1 {
			return &refusal{code: ProblemCodeInvalidRequest, parameter: name}
		}
	}
	if !reads(op, r) {
		return refuse(ProblemCodeUnsupportedMediaType)
	}
	return wrongPart(openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: op.route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}))
}

// reads reports whether the operation reads bodies of the request's type.
func reads(op *operation, r *http.Request) bool {
	body := op.route.Operation.RequestBody
	return body == nil || r.ContentLength == 0 || body.Value.Content.Get(r.Header.Get("Content-Type")) != nil
}

// wrongPart turns what the validator found into a refusal that names the parameter, or the
// field of the body. The validator's own text is dropped: it holds what the caller sent.
func wrongPart(err error) error {
	var wrong *openapi3filter.RequestError
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return tooLarge
	case !errors.As(err, &wrong):
		return refuse(ProblemCodeInvalidRequest)
	}
	refused := refuse(ProblemCodeInvalidRequest)
	if wrong.Parameter != nil {
		refused.parameter = wrong.Parameter.Name
	} else {
		refused.parameter = pointer(deepest(wrong.Err))
	}
	return refused
}

// deepest returns the path of the innermost value that an error is about: what fails within
// one of several alternatives is reported for the whole first.
func deepest(err error) []string {
	var schema *openapi3.SchemaError
	var many openapi3.MultiError
	var path []string
	if errors.As(err, &schema) {
		path = append(schema.JSONPointer(), unknown(schema)...)
	}
	if errors.As(err, &many) {
		for _, one := range many {
			if inner := deepest(one); len(inner) > len(path) {
				path = inner
			}
		}
	}
	return path
}

// unknown returns the name of the field that an object has and its schema does not, if the
// error is about one: it is a misspelled one more often than not.
func unknown(wrong *openapi3.SchemaError) []string {
	object, ok := wrong.Value.(map[string]any)
	if !ok || wrong.SchemaField != "properties" {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if wrong.Schema.Properties[name] == nil {
			return []string{name}
		}
	}
	return nil
}

// pointer returns a path as a JSON pointer (RFC 6901), empty for the whole.
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var text strings.Builder
	for _, name := range path {
		text.WriteString("/" + escape.Replace(name))
	}
	return text.String()
}
