package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// loadDocument reads the document once: with its examples it takes a third of a second.
var loadDocument = sync.OnceValues(func() (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	document, err := loader.LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	return document, document.Validate(loader.Context, openapi3.EnableExamplesValidation())
})

// newDocument returns the document, which all tests share.
func newDocument(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := loadDocument()
	must(t, err)
	return document
}

// router finds the operation of a request in the document.
var router = sync.OnceValues(func() (routers.Router, error) {
	document, err := loadDocument()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(document)
})

// checkAgainstDocument fails the test if the answer is not what the document promises:
// status, headers, schema, and no field that it does not name.
func checkAgainstDocument(t *testing.T, r *http.Request, got reply) {
	t.Helper()
	find, err := router()
	must(t, err)
	route, params, err := find.FindRoute(r)
	if err != nil {
		return // an address that the document does not know
	}
	stream := got.header.Get("Content-Type") == "text/event-stream" // its events are checked where they are read
	options := &openapi3filter.Options{IncludeResponseStatus: true, ExcludeResponseBody: stream}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route},
		Status:                 got.status, Header: got.header, Options: options,
		Body: io.NopCloser(bytes.NewReader(got.body)),
	})
	if err != nil {
		t.Errorf("%s %s: %v\n%s", r.Method, r.URL.Path, err, got.body)
	}
	checkFields(t, route, got)
}

func checkFields(t *testing.T, route *routers.Route, got reply) {
	t.Helper()
	contentType, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	answer := route.Operation.Responses.Status(got.status)
	if answer == nil || !strings.HasSuffix(contentType, "json") {
		return
	}
	var value any
	must(t, json.Unmarshal(got.body, &value))
	for _, field := range undocumented(answer.Value.Content[contentType].Schema.Value, value, "") {
		t.Errorf("%s: field %s is not in the document", route.Path, field)
	}
}

// undocumented returns the fields of value that schema does not name.
func undocumented(schema *openapi3.Schema, value any, at string) []string {
	for _, alternative := range schema.OneOf {
		if alternative.Value.VisitJSON(value) == nil {
			return undocumented(alternative.Value, value, at)
		}
	}
	if schema.Type == nil && len(schema.AllOf) == 0 && len(schema.Properties) == 0 {
		return nil // the document says that it may be anything
	}
	var found []string
	switch value := value.(type) {
	case map[string]any:
		properties := propertiesOf(schema)
		for name, field := range value {
			switch {
			case properties[name] != nil:
				found = append(found, undocumented(properties[name].Value, field, at+"."+name)...)
			case schema.AdditionalProperties.Has != nil && *schema.AdditionalProperties.Has:
				continue // the document says that it may hold anything
			case schema.AdditionalProperties.Schema == nil:
				found = append(found, at+"."+name)
			}
		}
	case []any:
		for _, item := range value {
			found = append(found, undocumented(schema.Items.Value, item, at+"[]")...)
		}
	}
	return found
}

func propertiesOf(schema *openapi3.Schema) openapi3.Schemas {
	all := maps.Clone(schema.Properties)
	if all == nil {
		all = openapi3.Schemas{}
	}
	for _, part := range schema.AllOf {
		maps.Copy(all, propertiesOf(part.Value))
	}
	return all
}

func TestEveryOperationOfTheDocumentIsRoutedAndNothingElse(t *testing.T) {
	t.Parallel()
	handler, err := api.New(t.Context(), api.Config{}, api.Deps{Health: server.Health("api")})
	must(t, err)
	var routed, documented []string
	must(t, chi.Walk(handler.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routed = append(routed, method+" "+route)
		return nil
	}))
	for path, item := range newDocument(t).Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	slices.Sort(routed)
	slices.Sort(documented)
	if diff := cmp.Diff(documented, routed); diff != "" {
		t.Errorf("document (-) and routes (+):\n%s", diff)
	}
}

func TestTheDocumentsVocabulariesAreThePipelines(t *testing.T) {
	t.Parallel()
	schemas := newDocument(t).Components.Schemas
	analysis := schemas["Analysis"].Value.Properties
	row := propertiesOf(schemas["Request"].Value)
	var statuses []string
	for _, s := range request.Statuses() {
		statuses = append(statuses, string(s))
	}
	for name, test := range map[string]struct {
		schema   *openapi3.SchemaRef
		want     []string
		nullable bool
	}{
		"status":                 {schemas["Status"], statuses, false},
		"intent":                 {analysis["intent"], request.Intents, false},
		"project type":           {analysis["project_type"], request.ProjectTypes, false},
		"timeline":               {analysis["timeline"], request.Timelines, false},
		"budget":                 {schemas["Budget"].Value.Properties["signal"], request.Budgets, false},
		"sentiment":              {analysis["sentiment"], request.Sentiments, false},
		"appointment":            {analysis["appointment"], request.Appointments, false},
		"sentiment of a quarter": {schemas["QuarterSentiment"].Value.Properties["sentiment"], request.Sentiments, false},
		"point of a scorecard":   {schemas["ScorecardPoint"].Value.Properties["point"], request.ScorecardPoints, false},
		"intent of a row":        {row["intent"], request.Intents, true},
		"project type of a row":  {row["project_type"], request.ProjectTypes, true},
		"timeline of a row":      {row["timeline"], request.Timelines, true},
		"budget of a row":        {row["budget"], request.Budgets, true},
	} {
		var want []any
		for _, word := range test.want {
			want = append(want, word)
		}
		if test.nullable {
			want = append(want, nil)
		}
		if diff := cmp.Diff(want, test.schema.Value.Enum); diff != "" {
			t.Errorf("%s (-pipeline +document):\n%s", name, diff)
		}
	}
}

func TestHealthAndTheDocumentNeedNoToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if got := w.do(t, http.MethodGet, "/v1/health", nil); got.status != http.StatusOK {
		t.Errorf("health: got %d", got.status)
	}
	got := w.do(t, http.MethodGet, "/v1/openapi.yaml", nil)
	if got.status != http.StatusOK || !bytes.Equal(got.body, openapi.Document) {
		t.Errorf("document: got %d, %d bytes", got.status, len(got.body))
	}
	again := w.do(t, http.MethodGet, "/v1/openapi.yaml", http.Header{"If-None-Match": {got.header.Get("ETag")}})
	if again.status != http.StatusNotModified {
		t.Errorf("document again: got %d, want 304", again.status)
	}
}

func TestWhatTheDocumentDoesNotKnowIsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token(t, access.PlatformAdmin, "")
	for _, test := range []struct {
		method, path string
		status       int
		code         api.ProblemCode
	}{
		{http.MethodGet, "/", http.StatusNotFound, api.ProblemCodeNotFound},
		{http.MethodGet, "/v1/nothing", http.StatusNotFound, api.ProblemCodeNotFound},
		{http.MethodPost, "/v1/prices", http.StatusMethodNotAllowed, api.ProblemCodeMethodNotAllowed},
		{http.MethodDelete, "/v1/health", http.StatusMethodNotAllowed, api.ProblemCodeMethodNotAllowed},
	} {
		got := w.do(t, test.method, test.path, http.Header{"Authorization": {"Bearer " + token}})
		problem := decode[api.Problem](t, got)
		if got.status != test.status || problem.Code != test.code || got.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: got %d %s", test.method, test.path, got.status, got.body)
		}
		if allow := got.header.Get("Allow"); (got.status == http.StatusMethodNotAllowed) != (allow == http.MethodGet) {
			t.Errorf("%s %s: got Allow %q", test.method, test.path, allow)
		}
	}
}
