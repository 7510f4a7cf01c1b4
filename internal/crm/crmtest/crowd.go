package crmtest

import (
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// The crowd: enough deliveries for the people's calls to meet each other and the faults in
// every order.
const (
	people     = 40
	deliveries = 200
	atOnce     = 6   // deliveries under way at the same moment
	faultRate  = 0.4 // of attempts that meet a fault at one of their remote calls
	maxRounds  = 2000
	missedIn   = 6 // crowds, one of which must go wrong without a defence: who meets whom is up to the scheduler, too
)

// Defence is one of the things that keep records from being made twice.
type Defence string

// The defences.
const (
	LedgerOfSteps Defence = "the ledger" // what was done is remembered
	LeaseOnPerson Defence = "the lease"  // one delivery at a time resolves a person
	MarkerLookUp  Defence = "the marker" // records carry the request's id, and are looked up by it
)

// RunCrowd delivers two hundred leads of forty people, whose numbers and addresses overlap,
// in random order, several at once, with a fault at a random remote call of many attempts:
// in the end each person is there once, and so is each lead's every other record. Then it
// shows that it would notice: without any one of the needed defences, it must fail.
func RunCrowd(t *testing.T, h Harness, needed ...Defence) {
	t.Helper()
	t.Run("each person and each lead is there once", func(t *testing.T) {
		t.Parallel()
		for _, problem := range newCrowd(t, h, 0, "").run(t) {
			t.Error(problem)
		}
	})
	for _, defence := range needed {
		t.Run("not without "+string(defence), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(missedIn) {
				if len(newCrowd(t, h, seed, defence).run(t)) > 0 {
					return
				}
			}
			t.Errorf("nothing went wrong in %d crowds without %s: the test cannot fail, or the defence is not needed", missedIn, defence)
		})
	}
}

// crowd is the deliveries and the CRM that they go to.
type crowd struct {
	*bed
	replies Replies
	without Defence
	leads   []crm.Lead

	mu     sync.Mutex
	random *rand.Rand
	due    map[int]time.Time // by index of the lead; absent: settled
	parked []string
}

func newCrowd(t *testing.T, h Harness, seed uint64, without Defence) *crowd {
	t.Helper()
	c := &crowd{
		bed: newBed(t, h), replies: h.Replies, without: without, leads: crowdOfLeads(),
		random: rand.New(rand.NewPCG(20261122, seed)), due: map[int]time.Time{}, //nolint:gosec // repeatable on purpose
	}
	for i := range c.leads {
		c.due[i] = c.clock.Now()
	}
	return c
}

// crowdOfLeads returns the leads. All deliveries of a person share one key from the first
// on: the number of some people, the address of the others. The second key comes and goes.
func crowdOfLeads() []crm.Lead {
	leads := make([]crm.Lead, 0, deliveries)
	for i := range deliveries {
		who := i % people
		lead := NewLead(fmt.Sprintf("req_%04d", i))
		both := (i/people)%2 == 1
		lead.Person = crm.Person{Name: names[who%len(names)] + " Example"}
		if both || who%2 == 0 {
			lead.Person.Phone = fmt.Sprintf("+1303555%04d", 100+who)
		}
		if both || who%2 == 1 {
			lead.Person.Email = fmt.Sprintf("person%d@example.com", who)
		}
		lead.Request.Caller = request.Caller{Phone: lead.Person.Phone, Email: lead.Person.Email}
		leads = append(leads, lead)
	}
	return leads
}

var names = []string{"Dana", "Robin", "Jamie", "Alex", "Sky", "Lee", "Pat", "Casey", "Morgan", "Riley"}

// run delivers everything and returns what is wrong in the end. It stops as soon as
// something was made twice.
func (c *crowd) run(t *testing.T) []string {
	t.Helper()
	for range maxRounds {
		batch := c.next()
		if batch == nil {
			return c.problems(true)
		}
		var round sync.WaitGroup
		for _, i := range batch {
			round.Go(func() { c.attempt(t, i) })
		}
		round.Wait()
		c.clock.Advance(time.Second) // nothing is under way: nobody's lease runs out by this
		if problems := c.problems(false); len(problems) > 0 {
			return problems
		}
	}
	return []string{fmt.Sprintf("%d deliveries are not settled after %d rounds", len(c.due), maxRounds)}
}

// next returns a few of the deliveries that are due, in random order, setting the clock
// forward if none is. It returns nil when all are settled.
func (c *crowd) next() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.due) == 0 {
		return nil
	}
	earliest := time.Time{}
	for _, at := range c.due {
		if earliest.IsZero() || at.Before(earliest) {
			earliest = at
		}
	}
	c.clock.AdvanceTo(earliest)
	now := c.clock.Now()
	var batch []int
	for i := range c.leads {
		if at, open := c.due[i]; open && !at.After(now) {
			batch = append(batch, i)
		}
	}
	c.random.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	return batch[:min(len(batch), atOnce)]
}

