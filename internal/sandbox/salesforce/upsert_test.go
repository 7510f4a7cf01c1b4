package salesforce_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

const keyed = "/sobjects/Lead/Pipeline_Key__c/req_0001"

func TestUpsert_creates_once_and_changes_later(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if got := f.do(t, "PATCH", keyed+"?updateOnly=true", dana); got.status != 404 || got.code() != "NOT_FOUND" {
		t.Errorf("update of nothing = %d %s, want 404", got.status, got.raw)
	}
	first := f.do(t, "PATCH", keyed, dana)
	if first.status != 201 || first.body["success"] != true || first.body["created"] != true {
		t.Fatalf("first = %d %s", first.status, first.raw)
	}
	again := f.do(t, "PATCH", "/sobjects/Lead/pipeline_key__C/REQ_0001", `{"Title":"Owner"}`) // neither name nor value mind their case
	if again.status != 200 || again.id() != first.id() || again.body["created"] != false {
		t.Errorf("again = %d %s, want 200 and the same id", again.status, again.raw)
	}
	if old := f.send(t, "PATCH", "/services/data/v44.0"+keyed, `{"Title":"x"}`, "Authorization", "Bearer "+f.token); old.status != 204 || old.raw != "" {
		t.Errorf("old version = %d %s, want 204 without a body", old.status, old.raw)
	}
	got := f.do(t, "GET", keyed, "")
	if got.body["Pipeline_Key__c"] != "req_0001" || got.body["LastName"] != "Example" || got.body["Title"] != "x" {
		t.Errorf("lead = %s", got.raw)
	}
	f.do(t, "DELETE", "/sobjects/Lead/"+first.id(), "")
	if got := f.do(t, "PATCH", keyed, dana); got.status != 201 || got.id() == first.id() {
		t.Errorf("after the delete = %d %s, want a new lead", got.status, got.raw)
	}
}

func TestUpsert_at_the_same_moment_makes_one_record(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var wg sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		wg.Go(func() { ids[i] = f.do(t, "PATCH", keyed, dana).id() })
	}
	wg.Wait()
	if slices.Sort(ids); ids[0] != ids[19] || len(f.Objects("a")) != 1 {
		t.Errorf("ids = %v, %d records, want one", ids, len(f.Objects("a")))
	}
}

func TestUpsert_refuses_what_Salesforce_refuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, path, body, code string
		want                   int
	}{
		{"the key in the body", keyed, `{"LastName":"x","Company":"x","Pipeline_Key__c":"req_0001"}`, "INVALID_FIELD", 400},
		{"the id in the body", keyed, `{"Id":"00Q000000000001EAA","LastName":"x","Company":"x"}`, "INVALID_FIELD", 400},
		{"a key that is none", "/sobjects/Lead/Email/dana@example.com", `{"LastName":"x","Company":"x"}`, "NOT_FOUND", 404},
		{"a key nobody added", "/sobjects/Account/Pipeline_Key__c/req_0001", `{"Name":"x"}`, "NOT_FOUND", 404},
		{"a new lead without company", keyed, `{"LastName":"x"}`, "REQUIRED_FIELD_MISSING Company", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			if got := f.do(t, "PATCH", tt.path, tt.body); got.status != tt.want || got.code() != tt.code || len(f.Objects("a")) != 0 {
				t.Errorf("answer = %d %s, want %d %s and no record", got.status, got.raw, tt.want, tt.code)
			}
		})
	}
}

func TestUpsert_needs_the_admin_s_field(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	if err := f.RemoveField("a", "Lead", "Pipeline_Key__c"); err != nil {
		t.Fatalf("RemoveField: %v", err)
	}
	if got := f.do(t, "PATCH", keyed, dana); got.status != 404 || !strings.Contains(got.raw, "external ID field does not exist") {
		t.Errorf("without the field = %d %s", got.status, got.raw)
	}
	if err := f.AddField("a", "Lead", "Pipeline_Key__c string:255 key"); err != nil {
		t.Fatalf("AddField: %v", err)
	}
	for range 2 { // not unique: nothing keeps two leads from having it
		f.create(t, "Lead", `{"LastName":"x","Company":"x","Pipeline_Key__c":"req_0001"}`)
	}
	got := f.do(t, "PATCH", keyed, `{"Title":"x"}`)
	if got.status != 300 || strings.Count(got.raw, "/sobjects/Lead/00Q") != 2 {
		t.Errorf("several matches = %d %s, want 300 and both addresses", got.status, got.raw)
	}
}

func TestCreate_refuses_a_key_that_is_taken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "Lead", `{"LastName":"x","Company":"x","Pipeline_Key__c":"req_0001"}`)
	got := f.do(t, "POST", "/sobjects/Lead", `{"LastName":"y","Company":"y","Pipeline_Key__c":"req_0001"}`)
	if got.status != 400 || got.code() != "DUPLICATE_VALUE" || !strings.Contains(got.raw, "00Q") {
		t.Errorf("answer = %d %s, want DUPLICATE_VALUE with the id", got.status, got.raw)
	}
}

func TestUpsert_of_a_converted_lead_is_refused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lead := f.do(t, "PATCH", keyed, dana).id()
	if _, err := f.Convert("a", lead); err != nil {
		t.Fatalf("Convert: %v", err)
	}
	if got := f.do(t, "PATCH", keyed, `{"Title":"x"}`); got.status != 400 || got.code() != "CANNOT_UPDATE_CONVERTED_LEAD" {
		t.Errorf("answer = %d %s", got.status, got.raw)
	}
}
