package hubspot

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// apiError is a refusal in HubSpot's shape.
type apiError struct {
	HTTP        int          `json:"-"`
	Status      string       `json:"status"`
	Message     string       `json:"message"`
	Correlation string       `json:"correlationId"`
	Category    string       `json:"category,omitempty"`
	SubCategory string       `json:"subCategory,omitempty"`
	Errors      []fieldError `json:"errors,omitempty"`

	// Of a 429 only, which in turn has no category.
	ErrorType  string `json:"errorType,omitempty"`
	PolicyName string `json:"policyName,omitempty"`
	RequestID  string `json:"requestId,omitempty"`
}

// fieldError is the refusal of one property.
type fieldError struct {
	Message string              `json:"message"`
	Code    string              `json:"code,omitempty"`
	Context map[string][]string `json:"context,omitempty"`
}

func (e *apiError) write(w http.ResponseWriter) {
	e.Status, e.Correlation = "error", uuid()
	answer(w, e.HTTP, e)
}

func answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

func invalid(message string, errs ...fieldError) *apiError {
	return &apiError{HTTP: http.StatusBadRequest, Message: message, Category: "VALIDATION_ERROR", Errors: errs}
}

// missing refuses a body that lacks members.
func missing(names ...string) *apiError {
	return invalid(fmt.Sprintf("Some required fields were not set: [%s]", strings.Join(names, ", ")))
}

func notFound() *apiError {
	return &apiError{HTTP: http.StatusNotFound, Message: "resource not found", Category: "OBJECT_NOT_FOUND"}
}

func conflict(message string) *apiError {
	return &apiError{HTTP: http.StatusConflict, Message: message, Category: "CONFLICT"}
}

func alreadyExists(message, subCategory string) *apiError {
	return &apiError{HTTP: http.StatusConflict, Message: message, Category: "OBJECT_ALREADY_EXISTS", SubCategory: subCategory}
}

func unauthenticated(message string) *apiError {
	return &apiError{HTTP: http.StatusUnauthorized, Message: message, Category: "INVALID_AUTHENTICATION"}
}

func missingScopes(scopes ...string) *apiError {
	return &apiError{
		HTTP: http.StatusForbidden, Category: "MISSING_SCOPES",
		Message: "This app hasn't been granted all required scopes to make this call.",
		Errors: []fieldError{{
			Message: "One or more of the following scopes are required.",
			Context: map[string][]string{"requiredGranularScopes": scopes},
		}},
	}
}

// Policies that a 429 names.
const (
	policyBurst  = "TEN_SECONDLY_ROLLING"
	policySearch = "SECONDLY"
	policyDaily  = "DAILY"
)

func rateLimited(policy string) *apiError {
	return &apiError{
		HTTP: http.StatusTooManyRequests, ErrorType: "RATE_LIMIT", PolicyName: policy, RequestID: uuid(),
		Message: fmt.Sprintf("You have reached your %s limit.", strings.ToLower(policy)),
	}
}

// WriteError answers with a status as HubSpot does, for faults that are injected.
func WriteError(w http.ResponseWriter, _ *http.Request, status int) {
	err := &apiError{HTTP: status, Message: http.StatusText(status)}
	switch status {
	case http.StatusBadRequest:
		err.Category = "VALIDATION_ERROR"
	case http.StatusUnauthorized:
		err.Message, err.Category = "The access token is expired.", "EXPIRED_AUTHENTICATION"
	case http.StatusForbidden:
		err = missingScopes()
	case http.StatusNotFound:
		err = notFound()
	case http.StatusConflict:
		err.Category = "CONFLICT"
	case http.StatusTooManyRequests:
		err = rateLimited(policyBurst)
	}
	err.write(w)
}

// uuid returns a random id for correlation.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
