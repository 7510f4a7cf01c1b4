package hubspot_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestCreateObject_refuses_what_HubSpot_refuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.create(t, "contacts", `{"properties":{"email":"robin@example.com","hs_additional_emails":"r@example.org;second@example.org"},"associations":[]}`)
	props := func(s string) string { return `{"properties":` + s + `,"associations":[]}` }
	tests := []struct {
		name, kind, body, codes string
		want                    int
	}{
		{"no associations", "contacts", `{"properties":{"email":"a@example.com"}}`, "", 400},
		{"no properties", "contacts", `{"associations":[]}`, "", 400},
		{"a number as a value", "deals", props(`{"dealname":"x","pipeline":"default","dealstage":"closedwon","amount":25000}`), "", 400},
		{"an unknown property", "contacts", props(`{"email":"a@example.com","budget_band":"high"}`), "PROPERTY_DOESNT_EXIST", 400},
		{"two bad properties", "contacts", props(`{"email":"nobody","budget_band":"high"}`), "PROPERTY_DOESNT_EXIST INVALID_EMAIL", 400},
		{"a read-only property", "contacts", props(`{"email":"a@example.com","hs_object_id":"5"}`), "READ_ONLY_VALUE", 400},
		{"an unknown option", "contacts", props(`{"email":"a@example.com","lifecyclestage":"hot"}`), "INVALID_OPTION", 400},
		{"an unknown owner", "contacts", props(`{"email":"a@example.com","hubspot_owner_id":"1"}`), "INVALID_OWNER_ID", 400},
		{"a contact with a phone number only", "contacts", props(`{"phone":"+13035550142"}`), "MISSING_REQUIRED_PROPERTY", 400},
		{"a deal without a stage", "deals", props(`{"dealname":"x","pipeline":"default"}`), "MISSING_REQUIRED_PROPERTY", 400},
		{"a stage of no pipeline", "deals", props(`{"dealname":"x","pipeline":"default","dealstage":"won"}`), "INVALID_OPTION", 400},
		{"an amount in words", "deals", props(`{"dealname":"x","pipeline":"default","dealstage":"closedwon","amount":"25k"}`), "INVALID_DOUBLE", 400},
		{"a call without a time", "calls", props(`{"hs_call_title":"x"}`), "MISSING_REQUIRED_PROPERTY", 400},
		{"a call with a bad status", "calls", props(`{"hs_timestamp":"2026-11-20T16:15:02Z","hs_call_status":"answered"}`), "INVALID_OPTION", 400},
		{"a body over 65,536 characters", "notes", props(`{"hs_timestamp":"1795191302000","hs_note_body":"` + strings.Repeat("x", 65_537) + `"}`), "VALUE_TOO_LONG", 400},
		{"somebody's address", "contacts", props(`{"email":"Robin@Example.com"}`), "", 409},
		{"somebody's second address", "contacts", props(`{"email":"second@example.org"}`), "", 409},
		{"an association to nobody", "calls", fmt.Sprintf(call, `[{"to":{"id":"1"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":194}]}]`), "", 404},
		{"an association of the wrong type", "calls", fmt.Sprintf(call, `[{"to":{"id":"51"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":202}]}]`), "", 400},
		{"an association to a number", "calls", fmt.Sprintf(call, `[{"to":{"id":51},"types":[]}]`), "", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := f.do(t, "POST", "/crm/objects/2026-09/"+tt.kind, tt.body)
			if got.status != tt.want || got.codes() != tt.codes {
				t.Errorf("answer = %d %q, want %d %q (%.300s)", got.status, got.codes(), tt.want, tt.codes, got.raw)
			}
			if tt.want == 409 && got.body["message"] != "Contact already exists. Existing ID: 51" {
				t.Errorf("message = %v", got.body["message"])
			}
		})
	}
}

