package salesforce_test

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

// denver is the time zone of a tenant, in which it is another day than in UTC in the evening.
func denver(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("America/Denver")
	if err != nil {
		t.Fatalf("load zone: %v", err)
	}
	return loc
}

// A mapping gives a moment in the tenant's zone, and a day as its midnight in UTC.
func TestAMappedTimeFallsOnTheDayOfItsOwnZone(t *testing.T) {
	t.Parallel()
	evening := time.Date(2026, 11, 20, 18, 0, 0, 0, denver(t))
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for _, zone := range []string{"", "America/Denver", "Asia/Tokyo"} {
		t.Run("time zone "+zone, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			o.custom(t, "Lead", "Called_On__c date", "Visit__c date")
			o.config["time_zone"] = zone
			lead := crmtest.NewLead("req_1")
			lead.Fields = crm.Fields{crm.StepContact: {"Called_On__c": {Value: evening}, "Visit__c": {Value: day}}}
			o.deliver(t, lead)
			want := map[string]any{"Called_On__c": "2026-11-20", "Visit__c": "2026-11-20"}
			if diff := cmp.Diff(want, fields(o.all("Lead")[0], keys(want)...)); diff != "" {
				t.Errorf("lead (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDatesAreThoseOfTheTenantUnlessTheSettingsNameAnotherZone(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 8, 21, 5, 30, 0, 0, time.UTC) // 23:30 in Denver; the clocks change until the close date
	for zone, want := range map[string]struct{ activity, close string }{
		"":               {"2026-08-20", "2026-11-18"},
		"America/Denver": {"2026-08-20", "2026-11-18"},
		"UTC":            {"2026-08-21", "2026-11-19"},
	} {
		t.Run("time zone "+zone, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			o.config["object"], o.config["opportunity"], o.config["time_zone"] = "contact", "contact", zone
			lead := crmtest.NewLead("req_1")
			lead.Request.StartedAt, lead.Zone = started, denver(t)
			o.deliver(t, lead)
			if got := o.all("Task")[0].Fields["ActivityDate"]; got != want.activity {
				t.Errorf("activity date = %v, want %s", got, want.activity)
			}
			if got := o.all("Opportunity")[0].Fields["CloseDate"]; got != want.close {
				t.Errorf("close date = %v, want %s", got, want.close)
			}
		})
	}
}

// custom adds fields to the org as an admin would.
func (o *org) custom(t *testing.T, object string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if err := o.server.AddField(tenant, object, line); err != nil {
			t.Fatalf("add field: %v", err)
		}
	}
}

func TestMappedFieldsAreWrittenInTheOrgsOwnTypes(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.custom(t, "Lead", "Score__c double", "Rooms__c int", "Hot__c boolean", "Called_On__c date", "Called_At__c datetime", "Topics__c string:20", "Note__c string:10")
	o.custom(t, "Task", "Summary__c textarea:255")
	lead := crmtest.NewLead("req_1")
	at := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC).In(denver(t)) // as mappings give times
	lead.Fields = crm.Fields{
		crm.StepContact: {
			"Score__c": {Value: "86.5"}, "Rooms__c": {Value: int64(3)}, "Hot__c": {Value: true}, "Called_On__c": {Value: at}, "Called_At__c": {Value: at},
			"Topics__c": {Value: []string{"kitchen", "bath"}}, "Note__c": {Value: "far too long a note"}, "Title": {Value: nil}, "LeadSource": {Value: "web"},
		},
		crm.StepCall: {"Summary__c": {Value: "Wants a kitchen."}, "WhoId": {Value: "00Q000000000099AAA"}},
	}
	result := o.deliver(t, lead)
	want := map[string]any{
		"Score__c": 86.5, "Rooms__c": int64(3), "Hot__c": true, "Called_On__c": "2026-11-20", "Called_At__c": "2026-11-21T03:00:00.000+0000",
		"Topics__c": "kitchen, bath", "Note__c": "far too l…", "LeadSource": "Web",
	}
	if diff := cmp.Diff(want, fields(o.all("Lead")[0], append(keys(want), "Title")...)); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	task := o.all("Task")[0]
	if task.Fields["Summary__c"] != "Wants a kitchen." || task.Fields["WhoId"] != o.all("Lead")[0].ID {
		t.Errorf("task = %v", task.Fields)
	}
	if len(result.Warnings) != 2 || !strings.Contains(result.Warnings[0], "Note__c") || !strings.Contains(result.Warnings[1], "WhoId") {
		t.Errorf("warnings = %q, want one about the note and one about the link", result.Warnings)
	}
}

func TestAMappedFieldThatCannotBeWrittenIsDroppedOrParks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		field string
		value any
	}{
		"a field that is missing":         {"Absent__c", "x"},
		"a field that is read only":       {"IsConverted", true},
		"a number that is none":           {"AnnualRevenue", "a lot"},
		"a choice that Salesforce lacks":  {"Rating", "Boiling"},
		"a value that another record has": {"Badge__c", "7"},
	} {
		for _, required := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				o := newOrg(t)
				o.custom(t, "Lead", "Badge__c string:20 unique")
				o.seed(t, "Lead", map[string]any{"LastName": "Other", "Company": "Home", "Badge__c": "7"})
				lead := crmtest.NewLead("req_1")
				lead.Fields = crm.Fields{crm.StepContact: {test.field: {Value: test.value, Required: required}}}
				result, err := o.try(t, lead)
				d := crm.Dispose(err)
				switch {
				case required && (d.State != request.DeliveryParked || !strings.Contains(d.Words, test.field)):
					t.Errorf("disposition = %+v, want parked for %s", d, test.field)
				case !required && (err != nil || len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], test.field)):
					t.Errorf("error %v, warnings %q, want one about %s", err, result.Warnings, test.field)
				}
			})
		}
	}
}

