package pipedrive_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const noKey = "ffffffffffffffffffffffffffffffffffffffff"

func TestKeptFieldsAreNotCreated(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.config["fields"] = "keep"
	_, err := c.try(t, crmtest.NewLead("req_1"))
	if d := crm.Dispose(err); d.State != request.DeliveryParked || !strings.Contains(d.Words, "Pipeline person key") {
		t.Fatalf("disposition = %+v, want parked for the mark's field", d)
	}
	key := c.addField(t, "personFields", `{"field_name":"Pipeline person key","field_type":"varchar"}`)
	c.clock.Advance(2 * time.Minute)
	c.deliver(t, crmtest.NewLead("req_1"))
	if customs(c.one(t, "persons"))[key] == nil {
		t.Errorf("the person carries no mark in the kept field: %v", customs(c.one(t, "persons")))
	}
	if got := c.one(t, "leads").Fields["origin_id"]; got != "req_1" {
		t.Errorf("origin_id of a lead without a field for the mark = %v", got)
	}
}

func TestMarkersAreFoundByNameOrKey(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	named := c.addField(t, "personFields", `{"field_name":"Pipeline person key","field_type":"varchar"}`)
	chosen := c.addField(t, "dealFields", `{"field_name":"Whatever","field_type":"varchar"}`)
	c.config["deal_marker"] = chosen
	c.deliver(t, crmtest.NewLead("req_1"))
	if customs(c.one(t, "persons"))[named] == nil || c.one(t, "leads").Fields[chosen] != "req_1" {
		t.Errorf("person %v, lead %v: want the marks in the fields that were there", customs(c.one(t, "persons")), c.one(t, "leads").Fields)
	}
}

func TestAMarkersFieldThatVanishedIsCreatedAgain(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.config["record"] = "deal"
	connector := c.connect(t)
	for _, id := range []string{"req_1", "req_2"} {
		ledger := c.memory.Ledger(id)
		result, err := crm.Deliver(t.Context(), connector, crmtest.NewLead(id), ledger, c.clock.Now)
		if err != nil {
			t.Fatalf("deliver: %v", err)
		}
		ledger.Settle(result.Entries)
		for key := range customs(c.all("deals")[0]) {
			if id == "req_1" {
				send(t, http.MethodDelete, c.url+"/api/v2/dealFields/"+key, "")
			}
		}
	}
	found := false
	for _, value := range customs(c.all("deals")[1]) {
		found = found || value == "req_2"
	}
	if !found {
		t.Errorf("the second deal carries no mark: %v", customs(c.all("deals")[1]))
	}
}

func TestALeadGoesOnWithoutAKeptFieldThatVanished(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.addField(t, "personFields", `{"field_name":"Pipeline person key","field_type":"varchar"}`)
	key := c.addField(t, "dealFields", `{"field_name":"Pipeline request id","field_type":"varchar"}`)
	c.config["fields"] = "keep"
	wire := &meddler{request: "POST /api/v1/leads"}
	wire.act = func() (int, string) {
		send(t, http.MethodDelete, c.url+"/api/v2/dealFields/"+key, "")
		return 0, ""
	}
	c.client = &http.Client{Transport: wire}
	c.deliver(t, crmtest.NewLead("req_1"))
	if got := c.one(t, "leads").Fields["origin_id"]; got != "req_1" || !wire.done {
		t.Errorf("origin_id = %v", got)
	}
}

