package crm_test

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Only a contact that is gone is looked for again: whatever else a CRM answers, the one that is
// known stays the person's.
func TestAKnownContactThatCannotBeUpdatedIsNotLookedFor(t *testing.T) {
	t.Parallel()
	for _, fault := range []crm.Fault{crm.Transient, crm.Ambiguous, crm.RateLimited, crm.Invalid, crm.AuthExpired} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			clock, c := &crmtest.Clock{}, &scripted{}
			m := crmtest.NewMemory(clock.Now)
			if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err != nil {
				t.Fatal(err)
			}
			c.log, c.do = nil, refuse(fault)
			if _, err := once(t, c, crmtest.NewLead("req_2"), m, clock); crm.FaultOf(err) != fault {
				t.Errorf("got %v, want the CRM's answer", err)
			}
			wantLog(t, c, "do contact contact-1")
		})
	}
}

// A contact whose id another delivery may have got, and never told, is as old as the younger of the
// two attempts: until both can be seen, not finding it means nothing.
func TestTheYoungerOfTwoAttemptsIsWaitedFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ own, other time.Duration }{
		"its own":       {own: 0, other: -10 * time.Minute},
		"the other one": {own: -10 * time.Minute, other: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, c := &crmtest.Clock{}, &scripted{}
			m := crmtest.NewMemory(clock.Now)
			lead := crmtest.NewLead("req_1")
			start := clock.Now().Add(time.Hour)
			clock.AdvanceTo(start.Add(test.other))
			if _, err := m.Ledger("req_other").Contact(t.Context(), lead.Person.Keys()); err != nil {
				t.Fatal(err)
			}
			clock.AdvanceTo(start)
			plant(m, "req_1", request.LedgerEntry{Step: crm.StepContact, At: start.Add(test.own)})
			clock.AdvanceTo(start.Add(crm.ContactLease))
			_, err := once(t, c, lead, m, clock)
			wantLog(t, c, "find contact")
			want := start.Add(crm.StepTimeout + lag)
			if got := crm.Dispose(err).RetryAt; crm.FaultOf(err) != crm.Ambiguous || got.Sub(want).Abs() > time.Second {
				t.Errorf("got %v due at %v, want ambiguous until %v", err, got, want)
			}
		})
	}
}

func TestWhatTheLedgerHasOfALaterStepIsKept(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	plant(m, "req_1", request.LedgerEntry{Step: crm.StepDeal, RemoteID: "deal-7", Outcome: string(crm.Created), Revision: lead.Revision, At: clock.Now()})
	result, err := once(t, c, lead, m, clock)
	if err != nil || result.Link != "deal-7" {
		t.Errorf("link %q, %v", result.Link, err)
	}
	wantLog(t, c, "do contact ")
}

func TestRecordsOfAnOlderRevisionAreUpdated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before request.LedgerEntry
		want   crm.Outcome
	}{
		"complete":                {request.LedgerEntry{RemoteID: "contact-1", Outcome: string(crm.Created), Revision: 1}, crm.Updated},
		"there, but not complete": {request.LedgerEntry{RemoteID: "contact-1", Revision: 1}, crm.Matched},
		"refused":                 {request.LedgerEntry{Outcome: string(crm.Refused), Revision: 1}, crm.Created},
		"of this revision":        {request.LedgerEntry{RemoteID: "contact-1", Outcome: string(crm.Matched), Revision: 2}, crm.Matched},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, c := &crmtest.Clock{}, &scripted{}
			m := crmtest.NewMemory(clock.Now)
			lead := crmtest.NewLead("req_1")
			lead.Revision = 2
			test.before.Step, test.before.At = crm.StepContact, clock.Now()
			plant(m, "req_1", test.before)
			result, err := once(t, c, lead, m, clock)
			if err != nil || result.Outcome != test.want {
				t.Errorf("got %q, %v, want %q", result.Outcome, err, test.want)
			}
		})
	}
}

func TestAKnownContactThatIsGoneIsLookedForAndThenMade(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err != nil {
		t.Fatal(err)
	}
	c.log, c.do = nil, func(step string, s crm.State) (crm.Record, error) {
		if s.Current == "contact-1" {
			return crm.Record{}, &crm.Error{Fault: crm.Gone, Op: "get contact"}
		}
		return succeed(step, s)
	}
	if _, err := once(t, c, crmtest.NewLead("req_2"), m, clock); err != nil {
		t.Fatal(err)
	}
	wantLog(t, c, "do contact contact-1", "find contact", "do contact ", "do deal ")
}

// A CRM that says again and again that the contact is gone must not be given one after the other.
func TestAContactThatALaterStepKeepsMissingIsMadeOnceMore(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	c.do = func(step string, s crm.State) (crm.Record, error) {
		if len(c.log) > 20 {
			t.Fatalf("it goes on and on: %q", c.log)
		}
		if step == crm.StepDeal {
			return crm.Record{}, &crm.Error{Fault: crm.Gone, Op: "associate", Step: crm.StepContact}
		}
		return succeed(step, s)
	}
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); crm.FaultOf(err) != crm.Gone {
		t.Errorf("got %v, want that it is gone", err)
	}
	wantLog(t, c, "do contact ", "do deal ", "do contact ", "do deal ")
}

// A step whose records are seen at once has nothing to wait for.
func TestARecordThatWouldBeSeenAtOnceIsMadeWithoutWaiting(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &prompt{scripted{}}
	m := crmtest.NewMemory(clock.Now)
	plant(m, "req_1", request.LedgerEntry{Step: crm.StepDeal, At: clock.Now()})
	if _, err := once(t, c, crmtest.NewLead("req_1"), m, clock); err != nil {
		t.Fatal(err)
	}
	wantLog(t, &c.scripted, "do contact ", "find deal", "do deal ")
}

// prompt is a CRM that shows at once what was made.
type prompt struct{ scripted }

func (c *prompt) Steps() []crm.Step {
	steps := c.scripted.Steps()
	for i := range steps {
		steps[i].Lag = 0
	}
	return steps
}