// attempt tries one delivery in a process of its own, perhaps with a fault, and settles it.
func (c *crowd) attempt(t *testing.T, i int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	own := &wire{next: c.wire.next, crash: cancel}
	if at, f := c.fault(); f != nil {
		own.spoil(at, f)
	}
	connector, err := c.crm.Connect(&http.Client{Transport: own, Timeout: time.Minute})
	if err != nil {
		t.Errorf("connect: %v", err)
		return
	}
	lead := c.leads[i]
	ledger := &defended{Ledger: c.memory.Ledger(lead.Request.ID), without: c.without, memory: c.memory}
	if c.without == MarkerLookUp {
		lead = unmarked(lead)
	}
	result, err := crm.Deliver(ctx, undefended(connector, c.without), lead, ledger, c.clock.Now)
	d := crm.Dispose(err)
	if ctx.Err() != nil { // crashed: nothing is settled
		d = crm.Disposition{State: request.DeliveryPending}
	} else {
		ledger.settle(result.Entries)
	}
	c.settle(i, d)
}

// fault returns a fault and the remote call that meets it, or none.
func (c *crowd) fault() (at int, f fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.random.Float64() > faultRate {
		return 0, nil
	}
	faults := []fault{
		requestLost, answerLost, crashed, instead(c.replies.Throttled),
		after(Reply{Status: http.StatusBadGateway, Body: "<html>bad gateway</html>", Header: http.Header{"Content-Type": {"text/html"}}}),
	}
	return 1 + c.random.IntN(7), faults[c.random.IntN(len(faults))]
}

func (c *crowd) settle(i int, d crm.Disposition) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case d.State == request.DeliveryDone:
		delete(c.due, i)
	case d.State != request.DeliveryPending:
		delete(c.due, i)
		c.parked = append(c.parked, fmt.Sprintf("%s is %s: %s", c.leads[i].Request.ID, d.State, d.Words))
	case d.RetryAt.IsZero():
		c.due[i] = c.clock.Now().Add(time.Duration(1+c.random.IntN(10)) * time.Second)
	default:
		c.due[i] = d.RetryAt
	}
}

// problems compares what the CRM holds with what it should: more than that at any time,
// less than that at the end.
func (c *crowd) problems(end bool) []string {
	found := slices.Clone(c.parked)
	counts := map[string]int{}
	for _, o := range c.crm.Objects() {
		counts[o.Type]++
	}
	for step, kind := range c.crm.Types {
		want := deliveries
		if step == crm.StepContact {
			want = people
		}
		if got := counts[kind]; got > want || end && got < want {
			found = append(found, fmt.Sprintf("%d %s, want %d", got, kind, want))
		}
	}
	return found
}

// defended is a ledger that lacks one of the defences.
type defended struct {
	*Ledger
	memory  *Memory
	without Defence
	person  []string // the person's keys, where no lease was taken on them
}

// Contact implements crm.Ledger.
func (d *defended) Contact(ctx context.Context, keys []string) (crm.Known, error) {
	switch d.without {
	case LeaseOnPerson:
		d.person = keys
		return d.memory.known(keys), nil
	case LedgerOfSteps:
		return crm.Known{}, nil
	default:
		return d.Ledger.Contact(ctx, keys)
	}
}

// Entry implements crm.Ledger.
func (d *defended) Entry(step string) (request.LedgerEntry, bool) {
	if d.without == LedgerOfSteps {
		return request.LedgerEntry{}, false
	}
	return d.Ledger.Entry(step)
}

// Write implements crm.Ledger.
func (d *defended) Write(ctx context.Context, entries ...request.LedgerEntry) error {
	if d.without == LedgerOfSteps {
		return nil
	}
	d.memory.learn(d.person, entries)
	return d.Ledger.Write(ctx, entries...)
}

func (d *defended) settle(entries []request.LedgerEntry) {
	if d.without != LedgerOfSteps {
		d.memory.learn(d.person, entries)
		d.Settle(entries)
	}
}

// learn keeps a contact's remote id for keys that no lease is held on.
func (m *Memory) learn(keys []string, entries []request.LedgerEntry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		if e.Step != crm.StepContact || !e.Done() {
			continue
		}
		for _, key := range keys {
			m.contacts[key] = &person{id: e.RemoteID}
		}
	}
}

// known returns the remote id of the keys without taking a lease.
func (m *Memory) known(keys []string) crm.Known {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if p := m.contacts[key]; p != nil && p.id != "" {
			return crm.Known{RemoteID: p.id}
		}
	}
	return crm.Known{}
}

// unmarked returns the lead under an id that nothing will be found by again.
func unmarked(lead crm.Lead) crm.Lead {
	request := *lead.Request
	request.ID = "req_" + strings.ToLower(cryptorand.Text())
	lead.Request = &request
	return lead
}

// undefended returns the connector, without its look-ups by marker if those are off.
func undefended(c crm.Connector, without Defence) crm.Connector {
	if without != MarkerLookUp {
		return c
	}
	return blind{c}
}

// blind is a connector that finds nothing by its marker.
type blind struct{ crm.Connector }

// Steps implements crm.Connector.
func (b blind) Steps() []crm.Step {
	steps := slices.Clone(b.Connector.Steps())
	for i := range steps {
		steps[i].Lag = 0
		steps[i].Find = func(context.Context, crm.State) (string, error) { return "", nil }
	}
	return steps
}
