package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// refusal is an error that is the caller's to know.
type refusal struct {
	code      ProblemCode
	detail    string        // instead of the code's own sentence
	parameter string        // what is wrong: a parameter's name, or a JSON pointer into the body
	fields    []FieldError  // what is wrong with what the body says
	wait      time.Duration // when to come again; 0: nobody knows
	cause     error         // for the log
}

// refuse returns the error that is answered with the code's fixed sentence.
func refuse(code ProblemCode) *refusal { return &refusal{code: code} }

// refuseWith returns a refusal that names the fields which are wrong. Their messages are shown
// to the caller: fixed words or those of a validator, never a secret.
func refuseWith(code ProblemCode, fields ...FieldError) *refusal {
	return &refusal{code: code, fields: fields}
}

// refuseFor returns a refusal that says when to come again.
func refuseFor(code ProblemCode, wait time.Duration) *refusal {
	return &refusal{code: code, wait: wait}
}

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
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &tooLarge):
		return refuse(ProblemCodeTooLarge)
	case errors.Is(err, access.ErrInvalid):
		return &refusal{code: ProblemCodeInvalidToken, cause: err}
	case errors.Is(err, store.ErrNotFound), errors.Is(err, tenant.ErrUnknown):
		return refuse(ProblemCodeNotFound)
	case errors.Is(err, store.ErrHeld):
		return refuse(ProblemCodeBusy)
	case errors.Is(err, store.ErrConflict):
		return conflict(whyConflict(err))
	case errors.Is(err, store.ErrUnavailable), errors.Is(err, access.ErrUnavailable):
		return &refusal{code: ProblemCodeUnavailable, cause: err}
	default:
		return &refusal{code: ProblemCodeInternal, cause: err}
	}
}
