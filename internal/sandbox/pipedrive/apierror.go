package pipedrive

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// apiError is a refusal in Pipedrive's shape.
type apiError struct {
	HTTP       int    `json:"-"`
	Success    bool   `json:"success"`
	Error      string `json:"error"`
	Info       string `json:"error_info"`
	Code       string `json:"code,omitempty"`
	ErrorCode  int    `json:"errorCode,omitempty"` // of a 401 only
	Data       any    `json:"data"`
	Additional any    `json:"additional_data"`
}

func (e *apiError) write(w http.ResponseWriter) {
	e.Info = "Please check developers.pipedrive.com for more information about Pipedrive API."
	answer(w, e.HTTP, e)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

func refused(status int, message string) *apiError {
	return &apiError{HTTP: status, Error: message}
}

// invalid refuses a body or a parameter.
func invalid(format string, args ...any) *apiError {
	return &apiError{HTTP: http.StatusBadRequest, Error: fmt.Sprintf(format, args...), Code: "ERR_BAD_REQUEST"}
}

func notFound(what string) *apiError {
	return &apiError{HTTP: http.StatusNotFound, Error: what + " not found", Code: "ERR_NOT_FOUND"}
}

func unauthorized() *apiError {
	return &apiError{HTTP: http.StatusUnauthorized, Error: "unauthorized access", ErrorCode: http.StatusUnauthorized}
}

func overLimit() *apiError { return refused(http.StatusTooManyRequests, "Request over limit") }

func outOfSupport(*company, *http.Request) (result, *apiError) {
	return result{}, refused(http.StatusGone, "This endpoint is not supported any more. Use /api/v2 instead.")
}

// writePage answers as Cloudflare does before Pipedrive.
func writePage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>%s | Cloudflare</title></head><body>%s</body></html>",
		http.StatusText(status), "You have been blocked.")
}

// WriteError answers with a status as Pipedrive does, for faults that are injected. A 403
// and the errors of a gateway are Cloudflare's.
func WriteError(w http.ResponseWriter, r *http.Request, status int) {
	if strings.HasPrefix(r.URL.Path, "/oauth/") && status < http.StatusInternalServerError {
		writeOAuth(w, status, "invalid_grant", "Grant token is invalid")
		return
	}
	switch status {
	case http.StatusUnauthorized:
		unauthorized().write(w)
	case http.StatusForbidden, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		writePage(w, status)
	case http.StatusTooManyRequests:
		overLimit().write(w)
	case http.StatusBadRequest:
		invalid("Bad request").write(w)
	default:
		refused(status, http.StatusText(status)).write(w)
	}
}

// decode reads a JSON object whose numbers stay as they are written.
func decode(r *http.Request) (map[string]any, *apiError) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if strings.TrimSpace(kind) != "application/json" {
		return nil, refused(http.StatusUnsupportedMediaType, "Content-Type has to be application/json")
	}
	raw, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 4<<20))
	if err != nil {
		return nil, invalid("Body cannot be read")
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil || body == nil {
		return nil, invalid("Body is not a JSON object")
	}
	return body, nil
}
