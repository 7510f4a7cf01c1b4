package webhook

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// problem is a refusal as the sender sees it: a status, a code and a fixed sentence. The
// error that it wraps is for the log.
type problem struct {
	status  int
	code    string
	message string
}

func (p *problem) Error() string { return p.code }

var (
	errUnreadable       = &problem{http.StatusBadRequest, "unreadable", "The body could not be read as a CallRail delivery."}
	errSlow             = &problem{http.StatusBadRequest, "unreadable", "The body did not arrive completely in time."}
	errFormUnreadable   = &problem{http.StatusBadRequest, "unreadable", "The body could not be read as a form: neither JSON nor form-encoded."}
	errFormUnauthorized = &problem{http.StatusUnauthorized, "unauthorized", "The signature, or the form key with the page's origin, is missing or wrong."}
	errFormEmpty        = &problem{http.StatusBadRequest, "empty", "The form holds no answers."}
	errFormID           = &problem{http.StatusBadRequest, "invalid_id", "The form's id is longer than 128 characters."}
	errRate             = &problem{http.StatusTooManyRequests, "rate_limited", "Too many forms in a short time. Send it again after the time in Retry-After."}
	errQuota            = &problem{http.StatusTooManyRequests, "quota_exceeded", "The number of forms allowed for a day is reached. Send it again after the time in Retry-After."}
	errNoID             = &problem{http.StatusBadRequest, "missing_id", "The delivery names no call, form or text."}
	errUnauthorized     = &problem{http.StatusUnauthorized, "unauthorized", "The signature is missing or wrong."}
	errForbidden        = &problem{http.StatusForbidden, "forbidden", "The company of this delivery belongs to another tenant."}
	errNotFound         = &problem{http.StatusNotFound, "not_found", "There is nothing at this address."}
	errMethod           = &problem{http.StatusMethodNotAllowed, "method_not_allowed", "This address does not take this method."}
	errTooLarge         = &problem{http.StatusRequestEntityTooLarge, "too_large", "The body is larger than 1 MiB."}
	errUnavailable      = &problem{http.StatusServiceUnavailable, "unavailable", "The delivery could not be saved now. Send it again."}
	errUnverifiable     = &problem{http.StatusServiceUnavailable, "unavailable", "The delivery could not be saved now. Send it again."}
)

// reply is the answer to a delivery that was taken.
type reply struct {
	Success          bool            `json:"success"`
	Status           request.Outcome `json:"status"`
	RequestID        *string         `json:"request_id"` // null: the delivery made no request, or it is not known yet which
	ProcessingTimeMS int64           `json:"processing_time_ms"`
	Message          string          `json:"message"`
}

type refusal struct {
	Success bool        `json:"success"`
	Error   refusalBody `json:"error"`
}

type refusalBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

var subjects = map[request.Kind]string{request.Call: "Call", request.Form: "Form", request.Text: "Text", "": "Delivery"}

// message says in words what an outcome means for a kind of request.
func message(o request.Outcome, k request.Kind) string {
	subject := subjects[k]
	switch o {
	case request.Accepted:
		return subject + " queued for processing"
	case request.Duplicate:
		return subject + " already received"
	case request.Updated:
		return subject + " updated"
	default:
		return "Delivery acknowledged, nothing to process"
	}
}

// problemOf returns the problem that err wraps. One that wraps none is our own mistake.
func problemOf(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	return &problem{http.StatusInternalServerError, "internal", "Something went wrong on our side."}
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *problem) {
	writeJSON(w, r, p.status, refusal{Error: refusalBody{Code: p.code, Message: p.message}})
}

// The same headers go out with every answer. Nobody appends to them.
var contentType, cacheControl, contentTypeOptions = []string{"application/json"}, []string{"no-store"}, []string{"nosniff"}

func writeJSON(w http.ResponseWriter, r *http.Request, status int, body any) {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Content-Type-Options"] = contentType, cacheControl, contentTypeOptions
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.DebugContext(r.Context(), "reply was not delivered", "error", err)
	}
}
