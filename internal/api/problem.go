package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const retryAfter = "5" // seconds: a Spanner failover takes about as long

// answers are the error answers by code: callers get a fixed sentence, never the text of
// an error.
var answers = map[ProblemCode]struct {
	status    int
	detail    string
	challenge string // WWW-Authenticate, RFC 6750
}{
	ProblemCodeInvalidRequest:   {http.StatusBadRequest, "The request does not match the API's document.", ""},
	ProblemCodeUnknownParameter: {http.StatusBadRequest, "The operation has no query parameter of this name.", ""},
	ProblemCodeInvalidPageToken: {http.StatusBadRequest, "The page token is not one that this API has given.", ""},
	ProblemCodeMissingToken:     {http.StatusUnauthorized, "The operation needs a bearer token.", `Bearer realm="pipeline"`},
	ProblemCodeInvalidToken:     {http.StatusUnauthorized, "The bearer token is not valid.", `Bearer realm="pipeline", error="invalid_token"`},
	ProblemCodeInsufficientRole: {http.StatusForbidden, "The token's role does not allow this operation.", `Bearer realm="pipeline", error="insufficient_scope"`},
	ProblemCodeNotFound:         {http.StatusNotFound, "There is nothing here that this token may see.", ""},
	ProblemCodeMethodNotAllowed: {http.StatusMethodNotAllowed, "This address does not know the method.", ""},
	ProblemCodeInternal:         {http.StatusInternalServerError, "The request failed on our side.", ""},
	ProblemCodeUnavailable:      {http.StatusServiceUnavailable, "The service cannot answer at the moment. Try again later.", ""},
}

// refusal is an error that is the caller's to know.
type refusal struct {
	code      ProblemCode
	parameter string // the parameter that is wrong, if one is
	cause     error  // for the log
}

func refuse(code ProblemCode) *refusal { return &refusal{code: code} }

func (r *refusal) Error() string {
	if r.cause != nil {
		return fmt.Sprintf("%s: %v", r.code, r.cause)
	}
	return string(r.code)
}

func (r *refusal) Unwrap() error { return r.cause }

// refusalOf returns what the caller may know of an error.
func refusalOf(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, access.ErrInvalid):
		return &refusal{code: ProblemCodeInvalidToken, cause: err}
	case errors.Is(err, store.ErrNotFound), errors.Is(err, tenant.ErrUnknown):
		return refuse(ProblemCodeNotFound)
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, access.ErrUnavailable):
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	default:
		return &refusal{code: ProblemCodeInternal, cause: err}
	}
}

// answerError turns a handler's or the gate's error into the answer, and logs it if there
// is a cause that the answer does not tell.
func answerError(w http.ResponseWriter, r *http.Request, err error) {
	known := refusalOf(err)
	answer := answers[known.code]
	if known.cause != nil {
		slog.Log(r.Context(), level(r.Context(), answer.status), "request refused",
			"status", answer.status, "error", known.cause)
	}
	if answer.challenge != "" {
		w.Header().Set("WWW-Authenticate", answer.challenge)
	}
	if answer.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	setHeaders(w)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(answer.status)
	problem := Problem{
		Type: "about:blank", Title: http.StatusText(answer.status), Status: answer.status,
		Code: known.code, Detail: answer.detail, Parameter: known.parameter,
	}
	if err := json.NewEncoder(w).Encode(problem); err != nil {
		slog.DebugContext(r.Context(), "problem was not delivered", "error", err)
	}
}

// answerUnreadable answers what the generated code cannot decode. The gate has checked it
// against the document before; this is for what the document does not say.
func answerUnreadable(w http.ResponseWriter, r *http.Request, err error) {
	answerError(w, r, &refusal{code: ProblemCodeInvalidRequest, cause: err})
}

// level keeps what callers do wrong, and what failed because they went away, from alerting.
func level(ctx context.Context, status int) slog.Level {
	if status < http.StatusInternalServerError || ctx.Err() != nil {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// setHeaders sets what is true of every answer but health and the document: it may hold
// personal data.
func setHeaders(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
}
