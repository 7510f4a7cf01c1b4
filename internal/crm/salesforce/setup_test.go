package salesforce_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/salesforce"
)

func TestADuplicateRuleIsObeyedAsTheTenantWants(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rule        sandbox.Action
		onDuplicate string
		phone       string // of the other Dana
		leads       int
		parked      bool
		warned      bool
	}{
		"a warning is passed over":                  {rule: sandbox.Alert, phone: "+13035550177", leads: 2},
		"a warning is taken at its word":            {rule: sandbox.Alert, onDuplicate: "match", phone: "+13035550177", leads: 1, warned: true},
		"a warning goes to a person":                {rule: sandbox.Alert, onDuplicate: "review", phone: "+13035550177", leads: 1, parked: true},
		"a block goes to a person":                  {rule: sandbox.Block, phone: "+13035550177", leads: 1, parked: true},
		"a block is taken at its word":              {rule: sandbox.Block, onDuplicate: "match", phone: "+13035550177", leads: 1, warned: true},
		"the same number in a form nobody foresees": {rule: sandbox.Block, phone: "1 303 555 - 0142", leads: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			o.config["on_duplicate"] = test.onDuplicate
			o.seed(t, "Lead", map[string]any{"FirstName": "Dana", "LastName": "Example", "Company": "Home", "Phone": test.phone})
			if err := o.server.SetDuplicateRule(tenant, "Lead", test.rule); err != nil {
				t.Fatalf("set rule: %v", err)
			}
			result, err := o.try(t, crmtest.NewLead("req_1"))
			d := crm.Dispose(err)
			if parked := d.State == request.DeliveryParked; parked != test.parked || parked && !strings.Contains(d.Words, "Standard_Lead_Duplicate_Rule") {
				t.Fatalf("disposition = %+v (%v), want parked %t with the rule's name", d, err, test.parked)
			}
			if got := len(result.Warnings) > 0; got != test.warned {
				t.Errorf("warnings = %q, want some: %t", result.Warnings, test.warned)
			}
			if got := len(o.all("Lead")); got != test.leads {
				t.Errorf("%d leads, want %d", got, test.leads)
			}
		})
	}
}

func TestWithoutAUsableKeyNothingIsWrittenUntilItIsThere(t *testing.T) {
	t.Parallel()
	for _, object := range []string{"Lead", "Task"} {
		for name, line := range map[string]string{"missing": "", "not unique": "Pipeline_Key__c string:64 key", "no external id": "Pipeline_Key__c string:64 unique"} {
			t.Run(object+" "+name, func(t *testing.T) {
				t.Parallel()
				o := newOrg(t)
				err := o.server.RemoveField(tenant, object, "Pipeline_Key__c")
				if err == nil && line != "" {
					err = o.server.AddField(tenant, object, line)
				}
				if err != nil {
					t.Fatalf("change the field: %v", err)
				}
				c := o.connect(t)
				if err := c.Test(t.Context()); err == nil || !strings.Contains(err.Error(), "KEY_FIELD_MISSING") {
					t.Errorf("test of the connection: %v, want it to name the key", err)
				}
				ledger := o.memory.Ledger("req_1")
				result, err := crm.Deliver(t.Context(), c, crmtest.NewLead("req_1"), ledger, o.clock.Now)
				ledger.Settle(result.Entries)
				if d := crm.Dispose(err); d.State != request.DeliveryParked || !strings.Contains(d.Words, "Pipeline_Key__c of "+object) {
					t.Fatalf("disposition = %+v, want parked for the key", d)
				}
				if err := o.server.AddField(tenant, object, "Pipeline_Key__c string:64 key unique"); err != nil {
					t.Fatalf("add the field: %v", err)
				}
				if _, err := crm.Deliver(t.Context(), c, crmtest.NewLead("req_1"), ledger, o.clock.Now); err != nil {
					t.Errorf("the same connector after the field was added: %v", err)
				}
			})
		}
	}
}

