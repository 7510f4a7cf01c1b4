package crm_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
)

func TestDeliverSaysWhenARecordMayBeThereUnseen(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	faults := []crm.Fault{crm.Ambiguous, crm.Transient, "", ""} // the second attempt made nothing; the first may have
	var unsure []bool
	c.do = func(step string, s crm.State) (crm.Record, error) {
		if step != crm.StepDeal {
			return succeed(step, s)
		}
		unsure = append(unsure, s.Unsure)
		if fault := faults[len(unsure)-1]; fault != "" {
			return crm.Record{}, &crm.Error{Fault: fault, Op: "test"}
		}
		return succeed(step, s)
	}
	for range 3 {
		_, err := once(t, c, lead, m, clock)
		clock.AdvanceTo(crm.Dispose(err).RetryAt)
	}
	if diff := cmp.Diff([]bool{false, true, true}, unsure); diff != "" {
		t.Errorf("unsure by attempt (-want +got):\n%s", diff)
	}
	if e, _ := m.Ledger("req_1").Entry(crm.StepDeal); !e.Done() {
		t.Errorf("deal entry = %+v, want one with an id", e)
	}
	lead.Revision = 2
	if _, err := once(t, c, lead, m, clock); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if len(unsure) != 4 || unsure[3] {
		t.Errorf("unsure by attempt = %v, want sure of a record whose id is known", unsure)
	}
}

// A process that dies in a slow call leaves an intent from before that call: the record is
// younger, and can be found later, than the intent alone says.
func TestARecordOfASlowCallIsNotTakenForMissingTooEarly(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	c.do = func(step string, s crm.State) (crm.Record, error) {
		if step == crm.StepDeal {
			clock.Advance(crm.StepTimeout - time.Second) // made only now, and nobody hears of it
			return crm.Record{}, errors.New("the process dies")
		}
		return succeed(step, s)
	}
	if _, err := crm.Deliver(t.Context(), c, lead, m.Ledger("req_1"), clock.Now); err == nil {
		t.Fatal("delivered although the process died")
	}
	c.do, c.log = nil, nil
	clock.Advance(lag - time.Second) // since the record was made
	_, err := once(t, c, lead, m, clock)
	if crm.FaultOf(err) != crm.Ambiguous {
		t.Fatalf("got %v, want ambiguous: the record may be there unseen", err)
	}
	wantLog(t, c, "find deal")
	clock.AdvanceTo(crm.Dispose(err).RetryAt)
	if _, err := once(t, c, lead, m, clock); err != nil {
		t.Fatal(err)
	}
	wantLog(t, c, "find deal", "do deal ")
}
