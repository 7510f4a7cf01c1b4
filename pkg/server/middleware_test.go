package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// captureLog sends the default logger's lines to a buffer until the test ends. Tests
// that use it cannot run in parallel.
func captureLog(t *testing.T) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &out
}

func lines(t *testing.T, out *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for decoder := json.NewDecoder(out); ; {
		var line map[string]any
		if err := decoder.Decode(&line); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"time", "duration_ms", "stack"} {
			delete(line, key)
		}
		all = append(all, line)
	}
}

func reply(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("panic") != "" {
		panic("broken")
	}
	w.WriteHeader(http.StatusTeapot)
}

func chiRouter() http.Handler {
	sub := chi.NewRouter()
	sub.Get("/{id}", reply)
	router := chi.NewRouter()
	router.Mount("/v1/things", sub)
	return router
}

func mux() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /v1/things/{id}", reply)
	return m
}

func TestEachRequestIsOneLineWithItsRoute(t *testing.T) {
	for name, router := range map[string]http.Handler{"chi": chiRouter(), "ServeMux": mux()} {
		t.Run(name, func(t *testing.T) {
			out := captureLog(t)
			h := Middleware("test")(router)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/things/thing-of-mine?key=hidden", nil)
			h.ServeHTTP(httptest.NewRecorder(), r)
			if strings.Contains(out.String(), "hidden") || strings.Contains(out.String(), "thing-of-mine") {
				t.Errorf("log %s shows what the caller sent", out)
			}
			want := []map[string]any{{"level": "INFO", "msg": "request handled", "method": "GET", "route": "/v1/things/{id}", "status": 418.0}}
			if diff := cmp.Diff(want, lines(t, out)); diff != "" {
				t.Errorf("log differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPanicIsA500AndLoggedOnce(t *testing.T) {
	out := captureLog(t)
	rec := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/things/42?panic=1", nil)
	Middleware("test")(chiRouter()).ServeHTTP(rec, r)
	if got := strings.TrimSpace(rec.Body.String()); rec.Code != 500 || got != "Internal Server Error" {
		t.Errorf("got %d %q, want 500 and a fixed sentence", rec.Code, got)
	}
	want := []map[string]any{
		{"level": "ERROR", "msg": "handler panicked", "error": "broken"},
		{"level": "WARN", "msg": "request handled", "method": "GET", "route": "/v1/things/{id}", "status": 500.0},
	}
	if diff := cmp.Diff(want, lines(t, out)); diff != "" {
		t.Errorf("log differs (-want +got):\n%s", diff)
	}
}

func TestAPanicAfterTheAnswerBeganBreaksTheConnection(t *testing.T) {
	captureLog(t)
	srv := httptest.NewServer(Middleware("test")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half of it")
		panic("broken")
	})))
	defer srv.Close()
	if got := get(t.Context(), srv.URL); got.err == nil {
		t.Errorf("the client took %+v for an answer", got)
	}
}

func TestUnknownRoutesAndMethodsAreNotQuotedInTheLog(t *testing.T) {
	out := captureLog(t)
	r := httptest.NewRequestWithContext(t.Context(), "HACK", "/secret-path", nil)
	Middleware("test")(chiRouter()).ServeHTTP(httptest.NewRecorder(), r)
	if got := out.String(); strings.Contains(got, "HACK") || strings.Contains(got, "secret-path") {
		t.Errorf("log %s quotes the request", got)
	}
}

func TestServerSpanFollowsOnlyTrustedCallers(t *testing.T) {
	t.Parallel()
	const caller = "0af7651916cd43dd8448eb211c80319c"
	for _, test := range []struct {
		name   string
		opts   []otelhttp.Option
		follow bool
	}{
		{"private", nil, true},
		{"public", []otelhttp.Option{Public()}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			spans := tracetest.NewSpanRecorder()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
			opts := slices.Concat(test.opts, []otelhttp.Option{
				otelhttp.WithTracerProvider(provider), otelhttp.WithPropagators(propagation.TraceContext{}),
			})
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/things/42", nil)
			r.Header.Set("Traceparent", "00-"+caller+"-b7ad6b7169203331-01")
			Middleware("test", opts...)(chiRouter()).ServeHTTP(httptest.NewRecorder(), r)

			span := spans.Ended()[0]
			if followed := span.SpanContext().TraceID().String() == caller; followed != test.follow {
				t.Errorf("follows the caller's trace: %t, want %t", followed, test.follow)
			}
			if !test.follow && len(span.Links()) != 1 {
				t.Errorf("%d links, want one to the caller's trace", len(span.Links()))
			}
			if want := "GET /v1/things/{id}"; span.Name() != want {
				t.Errorf("span is named %q, want %q", span.Name(), want)
			}
		})
	}
}
