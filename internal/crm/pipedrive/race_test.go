package pipedrive_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// meddler lets something happen right before the first request to a path, which may be
// answered in Pipedrive's place.
type meddler struct {
	request string // method and path
	act     func() (status int, body string)
	done    bool
}

func (m *meddler) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.done || req.Method+" "+req.URL.Path != m.request {
		return http.DefaultTransport.RoundTrip(req)
	}
	m.done = true
	status, body := m.act()
	if status == 0 {
		return http.DefaultTransport.RoundTrip(req)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

func TestARecordThatVanishesBetweenTwoStepsIsMadeAgain(t *testing.T) {
	t.Parallel()
	for request, typ := range map[string]string{"POST /api/v1/leads": "persons", "POST /api/v1/notes": "leads"} {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			wire := &meddler{request: request}
			wire.act = func() (int, string) {
				remove(t, c.url, crmtest.Object{Type: typ, ID: c.one(t, typ).ID})
				return 0, ""
			}
			c.client = &http.Client{Transport: wire}
			c.deliver(t, crmtest.NewLead("req_1"))
			person, lead, note := c.one(t, "persons"), c.one(t, "leads"), c.one(t, "notes")
			if shown(lead, "person_id")["person_id"] != person.ID || note.Fields["lead_id"] != lead.ID || !wire.done {
				t.Errorf("lead %v and note %v are not linked", lead.Fields, note.Fields)
			}
		})
	}
}

func TestTheFieldForOurMarkThatAnotherInstanceJustCreatedIsUsed(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	var key string
	wire := &meddler{request: "POST /api/v2/personFields"}
	wire.act = func() (int, string) {
		key = c.addField(t, "personFields", `{"field_name":"Pipeline person key","field_type":"varchar"}`)
		return 0, "" // a second one of the name is refused
	}
	c.client = &http.Client{Transport: wire}
	c.deliver(t, crmtest.NewLead("req_1"))
	if customs(c.one(t, "persons"))[key] == nil || !wire.done {
		t.Errorf("the person carries no mark in field %s: %v", key, customs(c.one(t, "persons")))
	}
}

func TestATokenThatMayNotCreateFieldsSaysWhatToDo(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	wire := &meddler{request: "POST /api/v2/personFields"}
	wire.act = func() (int, string) {
		return http.StatusForbidden, `{"success":false,"error":"Only admins can add fields"}`
	}
	c.client = &http.Client{Transport: wire}
	_, err := c.try(t, crmtest.NewLead("req_1"))
	d := crm.Dispose(err)
	if d.State != request.DeliveryParked || !strings.Contains(d.Words, "“Pipeline person key”") || !strings.Contains(d.Words, "Only admins") {
		t.Errorf("disposition = %+v, want parked with what to do", d)
	}
}
