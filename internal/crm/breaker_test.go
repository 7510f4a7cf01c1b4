package crm_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// fragile is a destination with one step, whose outcome tests choose.
type fragile struct {
	calls atomic.Int64
	fail  atomic.Pointer[error]
	gate  chan struct{} // if set, work waits for it
}

func (f *fragile) Steps() []crm.Step {
	return []crm.Step{{
		Name: crm.StepEvent,
		Find: func(context.Context, crm.State) (string, error) { return "", nil },
		Do: func(context.Context, crm.State) (crm.Record, error) {
			f.calls.Add(1)
			if f.gate != nil {
				<-f.gate
			}
			if err := f.fail.Load(); err != nil {
				return crm.Record{}, *err
			}
			return crm.Record{ID: "1", Outcome: crm.Created}, nil
		},
	}}
}

func (f *fragile) Link(map[string]request.LedgerEntry) string { return "" }
func (f *fragile) Test(context.Context) error                 { return nil }

func (f *fragile) set(err error) { f.fail.Store(&err) }

// circuit delivers new requests to one destination.
type circuit struct {
	*fragile
	guarded crm.Connector
	memory  *crmtest.Memory
	n       atomic.Int64
}

func newCircuit(open time.Duration) *circuit {
	f := &fragile{}
	config := crm.BreakerConfig{Failures: 3, Open: open, Longest: 4 * open}
	b := crm.NewBreakers(config, time.Now).Breaker(crm.Destination{TenantID: "tenant_demo", IntegrationID: "int_1", Kind: "custom"})
	return &circuit{fragile: f, guarded: crm.Guard(f, b), memory: crmtest.NewMemory(time.Now)}
}

func (c *circuit) deliver(t *testing.T) error {
	t.Helper()
	lead := crmtest.NewLead(fmt.Sprintf("req_%d", c.n.Add(1)))
	_, err := crm.Deliver(t.Context(), c.guarded, lead, c.memory.Ledger(lead.Request.ID), time.Now)
	return err
}

func (c *circuit) trip(t *testing.T) {
	t.Helper()
	c.set(&crm.Error{Fault: crm.Transient, Op: "test"})
	for range 3 {
		if err := c.deliver(t); crm.FaultOf(err) != crm.Transient {
			t.Fatalf("error = %v, want the destination's own", err)
		}
	}
}

func TestADeadDestinationIsNotAsked(t *testing.T) {
	t.Parallel()
	c := newCircuit(time.Hour)
	c.trip(t)
	calls, transactions := c.calls.Load(), c.memory.Transactions()
	for range 10 {
		d := crm.Dispose(c.deliver(t))
		wait := time.Until(d.RetryAt)
		if d.State != request.DeliveryPending || d.Counts || wait < 59*time.Minute || wait > 91*time.Minute {
			t.Errorf("disposition = %+v in %v, want pending in an hour and a bit, not counted", d, wait)
		}
	}
	if c.calls.Load() != calls || c.memory.Transactions() != transactions {
		t.Errorf("%d remote calls and %d ledger transactions while open, want none", c.calls.Load()-calls, c.memory.Transactions()-transactions)
	}
}

func TestOneDeliveryTriesForAllAndClosesTheCircuit(t *testing.T) {
	t.Parallel()
	c := newCircuit(10 * time.Millisecond)
	c.trip(t)
	c.fail.Store(nil)
	c.gate = make(chan struct{})
	calls := c.calls.Load()
	var probe sync.WaitGroup
	probe.Go(func() {
		for crm.FaultOf(c.deliver(t)) == crm.Unreachable { // until the open time is over
			time.Sleep(time.Millisecond)
		}
	})
	for c.calls.Load() == calls {
		time.Sleep(time.Millisecond)
	}
	for range 5 {
		if err := c.deliver(t); crm.FaultOf(err) != crm.Unreachable || err == nil {
			t.Errorf("error beside the probe = %v, want unreachable", err)
		}
	}
	close(c.gate)
	probe.Wait()
	if err := c.deliver(t); err != nil {
		t.Errorf("delivery after the probe: %v", err)
	}
	if got := c.calls.Load() - calls; got != 2 {
		t.Errorf("%d remote calls, want the probe and the delivery after it", got)
	}
}

func TestRefusalsAreSignsOfLife(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"a refused field":      &crm.Error{Fault: crm.Invalid, Op: "test"},
		"a revoked connection": &crm.Error{Fault: crm.AuthRevoked, Op: "test"},
		"a limit":              &crm.Error{Fault: crm.RateLimited, Op: "test", RetryAt: time.Now()},
		"our own shutdown":     &crm.Error{Fault: crm.Transient, Op: "test", Err: context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCircuit(time.Hour)
			c.set(err)
			for range 10 {
				if got := c.deliver(t); !errors.Is(got, err) {
					t.Fatalf("error = %v, want the destination's own", got)
				}
			}
		})
	}
}

func TestASuccessInBetweenKeepsTheCircuitClosed(t *testing.T) {
	t.Parallel()
	c := newCircuit(time.Hour)
	for n := range 12 {
		c.set(&crm.Error{Fault: crm.Transient, Op: "test"})
		if n%3 == 2 {
			c.fail.Store(nil)
		}
		if err := c.deliver(t); err != nil && crm.FaultOf(err) != crm.Transient {
			t.Fatalf("delivery %d: %v", n, err)
		}
	}
}

func TestDestinationsHaveCircuitsOfTheirOwn(t *testing.T) {
	t.Parallel()
	all := crm.NewBreakers(crm.BreakerConfig{Failures: 1, Open: time.Hour, Longest: time.Hour}, time.Now)
	one := all.Breaker(crm.Destination{TenantID: "tenant_a", IntegrationID: "int_1"})
	if one != all.Breaker(crm.Destination{TenantID: "tenant_a", IntegrationID: "int_1"}) {
		t.Error("a destination has two breakers")
	}
	if one == all.Breaker(crm.Destination{TenantID: "tenant_b", IntegrationID: "int_1"}) {
		t.Error("two tenants share a breaker")
	}
}
