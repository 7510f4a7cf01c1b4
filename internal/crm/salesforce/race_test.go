package salesforce_test

import (
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// before lets something happen the first time that a record of a type is about to be
// upserted: a nil answer lets the request pass.
func (o *org) before(t *testing.T, typ string, happens func(key string) *crmtest.Reply) crm.Connector {
	t.Helper()
	happened := false
	c, err := o.connector(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		if !happened && req.Method == http.MethodPatch && strings.Contains(req.URL.Path, "/sobjects/"+typ+"/Pipeline_Key__c/") {
			happened = true
			if r := happens(path.Base(req.URL.Path)); r != nil {
				req.URL.Path = "/nowhere" // what is answered counts
				resp, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					return nil, err
				}
				resp.StatusCode, resp.Body = r.Status, body(resp.Body, r.Body)
				return resp, nil
			}
		}
		return http.DefaultTransport.RoundTrip(req)
	})}, secret)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return c
}

// insist delivers until it is done, within a few attempts.
func (o *org) insist(t *testing.T, c crm.Connector, lead crm.Lead) crm.Result {
	t.Helper()
	ledger := o.memory.Ledger(lead.Request.ID)
	var result crm.Result
	var err error
	for range 3 {
		result, err = crm.Deliver(t.Context(), c, lead, ledger, o.clock.Now)
		ledger.Settle(result.Entries)
		d := crm.Dispose(err)
		if d.State == request.DeliveryDone {
			return result
		}
		if d.State == request.DeliveryParked {
			break
		}
		o.clock.AdvanceTo(d.RetryAt)
	}
	t.Fatalf("deliver: %v", err)
	return result
}

var taken = &crmtest.Reply{
	Status: http.StatusBadRequest,
	Body:   `[{"message":"duplicate value found: Pipeline_Key__c duplicates value on record with id: 00Q000000000001","errorCode":"DUPLICATE_VALUE","fields":[]}]`,
}

func TestSomebodyWhoIsFasterIsJoined(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"Dana": 1, "Bob": 2} { // Bob has the number, too
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			o.config["ambiguous"] = "create"
			c := o.before(t, "Lead", func(key string) *crmtest.Reply {
				last := map[string]string{"Dana": "Example", "Bob": "Quick"}[name]
				o.seed(t, "Lead", map[string]any{"FirstName": name, "LastName": last, "Company": "Home", "Phone": "+13035550142", "Pipeline_Key__c": key})
				return taken
			})
			o.insist(t, c, crmtest.NewLead("req_1"))
			leads := o.all("Lead")
			if len(leads) != want || len(o.all("Task")) != 1 {
				t.Fatalf("%d leads, %d tasks, want %d and 1", len(leads), len(o.all("Task")), want)
			}
			if got := o.all("Task")[0].Fields["WhoId"]; got != leads[want-1].ID {
				t.Errorf("task is linked to %v, want %s", got, leads[want-1].ID)
			}
		})
	}
}

func TestTwoAttemptsOfOneTaskMakeOne(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	c := o.before(t, "Task", func(key string) *crmtest.Reply {
		o.seed(t, "Task", map[string]any{"Subject": "The other attempt's", "Pipeline_Key__c": key})
		return taken
	})
	o.insist(t, c, crmtest.NewLead("req_1"))
	tasks := o.all("Task")
	if len(tasks) != 1 || tasks[0].Fields["WhoId"] != o.all("Lead")[0].ID {
		t.Errorf("%d tasks, want one that is linked to the lead: %v", len(tasks), tasks)
	}
}

func TestALeadThatChangesBetweenTheStepsIsResolvedAgain(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, o *org, id string){
		"converted": func(t *testing.T, o *org, id string) {
			if _, err := o.server.Convert(tenant, id); err != nil {
				t.Errorf("convert: %v", err)
			}
		},
		"deleted": func(t *testing.T, o *org, id string) { o.send(t, http.MethodDelete, "/sobjects/Lead/"+id, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t)
			c := o.before(t, "Task", func(string) *crmtest.Reply {
				change(t, o, o.all("Lead")[0].ID)
				return nil
			})
			o.insist(t, c, crmtest.NewLead("req_1"))
			people := append(o.all("Contact"), o.all("Lead")...)
			if got := o.all("Task"); len(got) != 1 || got[0].Fields["WhoId"] != people[0].ID {
				t.Errorf("tasks %v, want one that is linked to %s", got, people[0].ID)
			}
		})
	}
}

func TestAssignmentRulesDoNotTouchWhoIsThere(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	o.seed(t, "Lead", map[string]any{"FirstName": "Dana", "LastName": "Example", "Company": "Home", "Phone": "+13035550142"})
	got := make(map[string]string)
	c, err := o.connector(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodPatch && strings.Contains(req.URL.Path, "/sobjects/Lead/") {
			got["assign"], got["duplicates"] = req.Header.Get("Sforce-Auto-Assign"), req.Header.Get("Sforce-Duplicate-Rule-Header")
		}
		return http.DefaultTransport.RoundTrip(req)
	})}, secret)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	o.insist(t, c, crmtest.NewLead("req_1"))
	want := map[string]string{"assign": "FALSE", "duplicates": "allowSave=false; includeRecordDetails=true; runAsCurrentUser=true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers of the update (-want +got):\n%s", diff)
	}
}

func TestALeadWhoseAnswerWasLostIsFoundByTheNextCallAtOnce(t *testing.T) {
	t.Parallel()
	o := newOrg(t)
	c, err := o.connector(&http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err == nil && req.Method == http.MethodPatch {
			return nil, errors.Join(io.ErrUnexpectedEOF, resp.Body.Close())
		}
		return resp, err
	})}, secret)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	first, second := crmtest.NewLead("req_1"), crmtest.NewLead("req_2")
	ledger := o.memory.Ledger("req_1")
	result, err := crm.Deliver(t.Context(), c, first, ledger, o.clock.Now)
	ledger.Settle(result.Entries)
	if crm.FaultOf(err) != crm.Ambiguous {
		t.Fatalf("error = %v, want %s", err, crm.Ambiguous)
	}
	o.deliver(t, second)
	o.deliver(t, first)
	if leads, tasks := len(o.all("Lead")), len(o.all("Task")); leads != 1 || tasks != 2 {
		t.Errorf("%d leads, %d tasks, want 1 and 2", leads, tasks)
	}
}
