package salesforce_test

import (
	"strings"
	"testing"
)

func TestRecords_are_created_read_changed_and_deleted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "Lead", dana)
	if len(id) != 18 || !strings.HasPrefix(id, "00Q") {
		t.Errorf("id = %q, want 18 characters of a lead", id)
	}
	got := f.do(t, "GET", "/sobjects/Lead/"+id[:15], "")
	if got.status != 200 || got.body["Id"] != id || got.body["Name"] != "Dana Example" || got.body["Status"] != "Open - Not Contacted" || got.body["Title"] != nil {
		t.Errorf("lead by its 15 characters = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Lead/"+id, `{"Title":"Owner","Email":""}`); got.status != 204 || got.raw != "" {
		t.Errorf("change = %d %s, want 204", got.status, got.raw)
	}
	got = f.do(t, "GET", "/sobjects/Lead/"+id+"?fields=Title,Email,Phone", "")
	if got.body["Title"] != "Owner" || got.body["Email"] != nil || got.body["Phone"] != "+13035550142" || got.body["LastName"] != nil {
		t.Errorf("changed lead = %s", got.raw)
	}
	if got := f.do(t, "DELETE", "/sobjects/Lead/"+id, ""); got.status != 204 {
		t.Errorf("delete = %d %s, want 204", got.status, got.raw)
	}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		if got := f.do(t, method, "/sobjects/Lead/"+id, `{"Title":"x"}`); got.status != 404 || got.code() != "ENTITY_IS_DELETED" {
			t.Errorf("%s of the deleted lead = %d %s, want 404 ENTITY_IS_DELETED", method, got.status, got.raw)
		}
	}
}

