package hubspot_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestAnUpdateLeavesTheSalesTeamsWorkAlone(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := crmtest.NewLead("req_1")
	p.deliver(t, lead)
	send(t, http.MethodPatch, p.url+"/crm/objects/2026-09/deals/"+p.all("deals")[0].ID,
		`{"properties":{"dealname":"Example kitchen","dealstage":"contractsent","amount":"31000"}}`)
	lead.Revision, lead.Analysis.LeadScore = 2, 55
	p.deliver(t, lead)
	want := map[string]string{"dealname": "Example kitchen", "dealstage": "contractsent", "amount": "31000", "pipeline_lead_score": "55"}
	if diff := cmp.Diff(want, fields(p.all("deals")[0], keys(want)...)); diff != "" {
		t.Errorf("deal (-want +got):\n%s", diff)
	}
}

func TestAnInvalidAddressDoesNotLoseTheLead(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := crmtest.NewLead("req_1")
	lead.Person = crm.Person{Email: "dana@localhost"}
	result := p.deliver(t, lead)
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "email") {
		t.Errorf("warnings = %q, want one about the address", result.Warnings)
	}
	if got := fields(p.all("contacts")[0], "lastname")["lastname"]; got != "Unknown caller" {
		t.Errorf("last name = %q, want the placeholder", got)
	}
}

func TestKeptPropertiesAreNotCreated(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	p.config["properties"] = "keep"
	_, err := p.try(t, crmtest.NewLead("req_1"))
	if d := crm.Dispose(err); d.State != request.DeliveryParked || !strings.Contains(d.Words, "pipeline_person_key") {
		t.Fatalf("disposition = %+v, want parked for the marker", d)
	}
	for _, typ := range []string{"contacts", "deals", "calls"} {
		name := map[string]string{"contacts": "pipeline_person_key"}[typ]
		if name == "" {
			name = "pipeline_request_id"
		}
		post(t, p.url+"/crm/properties/2026-09/"+typ+"/groups", `{"name":"ours","label":"Ours"}`)
		post(t, p.url+"/crm/properties/2026-09/"+typ,
			`{"name":"`+name+`","label":"Marker","type":"string","fieldType":"text","groupName":"ours","hasUniqueValue":true}`)
	}
	if result := p.deliver(t, crmtest.NewLead("req_1")); result.Outcome != crm.Created {
		t.Errorf("outcome = %q, want created without the optional properties", result.Outcome)
	}
}

func TestAMarkerWithoutUniqueValuesParks(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	post(t, p.url+"/crm/properties/2026-09/deals/groups", `{"name":"ours","label":"Ours"}`)
	post(t, p.url+"/crm/properties/2026-09/deals", `{"name":"pipeline_request_id","label":"M","type":"string","fieldType":"text","groupName":"ours"}`)
	_, err := p.try(t, crmtest.NewLead("req_1"))
	if d := crm.Dispose(err); d.State != request.DeliveryParked || !strings.Contains(d.Words, "without unique values") {
		t.Errorf("disposition = %+v, want parked", d)
	}
}

func TestAPropertyThatVanishedIsCreatedAgain(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	c := p.connect(t)
	for _, id := range []string{"req_1", "req_2"} {
		ledger := p.memory.Ledger(id)
		result, err := crm.Deliver(t.Context(), c, crmtest.NewLead(id), ledger, p.clock.Now)
		if err != nil {
			t.Fatalf("deliver: %v", err)
		}
		ledger.Settle(result.Entries)
		send(t, http.MethodDelete, p.url+"/crm/properties/2026-09/deals/pipeline_lead_score", "")
	}
	if got := fields(p.all("deals")[1], "pipeline_lead_score"); got["pipeline_lead_score"] != "86" {
		t.Errorf("score of the second deal = %v, want 86", got)
	}
}

func TestTheConnectionTestNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(p *portal)
		want   string
	}{
		"all is well":       {func(*portal) {}, ""},
		"no such stage":     {func(p *portal) { p.config["deal_stage"] = "nowhere" }, "STAGE_MISSING"},
		"no kept marker":    {func(p *portal) { p.config["properties"] = "keep" }, "PROPERTY_MISSING"},
		"no such version":   {func(p *portal) { p.config["api_version"] = "2019-01" }, "gone"},
		"nobody is at home": {func(p *portal) { p.config["base_url"] = "http://127.0.0.1:1" }, "transient"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPortal(t)
			test.change(p)
			err := p.connect(t).Test(t.Context())
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			if all := p.server.Objects(""); len(all) != 0 {
				t.Errorf("the test wrote %d objects", len(all))
			}
		})
	}
}

func TestACancelledDeliveryIsNotTakenForARefusal(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lead := crmtest.NewLead("req_1")
	_, err := crm.Deliver(ctx, p.connect(t), lead, p.memory.Ledger("req_1"), p.clock.Now)
	if d := crm.Dispose(err); err == nil || d.State != request.DeliveryPending {
		t.Errorf("disposition = %+v, want pending", d)
	}
}

func TestALeadWithoutAnalysisIsDelivered(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := crmtest.NewLead("req_1")
	lead.Analysis, lead.Transcript = nil, nil
	p.deliver(t, lead)
	if got := fields(p.all("deals")[0], "dealname")["dealname"]; got != "Inquiry - Dana Example" {
		t.Errorf("deal name = %q", got)
	}
}