func TestMappedFieldsFillGapsOfPeopleWhoAreThere(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.custom(t, "Lead", "Project__c string:40")
	o.seed(t, "Contact", map[string]any{
		"FirstName": "Dana", "LastName": "Example", "Phone": "+13035550142", "Email": "dana@example.com", "Title": "Owner",
	})
	lead := crmtest.NewLead("req_1")
	lead.Fields = crm.Fields{crm.StepContact: {
		"Title": {Value: "Caller"}, "MailingCity": {Value: "Denver"}, "Project__c": {Value: "kitchen"},
	}}
	result := o.deliver(t, lead)
	want := map[string]any{"Title": "Owner", "MailingCity": "Denver"}
	if diff := cmp.Diff(want, fields(o.all("Contact")[0], keys(want)...)); diff != "" {
		t.Errorf("contact (-want +got):\n%s", diff)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "Project__c") {
		t.Errorf("warnings = %q, want one about the field that only leads have", result.Warnings)
	}
}

func TestAFieldThatAppearsUnparksAMappingAtOnce(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	lead := crmtest.NewLead("req_1")
	lead.Fields = crm.Fields{crm.StepCall: {"Budget__c": {Value: "high", Required: true}}}
	c := o.connect(t)
	ledger := o.memory.Ledger("req_1")
	result, err := crm.Deliver(t.Context(), c, lead, ledger, o.clock.Now)
	ledger.Settle(result.Entries)
	if crm.Dispose(err).State != request.DeliveryParked {
		t.Fatalf("error = %v, want parked", err)
	}
	o.custom(t, "Task", "Budget__c string:20")
	if _, err := crm.Deliver(t.Context(), c, lead, ledger, o.clock.Now); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if got := o.all("Task")[0].Fields["Budget__c"]; got != "high" {
		t.Errorf("budget = %v, want high", got)
	}
}

func TestFieldsAreDescribedForMappings(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.custom(t, "Lead", "Region__c picklist:40 restricted required |North|South")
	d, ok := o.connect(t).(crm.Describer)
	if !ok {
		t.Fatal("the connector does not describe fields")
	}
	described, err := d.Describe(t.Context(), crm.StepContact)
	if err != nil {
		t.Fatalf("describe: %v", err)
	}
	want := []crm.FieldInfo{
		{Name: "Company", Label: "Company", Type: crm.FieldText},
		{Name: "DoNotCall", Label: "Do Not Call", Type: crm.FieldBool},
		{Name: "IsConverted", Label: "Is Converted", Type: crm.FieldBool, ReadOnly: true},
		{Name: "Pipeline_Key__c", Label: "Pipeline Key", Type: crm.FieldText, ReadOnly: true},
		{Name: "Region__c", Label: "Region", Type: crm.FieldChoice, Required: true, Options: []crm.Option{{Value: "North", Label: "North"}, {Value: "South", Label: "South"}}},
	}
	got := slices.DeleteFunc(slices.Clone(described), func(f crm.FieldInfo) bool {
		return !slices.ContainsFunc(want, func(w crm.FieldInfo) bool { return w.Name == f.Name })
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	for step, typical := range map[string]string{crm.StepCall: "CallType", crm.StepDeal: ""} {
		described, err := d.Describe(t.Context(), step)
		if err != nil {
			t.Fatalf("describe: %v", err)
		}
		if has := slices.ContainsFunc(described, func(f crm.FieldInfo) bool { return f.Name == typical }); has != (typical != "") {
			t.Errorf("%s: fields %v, want %q among them", step, described, typical)
		}
	}
}

func TestAFormFillsNoNumberByMapping(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.seed(t, "Contact", map[string]any{"FirstName": "Dana", "LastName": "Example", "Email": "dana@example.com"})
	lead := crmtest.NewLead("req_1")
	lead.Request.Kind = request.Form
	lead.Fields = crm.Fields{crm.StepContact: {"MobilePhone": {Value: "+13035550142"}}}
	o.deliver(t, lead)
	if got := fields(o.all("Contact")[0], "Phone", "MobilePhone"); len(got) != 0 {
		t.Errorf("numbers = %v, want none", got)
	}
}
