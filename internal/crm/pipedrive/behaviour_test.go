package pipedrive_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func phone(value string) []any { return []any{map[string]any{"value": value, "primary": true}} }

func TestAPersonsGapsAreFilledAndNothingIsOverwritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		have    map[string]any
		kind    request.Kind
		name    string
		phones  []string
		emails  []string
		outcome crm.Outcome
	}{
		"nothing is missing": {
			have: map[string]any{"name": "Dana Sample", "phones": phone("(303) 555-0142"), "emails": phone("Dana@example.com")},
			name: "Dana Sample", phones: []string{"(303) 555-0142"}, emails: []string{"Dana@example.com"}, outcome: crm.Matched,
		},
		"the number is missing": {
			have: map[string]any{"name": "Dana Example", "emails": phone("dana@example.com")},
			name: "Dana Example", phones: []string{"+13035550142"}, emails: []string{"dana@example.com"}, outcome: crm.Updated,
		},
		"another number is there": {
			have: map[string]any{"name": "Dana Example", "phones": phone("+13035550199"), "emails": phone("dana@example.com")},
			name: "Dana Example", phones: []string{"+13035550199", "+13035550142"}, emails: []string{"dana@example.com"}, outcome: crm.Updated,
		},
		"found by a number that is written otherwise": {
			have: map[string]any{"name": "Dana Example", "phones": phone("303-555-0142")},
			name: "Dana Example", phones: []string{"303-555-0142"}, emails: []string{"dana@example.com"}, outcome: crm.Updated,
		},
		"our placeholder is no name": {
			have: map[string]any{"name": "Unknown caller", "phones": phone("+13035550142"), "emails": phone("dana@example.com")},
			name: "Dana Example", phones: []string{"+13035550142"}, emails: []string{"dana@example.com"}, outcome: crm.Updated,
		},
		"a form adds no number": {
			kind: request.Form, have: map[string]any{"name": "Dana Example", "emails": phone("dana@example.com")},
			name: "Dana Example", emails: []string{"dana@example.com"}, outcome: crm.Matched,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.add(t, "persons", test.have)
			lead := crmtest.NewLead("req_1")
			if test.kind != "" {
				lead.Request.Kind = test.kind
			}
			if got := c.deliver(t, lead).Outcome; got != test.outcome {
				t.Errorf("outcome = %q, want %q", got, test.outcome)
			}
			person := c.one(t, "persons")
			if got := person.Fields["name"]; got != test.name {
				t.Errorf("name = %q, want %q", got, test.name)
			}
			if diff := cmp.Diff(test.phones, points(person, "phones")); diff != "" {
				t.Errorf("phones (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.emails, points(person, "emails")); diff != "" {
				t.Errorf("emails (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAKnownNumberUnderAnotherNameGoesByPolicy(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]struct {
		persons int
		parked  bool
		warned  bool
	}{
		"":       {persons: 1, warned: true},
		"attach": {persons: 1, warned: true},
		"create": {persons: 2},
		"review": {persons: 1, parked: true},
	} {
		t.Run("policy "+policy, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["ambiguous"] = policy
			c.add(t, "persons", map[string]any{"name": "Bob Quick", "phones": phone("+13035550142")})
			result, err := c.try(t, crmtest.NewLead("req_1"))
			if parked := crm.Dispose(err).State == request.DeliveryParked; parked != want.parked {
				t.Fatalf("error = %v, parked %t, want %t", err, parked, want.parked)
			}
			if got := len(result.Warnings) > 0; got != want.warned {
				t.Errorf("warnings = %q, want some: %t", result.Warnings, want.warned)
			}
			all := c.all("persons")
			if len(all) != want.persons {
				t.Errorf("%d persons, want %d", len(all), want.persons)
			}
			if all[0].Fields["name"] != "Bob Quick" || len(points(all[0], "emails")) != 0 {
				t.Errorf("the other person was changed: %v", all[0].Fields)
			}
		})
	}
}

func TestTheRecordsHoldWhatTheAnalysisFound(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.config["owner_id"] = 7
	c.config["label_ids"] = []string{"f08b42a0-4e75-11ea-9643-03698ef1cfd6"}
	result := c.deliver(t, crmtest.NewLead("req_1"))
	lead, note := c.one(t, "leads"), c.one(t, "notes")
	want := map[string]string{
		"title": "Kitchen remodel - Dana Example", "value": "map[amount:25000 currency:USD]", "origin_id": "req_1",
		"owner_id": "7", "label_ids": "[f08b42a0-4e75-11ea-9643-03698ef1cfd6]", "person_id": c.one(t, "persons").ID,
	}
	if diff := cmp.Diff(want, shown(lead, "title", "value", "origin_id", "owner_id", "label_ids", "person_id")); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	content, _ := note.Fields["content"].(string)
	for _, part := range []string{"Inbound call: kitchen remodel", "86 of 100", "Request req_1", "cabinets &amp; an island"} {
		if !strings.Contains(content, part) {
			t.Errorf("note lacks %q: %s", part, content)
		}
	}
	if want := "https://tenant-demo.pipedrive.com/leads/inbox/" + lead.ID; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

func TestADealHasItsStage(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.config["record"], c.config["stage_id"], c.config["label_ids"] = "deal", 3, []string{"5"}
	result := c.deliver(t, crmtest.NewLead("req_1"))
	deal := c.one(t, "deals")
	want := map[string]string{"title": "Kitchen remodel - Dana Example", "value": "25000", "currency": "USD", "stage_id": "3", "label_ids": "[5]"}
	if diff := cmp.Diff(want, shown(deal, "title", "value", "currency", "stage_id", "label_ids")); diff != "" {
		t.Errorf("deal (-want +got):\n%s", diff)
	}
	if want := "https://tenant-demo.pipedrive.com/deal/" + deal.ID; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

func TestAnUpdateLeavesTheSalesTeamsWorkAlone(t *testing.T) {
	t.Parallel()
	for typ, record := range map[string]string{"leads": "lead", "deals": "deal"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["record"] = record
			lead := crmtest.NewLead("req_1")
			c.deliver(t, lead)
			value := map[string]string{"leads": `{"amount":31000,"currency":"EUR"}`, "deals": `31000`}[typ]
			c.change(t, typ, c.one(t, typ).ID, `{"title":"Example kitchen","value":`+value+`}`)
			lead.Revision, lead.Analysis.Summary = 2, "Wants a bathroom after all."
			c.deliver(t, lead)
			got := shown(c.one(t, typ), "title", "value")
			if got["title"] != "Example kitchen" || !strings.Contains(got["value"], "31000") {
				t.Errorf("%s = %v, want the team's title and value", typ, got)
			}
			if content := shown(c.one(t, "notes"), "content")["content"]; !strings.Contains(content, "bathroom after all") {
				t.Errorf("note was not updated: %s", content)
			}
		})
	}
}

func TestAnArchivedRecordIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for typ, record := range map[string]string{"leads": "lead", "deals": "deal"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["record"] = record
			lead := crmtest.NewLead("req_1")
			c.deliver(t, lead)
			c.change(t, typ, c.one(t, typ).ID, `{"is_archived":true}`)
			lead.Revision = 2
			if result := c.deliver(t, lead); len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "archived") {
				t.Errorf("warnings = %q, want one that it was archived", result.Warnings)
			}
			c.memory = crmtest.NewMemory(c.clock.Now) // a restore
			lead.Recheck = true
			c.deliver(t, lead)
			c.one(t, typ)
			c.one(t, "notes")
		})
	}
}

