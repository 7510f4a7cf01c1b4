package crm_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// scripted is a connector with two steps that notes what it is asked.
type scripted struct {
	log  []string
	find map[string]string                                  // remote id by step
	do   func(step string, s crm.State) (crm.Record, error) // nil: succeeds
}

const lag = time.Minute

func (c *scripted) Steps() []crm.Step {
	return []crm.Step{c.step(crm.StepContact), c.step(crm.StepDeal)}
}

func (c *scripted) step(name string) crm.Step {
	return crm.Step{
		Name: name, Lag: lag,
		Find: func(context.Context, crm.State) (string, error) {
			c.log = append(c.log, "find "+name)
			return c.find[name], nil
		},
		Do: func(_ context.Context, s crm.State) (crm.Record, error) {
			c.log = append(c.log, "do "+name+" "+s.Current)
			if c.do != nil {
				return c.do(name, s)
			}
			return succeed(name, s)
		},
	}
}

func succeed(name string, s crm.State) (crm.Record, error) {
	if s.Current != "" {
		return crm.Record{ID: s.Current, Outcome: crm.Matched}, nil
	}
	return crm.Record{ID: name + "-1", Outcome: crm.Created}, nil
}

func (c *scripted) Link(e map[string]request.LedgerEntry) string { return e[crm.StepDeal].RemoteID }
func (c *scripted) Test(context.Context) error                   { return nil }

// plant puts entries into a request's ledger.
func plant(m *crmtest.Memory, id string, entries ...request.LedgerEntry) {
	m.Ledger(id).Settle(entries)
}

// once delivers and settles.
func once(t *testing.T, c crm.Connector, lead crm.Lead, m *crmtest.Memory, clock *crmtest.Clock) (crm.Result, error) {
	t.Helper()
	ledger := m.Ledger(lead.Request.ID)
	result, err := crm.Deliver(t.Context(), c, lead, ledger, clock.Now)
	ledger.Settle(result.Entries)
	return result, err
}

func refuse(fault crm.Fault) func(string, crm.State) (crm.Record, error) {
	return func(string, crm.State) (crm.Record, error) { return crm.Record{}, &crm.Error{Fault: fault, Op: "test"} }
}

func wantLog(t *testing.T, c *scripted, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, c.log); diff != "" {
		t.Errorf("remote work (-want +got):\n%s", diff)
	}
	c.log = nil
}
