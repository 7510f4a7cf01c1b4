package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// fate is what happens to a courier at the point where it waits.
type fate int

const (
	well      fate = iota
	dies           // its process ends: nothing is saved any more
	throttled      // the CRM refuses for now
	refused        // the CRM refuses until a person does something
	silent         // the CRM's answer is lost
)

const (
	courierLease = 45 * time.Second
	courierTries = 4
	searchLag    = 90 * time.Second // until a record can be found in the CRM
)

var errDied = errors.New("the process died")

// remote is a record in the CRM.
type remote struct {
	id, step, marker, person, words string
	since                           time.Time
}

// account is the CRM: it makes whatever it is told to, and finds only what is older than its lag.
type account struct{ records []*remote }

func (a *account) find(now time.Time, is func(*remote) bool) *remote {
	for _, r := range a.records {
		if is(r) && !now.Before(r.since.Add(searchLag)) {
			return r
		}
	}
	return nil
}

// courier is a worker that holds a delivery. It is a coroutine: it waits before and after
// every remote call and every transaction, until the test lets it go on.
type courier struct {
	*world
	claim     *store.DeliveryClaim
	id        string
	until     time.Time // the end of its lease, as it knows it
	began     time.Time // its present step
	lost      bool      // somebody else has the delivery, or nobody may
	over      bool      // it does nothing any more
	settled   bool      // it gave the delivery back
	dead      bool
	fate      fate
	yield     func(struct{}) bool
	next      func() (struct{}, bool)
	terminate func()
}

func (w *world) send(id string, claim *store.DeliveryClaim) *courier {
	c := &courier{world: w, id: id, claim: claim, until: w.now().Add(courierLease)}
	w.couriers = append(w.couriers, c)
	c.next, c.terminate = iter.Pull(func(yield func(struct{}) bool) {
		c.yield = yield
		c.deliver()
		c.over = true
	})
	return c
}

// busy reports whether the courier still does something.
func (c *courier) busy() bool { return !c.over }

// goOn lets the courier do what it waits for, with a fate, and comes back when it waits again.
func (c *courier) goOn(f fate) {
	c.fate = f
	c.next()
}

// waits hands over to the test, and returns what happens next.
func (c *courier) waits() fate {
	if !c.dead && (!c.yield(struct{}{}) || c.fate == dies) {
		c.dead = true
	}
	if c.dead {
		return dies
	}
	return c.fate
}

// deliver does what the step push does with a claimed delivery.
func (c *courier) deliver() {
	r, err := c.scope.Request(c.ctx, c.id)
	c.must(err)
	analysis, err := c.scope.Analysis(c.ctx, c.id)
	c.must(err)
	lead := crm.Lead{Request: r, Analysis: analysis, Revision: c.claim.Delivery.Revision, Person: crm.Person{Phone: r.Caller.Phone}}
	c.began = c.now()
	result, err := crm.Deliver(c.ctx, c, lead, c.ledger(c), c.now)
	if c.waits() == dies {
		return
	}
	d := crm.Dispose(err)
	end := store.Settlement{State: d.State, Entries: result.Entries, Outcome: string(result.Outcome), Attempt: d.Counts, Error: d.Words}
	switch {
	case d.State != request.DeliveryPending:
	case d.Counts && c.claim.Delivery.Attempts+1 >= courierTries:
		end.State = request.DeliveryFailed
	case d.RetryAt.IsZero():
		end.DueAt = c.now().Add(time.Minute)
	default:
		end.DueAt = d.RetryAt
	}
	c.settled = c.fenced(c.claim.Settle(c.ctx, end, request.Event{Step: "push", Name: "settled"})) == nil
}

// fenced looks at the answer to something that only the holder of the delivery may do.
func (c *courier) fenced(err error) error {
	var busy *crm.BusyError
	switch {
	case errors.As(err, &busy):
	case c.lost && err == nil:
		c.fail("a delivery of %s was saved by somebody who does not hold it", c.id)
	case !c.lost && errors.Is(err, stage.ErrLost):
		c.fail("the holder of a delivery of %s lost it to nobody", c.id)
	case err != nil && !errors.Is(err, stage.ErrLost):
		c.fail("delivery of %s: %v", c.id, err)
	}
	return err
}

