package hubspot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func newMappedPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	post(t, p.url+"/crm/properties/2026-09/deals/groups", `{"name":"ours","label":"Ours"}`)
	post(t, p.url+"/crm/properties/2026-09/contacts/groups", `{"name":"ours","label":"Ours"}`)
	for _, definition := range []string{
		`{"groupName":"ours","name":"room","label":"Room","type":"enumeration","fieldType":"select","options":[{"label":"Kitchen","value":"k"},{"label":"Bath","value":"b"}]}`,
		`{"groupName":"ours","name":"extras","label":"Extras","type":"enumeration","fieldType":"checkbox","options":[{"label":"Island","value":"i"},{"label":"Pantry","value":"p"}]}`,
		`{"groupName":"ours","name":"visit","label":"Visit","type":"date","fieldType":"date"}`,
		`{"groupName":"ours","name":"square_feet","label":"Square feet","type":"number","fieldType":"number"}`,
		`{"groupName":"ours","name":"urgent","label":"Urgent","type":"bool","fieldType":"booleancheckbox"}`,
	} {
		post(t, p.url+"/crm/properties/2026-09/deals", definition)
	}
	post(t, p.url+"/crm/properties/2026-09/contacts", `{"groupName":"ours","name":"favorite","label":"Favorite","type":"string","fieldType":"text"}`)
	return p
}

func mappedLead(id string, deal map[string]any) crm.Lead {
	lead := crmtest.NewLead(id)
	lead.Fields = crm.Fields{crm.StepDeal: {}}
	for name, value := range deal {
		lead.Fields[crm.StepDeal][name] = crm.Field{Value: value}
	}
	return lead
}

func TestMappedFieldsAreWrittenInHubSpotsSpelling(t *testing.T) {
	t.Parallel()
	p := newMappedPortal(t)
	lead := mappedLead("req_1", map[string]any{
		"room": "kitchen", "extras": []string{"Island", "p"}, "visit": time.Date(2026, 12, 1, 23, 30, 0, 0, time.FixedZone("", -7*3600)),
		"square_feet": 210.5, "urgent": true, "dealname": "Mapped name", "description": nil,
	})
	lead.Fields[crm.StepContact] = map[string]crm.Field{"favorite": {Value: "oak"}}
	lead.Fields[crm.StepCall] = map[string]crm.Field{"hs_call_title": {Value: "Mapped title"}}
	result := p.deliver(t, lead)
	if len(result.Warnings) > 0 {
		t.Errorf("warnings = %q, want none", result.Warnings)
	}
	want := map[string]string{"room": "k", "extras": "i;p", "square_feet": "210.5", "urgent": "true", "dealname": "Mapped name", "amount": "25000"}
	if diff := cmp.Diff(want, fields(p.all("deals")[0], keys(want)...)); diff != "" {
		t.Errorf("deal (-want +got):\n%s", diff)
	}
	if got := fields(p.all("deals")[0], "visit")["visit"]; !strings.HasPrefix(got, "2026-12-01") {
		t.Errorf("visit = %q, want the day in its own zone", got)
	}
	if got := fields(p.all("contacts")[0], "favorite")["favorite"]; got != "oak" {
		t.Errorf("favorite = %q", got)
	}
	if got := fields(p.all("calls")[0], "hs_call_title")["hs_call_title"]; got != "Mapped title" {
		t.Errorf("call title = %q", got)
	}
}

func TestMappedFieldsFillGapsOfWhatIsThere(t *testing.T) {
	t.Parallel()
	p := newMappedPortal(t)
	p.seed(t, map[string]string{"firstname": "Dana", "lastname": "Example", "email": "dana@example.com", "favorite": "walnut"})
	lead := mappedLead("req_1", map[string]any{"room": "k"})
	lead.Fields[crm.StepContact] = map[string]crm.Field{
		"favorite": {Value: "oak"}, "city": {Value: "Denver"}, "hubspot_owner_id": {Value: "7001"}, "lifecyclestage": {Value: "opportunity"},
	}
	p.deliver(t, lead)
	lead.Revision = 2
	lead.Fields[crm.StepDeal] = map[string]crm.Field{"room": {Value: "b"}, "square_feet": {Value: int64(90)}}
	p.deliver(t, lead)
	want := map[string]string{"favorite": "walnut", "city": "Denver"}
	if diff := cmp.Diff(want, fields(p.all("contacts")[0], "favorite", "city", "hubspot_owner_id")); diff != "" {
		t.Errorf("contact (-want +got):\n%s", diff)
	}
	wantDeal := map[string]string{"room": "k", "square_feet": "90"}
	if diff := cmp.Diff(wantDeal, fields(p.all("deals")[0], "room", "square_feet")); diff != "" {
		t.Errorf("deal (-want +got):\n%s", diff)
	}
}

