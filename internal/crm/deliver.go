package crm

import (
	"context"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// How long one step may take with all its remote calls, and how long a Ledger holds the
// lease on a contact: longer, or a second delivery would create the contact that the first
// is still creating.
const (
	StepTimeout  = 40 * time.Second
	ContactLease = 60 * time.Second
)

// Result is what a delivery has come to. It is meaningful with an error too.
type Result struct {
	// Entries are not saved yet: the caller saves them in one transaction with the
	// delivery's state. After success that is the last step's remote id; after an error what
	// is known of the step that failed. Lost entries cost a look-up, never a duplicate.
	Entries  []request.LedgerEntry
	Outcome  Outcome  // what happened to the first step's record, the contact; Updated if the records were there from an older revision
	Link     string   // the lead's main record in the CRM
	Warnings []string // for the tenant: optional fields that the CRM refused …
}

// Deliver brings a lead into a CRM: it runs the connector's steps in order, goes on where
// the ledger says that an earlier attempt ended, and writes the ledger before each remote
// record is created. Dispose says what an error means for the delivery.
func Deliver(ctx context.Context, c Connector, lead Lead, ledger Ledger, now func() time.Time) (Result, error) {
	if g, ok := c.(*guarded); ok {
		if err := g.ready(); err != nil {
			return Result{}, err
		}
	}
	if lead.Analysis == nil {
		lead.Analysis = &request.Analysis{}
	}
	r := newRun(c.Steps(), lead, ledger, now)
	err := r.all(ctx)
	return Result{
		Entries:  r.pending,
		Outcome:  r.outcome(),
		Link:     c.Link(r.entries),
		Warnings: r.warnings,
	}, err
}