func TestAnOrgWithoutCallFieldsIsServedAllTheSame(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	for _, name := range []string{"CallType", "CallDurationInSeconds", "CallDisposition", "CallObject", "TaskSubtype"} {
		if err := o.server.RemoveField(tenant, "Task", name); err != nil {
			t.Fatalf("remove %s: %v", name, err)
		}
	}
	if result := o.deliver(t, crmtest.NewLead("req_1")); len(result.Warnings) > 0 {
		t.Errorf("warnings = %q, want none", result.Warnings)
	}
}

func TestWhereLeadsBecomePersonAccountsTheyHaveNoCompany(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.custom(t, "Lead", "Company string:255")
	o.deliver(t, crmtest.NewLead("req_1"))
	if got, ok := o.all("Lead")[0].Fields["Company"]; ok {
		t.Errorf("company = %v, want none", got)
	}
}

func TestAnOwnerWhoLeftDoesNotLoseTheLead(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.config["owner_id"] = "005000000000099AAA"
	result := o.deliver(t, crmtest.NewLead("req_1"))
	if len(result.Warnings) != 2 || !strings.Contains(result.Warnings[0], "OwnerId") {
		t.Errorf("warnings = %q, want one about the owner of each record", result.Warnings)
	}
}

func TestTheSignedAssertionOpensTheOrg(t *testing.T) {
	t.Parallel()
	private, public := keyPair(t)
	for name, test := range map[string]struct {
		sandbox bool
		change  map[string]string
		want    string // in the error
	}{
		"production":         {},
		"a sandbox org":      {sandbox: true, change: map[string]string{"audience": "https://test.salesforce.com"}},
		"another audience":   {sandbox: true, want: "audience is invalid"},
		"an unknown user":    {change: map[string]string{"username": "robin@example.com"}, want: "hasn't approved"},
		"an unknown app":     {change: map[string]string{"client_id": "3MVG9.other"}, want: "client identifier invalid"},
		"with a secret, too": {change: map[string]string{"client_secret": "unused"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t, func(s *sandbox.Org) {
				s.Username, s.PublicKey, s.Sandbox = "pipeline@example.com", public, test.sandbox
			})
			credentials := map[string]string{"client_id": "3MVG9.test", "username": "pipeline@example.com", "private_key": private}
			for k, v := range test.change {
				credentials[k] = v
			}
			raw, err := json.Marshal(credentials)
			if err != nil {
				t.Fatalf("encode credentials: %v", err)
			}
			c, err := o.connector(http.DefaultClient, string(raw))
			if err != nil {
				t.Fatalf("connect: %v", err)
			}
			err = c.Test(t.Context())
			if d := crm.Dispose(err); (err == nil) != (test.want == "") || err != nil && (d.State != request.DeliveryParked || !strings.Contains(d.Words, test.want)) {
				t.Errorf("error = %v, disposition %+v, want %q", err, d, test.want)
			}
		})
	}
}

func TestASessionThatEndedIsReplacedOnce(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	var logins atomic.Int32
	c, err := o.connector(&http.Client{Transport: count(&logins, "/services/oauth2/token")}, secret)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	for _, id := range []string{"req_1", "req_2"} {
		ledger := o.memory.Ledger(id)
		result, err := crm.Deliver(t.Context(), c, crmtest.NewLead(id), ledger, o.clock.Now)
		if err != nil {
			t.Fatalf("deliver: %v", err)
		}
		ledger.Settle(result.Entries)
		if err := o.server.EndSessions(tenant); err != nil {
			t.Fatalf("end sessions: %v", err)
		}
	}
	if got := logins.Load(); got != 2 {
		t.Errorf("%d logins, want one at the start and one when the session had ended", got)
	}
}

func TestAnAppThatIsBlockedParksUntilItIsBack(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	if err := o.server.Block(tenant, true); err != nil {
		t.Fatalf("block: %v", err)
	}
	if _, err := o.try(t, crmtest.NewLead("req_1")); crm.FaultOf(err) != crm.AuthRevoked {
		t.Errorf("error = %v, want %s", err, crm.AuthRevoked)
	}
	if err := o.server.Block(tenant, false); err != nil {
		t.Fatalf("unblock: %v", err)
	}
	o.deliver(t, crmtest.NewLead("req_1"))
}

