package api

import (
	"errors"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// What keeps an operation from being done, where the store does not say it.
const (
	whyNoAddress = "This deployment does not know its own webhook address. Set WEBHOOK_URL first."
	whyManyKeys  = "The source has as many signing keys as it can have. Remove one first that nobody signs with any more."
	whyOnlyKey   = "It is the source's only signing key. Add another one first."
	whyNoFile    = "Only a finished export has a file to fetch."
	whyHeld      = "The request is under legal hold. Release it first."
	whyErased    = "The request is erased: there is nothing left of it."
	whyNotFailed = "The delivery has not failed: there is nothing to try again."
	whyOtherwise = "What is there does not allow this."
)

// conflicts are the store's conflicts in words for the caller.
var conflicts = []struct {
	err error
	why string
}{
	{store.ErrErased, whyErased},
	{store.ErrNotAnalyzed, "The request is not analyzed yet."},
	{store.ErrSettled, "The request is completed. Say from which step it should start again."},
	{store.ErrMisfit, "The request has not what this step needs. Start again from an earlier one."},
	{store.ErrTaken, "The id, or the CallRail company, belongs to another tenant."},
	{store.ErrReused, "The id stood for another CRM before. Choose another one: what was delivered there is known by it."},
	{store.ErrNotAlone, "Another job of this kind is not over. Wait until it is, or cancel it."},
	{store.ErrJobState, "The job's state does not allow this: look at it again."},
	{store.ErrDealt, "The message was dealt with already."},
	{errUnreadable, "No step can read this message. Dismiss it."},
}

// conflict returns the refusal that says why what is there does not allow the operation.
func conflict(why string) *refusal { return &refusal{code: ProblemCodeConflict, detail: why} }

// whyConflict returns what the caller is told about a conflict of the store.
func whyConflict(err error) string {
	for _, c := range conflicts {
		if errors.Is(err, c.err) {
			return c.why
		}
	}
	return whyOtherwise
}
