package crmtest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func testCreate(t *testing.T, h Harness) {
	b := newBed(t, h)
	lead := NewLead("req_create")
	result := b.deliver(t, lead)
	if result.Outcome != crm.Created {
		t.Errorf("outcome = %q, want %q", result.Outcome, crm.Created)
	}
	if len(result.Warnings) > 0 {
		t.Errorf("warnings = %q, want none", result.Warnings)
	}
	b.wantOne(t, lead)
}

func testTransactions(t *testing.T, h Harness) {
	b := newBed(t, h)
	b.deliver(t, NewLead("req_budget"))
	if got, want := b.memory.Transactions(), len(b.connect(t).Steps()); got != want {
		t.Errorf("transactions = %d, want %d, and the caller's own", got, want)
	}
}

func testRepeat(t *testing.T, h Harness) {
	b := newBed(t, h)
	lead := NewLead("req_repeat")
	b.deliver(t, lead)
	b.wire.spoil(0, nil)
	b.deliver(t, lead)
	if got := b.wire.calls(); got != 0 {
		t.Errorf("remote calls of the repetition = %d, want 0", got)
	}
	b.wantOne(t, lead)
}

func testUpdate(t *testing.T, h Harness) {
	b := newBed(t, h)
	lead := NewLead("req_update")
	b.deliver(t, lead)
	before := b.entries(lead.Request.ID)
	lead.Revision = 2
	lead.Analysis.ProjectType, lead.Analysis.LeadScore = "bathroom", 55
	b.wire.spoil(0, nil)
	if result := b.deliver(t, lead); result.Outcome != crm.Updated {
		t.Errorf("outcome = %q, want %q", result.Outcome, crm.Updated)
	}
	if b.wire.calls() == 0 {
		t.Error("no remote calls for the raised revision")
	}
	b.wantOne(t, lead)
	for step, e := range b.entries(lead.Request.ID) {
		if e.RemoteID != before[step].RemoteID || e.Revision != 2 {
			t.Errorf("%s = %s at revision %d, want %s at 2", step, e.RemoteID, e.Revision, before[step].RemoteID)
		}
	}
}

func testSamePerson(t *testing.T, h Harness) {
	b := newBed(t, h)
	first, second := NewLead("req_first"), NewLead("req_second")
	second.Person.Email = "" // known by the phone number alone
	b.deliver(t, first)
	want := crm.Matched
	if !b.keepsContacts() {
		want = crm.Created
	}
	if result := b.deliver(t, second); result.Outcome != want {
		t.Errorf("outcome = %q, want %q", result.Outcome, want)
	}
	b.wantCounts(t, b.counts(1, 2))
	b.wantLinked(t, second)
}

// counts returns how many records a number of people and of their leads make.
func (b *bed) counts(people, leads int) map[string]int {
	want := make(map[string]int)
	for step := range b.crm.Types {
		want[step] = leads
	}
	if b.keepsContacts() {
		want[crm.StepContact] = people
	}
	return want
}

// keepsContacts reports whether the destination has records of people.
func (b *bed) keepsContacts() bool {
	_, ok := b.crm.Types[crm.StepContact]
	return ok
}

func testWithheld(t *testing.T, h Harness) {
	b := newBed(t, h)
	one, two := NewLead("req_withheld"), NewLead("req_withheld_too")
	one.Person, two.Person = crm.Person{}, crm.Person{}
	b.deliver(t, one)
	b.deliver(t, two)
	b.wantCounts(t, b.counts(2, 2))
	b.wantLinked(t, one)
}

func testConcurrent(t *testing.T, h Harness) {
	b := newBed(t, h)
	leads := []crm.Lead{NewLead("req_a"), NewLead("req_b"), NewLead("req_c"), NewLead("req_d")}
	leads[1].Person.Email = "" // all share the number; without a common key nobody could tell
	leads[2].Person.Email = "dana.work@example.com"
	var wg sync.WaitGroup
	for _, lead := range leads {
		wg.Go(func() { b.insist(t, lead) })
	}
	wg.Wait()
	b.wantCounts(t, b.counts(1, len(leads)))
	for _, lead := range leads {
		b.wantLinked(t, lead)
	}
}

// insist delivers beside others: nobody may set the clock forward, which would end the
// leases of the others, so waiting is real.
func (b *bed) insist(t *testing.T, lead crm.Lead) {
	c, err := b.crm.Connect(b.client)
	if err != nil {
		t.Errorf("connect: %v", err)
		return
	}
	for range 2000 {
		ledger := b.memory.Ledger(lead.Request.ID)
		result, err := crm.Deliver(t.Context(), c, lead, ledger, b.clock.Now)
		ledger.Settle(result.Entries)
		d := crm.Dispose(err)
		if d.State == request.DeliveryDone {
			return
		}
		if d.State != request.DeliveryPending {
			t.Errorf("delivery is %s: %s", d.State, d.Words)
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%s was not delivered", lead.Request.ID)
}

func testRestore(t *testing.T, h Harness) {
	b := newBed(t, h)
	lead := NewLead("req_restore")
	b.deliver(t, lead)
	before := b.entries(lead.Request.ID)
	b.memory = NewMemory(b.clock.Now)
	b.clock.Advance(time.Hour)
	lead.Recheck = true
	b.deliver(t, lead)
	b.wantOne(t, lead)
	for step, e := range b.entries(lead.Request.ID) {
		if diff := cmp.Diff(before[step].RemoteID, e.RemoteID); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
}

func testGone(t *testing.T, h Harness) {
	b := newBed(t, h)
	if !b.keepsContacts() {
		t.Skip("the destination has no records of people")
	}
	first, second := NewLead("req_first"), NewLead("req_second")
	b.deliver(t, first)
	b.crm.Delete(b.object(t, first, crm.StepContact))
	b.clock.Advance(time.Hour)
	b.deliver(t, second)
	b.wantCounts(t, b.counts(1, 2))
	b.wantLinked(t, second)
	first.Revision = 2
	b.deliver(t, first)
	b.wantCounts(t, b.counts(1, 2))
	b.wantLinked(t, first)
}

func testGoneDeal(t *testing.T, h Harness) {
	b := newBed(t, h)
	lead := NewLead("req_deal")
	b.deliver(t, lead)
	steps := b.connect(t).Steps()
	if len(steps) < 2 {
		t.Skip("the connector has no second step")
	}
	b.crm.Delete(b.object(t, lead, steps[1].Name))
	b.clock.Advance(time.Hour)
	lead.Revision = 2
	b.deliver(t, lead)
	b.wantOne(t, lead)
}