// Contact implements crm.Ledger.
func (c *courier) Contact(ctx context.Context, keys []string) (crm.Known, error) {
	if c.waits() == dies {
		return crm.Known{}, errDied
	}
	known, err := c.claim.Contact(ctx, keys)
	return known, c.fenced(err)
}

// Entry implements crm.Ledger.
func (c *courier) Entry(step string) (request.LedgerEntry, bool) { return c.claim.Entry(step) }

// Write implements crm.Ledger.
func (c *courier) Write(ctx context.Context, entries ...request.LedgerEntry) error {
	if c.waits() == dies {
		return errDied
	}
	return c.fenced(c.claim.Write(ctx, entries...))
}

// Steps implements crm.Connector.
func (c *courier) Steps() []crm.Step {
	person := func(s crm.State) func(*remote) bool {
		return func(r *remote) bool { return r.step == crm.StepContact && r.person == s.Lead.Person.Phone }
	}
	deal := func(s crm.State) func(*remote) bool {
		return func(r *remote) bool { return r.step == crm.StepDeal && r.marker == s.Lead.Request.ID }
	}
	return []crm.Step{c.step(crm.StepContact, person), c.step(crm.StepDeal, deal)}
}

// Link implements crm.Connector.
func (c *courier) Link(map[string]request.LedgerEntry) string { return "" }

// Test implements crm.Connector.
func (c *courier) Test(context.Context) error { return nil }

// step makes a record, or brings the one that is there up to date. A contact is looked for
// before it is made.
func (c *courier) step(name string, same func(crm.State) func(*remote) bool) crm.Step {
	find := func(s crm.State) (id string, err error) {
		err = c.calls("find "+name, false, func() {
			if r := c.crm.find(c.now(), same(s)); r != nil {
				id = r.id
			}
		})
		return id, err
	}
	do := func(s crm.State) (rec crm.Record, err error) {
		err = c.calls("put "+name, s.Current == "", func() { rec = c.put(name, s, same(s)) })
		if err == nil {
			c.began = c.now() // the next step begins
		}
		return rec, err
	}
	return crm.Step{
		Name: name, Lag: searchLag,
		Find: func(_ context.Context, s crm.State) (string, error) { return find(s) },
		Do:   func(_ context.Context, s crm.State) (crm.Record, error) { return do(s) },
	}
}

func (c *courier) put(name string, s crm.State, same func(*remote) bool) crm.Record {
	words := s.Lead.Analysis.Summary
	for _, r := range c.crm.records {
		if r.id == s.Current {
			r.words = words
			return crm.Record{ID: r.id, Outcome: crm.Updated}
		}
	}
	if name == crm.StepContact {
		if r := c.crm.find(c.now(), same); r != nil {
			return crm.Record{ID: r.id, Outcome: crm.Matched}
		}
	}
	for _, r := range c.crm.records {
		if same(r) {
			c.fail("the %s of %s was made twice: %s after %s", name, c.id, c.now().Sub(r.since), r.id)
		}
	}
	r := &remote{
		id: fmt.Sprintf("%s-%d", name, len(c.crm.records)+1), step: name, marker: s.Lead.Request.ID,
		person: s.Lead.Person.Phone, words: words, since: c.now(),
	}
	c.crm.records = append(c.crm.records, r)
	return crm.Record{ID: r.id, Outcome: crm.Created}
}

// calls makes a remote call: what it is told happens at one moment, and the answer comes at a
// later one. Neither a lease that ran out nor a step that takes too long lets it be sent.
func (c *courier) calls(op string, creates bool, effect func()) error {
	asked := c.waits()
	late := !c.now().Before(c.until) || c.now().Sub(c.began) >= crm.StepTimeout
	switch {
	case asked == dies:
		return errDied
	case late:
		return &crm.Error{Fault: crm.Transient, Op: op, Err: context.Canceled}
	case asked == throttled:
		return &crm.Error{Fault: crm.RateLimited, Op: op, RetryAt: c.now().Add(time.Minute)}
	case asked == refused:
		return &crm.Error{Fault: crm.AuthRevoked, Op: op}
	}
	effect()
	switch c.waits() {
	case dies:
		return errDied
	case silent:
		return crm.Call{Op: op, Creates: creates}.Silence(context.DeadlineExceeded, true)
	default:
		return nil
	}
}
