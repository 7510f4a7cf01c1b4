package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// DeliveryClaim is a delivery held by one worker.
type DeliveryClaim struct {
	Delivery request.Delivery
	scope    *Scope
	token    string
	contacts map[string]string // the person's hashed keys, each with the remote id it had
	known    string            // the remote id that Contact returned
}

func (s *Scope) deliveryClaim(row *deliveryRow, token string) *DeliveryClaim {
	return &DeliveryClaim{Delivery: row.delivery(s.tenant), scope: s, token: token}
}

func (c *DeliveryClaim) update(v values) *spanner.Mutation {
	v["tenant_id"], v["request_id"], v["destination"] = c.scope.tenant, c.Delivery.RequestID, c.Delivery.Destination
	v["updated_at"] = spanner.CommitTimestamp
	return spanner.UpdateMap("deliveries", v)
}

// hold runs fn in a transaction that has seen the claim's token in the row.
func (c *DeliveryClaim) hold(ctx context.Context, op string, fn func(context.Context, *spanner.ReadWriteTransaction, map[string]*deliveryRow) ([]*spanner.Mutation, error)) error {
	return c.scope.store.sessions.readWrite(ctx, "step=push,op="+op, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		rows, err := c.scope.deliveryRows(ctx, tx, c.Delivery.RequestID)
		if err != nil {
			return err
		}
		row := rows[c.Delivery.Destination]
		if row == nil || row.LeaseToken.StringVal != c.token {
			return stage.ErrLost
		}
		ms, err := fn(ctx, tx, rows)
		if err != nil {
			return err
		}
		return tx.BufferWrite(ms)
	})
}

// Renew extends the lease.
func (c *DeliveryClaim) Renew(ctx context.Context, lease time.Duration) error {
	return c.hold(ctx, "renew", func(context.Context, *spanner.ReadWriteTransaction, map[string]*deliveryRow) ([]*spanner.Mutation, error) {
		until := c.scope.store.now().Add(lease)
		return []*spanner.Mutation{c.update(values{"lease_until": until, "due_at": until})}, nil
	})
}

// Entry returns what the ledger remembers of a step.
func (c *DeliveryClaim) Entry(step string) (request.LedgerEntry, bool) {
	for _, e := range c.Delivery.Ledger {
		if e.Step == step {
			return e, true
		}
	}
	return request.LedgerEntry{}, false
}

// Write saves ledger entries, and what they say of the contact, in one transaction.
func (c *DeliveryClaim) Write(ctx context.Context, entries ...request.LedgerEntry) error {
	ledger := mergeLedger(c.Delivery.Ledger, entries)
	err := c.hold(ctx, "ledger", func(ctx context.Context, tx *spanner.ReadWriteTransaction, _ map[string]*deliveryRow) ([]*spanner.Mutation, error) {
		ms, err := c.contactMutations(ctx, tx, entries)
		return append(ms, c.update(values{"ledger": doc(ledger)})), err
	})
	if err != nil {
		return err
	}
	c.Delivery.Ledger = ledger
	return nil
}

// mergeLedger returns the ledger with the entries in their steps' places.
func mergeLedger(old, entries []request.LedgerEntry) []request.LedgerEntry {
	merged := append([]request.LedgerEntry{}, old...)
next:
	for _, e := range entries {
		for i := range merged {
			if merged[i].Step == e.Step {
				merged[i] = e
				continue next
			}
		}
		merged = append(merged, e)
	}
	return merged
}

// Settlement is how an attempt to deliver ended.
type Settlement struct {
	State    request.DeliveryState
	DueAt    time.Time // pending only: when to try again
	Attempt  bool      // whether it counts as a failed attempt
	Entries  []request.LedgerEntry
	Outcome  string
	Error    string
	Link     string
	Warnings []string
	Calls    int64 // made to the CRM in this attempt
}

// Settle saves how the attempt ended, gives the claim back and sums the request's
// deliveries up. If the answer was corrected meanwhile, the delivery stays pending.
func (c *DeliveryClaim) Settle(ctx context.Context, end Settlement, event request.Event) error {
	d := &c.Delivery
	ledger := mergeLedger(d.Ledger, end.Entries)
	return c.hold(ctx, "settle", func(ctx context.Context, tx *spanner.ReadWriteTransaction, rows map[string]*deliveryRow) ([]*spanner.Mutation, error) {
		ms, err := c.contactMutations(ctx, tx, end.Entries)
		if err != nil {
			return nil, err
		}
		row := rows[d.Destination]
		state, due := end.State, end.DueAt
		v := release(values{
			"ledger": doc(ledger), "announced": int64(0), "error": nullString(end.Error),
			"warnings": end.Warnings, "calls": row.Calls + end.Calls,
		})
		if state == request.DeliveryDone {
			v["synced"], v["outcome"], v["link"] = d.Revision, nullString(end.Outcome), nullString(end.Link)
			v["attempts"] = int64(0)
		}
		if end.Attempt {
			v["attempts"] = d.Attempts + 1
		}
		if row.Revision > d.Revision {
			state, due = request.DeliveryPending, c.scope.store.now()
		}
		v["state"], v["due_at"], v["not_before"] = string(state), nullTime(due), nullTime(due)
		row.State = string(state)
		return append(ms, c.update(v),
			c.scope.update(d.RequestID, values{"crm_state": string(sumUp(rows))}), c.scope.event(d.RequestID, event)), nil
	})
}