func TestAPersonWhoIsGoneButStillFoundIsNotUsed(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	account := opener(nil)(t, clock) // with search lag
	lead := crmtest.NewLead("req_1")
	deliver := func(id string) {
		lead.Request.ID = id
		c, err := account.Connect(http.DefaultClient)
		if err != nil {
			t.Fatalf("connect: %v", err)
		}
		ledger := crmtest.NewMemory(clock.Now).Ledger(id) // nobody remembers the others
		if _, err := crm.Deliver(t.Context(), c, lead, ledger, clock.Now); err != nil {
			t.Fatalf("deliver: %v", err)
		}
	}
	persons := func() (all []crmtest.Object) {
		for _, o := range account.Objects() {
			if o.Type == "persons" {
				all = append(all, o)
			}
		}
		return all
	}
	deliver("req_1")
	clock.Advance(2 * lag)
	first := persons()[0]
	account.Delete(first)
	deliver("req_2") // search still knows the first person
	if all := persons(); len(all) != 1 || all[0].ID == first.ID {
		t.Errorf("persons = %v, want a new one instead of %s", all, first.ID)
	}
}

func TestTheConnectionTestNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(c *company)
		want   string
	}{
		"all is well":          {func(*company) {}, ""},
		"all is well of deals": {func(c *company) { c.config["record"], c.config["stage_id"], c.config["pipeline_id"] = "deal", 2, 1 }, ""},
		"no such stage":        {func(c *company) { c.config["record"], c.config["stage_id"] = "deal", 99 }, "STAGE_MISSING"},
		"stage elsewhere":      {func(c *company) { c.config["record"], c.config["stage_id"], c.config["pipeline_id"] = "deal", 2, 9 }, "STAGE_MISSING"},
		"no kept marker":       {func(c *company) { c.config["fields"] = "keep" }, "FIELD_MISSING"},
		"no such marker":       {func(c *company) { c.config["deal_marker"] = noKey }, "FIELD_MISSING"},
		"no such version":      {func(c *company) { c.config["api_v2"] = "v9" }, "invalid"},
		"nobody is at home":    {func(c *company) { c.config["base_url"] = "http://127.0.0.1:1" }, "transient"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			test.change(c)
			err := c.connect(t).Test(t.Context())
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			if all := c.server.Objects(""); len(all) != 0 {
				t.Errorf("the test wrote %d records", len(all))
			}
		})
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]string{
		`{}`:                                  "base_url",
		`{"auth":"oauth"}`:                    "credentials",
		`{"base_url":"http://x.example.com"}`: "https",
		`{"base_url":"https://x.pipedrive.com","record":"order"}`:                                                                   "record",
		`{"base_url":"https://x.pipedrive.com","activity":"sms"}`:                                                                   "activity",
		`{"base_url":"https://x.pipedrive.com","currency":"dollars"}`:                                                               "currency",
		`{"base_url":"https://x.pipedrive.com","person_marker":"phone"}`:                                                            "person_marker",
		`{"base_url":"https://x.pipedrive.com","label_ids":["5"]}`:                                                                  "UUIDs",
		`{"base_url":"https://x.pipedrive.com","ambiguous":"merge"}`:                                                                "ambiguous",
		`{"base_url":"https://x.pipedrive.com","api_v1":"../admin"}`:                                                                "api_v1",
		`{"base_url":"https://x.pipedrive.com","token_url":"ftp://x"}`:                                                              "token_url",
		`{"base_url":"https://x.pipedrive.com","record":"deal","owner_id":-1,"label_ids":["f08b42a0-4e75-11ea-9643-03698ef1cfd6"]}`: "owner_id",
	} {
		_, err := pipedrive.NewFactory()(crm.Settings{Credentials: "token", Config: []byte(settings)}, http.DefaultClient)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want one about %s", settings, err, want)
		}
	}
}

func TestALeadWithoutAnalysisIsDelivered(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	lead := crmtest.NewLead("req_1")
	lead.Analysis, lead.Transcript, lead.Person = nil, nil, crm.Person{}
	c.deliver(t, lead)
	if diff := cmp.Diff(map[string]string{"title": "Inquiry - Unknown caller"}, shown(c.one(t, "leads"), "title", "value")); diff != "" {
		t.Errorf("lead (-want +got):\n%s", diff)
	}
	if got := c.one(t, "persons").Fields["name"]; got != "Unknown caller" {
		t.Errorf("name = %v, want the placeholder", got)
	}
}
