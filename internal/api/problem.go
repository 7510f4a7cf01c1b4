package api

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"
)

// retryAfter is how long a Spanner failover takes, about.
const retryAfter = 5 * time.Second

// answer is how a code is answered: callers get a fixed sentence, never the text of an error.
type answer struct {
	status    int
	detail    string
	challenge string // WWW-Authenticate, RFC 6750
}

// answers has every code of the document.
var answers = map[ProblemCode]answer{
	ProblemCodeInvalidRequest:       {http.StatusBadRequest, "The request does not match the API's document.", ""},
	ProblemCodeUnknownParameter:     {http.StatusBadRequest, "The operation has no query parameter of this name.", ""},
	ProblemCodeInvalidPageToken:     {http.StatusBadRequest, "The page token is not one that this API has given for these filters.", ""},
	ProblemCodeSearchUnavailable:    {http.StatusBadRequest, "Search by words is switched off in this deployment.", ""},
	ProblemCodeMissingToken:         {http.StatusUnauthorized, "The operation needs a bearer token.", `Bearer realm="pipeline"`},
	ProblemCodeInvalidToken:         {http.StatusUnauthorized, "The bearer token is not valid.", `Bearer realm="pipeline", error="invalid_token"`},
	ProblemCodeInsufficientRole:     {http.StatusForbidden, "The token's role does not allow this operation.", `Bearer realm="pipeline", error="insufficient_scope"`},
	ProblemCodeNotFound:             {http.StatusNotFound, "There is nothing here that this token may see.", ""},
	ProblemCodeMethodNotAllowed:     {http.StatusMethodNotAllowed, "This address does not know the method.", ""},
	ProblemCodeConflict:             {http.StatusConflict, whyOtherwise, ""},
	ProblemCodeBusy:                 {http.StatusConflict, "It is being worked on at the moment. Try again in a minute.", ""},
	ProblemCodeChanged:              {http.StatusPreconditionFailed, "It was changed since it was read. Read it again.", ""},
	ProblemCodeTooLarge:             {http.StatusRequestEntityTooLarge, "The body is larger than 1 MiB.", ""},
	ProblemCodeUnsupportedMediaType: {http.StatusUnsupportedMediaType, "The body must be application/json.", ""},
	ProblemCodeInvalidSettings:      {http.StatusUnprocessableEntity, "The settings are not valid.", ""},
	ProblemCodeInvalidPerson:        {http.StatusUnprocessableEntity, "The phone number or e-mail address is not valid.", ""},
	ProblemCodeIdempotencyKeyReused: {http.StatusUnprocessableEntity, "The idempotency key was used with another body.", ""},
	ProblemCodeRateLimited:          {http.StatusTooManyRequests, "There were too many requests. Try again later.", ""},
	ProblemCodeQuotaExceeded:        {http.StatusTooManyRequests, "The daily allowance is used up.", ""},
	ProblemCodeInternal:             {http.StatusInternalServerError, "The request failed on our side.", ""},
	ProblemCodeUnavailable:          {http.StatusServiceUnavailable, "The service cannot answer at the moment. Try again later.", ""},
}

// answerError turns a handler's or the gate's error into the answer, and logs it if there
// is a cause that the answer does not tell.
func answerError(w http.ResponseWriter, r *http.Request, err error) {
	known := refusalOf(err)
	a := answers[known.code]
	if known.cause != nil {
		slog.Log(r.Context(), level(r.Context(), a.status), "request refused", "status", a.status, "error", known.cause)
	}
	if a.challenge != "" {
		w.Header().Set("WWW-Authenticate", a.challenge)
	}
	if wait := known.retryAfter(); wait > 0 {
		w.Header().Set("Retry-After", strconv.FormatFloat(math.Ceil(wait.Seconds()), 'f', 0, 64))
	}
	setHeaders(w)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(a.status)
	if err := json.NewEncoder(w).Encode(known.problem(a)); err != nil {
		slog.DebugContext(r.Context(), "problem was not delivered", "error", err)
	}
}

func (r *refusal) problem(a answer) Problem {
	return Problem{
		Type: "about:blank", Title: http.StatusText(a.status), Status: a.status,
		Code: r.code, Detail: cmp.Or(r.detail, a.detail), Parameter: r.parameter, Errors: r.fields,
	}
}

func (r *refusal) retryAfter() time.Duration {
	if r.wait == 0 && r.code == ProblemCodeUnavailable {
		return retryAfter
	}
	return r.wait
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
