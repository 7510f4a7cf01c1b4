package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

// Public marks a service that strangers reach: their trace context is linked, not
// followed, so that nobody can put our spans into a trace of their choice.
func Public() otelhttp.Option {
	return otelhttp.WithPublicEndpointFn(func(*http.Request) bool { return true })
}

// Middleware wraps a service's router: a server span, one log line per request, and a
// 500 instead of a crash when a handler panics. It goes around a chi.Router or an
// http.ServeMux and takes the route from it.
func Middleware(service string, opts ...otelhttp.Option) func(http.Handler) http.Handler {
	traced := otelhttp.NewMiddleware(service, opts...)
	return func(next http.Handler) http.Handler { return traced(logRequests(recoverPanics(next))) }
}

// logRequests writes one line per request: never the query, a header or a body.
func logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		routed := r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, chi.NewRouteContext()))
		defer func() {
			route := routeOf(routed)
			if route != "" {
				r.Pattern = r.Method + " " + route // names the span and the metrics
			}
			slog.Log(r.Context(), level(route, rec.status), "request handled",
				"method", method(r), "route", route, "status", rec.status,
				"duration_ms", time.Since(start).Milliseconds())
		}()
		next.ServeHTTP(rec, routed)
	})
}

// routeOf returns the pattern that matched, empty if none did.
func routeOf(r *http.Request) string {
	if pattern := chi.RouteContext(r.Context()).RoutePattern(); pattern != "" {
		return pattern
	}
	_, path, found := strings.Cut(r.Pattern, " ")
	if !found {
		return r.Pattern
	}
	return path
}

// method keeps invented methods, which may hold anything, out of the log.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "OTHER"
}

// level keeps successful probes out of the way.
func level(route string, status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelWarn
	case strings.HasSuffix(route, "/health"):
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

// recoverPanics answers 500, or breaks the connection if the answer had begun already:
// the caller must not take half of it for the whole.
func recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares the bare value, too
				panic(cause)
			}
			slog.ErrorContext(r.Context(), "handler panicked", "error", fmt.Sprint(cause), "stack", string(debug.Stack()))
			if rec, ok := w.(*recorder); ok && rec.wrote {
				panic(http.ErrAbortHandler)
			}
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder remembers the status. Unwrap lets http.ResponseController reach flushing and
// deadlines of the real writer.
type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status = status
		r.wrote = status >= http.StatusOK // informational ones are not the answer
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
