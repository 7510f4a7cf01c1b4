// Package gemini stands in for generateContent on Vertex AI. It is as strict as the real
// service about a request's form, and answers from the prompt alone: the rules analyser
// reads the request data that stands in it, as a model would, and writes JSON.
package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// maxBody is far above any prompt of ours; the real limit is 20 MB for inline data.
const maxBody = 20 << 20

// Models are what is served until Retire.
var Models = []string{
	"gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro", "gemini-3.1-flash-lite",
	"gemini-3.5-flash-lite", "gemini-3.6-flash", "gemini-3.8-flash",
}

// Server is the model service. It is safe for concurrent use.
type Server struct {
	now   func() time.Time
	modes *fault.Modes // spoil answers; nil: none

	mu      sync.Mutex
	retired []string
}

// New returns a server whose answers the modes spoil.
func New(now func() time.Time, modes *fault.Modes) *Server { return &Server{now: now, modes: modes} }

// Retire makes models unknown, as after their shutdown date.
func (s *Server) Retire(models ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = append(s.retired, models...)
}

// Reset ends all retirements.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = nil
}

func (s *Server) serves(model string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(Models, model) && !slices.Contains(s.retired, model)
}

// Handler serves the API. The host's prefix, if there is one, is stripped before.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, version := range []string{"v1", "v1beta1"} {
		mux.HandleFunc("POST /"+version+"/projects/{project}/locations/{location}/publishers/google/models/{call}", s.generate)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { WriteError(w, r, http.StatusNotFound) })
	return mux
}

func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	model, method, _ := strings.Cut(r.PathValue("call"), ":")
	if method != "generateContent" {
		writeError(w, r, &apiError{http.StatusNotFound, "Method not found: " + method})
		return
	}
	if !s.serves(model) {
		name := fmt.Sprintf("projects/%s/locations/%s/publishers/google/models/%s", r.PathValue("project"), r.PathValue("location"), model)
		writeError(w, r, &apiError{http.StatusNotFound, "Publisher Model `" + name + "` was not found or your project does not have access to it. " +
			"Please ensure you are using a valid model version. For more information, see: https://cloud.google.com/vertex-ai/generative-ai/docs/learn/model-versions"})
		return
	}
	req, err := decode(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = req.check(model)
	}
	if err != nil {
		writeError(w, r, err)
		return
	}
	journal.SetTenant(r.Context(), req.Labels["tenant_id"])
	resp, err := s.answer(req, model)
	if err != nil {
		writeError(w, r, err)
		return
	}
	writeJSON(w, r, http.StatusOK, resp)
}

// decode refuses fields that the service does not know, as it does.
func decode(body io.Reader) (*request, error) {
	var req request
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return nil, refuse("Invalid JSON payload received. %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, refuse("Invalid JSON payload received. Unexpected token.")
	}
	return &req, nil
}

// apiError is an answer of the service that is not a success.
type apiError struct {
	code    int
	message string
}

func (e *apiError) Error() string { return e.message }

// refuse returns an error about the request, in the service's words.
func refuse(format string, args ...any) error {
	return &apiError{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// WriteError answers with a status in Google's form. It is the stand-in's fault.ErrorWriter.
func WriteError(w http.ResponseWriter, r *http.Request, status int) {
	writeError(w, r, &apiError{status, http.StatusText(status)})
}

func writeError(w http.ResponseWriter, r *http.Request, err error) {
	var e *apiError
	if !errors.As(err, &e) {
		slog.ErrorContext(r.Context(), "gemini stand-in failed", "error", err)
		e = &apiError{http.StatusInternalServerError, "Internal error encountered."}
	}
	body := map[string]any{"code": e.code, "message": e.message, "status": statusName(e.code)}
	if seconds := w.Header().Get("Retry-After"); seconds != "" {
		body["details"] = []any{map[string]string{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": seconds + "s"}}
	}
	writeJSON(w, r, e.code, map[string]any{"error": body})
}

// statusName is the name of the code in google/rpc/code.proto.
func statusName(code int) string {
	switch code {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusConflict:
		return "ABORTED"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	case http.StatusInternalServerError:
		return "INTERNAL"
	default:
		return "UNKNOWN"
	}
}

func writeJSON(w http.ResponseWriter, r *http.Request, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.DebugContext(r.Context(), "answer not written", "error", err)
	}
}