func TestTheLastRequestsOfADayAreLeftToOthers(t *testing.T) {
	t.Parallel()
	o := newOrg(t, func(s *sandbox.Org) { s.DailyRequests = 4 })
	o.config["daily_reserve_percent"] = 25
	lead := crmtest.NewLead("req_1")
	_, err := o.try(t, lead)
	d := crm.Dispose(err)
	if crm.FaultOf(err) != crm.QuotaSpent || d.Counts || !strings.Contains(d.Words, "3 of 4 requests") {
		t.Fatalf("error = %v, disposition %+v, want the quota spent at 3 of 4", err, d)
	}
	if wait := d.RetryAt.Sub(o.clock.Now()); wait < 14*time.Minute || wait > 15*time.Minute {
		t.Errorf("due in %v, want 15m", wait)
	}
	if len(o.all("Lead")) != 0 {
		t.Error("a lead was made with the reserve")
	}
}

func TestTheConnectionTestNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(o *org)
		want   string
	}{
		"all is well":       {func(*org) {}, ""},
		"no such stage":     {func(o *org) { o.config["opportunity"], o.config["opportunity_stage"] = "contact", "Signed" }, "VALUE_MISSING StageName"},
		"no such status":    {func(o *org) { o.config["status"] = "New" }, "VALUE_MISSING Status"},
		"no such key":       {func(o *org) { o.config["key_field"] = "Other__c" }, "KEY_FIELD_MISSING Other__c"},
		"no such version":   {func(o *org) { o.config["api_version"] = "v99.0" }, "OBJECT_MISSING"},
		"nobody is at home": {func(o *org) { o.config["base_url"] = "http://127.0.0.1:1" }, "transient"},
		"no reserve":        {func(o *org) { o.config["daily_reserve_percent"] = 0 }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			test.change(o)
			err := o.connect(t).Test(t.Context())
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want %q", err, test.want)
			}
			if all := o.server.Objects(""); len(all) != 0 {
				t.Errorf("the test wrote %d records", len(all))
			}
		})
	}
}

func TestAContactGetsAnOpportunityAndALeadDoesNot(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.config["opportunity"] = "contact"
	o.deliver(t, crmtest.NewLead("req_1"))
	if got := len(o.all("Opportunity")); got != 0 {
		t.Fatalf("%d opportunities for a lead, want none", got)
	}
	customer, err := o.server.Convert(tenant, o.all("Lead")[0].ID)
	if err != nil {
		t.Fatalf("convert: %v", err)
	}
	again := crmtest.NewLead("req_1")
	again.Revision = 2
	o.deliver(t, again)
	if got := len(o.all("Opportunity")); got != 0 {
		t.Fatalf("%d opportunities for the request of a converted lead, want none", got)
	}
	result := o.deliver(t, crmtest.NewLead("req_2"))
	deal := o.all("Opportunity")[0]
	account := o.all("Account")[0]
	want := map[string]any{
		"Name": "Kitchen remodel - Dana Example", "StageName": "Prospecting", "CloseDate": "2027-02-18", "Amount": float64(25_000),
		"AccountId": account.ID, "ContactId": customer, "Pipeline_Key__c": "req_2",
	}
	if diff := cmp.Diff(want, fields(deal, keys(want)...)); diff != "" {
		t.Errorf("opportunity (-want +got):\n%s", diff)
	}
	if task := o.all("Task")[1]; task.Fields["WhatId"] != deal.ID || task.Fields["WhoId"] != customer {
		t.Errorf("task is linked to %v and %v", task.Fields["WhatId"], task.Fields["WhoId"])
	}
	if want := o.url + "/lightning/r/Opportunity/" + deal.ID + "/view"; result.Link != want {
		t.Errorf("link = %q, want %q", result.Link, want)
	}
}

// count counts requests to a path.
func count(n *atomic.Int32, path string) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Path == path {
			n.Add(1)
		}
		return http.DefaultTransport.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