func TestARefusedMappedFieldIsDroppedOrParks(t *testing.T) {
	t.Parallel()
	for _, required := range []bool{false, true} {
		p := newMappedPortal(t)
		lead := mappedLead("req_1", map[string]any{"nowhere": "x", "square_feet": "many"})
		lead.Fields[crm.StepDeal]["room"] = crm.Field{Value: "garage", Required: required}
		result, err := p.try(t, lead)
		if required {
			if d := crm.Dispose(err); d.State != request.DeliveryParked || !strings.Contains(d.Words, "room") {
				t.Errorf("disposition = %+v, want parked for the room", d)
			}
			continue
		}
		if err != nil || len(result.Warnings) != 3 {
			t.Errorf("error = %v, warnings = %q, want one for each refused field", err, result.Warnings)
		}
		if n := len(p.all("deals")); n != 1 {
			t.Errorf("%d deals, want one", n)
		}
	}
}

func TestWhatIdentifiesRecordsIsNotMapped(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := mappedLead("req_1", map[string]any{"pipeline_request_id": "mine"})
	lead.Fields[crm.StepContact] = map[string]crm.Field{"phone": {Value: "+13035550199"}}
	result := p.deliver(t, lead)
	if len(result.Warnings) != 2 {
		t.Errorf("warnings = %q, want two", result.Warnings)
	}
	if got := fields(p.all("contacts")[0], "phone")["phone"]; got != "+13035550142" {
		t.Errorf("phone = %q, want the caller's", got)
	}
}

func TestACallsMappingDoesNotHoldForANote(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	lead := crmtest.NewLead("req_1")
	lead.Request.Kind = request.Form
	lead.Fields = crm.Fields{crm.StepCall: {"hs_call_title": {Value: "x", Required: true}, "hubspot_owner_id": {Value: "7001"}}}
	if result := p.deliver(t, lead); len(result.Warnings) > 0 {
		t.Errorf("warnings = %q, want none", result.Warnings)
	}
	if got := fields(p.all("notes")[0], "hubspot_owner_id")["hubspot_owner_id"]; got != "7001" {
		t.Errorf("owner of the note = %q", got)
	}
}

func TestFieldsAreDescribed(t *testing.T) {
	t.Parallel()
	p := newMappedPortal(t)
	d, ok := p.connect(t).(crm.Describer)
	if !ok {
		t.Fatal("the connector does not describe fields")
	}
	all, err := d.Describe(t.Context(), crm.StepDeal)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]crm.FieldInfo)
	for _, f := range all {
		got[f.Name] = f
	}
	for _, want := range []crm.FieldInfo{
		{Name: "room", Label: "Room", Type: crm.FieldChoice, Options: []crm.Option{{Value: "k", Label: "Kitchen"}, {Value: "b", Label: "Bath"}}},
		{Name: "extras", Label: "Extras", Type: crm.FieldChoices, Options: []crm.Option{{Value: "i", Label: "Island"}, {Value: "p", Label: "Pantry"}}},
		{Name: "visit", Label: "Visit", Type: crm.FieldDate},
		{Name: "square_feet", Label: "Square feet", Type: crm.FieldNumber},
		{Name: "urgent", Label: "Urgent", Type: crm.FieldBool},
	} {
		if diff := cmp.Diff(want, got[want.Name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.Name, diff)
		}
	}
	contacts, err := d.Describe(t.Context(), crm.StepContact)
	if err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(contacts, func(f crm.FieldInfo) bool { return f.Name == "email" }); i < 0 || !contacts[i].ReadOnly {
		t.Error("email of a contact is not described as written by the pipeline itself")
	}
	if none, err := d.Describe(t.Context(), crm.StepEvent); err != nil || none != nil {
		t.Errorf("fields of another connector's step = %v, %v", none, err)
	}
}
