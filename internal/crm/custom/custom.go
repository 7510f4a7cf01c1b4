package custom

import (
	"cmp"
	"context"
	"net/http"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Connector delivers the leads of one tenant to one address.
type Connector struct {
	config      Config
	destination string
	body        *body // nil: the payload as it is
	client      *client
}

// Steps returns the one step: an event.
func (c *Connector) Steps() []crm.Step {
	return []crm.Step{{
		Name: crm.StepEvent, Do: c.event,
		// The receiver knows an event that it has seen by its id: there is nothing to look up.
		Find: func(context.Context, crm.State) (string, error) { return "", nil },
	}}
}

// Link returns nothing: the receiver says under which id it keeps a lead, not where.
func (c *Connector) Link(map[string]request.LedgerEntry) string { return "" }

// Test checks that the address answers and does not refuse the credentials. It delivers
// nothing, and what the receiver thinks of a signature shows only with a delivery.
func (c *Connector) Test(ctx context.Context) error { return c.client.probe(ctx) }

// event sends the lead.
func (c *Connector) event(ctx context.Context, s crm.State) (crm.Record, error) {
	e := newEvent(s, c.destination)
	payload, err := e.payload(s.Lead, c.config.Transcript || c.body != nil)
	if err == nil && c.body != nil {
		payload, err = c.body.shape(ctx, payload)
	}
	if err != nil {
		return crm.Record{}, &crm.Error{Fault: crm.Invalid, Op: "make body", Code: "BODY", Message: err.Error()}
	}
	id, err := c.client.send(ctx, e, payload)
	if err != nil {
		return crm.Record{}, err
	}
	rec := crm.Record{ID: cmp.Or(s.Current, id), Outcome: crm.Created}
	if e.kind == leadUpdated {
		rec.Outcome = crm.Updated
	}
	return rec, nil
}

// succeeded reports whether the receiver took the event.
func (c Config) succeeded(status int) bool {
	if len(c.SuccessCodes) == 0 {
		return status >= http.StatusOK && status < http.StatusMultipleChoices
	}
	for _, code := range c.SuccessCodes {
		if status == code {
			return true
		}
	}
	return false
}