// TestRecords_refuse_bad_fields uses {lead} for a lead's id.
func TestRecords_refuse_bad_fields(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 256)
	tests := []struct{ name, object, body, code string }{
		{"no last name and company", "Lead", `{"FirstName":"Dana"}`, "REQUIRED_FIELD_MISSING LastName Company"},
		{"a blank company", "Lead", `{"LastName":"x","Company":" "}`, "REQUIRED_FIELD_MISSING Company"},
		{"a contact without name", "Contact", `{}`, "REQUIRED_FIELD_MISSING LastName"},
		{"an opportunity without stage", "Opportunity", `{"Name":"x","CloseDate":"2026-12-01"}`, "REQUIRED_FIELD_MISSING StageName"},
		{"an unknown field", "Lead", `{"LastName":"x","Company":"x","Budget__c":1}`, "INVALID_FIELD"},
		{"the id", "Lead", `{"Id":"00Q","LastName":"x"}`, "INVALID_FIELD"},
		{"a field of Salesforce's", "Lead", `{"LastName":"x","Company":"x","IsConverted":true}`, "INVALID_FIELD_FOR_INSERT_UPDATE IsConverted"},
		{"a long text", "Lead", `{"LastName":"x","Company":"` + long + `"}`, "STRING_TOO_LONG Company"},
		{"an unlisted value", "Lead", `{"LastName":"x","Company":"x","LeadSource":"Radio"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST LeadSource"},
		{"a listed value in another case", "Task", `{"CallType":"inbound"}`, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST CallType"},
		{"no e-mail address", "Lead", `{"LastName":"x","Company":"x","Email":"dana"}`, "INVALID_EMAIL_ADDRESS Email"},
		{"a number as text", "Lead", `{"LastName":7,"Company":"x"}`, "JSON_PARSER_ERROR"},
		{"words as a number", "Task", `{"CallDurationInSeconds":"three minutes"}`, "JSON_PARSER_ERROR"},
		{"a fraction of a second", "Task", `{"CallDurationInSeconds":1.5}`, "JSON_PARSER_ERROR"},
		{"a time as a date", "Task", `{"ActivityDate":"20.11.2026"}`, "JSON_PARSER_ERROR"},
		{"no JSON", "Task", `{`, "JSON_PARSER_ERROR"},
		{"no id", "Task", `{"WhoId":"dana"}`, "MALFORMED_ID WhoId"},
		{"an id with a wrong checksum", "Task", `{"WhoId":"00Q000000000001ZZZ"}`, "MALFORMED_ID WhoId"},
		{"an id of another object", "Task", `{"WhatId":"{lead}"}`, "MALFORMED_ID WhatId"},
		{"an id that never was", "Task", `{"WhoId":"00Q000000000999"}`, "INVALID_CROSS_REFERENCE_KEY WhoId"},
		{"an owner who is none", "Task", `{"OwnerId":"005000000000099"}`, "INACTIVE_OWNER_OR_USER OwnerId"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			lead := f.create(t, "Lead", dana)
			got := f.do(t, "POST", "/sobjects/"+tt.object, strings.ReplaceAll(tt.body, "{lead}", lead))
			if got.status != 400 || got.code() != tt.code {
				t.Errorf("answer = %d %s, want 400 %s", got.status, got.raw, tt.code)
			}
			if left := len(f.Objects("a")); left != 1 {
				t.Errorf("records = %d, want 1", left)
			}
		})
	}
}

func TestRecords_take_text_for_numbers_and_booleans(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "Task", `{"CallDurationInSeconds":"187","CallType":"Inbound","TaskSubtype":"Call","Status":"Completed"}`)
	got := f.do(t, "GET", "/sobjects/Task/"+id, "")
	if got.body["CallDurationInSeconds"] != float64(187) || got.body["IsClosed"] != true || got.body["Priority"] != "Normal" {
		t.Errorf("task = %s", got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Task/"+id, `{"TaskSubtype":"Call"}`); got.code() != "INVALID_FIELD_FOR_INSERT_UPDATE TaskSubtype" {
		t.Errorf("changing the subtype = %d %s, want a refusal", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Task/"+id, `{"CallDisposition":"answered"}`); got.status != 204 {
		t.Errorf("changing the disposition = %d %s", got.status, got.raw)
	}
}

func TestRecords_a_task_of_a_lead_is_related_to_nothing_else(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lead, contact := f.create(t, "Lead", dana), f.create(t, "Contact", `{"LastName":"Example"}`)
	account := f.create(t, "Account", `{"Name":"Example"}`)
	f.create(t, "Task", `{"WhoId":"`+contact+`","WhatId":"`+account+`"}`)
	if got := f.do(t, "POST", "/sobjects/Task", `{"WhoId":"`+lead+`","WhatId":"`+account+`"}`); got.code() != "FIELD_INTEGRITY_EXCEPTION WhatId" {
		t.Errorf("task of a lead and an account = %d %s", got.status, got.raw)
	}
	f.do(t, "DELETE", "/sobjects/Lead/"+lead, "")
	if got := f.do(t, "POST", "/sobjects/Task", `{"WhoId":"`+lead+`"}`); got.status != 404 || got.code() != "ENTITY_IS_DELETED WhoId" {
		t.Errorf("task of a deleted lead = %d %s", got.status, got.raw)
	}
}

func TestConvert_makes_the_lead_untouchable(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lead := f.create(t, "Lead", dana)
	task := f.create(t, "Task", `{"WhoId":"`+lead+`"}`)
	contact, err := f.Convert("a", lead)
	if err != nil {
		t.Fatalf("Convert: %v", err)
	}
	got := f.do(t, "GET", "/sobjects/Lead/"+lead, "")
	if got.body["IsConverted"] != true || got.body["ConvertedContactId"] != contact {
		t.Errorf("lead = %s", got.raw)
	}
	if got := f.do(t, "GET", "/sobjects/Task/"+task, ""); got.body["WhoId"] != contact {
		t.Errorf("task = %s, want it moved to the contact", got.raw)
	}
	if got := f.do(t, "PATCH", "/sobjects/Lead/"+lead, `{"Title":"x"}`); got.status != 400 || got.code() != "CANNOT_UPDATE_CONVERTED_LEAD" {
		t.Errorf("change = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "POST", "/sobjects/Task", `{"WhoId":"`+lead+`"}`); got.code() != "CANNOT_UPDATE_CONVERTED_LEAD WhoId" {
		t.Errorf("task = %d %s", got.status, got.raw)
	}
	if _, err := f.Convert("a", lead); err == nil {
		t.Error("converting twice: err = nil, want one")
	}
}

func TestDescribe_tells_what_may_be_written(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	describe := func(object string) map[string]map[string]any {
		byName := map[string]map[string]any{}
		fields, _ := f.do(t, "GET", "/sobjects/"+object+"/describe", "").body["fields"].([]any)
		for _, one := range fields {
			about, _ := one.(map[string]any)
			name, _ := about["name"].(string)
			byName[name] = about
		}
		return byName
	}
	lead, task := describe("Lead"), describe("Task")
	tests := []struct {
		field map[string]any
		name  string
		want  any
	}{
		{lead["LastName"], "nillable", false},
		{lead["LastName"], "length", float64(80)},
		{lead["IsConverted"], "createable", false},
		{lead["Status"], "defaultedOnCreate", true},
		{lead["LeadSource"], "restrictedPicklist", true},
		{lead["Pipeline_Key__c"], "externalId", true},
		{lead["Pipeline_Key__c"], "unique", true},
		{lead["Pipeline_Key__c"], "custom", true},
		{lead["Description"], "filterable", false},
		{task["TaskSubtype"], "updateable", false},
		{task["TaskSubtype"], "createable", true},
		{task["CallDurationInSeconds"], "type", "int"},
	}
	for _, tt := range tests {
		if tt.field[tt.name] != tt.want {
			t.Errorf("%v of %v = %v, want %v", tt.name, tt.field["name"], tt.field[tt.name], tt.want)
		}
	}
	if values, _ := lead["LeadSource"]["picklistValues"].([]any); len(values) != 5 {
		t.Errorf("values of LeadSource = %v, want 5", values)
	}
}

func TestFields_are_an_admin_s_to_add_and_remove(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if err := f.AddField("a", "Lead", "Region__c string:20 required"); err != nil {
		t.Fatalf("AddField: %v", err)
	}
	if got := f.do(t, "POST", "/sobjects/Lead", dana); got.code() != "REQUIRED_FIELD_MISSING Region__c" {
		t.Errorf("lead without the new field = %d %s", got.status, got.raw)
	}
	if err := f.RemoveField("a", "Lead", "Region__c"); err != nil {
		t.Fatalf("RemoveField: %v", err)
	}
	f.create(t, "Lead", dana)
	for _, line := range []string{"Region__c", "Region__c blob", "Region__c string:x", "Region__c string:9 shiny"} {
		if err := f.AddField("a", "Lead", line); err == nil {
			t.Errorf("AddField(%q): err = nil, want one", line)
		}
	}
	if err := f.AddField("a", "Person", "Region__c string:9"); err == nil {
		t.Error("AddField to an unknown object: err = nil, want one")
	}
	if err := f.RemoveField("nobody", "Lead", "Region__c"); err == nil {
		t.Error("RemoveField of an unknown tenant: err = nil, want one")
	}
}
