package crmtest

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// maxAttempts is how often a delivery is tried until it must be done.
const maxAttempts = 12

// bed is a CRM, a wire to it and the ledgers of its deliveries.
type bed struct {
	crm    CRM
	clock  *Clock
	wire   *wire
	memory *Memory
	client *http.Client
}

func newBed(t *testing.T, h Harness) *bed {
	t.Helper()
	clock := &Clock{}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	w := &wire{next: transport}
	return &bed{
		crm: h.Open(t, clock), clock: clock, wire: w, memory: NewMemory(clock.Now),
		client: &http.Client{Transport: w, Timeout: time.Minute},
	}
}

// connect returns a connector without any memory.
func (b *bed) connect(t *testing.T) crm.Connector {
	t.Helper()
	c, err := b.crm.Connect(b.client)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return c
}

// once tries a delivery one time and settles it, unless it crashes.
func (b *bed) once(t *testing.T, c crm.Connector, lead crm.Lead) (crm.Result, crm.Disposition) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.wire.mu.Lock()
	b.wire.crash = cancel
	b.wire.mu.Unlock()
	ledger := b.memory.Ledger(lead.Request.ID)
	result, err := crm.Deliver(ctx, c, lead, ledger, b.clock.Now)
	if ctx.Err() != nil { // whoever crashed tells nobody anything
		return result, crm.Disposition{State: request.DeliveryPending}
	}
	ledger.Settle(result.Entries)
	return result, crm.Dispose(err)
}

// deliver tries a delivery until it is done, each time in a new process, and sets the clock
// forward to when it is due. It returns the warnings of all attempts with the last result.
func (b *bed) deliver(t *testing.T, lead crm.Lead) crm.Result {
	t.Helper()
	var warnings []string
	for range maxAttempts {
		result, d := b.once(t, b.connect(t), lead)
		warnings = append(warnings, result.Warnings...)
		switch {
		case d.State == request.DeliveryDone:
			result.Warnings = warnings
			return result
		case d.State != request.DeliveryPending:
			t.Fatalf("delivery is %s: %s", d.State, d.Words)
		case d.RetryAt.IsZero():
			b.clock.Advance(10 * time.Second)
		default:
			b.clock.AdvanceTo(d.RetryAt)
		}
	}
	t.Fatalf("delivery is not done after %d attempts", maxAttempts)
	return crm.Result{}
}

// refuse lets the first request that would make a step's record meet a refusal.
func (b *bed) refuse(step string, r Reply) {
	b.wire.spoil(1, instead(r))
	b.wire.mu.Lock()
	defer b.wire.mu.Unlock()
	b.wire.seen = func(req *http.Request) bool { return b.crm.Creates(step, req) }
}

// entries returns a request's ledger.
func (b *bed) entries(requestID string) map[string]request.LedgerEntry {
	entries := make(map[string]request.LedgerEntry)
	for step := range b.crm.Types {
		if e, ok := b.memory.Ledger(requestID).Entry(step); ok {
			entries[step] = e
		}
	}
	return entries
}

// wantCounts checks how many objects of each step's type the CRM holds.
func (b *bed) wantCounts(t *testing.T, want map[string]int) {
	t.Helper()
	got := make(map[string]int)
	for _, o := range b.crm.Objects() {
		for step, typ := range b.crm.Types {
			if o.Type == typ {
				got[step]++
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records in the CRM by step (-want +got):\n%s", diff)
	}
}

// wantOne checks that the CRM holds one record for each step, and that the ledger knows it.
func (b *bed) wantOne(t *testing.T, lead crm.Lead) {
	t.Helper()
	want := make(map[string]int)
	for step := range b.crm.Types {
		want[step] = 1
	}
	b.wantCounts(t, want)
	b.wantLinked(t, lead)
}

// wantLinked checks that the records which the ledger names exist and are linked.
func (b *bed) wantLinked(t *testing.T, lead crm.Lead) {
	t.Helper()
	entries := b.entries(lead.Request.ID)
	for step, typ := range b.crm.Types {
		e := entries[step]
		i := slices.IndexFunc(b.crm.Objects(), func(o Object) bool { return o.Type == typ && o.ID == e.RemoteID })
		if i < 0 {
			t.Errorf("%s: ledger says %q, which the CRM does not hold", step, e.RemoteID)
			continue
		}
		for _, to := range b.crm.Links[step] {
			if o := b.crm.Objects()[i]; !slices.Contains(o.Links, entries[to].RemoteID) {
				t.Errorf("%s %s is linked to %v, want %s %s", step, o.ID, o.Links, to, entries[to].RemoteID)
			}
		}
	}
}

// object returns the record of a step.
func (b *bed) object(t *testing.T, lead crm.Lead, step string) Object {
	t.Helper()
	id := b.entries(lead.Request.ID)[step].RemoteID
	for _, o := range b.crm.Objects() {
		if o.Type == b.crm.Types[step] && o.ID == id {
			return o
		}
	}
	t.Fatalf("no %s with id %q", step, id)
	return Object{}
}

// NewLead returns a lead of a synthetic person with everything that a CRM takes. The
// request's id tells leads apart; the person is always the same.
func NewLead(id string) crm.Lead {
	started := time.Date(2026, 11, 20, 16, 15, 2, 0, time.UTC)
	low, high := int64(20_000), int64(30_000)
	return crm.Lead{
		Request: &request.Request{
			TenantID: "tenant_demo", ID: id, Kind: request.Call, StartedAt: started, ReceivedAt: started,
			Caller: request.Caller{Phone: "+13035550142"},
			Details: request.Details{
				Direction: "inbound", Answered: true, DurationS: 187, TrackingPhone: "+13035550100", Source: "Google Ads",
			},
		},
		Analysis: &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", Timeline: "1_3_months", IsLead: true, LeadScore: 86, ScoreBand: request.Hot,
			Budget:   request.Budget{Signal: "high", Min: &low, Max: &high},
			Summary:  "Wants a kitchen remodel with new cabinets & an island.",
			Evidence: []request.Evidence{{Field: "budget", Segment: 1, Quote: "between twenty and thirty thousand"}},
		},
		Transcript: &request.Transcript{Origin: request.OriginSpeech, Segments: []request.Segment{
			{Index: 0, Speaker: request.Agent, Text: "How can I help?"},
			{Index: 1, Speaker: request.Customer, Text: "We have between twenty and thirty thousand for the kitchen."},
		}},
		Person:   crm.Person{Name: "Dana Example", Phone: "+13035550142", Email: "dana@example.com"},
		Revision: 1, Link: "https://dashboard.example.com/requests/" + id, Region: "US",
	}
}
