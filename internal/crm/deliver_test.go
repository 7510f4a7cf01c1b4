package crm_test

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestDeliverReturnsTheLastEntryUnsaved(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	result, err := crm.Deliver(t.Context(), c, lead, m.Ledger("req_1"), clock.Now)
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	wantLog(t, c, "do contact ", "do deal ")
	if len(result.Entries) != 1 || result.Entries[0].RemoteID != "deal-1" || result.Link != "deal-1" {
		t.Errorf("result = %+v, want the deal's entry and link", result)
	}
	if e, _ := m.Ledger("req_1").Entry(crm.StepContact); e.RemoteID != "contact-1" {
		t.Errorf("contact entry = %+v, want contact-1", e)
	}
	if e, ok := m.Ledger("req_1").Entry(crm.StepDeal); !ok || e.Done() {
		t.Errorf("deal entry = %+v, want the intent", e)
	}
}

func TestDeliverUsesTheKnownContactWithoutLookingForIt(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	for _, id := range []string{"req_1", "req_2"} {
		if _, err := once(t, c, crmtest.NewLead(id), m, clock); err != nil {
			t.Fatalf("deliver: %v", err)
		}
	}
	wantLog(t, c, "do contact ", "do deal ", "do contact contact-1", "do deal ")
}

func TestDeliverReportsABusyContact(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	if _, err := m.Ledger("req_other").Contact(t.Context(), lead.Person.Keys()); err != nil {
		t.Fatalf("lease contact: %v", err)
	}
	_, err := once(t, c, lead, m, clock)
	var busy *crm.BusyError
	if !errors.As(err, &busy) {
		t.Fatalf("error = %v, want a BusyError", err)
	}
	if d := crm.Dispose(err); d.State != request.DeliveryPending || d.Counts || !d.RetryAt.Equal(busy.Until) {
		t.Errorf("disposition = %+v, want pending at %v, not counted", d, busy.Until)
	}
	wantLog(t, c)
}

func TestDeliverDoesNotPostponeTheWaitByAsking(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	c.do = refuse(crm.Ambiguous)
	_, err := once(t, c, lead, m, clock)
	due := crm.Dispose(err).RetryAt
	wantLog(t, c, "do contact ")
	c.do = nil
	for range 3 {
		clock.Advance(lag / 4)
		_, err = once(t, c, lead, m, clock)
		if got := crm.Dispose(err).RetryAt; crm.FaultOf(err) != crm.Ambiguous || got.Sub(due).Abs() > time.Second {
			t.Fatalf("error = %v due %v, want ambiguous due %v", err, got, due)
		}
		wantLog(t, c, "find contact")
	}
	clock.AdvanceTo(due.Add(time.Second))
	if _, err := once(t, c, lead, m, clock); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	wantLog(t, c, "find contact", "do contact ", "do deal ")
}

func TestDeliverUsesTheRecordThatAnotherDeliveryLeftBehind(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	c := &scripted{find: map[string]string{crm.StepContact: "contact-7"}}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	if _, err := m.Ledger("req_crashed").Contact(t.Context(), lead.Person.Keys()); err != nil {
		t.Fatalf("lease contact: %v", err)
	}
	clock.Advance(crm.ContactLease)
	if _, err := once(t, c, lead, m, clock); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	wantLog(t, c, "find contact", "do contact contact-7", "do deal ")
}

func TestDeliverDoesNotLookUpWhatWasRefused(t *testing.T) {
	t.Parallel()
	for _, fault := range []crm.Fault{crm.Invalid, crm.AuthRevoked, crm.AuthExpired, crm.RateLimited, crm.QuotaSpent, crm.Transient} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			clock := &crmtest.Clock{}
			m := crmtest.NewMemory(clock.Now)
			c := &scripted{do: func(step string, s crm.State) (crm.Record, error) {
				if step == crm.StepDeal {
					return refuse(fault)(step, s)
				}
				return succeed(step, s)
			}}
			lead := crmtest.NewLead("req_1")
			if _, err := once(t, c, lead, m, clock); crm.FaultOf(err) != fault {
				t.Fatalf("error = %v, want %s", err, fault)
			}
			c.do = nil
			if _, err := once(t, c, lead, m, clock); err != nil {
				t.Fatalf("deliver: %v", err)
			}
			wantLog(t, c, "do contact ", "do deal ", "do deal ")
		})
	}
}

