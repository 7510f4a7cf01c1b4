package salesforce

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// apiError is a refusal in Salesforce's shape, which wraps it in a list.
type apiError struct {
	HTTP      int       `json:"-"`
	Message   string    `json:"message"`
	Code      string    `json:"errorCode"`
	Fields    *[]string `json:"fields,omitempty"` // of refusals by the record's validation only
	Duplicate any       `json:"duplicateResut,omitempty"`
	Matches   []string  `json:"-"` // of a 300, whose body is a list of addresses
}

func (e *apiError) write(w http.ResponseWriter) {
	if e.HTTP == http.StatusMultipleChoices {
		answer(w, e.HTTP, e.Matches)
		return
	}
	answer(w, e.HTTP, []*apiError{e})
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

// refused is a refusal of the request as a whole.
func refused(status int, code, message string) *apiError {
	return &apiError{HTTP: status, Code: code, Message: message}
}

// invalid is a refusal of a record's fields.
func invalid(code, message string, fields ...string) *apiError {
	if fields == nil {
		fields = []string{}
	}
	return &apiError{HTTP: http.StatusBadRequest, Code: code, Message: message, Fields: &fields}
}

func notFound() *apiError {
	return refused(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func invalidSession() *apiError {
	return refused(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
}

func isDeleted(fields ...string) *apiError {
	err := invalid("ENTITY_IS_DELETED", "entity is deleted", fields...)
	err.HTTP = http.StatusNotFound
	return err
}

func isConverted(fields ...string) *apiError {
	return invalid("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", fields...)
}

func noColumn(name, object string) *apiError {
	return refused(http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, object))
}

func unparsable(message string) *apiError {
	return refused(http.StatusBadRequest, "JSON_PARSER_ERROR", message)
}

func malformed(format string, args ...any) *apiError {
	return refused(http.StatusBadRequest, "MALFORMED_QUERY", fmt.Sprintf(format, args...))
}

// What the two limits say: the code is the same.
const (
	dailyExceeded      = "TotalRequests Limit exceeded."
	concurrentExceeded = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
)

func limitExceeded(message string) *apiError {
	return refused(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", message)
}

// WriteError answers with a status as Salesforce does, for faults that are injected: 400
// is a locked row, 403 the daily limit, 429 (which Salesforce itself answers as 403) the
// limit of concurrent requests.
func WriteError(w http.ResponseWriter, r *http.Request, status int) {
	if strings.HasPrefix(r.URL.Path, "/services/oauth2/") {
		writeTokenFault(w, status)
		return
	}
	err := refused(status, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support.")
	switch status {
	case http.StatusBadRequest:
		err = invalid("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records")
	case http.StatusUnauthorized:
		err = invalidSession()
	case http.StatusForbidden:
		err = limitExceeded(dailyExceeded)
	case http.StatusNotFound:
		err = notFound()
	case http.StatusTooManyRequests:
		err = limitExceeded(concurrentExceeded)
		err.HTTP = status
	case http.StatusServiceUnavailable:
		err.Code, err.Message = "SERVER_UNAVAILABLE", "Server Unavailable"
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		writePage(w, status)
		return
	}
	err.write(w)
}

// writePage answers as a proxy before Salesforce does.
func writePage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><head><title>"+http.StatusText(status)+"</title></head><body></body></html>") // the client may have gone
}
