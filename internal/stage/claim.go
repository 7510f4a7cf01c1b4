package stage

import (
	"context"
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Errors of claiming.
var (
	// ErrHeld says that somebody else holds the row, or that it asked to be left alone for now.
	ErrHeld = errors.New("held by another worker or not due")
	// ErrNotFound says that this tenant has no such row, whoever else may have one.
	ErrNotFound = errors.New("not found")
)

// PassedError says that the request is not where the step begins.
type PassedError struct {
	Status request.Status
	Run    int64
	Ended  *request.Request // set if it was this very claim that failed the request, at the limit of attempts
}

func (e *PassedError) Error() string { return "request is already " + string(e.Status) }

// Wanted says what a step wants to claim.
type Wanted struct {
	RequestID string
	Run       int64 // the run that was announced; an older one is dropped
	From      request.Status
	Lease     time.Duration
	Limit     int64 // attempts after which the request fails instead
}

// Claim is a request held by one worker.
type Claim interface {
	Record
	// Held returns the request, which the worker may change.
	Held() *request.Request
	// Renew extends the lease.
	Renew(ctx context.Context, lease time.Duration) error
	// Advance saves the result with the new status and gives the claim back.
	Advance(ctx context.Context, to request.Status, result Result, event request.Event) error
	// Postpone gives the claim back until a time; attempt says whether it counts as a failure.
	Postpone(ctx context.Context, until time.Time, why string, attempt bool, event request.Event) error
	// Fail ends the request with a reason.
	Fail(ctx context.Context, why string, event request.Event) error
}

// ClaimFunc takes one tenant's request. It fails with ErrHeld, ErrNotFound or a
// *PassedError.
type ClaimFunc func(ctx context.Context, tenantID string, w Wanted) (Claim, error)