func TestDeliverGivesTheContactBackWhenItWasRefused(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	m := crmtest.NewMemory(clock.Now)
	c := &scripted{do: refuse(crm.Invalid)}
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err == nil {
		t.Fatal("delivered although refused")
	}
	c.do = nil
	if _, err := once(t, c, crmtest.NewLead("req_2"), m, clock); err != nil {
		t.Fatalf("deliver another call of the person: %v", err)
	}
	wantLog(t, c, "do contact ", "do contact ", "do deal ")
}

func TestDeliverKeepsARecordThatIsNotComplete(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	m := crmtest.NewMemory(clock.Now)
	c := &scripted{do: func(step string, s crm.State) (crm.Record, error) {
		if step == crm.StepDeal {
			return crm.Record{ID: "deal-5"}, &crm.Error{Fault: crm.RateLimited, Op: "associate"}
		}
		return succeed(step, s)
	}}
	lead := crmtest.NewLead("req_1")
	if _, err := once(t, c, lead, m, clock); err == nil {
		t.Fatal("delivered although the deal is not linked")
	}
	c.do = nil
	result, err := once(t, c, lead, m, clock)
	if err != nil || result.Outcome != crm.Created {
		t.Fatalf("deliver = %+v, %v, want created", result, err)
	}
	wantLog(t, c, "do contact ", "do deal ", "do deal deal-5")
}

func TestDeliverResolvesAContactAgainThatALaterStepMisses(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	m := crmtest.NewMemory(clock.Now)
	plant(m, "req_1",
		request.LedgerEntry{Step: crm.StepContact, RemoteID: "contact-0", Revision: 1, Outcome: "created"},
		request.LedgerEntry{Step: crm.StepDeal, RemoteID: "deal-0", Revision: 0, Outcome: "created"})
	c := &scripted{do: func(step string, s crm.State) (crm.Record, error) {
		if step == crm.StepDeal && s.IDs[crm.StepContact] == "contact-0" {
			return crm.Record{}, &crm.Error{Fault: crm.Gone, Op: "associate", Step: crm.StepContact}
		}
		return succeed(step, s)
	}}
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	wantLog(t, c, "do deal deal-0", "do contact ", "do deal deal-0")
	if e, _ := m.Ledger("req_1").Entry(crm.StepContact); e.RemoteID != "contact-1" {
		t.Errorf("contact = %q, want contact-1", e.RemoteID)
	}
}

func TestDeliverBringsCompleteRecordsUpToDateWithANewContact(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	m := crmtest.NewMemory(clock.Now)
	plant(m, "req_1",
		request.LedgerEntry{Step: crm.StepContact, RemoteID: "contact-0", Revision: 0, Outcome: "created"},
		request.LedgerEntry{Step: crm.StepDeal, RemoteID: "deal-0", Revision: 1, Outcome: "created"})
	c := &scripted{do: func(step string, s crm.State) (crm.Record, error) {
		if s.Current == "contact-0" {
			return crm.Record{}, &crm.Error{Fault: crm.Gone, Op: "get contact"}
		}
		return succeed(step, s)
	}}
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	wantLog(t, c, "do contact contact-0", "do contact ", "do deal deal-0")
}

func TestDeliverEndsWhenARecordStaysGone(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	m := crmtest.NewMemory(clock.Now)
	plant(m, "req_1", request.LedgerEntry{Step: crm.StepContact, RemoteID: "contact-0", Revision: 0})
	c := &scripted{do: refuse(crm.Gone)}
	_, err := once(t, c, crmtest.NewLead("req_1"), m, clock)
	if d := crm.Dispose(err); crm.FaultOf(err) != crm.Gone || !d.Counts {
		t.Errorf("error = %v, disposition %+v, want gone, counted", err, d)
	}
	wantLog(t, c, "do contact contact-0", "do contact ")
}

func TestDeliverTakesAnAnswerWithoutAnIDForNoAnswer(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	c := &scripted{do: func(string, crm.State) (crm.Record, error) { return crm.Record{}, nil }}
	_, err := once(t, c, crmtest.NewLead("req_1"), crmtest.NewMemory(clock.Now), clock)
	if crm.FaultOf(err) != crm.Ambiguous {
		t.Errorf("error = %v, want ambiguous", err)
	}
}

func TestDeliverRefusesToWorkWhenTheLedgerCannotBeWritten(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	m.Lose(2) // contact done and the deal's intent
	_, err := once(t, c, crmtest.NewLead("req_1"), m, clock)
	if !errors.Is(err, crmtest.ErrLost) {
		t.Errorf("error = %v, want ErrLost", err)
	}
	wantLog(t, c, "do contact ")
}
