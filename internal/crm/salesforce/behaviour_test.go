package salesforce_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestAPersonsGapsAreFilledAndNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	dana := map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com", "Phone": "+13035550142"}
	tests := map[string]struct {
		typ        string
		have, want map[string]any
		kind       request.Kind
		outcome    crm.Outcome
	}{
		"a contact that lacks nothing": {
			typ:     "Contact",
			have:    map[string]any{"FirstName": "Dana", "LastName": "Sample", "Email": "dana@example.com", "Phone": "+13035550199"},
			want:    map[string]any{"FirstName": "Dana", "LastName": "Sample", "Email": "dana@example.com", "Phone": "+13035550199"},
			outcome: crm.Matched,
		},
		"a lead without a number": {
			typ: "Lead", have: map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "Dana@Example.com"},
			want:    map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "Dana@Example.com", "Phone": "+13035550142"},
			outcome: crm.Updated,
		},
		"a contact without an address, found by the number as people write it": {
			typ: "Contact", have: map[string]any{"FirstName": "Dana", "LastName": "Example", "Phone": "(303) 555-0142"},
			want:    map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com", "Phone": "(303) 555-0142"},
			outcome: crm.Updated,
		},
		"a contact whose number stands under home": {
			typ: "Contact", have: map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com", "HomePhone": "303.555.0142"},
			want:    map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com", "HomePhone": "303.555.0142"},
			outcome: crm.Matched,
		},
		"our placeholder is no name": {
			typ: "Lead", have: map[string]any{"LastName": "Unknown caller", "Phone": "+13035550142"},
			want: dana, outcome: crm.Updated,
		},
		"a form adds no number": {
			typ: "Lead", kind: request.Form, have: map[string]any{"LastName": "Unknown caller", "Email": "dana@example.com"},
			want:    map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com"},
			outcome: crm.Updated,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			if test.typ == "Lead" {
				test.have["Company"] = "Home"
			}
			o.seed(t, test.typ, test.have)
			lead := crmtest.NewLead("req_1")
			if test.kind != "" {
				lead.Request.Kind = test.kind
			}
			if got := o.deliver(t, lead).Outcome; got != test.outcome {
				t.Errorf("outcome = %q, want %q", got, test.outcome)
			}
			people := append(o.all("Lead"), o.all("Contact")...)
			if len(people) != 1 {
				t.Fatalf("%d leads and contacts, want 1", len(people))
			}
			if diff := cmp.Diff(test.want, fields(people[0], "FirstName", "LastName", "Email", "Phone", "MobilePhone", "HomePhone")); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.typ, diff)
			}
			if got := o.all("Task")[0].Fields["WhoId"]; got != people[0].ID {
				t.Errorf("task is linked to %v, want %s", got, people[0].ID)
			}
		})
	}
}

