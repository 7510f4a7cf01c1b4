package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	openapi "github.com/your-org/multi-tenant-pipeline/docs/api"
)

// noon is when the tests happen.
var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

// fakeAPI answers every operation with the document's own example, once it has checked the
// request against the document.
type fakeAPI struct {
	t      *testing.T
	url    string
	router routers.Router

	onRequest func(*http.Request)

	mu      sync.Mutex
	replies map[string][]reply // by operation, in order; the last one stays
	calls   []call
}

// reply is an answer that is not the document's.
type reply struct {
	status   int
	kind     string // of the content; empty: JSON
	body     string
	location string
}

// call is a request that the API got.
type call struct {
	operation, path, ifMatch, token string
	body                            string
}

// document is read once for all tests.
var document = sync.OnceValues(func() (routers.Router, error) {
	read, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(read)
})

func newFakeAPI(t *testing.T) *fakeAPI {
	t.Helper()
	router, err := document()
	must(t, err)
	f := &fakeAPI{t: t, router: router, replies: map[string][]reply{}}
	served := httptest.NewServer(f)
	t.Cleanup(served.Close)
	f.url = served.URL
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer replaces the answers to an operation.
func (f *fakeAPI) answer(operation string, replies ...reply) *fakeAPI {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replies[operation] = replies
	return f
}

// asked returns what was asked for, without the questions that only read.
func (f *fakeAPI) asked() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, params, err := f.router.FindRoute(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
	if err == nil {
		err = unknownParameter(r, route)
	}
	if err != nil {
		f.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	operation := route.Operation.OperationID
	f.mu.Lock()
	f.calls = append(f.calls, call{
		operation: operation, path: r.URL.RequestURI(), ifMatch: r.Header.Get("If-Match"),
		token: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), body: string(body),
	})
	queue := f.replies[operation]
	if len(queue) > 1 {
		f.replies[operation] = queue[1:]
	}
	f.mu.Unlock()
	if f.onRequest != nil {
		f.onRequest(r)
	}
	w.Header().Set("ETag", `"v1"`)
	if len(queue) > 0 {
		write(w, queue[0])
		return
	}
	write(w, example(route.Operation, strings.Contains(string(body), `"estimate":true`) || strings.Contains(string(body), `"preview":true`)))
}

type unknown string

func (u unknown) Error() string { return "the document does not know the parameter " + string(u) }

func unknownParameter(r *http.Request, route *routers.Route) error {
	for name := range r.URL.Query() {
		if route.Operation.Parameters.GetByInAndName("query", name) == nil && route.PathItem.Parameters.GetByInAndName("query", name) == nil {
			return unknown(name)
		}
	}
	return nil
}

func write(w http.ResponseWriter, r reply) {
	if r.kind == "" {
		r.kind = "application/json"
	}
	w.Header().Set("Content-Type", r.kind)
	w.Header().Set("Location", r.location)
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.body)
}

// example returns the document's answer to an operation that goes well: of those that estimate
// or preview, the first is that, the second the job.
func example(operation *openapi3.Operation, first bool) reply {
	if operation.OperationID == "getDocument" {
		return reply{status: http.StatusOK, kind: "application/yaml", body: string(openapi.Document)}
	}
	codes := []int{http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent}
	if slices.Contains([]string{"createImport", "createRescore", "createReanalysis"}, operation.OperationID) && !first {
		codes = codes[2:]
	}
	for _, status := range codes {
		found := operation.Responses.Status(status)
		if found == nil {
			continue
		}
		content := found.Value.Content.Get("application/json")
		if content == nil {
			return reply{status: status}
		}
		value := content.Example
		for _, named := range content.Examples {
			value = named.Value.Value
		}
		body, _ := json.Marshal(value)
		return reply{status: status, body: string(body)}
	}
	return reply{status: http.StatusNotImplemented}
}

// run is one run of the tool.
type run struct {
	api      *fakeAPI
	env      map[string]string
	stdin    string
	attended bool
	watched  bool
	cloud    func(context.Context, string) (cloud, error)
}

// result is what came of it.
type result struct {
	out, err string
	code     int
}

// tool runs the tool with these arguments, for the tenant tenant_demo.
func (r run) tool(t *testing.T, args ...string) result {
	t.Helper()
	return r.within(t.Context(), args...)
}

func (r run) within(ctx context.Context, args ...string) result {
	env := map[string]string{"PIPELINE_TOKEN": "secret-token", "PIPELINE_TENANT": "tenant_demo", "XDG_CONFIG_HOME": "/nonexistent"}
	if r.api != nil {
		env["PIPELINE_API"] = r.api.url
	}
	for name, value := range r.env {
		env[name] = value
	}
	root := newRoot(&tool{
		getenv: func(name string) string { return env[name] }, version: "v1.4.0", now: func() time.Time { return noon }, poll: time.Millisecond,
		attended: func() bool { return r.attended }, watched: func() bool { return r.watched },
		password: func() ([]byte, error) { return []byte("typed"), nil }, cloud: r.cloud,
	})
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(r.stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	code := execute(ctx, root, args)
	return result{out: out.String(), err: errs.String(), code: code}
}

// problem is an answer that says no.
func problem(status int, code, detail, more string) reply {
	return reply{status: status, kind: "application/problem+json", body: `{"type":"about:blank","title":"T","status":` +
		strconv.Itoa(status) + `,"code":"` + code + `","detail":"` + detail + `"` + more + `}`}
}
