package hubspot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestAContactsGapsAreFilledAndNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	person := map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com", "phone": "+13035550142"}
	tests := map[string]struct {
		have, want map[string]string
		kind       request.Kind
		outcome    crm.Outcome
	}{
		"nothing is missing": {
			have:    map[string]string{"firstname": "Dana", "lastname": "Sample", "email": "dana@example.com", "phone": "+13035550199"},
			want:    map[string]string{"firstname": "Dana", "lastname": "Sample", "email": "dana@example.com", "phone": "+13035550199"},
			outcome: crm.Matched,
		},
		"the number is missing": {
			have: map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com"},
			want: person, outcome: crm.Updated,
		},
		"the address is missing": {
			have:    map[string]string{"firstname": "Dana", "lastname": "Example", "phone": "(303) 555-0142"},
			want:    map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com", "phone": "(303) 555-0142"},
			outcome: crm.Updated,
		},
		"the number stands under mobile": {
			have:    map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com", "mobilephone": "303-555-0142"},
			want:    map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com", "mobilephone": "303-555-0142"},
			outcome: crm.Matched,
		},
		"our placeholder is no name": {
			have: map[string]string{"lastname": "Unknown caller", "phone": "+13035550142"},
			want: person, outcome: crm.Updated,
		},
		"a form adds no number": {
			kind:    request.Form,
			have:    map[string]string{"email": "dana@example.com"},
			want:    map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com"},
			outcome: crm.Updated,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t)
			p.seed(t, test.have)
			lead := crmtest.NewLead("req_1")
			if test.kind != "" {
				lead.Request.Kind = test.kind
			}
			if got := p.deliver(t, lead).Outcome; got != test.outcome {
				t.Errorf("outcome = %q, want %q", got, test.outcome)
			}
			all := p.all("contacts")
			if len(all) != 1 {
				t.Fatalf("%d contacts, want 1", len(all))
			}
			if diff := cmp.Diff(test.want, fields(all[0], "firstname", "lastname", "email", "phone", "mobilephone")); diff != "" {
				t.Errorf("contact (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAKnownNumberUnderAnotherNameGoesByPolicy(t *testing.T) {
	t.Parallel()
	bob := map[string]string{"firstname": "Bob", "lastname": "Quick", "phone": "+13035550142"}
	for policy, want := range map[string]struct {
		contacts int
		parked   bool
		warned   bool
	}{
		"":       {contacts: 1, warned: true},
		"attach": {contacts: 1, warned: true},
		"create": {contacts: 2},
		"review": {contacts: 1, parked: true},
	} {
		t.Run("policy "+policy, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t)
			p.config["ambiguous"] = policy
			p.seed(t, bob)
			result, err := p.try(t, crmtest.NewLead("req_1"))
			if parked := crm.Dispose(err).State == request.DeliveryParked; parked != want.parked {
				t.Fatalf("error = %v, parked %t, want %t", err, parked, want.parked)
			}
			if got := len(result.Warnings) > 0; got != want.warned {
				t.Errorf("warnings = %q, want some: %t", result.Warnings, want.warned)
			}
			all := p.all("contacts")
			if len(all) != want.contacts {
				t.Errorf("%d contacts, want %d", len(all), want.contacts)
			}
			if diff := cmp.Diff(bob, fields(all[0], "firstname", "lastname", "phone", "email")); diff != "" {
				t.Errorf("the other person's contact (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAContactThatSearchDoesNotSeeYetIsNotCreatedAgain(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	account, url := openAt(t, clock) // with search lag
	for _, id := range []string{"req_1", "req_2"} {
		lead := crmtest.NewLead(id)
		lead.Person.Email = ""
		c, err := hubspot.NewAccounts(clock.Now).Connect(settings(url), http.DefaultClient)
		if err != nil {
			t.Fatalf("connect: %v", err)
		}
		ledger := crmtest.NewMemory(clock.Now).Ledger(id) // nobody remembers the first delivery
		if _, err := crm.Deliver(t.Context(), c, lead, ledger, clock.Now); err != nil {
			t.Fatalf("deliver: %v", err)
		}
	}
	contacts := 0
	for _, o := range account.Objects() {
		if o.Type == "contacts" {
			contacts++
		}
	}
	if contacts != 1 {
		t.Errorf("%d contacts, want 1", contacts)
	}
}

func TestTheRecordsHoldWhatTheAnalysisFound(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	p.config["owner_id"] = "7001"
	result := p.deliver(t, crmtest.NewLead("req_1"))
	deal, call := p.all("deals")[0], p.all("calls")[0]
	wantDeal := map[string]string{
		"dealname": "Kitchen remodel - Dana Example", "pipeline": "default", "dealstage": "appointmentscheduled", "amount": "25000",
		"hubspot_owner_id": "7001", "pipeline_request_id": "req_1", "pipeline_lead_score": "86", "pipeline_score_band": "hot",
		"pipeline_intent": "quote_request", "pipeline_project_type": "kitchen", "pipeline_timeline": "1_3_months", "pipeline_budget": "high",
		"pipeline_lead_source": "Google Ads", "pipeline_request_url": "https://dashboard.example.com/requests/req_1",
	}
	if diff := cmp.Diff(wantDeal, fields(deal, keys(wantDeal)...)); diff != "" {
		t.Errorf("deal (-want +got):\n%s", diff)
	}
	wantCall := map[string]string{
		"hs_call_title": "Inbound call: kitchen remodel", "hs_call_duration": "187000", "hs_call_direction": "INBOUND", "hs_call_status": "COMPLETED",
		"hs_call_from_number": "+13035550142", "hs_call_to_number": "+13035550100", "pipeline_request_id": "req_1", "hubspot_owner_id": "7001",
	}
	if diff := cmp.Diff(wantCall, fields(call, keys(wantCall)...)); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
	if at := fields(call, "hs_timestamp")["hs_timestamp"]; !strings.HasPrefix(at, "2026-11-20T16:15:02") {
		t.Errorf("hs_timestamp = %q, want the call's begin", at)
	}
	if body := fields(call, "hs_call_body")["hs_call_body"]; !strings.Contains(body, "86 of 100") {
		t.Errorf("call body lacks the score: %s", body)
	}
	if want := "https://app.hubspot.com/contacts/24000001/record/0-3/" + deal.ID; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

func TestAFormIsANote(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := crmtest.NewLead("req_1")
	lead.Request.Kind = request.Form
	p.deliver(t, lead)
	lead.Revision = 2
	p.deliver(t, lead)
	if calls, notes := p.all("calls"), p.all("notes"); len(calls) != 0 || len(notes) != 1 {
		t.Fatalf("%d calls, %d notes, want one note", len(calls), len(notes))
	}
	links, _ := p.all("notes")[0].Fields["associations"].(map[string][]string)
	if len(links["contacts"]) != 1 || len(links["deals"]) != 1 {
		t.Errorf("links = %v, want the contact and the deal", links)
	}
}

func TestTheWorkflowsOwnerAndTagsReachTheRecords(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	p.config["owner_id"] = "7002"
	lead := crmtest.NewLead("req_1")
	lead.Owner, lead.Tags = "7001", []string{"kitchen", "downtown"}
	p.deliver(t, lead)
	for _, record := range []string{"contacts", "deals", "calls"} {
		if got := fields(p.all(record)[0], "hubspot_owner_id")["hubspot_owner_id"]; got != "7001" {
			t.Errorf("%s belong to %q, want the workflow's owner", record, got)
		}
	}
	if body := fields(p.all("calls")[0], "hs_call_body")["hs_call_body"]; !strings.Contains(body, "kitchen, downtown") {
		t.Errorf("no tags in %s", body)
	}
}