func TestACustomerComesBeforeALead(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	customer := o.seed(t, "Contact", map[string]any{"FirstName": "Dana", "LastName": "Example", "Phone": "303-555-0142", "Email": "dana@example.com"})
	o.clock.Advance(time.Minute)
	o.seed(t, "Lead", map[string]any{"FirstName": "Dana", "LastName": "Example", "Company": "Home", "Phone": "303-555-0142", "Email": "dana@example.com"})
	result := o.deliver(t, crmtest.NewLead("req_1"))
	if got := o.all("Task")[0].Fields["WhoId"]; got != customer {
		t.Errorf("task is linked to %v, want the contact %s", got, customer)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "Further records") {
		t.Errorf("warnings = %q, want one about the lead", result.Warnings)
	}
	if want := o.url + "/lightning/r/Contact/" + customer + "/view"; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

func TestAKnownNumberUnderAnotherNameGoesByPolicy(t *testing.T) {
	t.Parallel()
	bob := map[string]any{"FirstName": "Bob", "LastName": "Quick", "Phone": "+13035550142"}
	for policy, want := range map[string]struct {
		leads          int
		parked, warned bool
	}{
		"":       {leads: 0, warned: true},
		"attach": {leads: 0, warned: true},
		"create": {leads: 1},
		"review": {leads: 0, parked: true},
	} {
		t.Run("policy "+policy, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			o.config["ambiguous"] = policy
			o.seed(t, "Contact", bob)
			result, err := o.try(t, crmtest.NewLead("req_1"))
			if parked := crm.Dispose(err).State == request.DeliveryParked; parked != want.parked {
				t.Fatalf("error = %v, parked %t, want %t", err, parked, want.parked)
			}
			if got := len(result.Warnings) > 0; got != want.warned {
				t.Errorf("warnings = %q, want some: %t", result.Warnings, want.warned)
			}
			if got := len(o.all("Lead")); got != want.leads {
				t.Errorf("%d leads, want %d", got, want.leads)
			}
			if diff := cmp.Diff(bob, fields(o.all("Contact")[0], "FirstName", "LastName", "Phone", "Email")); diff != "" {
				t.Errorf("the other person's contact (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAConvertedLeadStandsForItsContact(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	first, second := crmtest.NewLead("req_1"), crmtest.NewLead("req_2")
	o.deliver(t, first)
	customer, err := o.server.Convert(tenant, o.all("Lead")[0].ID)
	if err != nil {
		t.Fatalf("convert: %v", err)
	}
	o.send(t, "PATCH", "/sobjects/Contact/"+customer, map[string]any{"Phone": "+13035550199", "Email": "dana.new@example.com"})
	o.memory = crmtest.NewMemory(o.clock.Now) // what the ledger does not know, the key does
	o.deliver(t, second)
	first.Revision, first.Recheck = 2, true
	o.deliver(t, first)
	if leads, contacts, tasks := len(o.all("Lead")), len(o.all("Contact")), len(o.all("Task")); leads != 1 || contacts != 1 || tasks != 2 {
		t.Errorf("%d leads, %d contacts, %d tasks, want 1, 1 and 2", leads, contacts, tasks)
	}
	for _, task := range o.all("Task") {
		if got := task.Fields["WhoId"]; got != customer {
			t.Errorf("task of %v is linked to %v, want the contact %s", task.Fields["Pipeline_Key__c"], got, customer)
		}
	}
}

func TestTheLedgersLeadIsFollowedWhenItWasConverted(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	lead := crmtest.NewLead("req_1")
	o.deliver(t, lead)
	customer, err := o.server.Convert(tenant, o.all("Lead")[0].ID)
	if err != nil {
		t.Fatalf("convert: %v", err)
	}
	lead.Revision = 2
	o.deliver(t, lead)
	if e, _ := o.memory.Ledger("req_1").Entry(crm.StepContact); e.RemoteID != customer {
		t.Errorf("ledger says %s, want the contact %s", e.RemoteID, customer)
	}
}

func TestAConvertedLeadWithoutItsContactDoesNotStandInTheWay(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.deliver(t, crmtest.NewLead("req_1"))
	customer, err := o.server.Convert(tenant, o.all("Lead")[0].ID)
	if err != nil {
		t.Fatalf("convert: %v", err)
	}
	o.send(t, "DELETE", "/sobjects/Contact/"+customer, nil)
	o.deliver(t, crmtest.NewLead("req_2"))
	if leads := o.all("Lead"); len(leads) != 2 || leads[1].Fields["IsConverted"] == true {
		t.Errorf("%d leads, want the converted one and a new one", len(leads))
	}
}

func TestTheRecordsHoldWhatTheAnalysisFound(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	lead := crmtest.NewLead("req_1")
	lead.Request.ExternalID = "CAL019a"
	lead.Request.StartedAt = lead.Request.StartedAt.AddDate(0, 0, 1).Truncate(24 * time.Hour).Add(3 * time.Hour) // still the 20th in Denver
	o.config["time_zone"] = "America/Denver"
	result := o.deliver(t, lead)
	made, task := o.all("Lead")[0], o.all("Task")[0]
	wantLead := map[string]any{
		"FirstName": "Dana", "LastName": "Example", "Company": "[not provided]", "Phone": "+13035550142", "Email": "dana@example.com",
		"LeadSource": "Phone Inquiry", "Status": "Open - Not Contacted", "Rating": "Hot",
	}
	if diff := cmp.Diff(wantLead, fields(made, keys(wantLead)...)); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	wantTask := map[string]any{
		"Subject": "Inbound call: kitchen remodel", "Status": "Completed", "TaskSubtype": "Call", "CallType": "Inbound", "CallDisposition": "answered",
		"CallDurationInSeconds": int64(187), "CallObject": "CAL019a", "ActivityDate": "2026-11-20", "WhoId": made.ID, "Pipeline_Key__c": "req_1",
	}
	if diff := cmp.Diff(wantTask, fields(task, keys(wantTask)...)); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
	if text, _ := task.Fields["Description"].(string); !strings.HasPrefix(text, "Inbound call, answered, 3m7s\n") || !strings.Contains(text, "Transcript:") {
		t.Errorf("description of the task = %q", text)
	}
	if want := o.url + "/lightning/r/Lead/" + made.ID + "/view"; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

func TestAFormIsATaskWithoutCallFields(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	lead := crmtest.NewLead("req_1")
	lead.Request.Kind = request.Form
	o.deliver(t, lead)
	if got := fields(o.all("Task")[0], "CallType", "CallDurationInSeconds", "CallDisposition"); len(got) != 0 {
		t.Errorf("call fields of a form: %v", got)
	}
	if got := o.all("Lead")[0].Fields["LeadSource"]; got != "Web" {
		t.Errorf("lead source = %v, want Web", got)
	}
}

func TestAnUpdateLeavesThePeoplesWorkAlone(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	lead := crmtest.NewLead("req_1")
	o.deliver(t, lead)
	o.send(t, "PATCH", "/sobjects/Lead/"+o.all("Lead")[0].ID, map[string]any{"Status": "Working - Contacted", "LastName": "Sample", "Rating": "Cold"})
	o.send(t, "PATCH", "/sobjects/Task/"+o.all("Task")[0].ID, map[string]any{"Status": "In Progress"})
	lead.Revision, lead.Analysis.ProjectType = 2, "bathroom"
	if result := o.deliver(t, lead); len(result.Warnings) > 0 {
		t.Errorf("warnings = %q", result.Warnings)
	}
	want := map[string]any{"Status": "Working - Contacted", "LastName": "Sample", "Rating": "Cold"}
	if diff := cmp.Diff(want, fields(o.all("Lead")[0], keys(want)...)); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	want = map[string]any{"Status": "In Progress", "Subject": "Inbound call: bathroom remodel"}
	if diff := cmp.Diff(want, fields(o.all("Task")[0], keys(want)...)); diff != "" {
		t.Errorf("task (-want +got):\n%s", diff)
	}
}

func keys(m map[string]any) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}