func TestObject_is_created_read_changed_and_archived(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := f.create(t, "contacts", dana)
	byEmail := "/crm/objects/2026-09/contacts/" + url.PathEscape("dana@example.com") + "?idProperty=email"

	got := f.do(t, "GET", byEmail+"&properties=phone,mobilephone,budget_band", "")
	if got.status != 200 || got.id() != id || got.property("phone") != "+13035550142" || got.property("mobilephone") != nil {
		t.Errorf("GET = %d %s", got.status, got.raw)
	}
	if _, ok := got.body["properties"].(map[string]any)["budget_band"]; ok {
		t.Errorf("GET shows a property that does not exist: %s", got.raw)
	}
	got = f.do(t, "PATCH", byEmail, `{"properties":{"mobilephone":"+13035550177","firstname":""}}`)
	if got.status != 200 || got.property("mobilephone") != "+13035550177" || got.property("firstname") != nil {
		t.Errorf("PATCH = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "PATCH", "/crm/objects/2026-09/0-1/"+id, `{"properties":{"email":"nobody"}}`); got.codes() != "INVALID_EMAIL" {
		t.Errorf("bad PATCH = %d %s", got.status, got.raw)
	}
	if got := f.do(t, "GET", "/crm/objects/2026-09/contacts/x?idProperty=firstname", ""); got.status != 400 {
		t.Errorf("GET by a property that is not unique: status = %d, want 400", got.status)
	}
	if got := f.do(t, "DELETE", "/crm/objects/2026-09/contacts/"+id, ""); got.status != 204 {
		t.Errorf("DELETE: status = %d, want 204", got.status)
	}
	for _, path := range []string{"/crm/objects/2026-09/contacts/" + id, byEmail} {
		if got := f.do(t, "GET", path, ""); got.status != 404 {
			t.Errorf("GET %s after DELETE: status = %d, want 404", path, got.status)
		}
	}
}

func TestLifecycle_only_moves_forward(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	path := "/crm/objects/2026-09/contacts/" + f.create(t, "contacts", dana)
	for _, step := range []struct{ set, want string }{{"lead", "lead"}, {"customer", "customer"}, {"lead", "customer"}} {
		got := f.do(t, "PATCH", path, `{"properties":{"lifecyclestage":"`+step.set+`"}}`)
		if got.status != 200 || got.property("lifecyclestage") != step.want {
			t.Errorf("set %s: %d %v, want %s", step.set, got.status, got.property("lifecyclestage"), step.want)
		}
	}
}

func TestAssociations_inline_and_by_default(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	contact, sale := f.create(t, "contacts", dana), f.create(t, "deals", deal)
	made := f.create(t, "calls", fmt.Sprintf(call, `[{"to":{"id":"`+contact+`"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":194}]},
		{"to":{"id":"`+sale+`"},"types":[]}]`)) // the second links nothing

	got := f.do(t, "PUT", "/crm/objects/2026-09/deals/"+sale+"/associations/default/contacts/"+contact, "")
	if got.status != 200 || !strings.Contains(got.raw, `"associationTypeId":3`) {
		t.Errorf("PUT = %d %s", got.status, got.raw)
	}
	f.do(t, "PUT", "/crm/objects/2026-09/0-3/"+sale+"/associations/default/0-1/"+contact, "") // again
	tests := []struct{ path, want string }{
		{"deals/" + sale + "/associations/contacts", `"toObjectId":"` + contact + `"`},
		{"contacts/" + contact + "/associations/deals", `"toObjectId":"` + sale + `"`},
		{"calls/" + made + "/associations/deals", `{"results":[]}`},
		{"calls/" + made + "?associations=contacts", `"associations":{"contacts":{"results":[{"id":"` + contact + `","type":"call_to_contact"}]}}`},
	}
	for _, tt := range tests {
		got := f.do(t, "GET", "/crm/objects/2026-09/"+tt.path, "")
		if got.status != 200 || strings.Count(got.raw, tt.want) != 1 {
			t.Errorf("%s = %d %s, want %s once", tt.path, got.status, got.raw, tt.want)
		}
	}
	if got := f.do(t, "PUT", "/crm/objects/2026-09/deals/"+sale+"/associations/default/contacts/1", ""); got.status != 404 {
		t.Errorf("PUT to nobody: status = %d, want 404", got.status)
	}
}