// A converted lead is deleted, and its custom fields and origin go over to the deal.
func TestAConvertedLeadGoesOnAsItsDeal(t *testing.T) {
	t.Parallel()
	for _, restored := range []bool{false, true} {
		c := newCompany(t)
		lead := crmtest.NewLead("req_1")
		c.deliver(t, lead)
		person, before := c.one(t, "persons"), c.one(t, "leads")
		key := c.markerOf(t, before.Fields)
		send(t, http.MethodDelete, c.url+"/api/v1/leads/"+before.ID, "")
		deal := c.add(t, "deals", map[string]any{
			"title": "Kitchen", "person_id": person.Fields["id"], "custom_fields": map[string]any{key: "req_1"},
		})
		if restored {
			c.memory, lead.Recheck = crmtest.NewMemory(c.clock.Now), true
		}
		lead.Revision = 2
		result := c.deliver(t, lead)
		if len(c.all("leads")) != 0 || len(c.all("deals")) != 1 {
			t.Errorf("restored %t: %d leads and %d deals, want the one deal", restored, len(c.all("leads")), len(c.all("deals")))
		}
		if e, _ := c.memory.Ledger("req_1").Entry(crm.StepDeal); e.RemoteID != deal || !strings.HasSuffix(result.Link, "/deal/"+deal) {
			t.Errorf("restored %t: ledger says %q and the link %q, want deal %s", restored, e.RemoteID, result.Link, deal)
		}
	}
}

// markerOf returns the key of the field that holds the request's id.
func (c *company) markerOf(t *testing.T, fields map[string]any) string {
	t.Helper()
	for name, value := range fields {
		if len(name) == 40 && value == "req_1" {
			return name
		}
	}
	t.Fatal("the record carries no mark")
	return ""
}

func TestAWorkflowsOwnerWhomTheCompanyDoesNotKnowIsLeftOutWithAWarning(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	lead := crmtest.NewLead("req_1")
	lead.Owner = "8" // the company's only user is 7
	result := c.deliver(t, lead)
	if !strings.Contains(strings.Join(result.Warnings, " "), "owner_id") {
		t.Errorf("warnings %q do not name the owner", result.Warnings)
	}
	if got := shown(c.one(t, "leads"), "owner_id")["owner_id"]; got != "7" {
		t.Errorf("owner_id = %q, want the token's user", got)
	}
}
