package pipedrive_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

// move points the integration at another company, whose records of the same ids are Bob's.
func (c *company) move(t *testing.T) {
	t.Helper()
	person, deal, note := c.one(t, "persons").ID, c.one(t, "deals").ID, c.one(t, "notes").ID
	c.server, c.url = newSandbox(t, sandbox.Config{Now: c.clock.Now})
	c.config["base_url"] = c.url
	c.addField(t, "personFields", `{"field_name":"Region","field_type":"varchar"}`) // takes the id that the field of our mark has
	bob := c.add(t, "persons", map[string]any{"name": "Bob Quick", "phones": phone("+13035550199")})
	c.addField(t, "dealFields", `{"field_name":"Region","field_type":"varchar"}`)
	his := c.add(t, "deals", map[string]any{"title": "Garage", "person_id": json.Number(bob)})
	text := c.add(t, "notes", map[string]any{"content": "Bob wants a garage.", "deal_id": json.Number(his)})
	if bob != person || his != deal || text != note {
		t.Fatalf("ids %s, %s, %s of the other company, want %s, %s, %s", bob, his, text, person, deal, note)
	}
}

// Ids start anew in every company: what the ledger remembers is other people's there.
func TestInAnotherCompanyStrangersAreLeftAlone(t *testing.T) {
	t.Parallel()
	for name, lead := range map[string]crm.Lead{
		"a correction":        revised(crmtest.NewLead("req_1")),
		"a second call":       crmtest.NewLead("req_2"),
		"a call without name": unnamed(crmtest.NewLead("req_2")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.config["record"] = "deal"
			c.deliver(t, crmtest.NewLead("req_1"))
			c.move(t)
			before := c.server.Objects("tenant_demo")
			c.deliver(t, lead)
			for _, was := range before {
				if diff := cmp.Diff(was.Fields, c.byID(t, was).Fields); diff != "" {
					t.Errorf("the stranger's %s (-want +got):\n%s", was.Type, diff)
				}
			}
			for _, typ := range []string{"persons", "deals", "notes"} {
				if got := len(c.all(typ)); got != 2 {
					t.Errorf("%d %s, want Bob's and ours", got, typ)
				}
			}
			if e, _ := c.memory.Ledger(lead.Request.ID).Entry(crm.StepContact); e.RemoteID == before[0].ID {
				t.Errorf("ledger says person %s, who is Bob", e.RemoteID)
			}
		})
	}
}

// Somebody who changed number and address in Pipedrive is still who they are.
func TestAPersonWhoseNumberWasChangedInPipedriveIsStillKnown(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"one of ours, by the mark":       `{"name":"Mrs Changed","phones":[],"emails":[]}`,
		"somebody else's, by their name": `{"name":"dana example","phones":[],"emails":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			if strings.HasPrefix(name, "somebody") {
				c.add(t, "persons", map[string]any{"name": "Dana Example", "phones": phone("+13035550142")})
			}
			c.deliver(t, crmtest.NewLead("req_1"))
			c.change(t, "persons", c.one(t, "persons").ID, change)
			c.deliver(t, crmtest.NewLead("req_2"))
			if got := points(c.one(t, "persons"), "phones"); !slices.Contains(got, "+13035550142") {
				t.Errorf("numbers = %v, want the caller's among them", got)
			}
		})
	}
}

// A mark may be lost: an admin deletes its field, or somebody empties it.
func TestADealWithoutItsMarkIsKnownByItsPerson(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.config["record"] = "deal"
	lead := crmtest.NewLead("req_1")
	c.deliver(t, lead)
	key := c.markerOf(t, customs(c.one(t, "deals")))
	c.change(t, "deals", c.one(t, "deals").ID, `{"custom_fields":{"`+key+`":null}}`)
	c.deliver(t, revised(lead))
	c.one(t, "deals")
}

func revised(lead crm.Lead) crm.Lead {
	lead.Revision = 2
	return lead
}

func unnamed(lead crm.Lead) crm.Lead {
	lead.Person.Name = ""
	return lead
}

// byID returns a record as it is now.
func (c *company) byID(t *testing.T, was journal.Object) journal.Object {
	t.Helper()
	all := c.all(was.Type)
	i := slices.IndexFunc(all, func(o journal.Object) bool { return o.ID == was.ID })
	if i < 0 {
		t.Fatalf("%s %s is gone", was.Type, was.ID)
	}
	return all[i]
}
