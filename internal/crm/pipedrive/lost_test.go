package pipedrive_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

// forgetful loses the first answer to a create of a person, and does not show lists of
// persons if it is blind.
type forgetful struct {
	blind bool
	lost  int
}

func (f *forgetful) RoundTrip(req *http.Request) (*http.Response, error) {
	if f.blind && req.Method == http.MethodGet && req.URL.Path == "/api/v2/persons" {
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"success":true,"data":[]}`)), Request: req}, nil
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || f.lost > 0 || req.Method != http.MethodPost || req.URL.Path != "/api/v2/persons" {
		return resp, err
	}
	f.lost++
	return nil, errors.Join(errors.New("connection cut"), resp.Body.Close())
}

// A search by number or address would find the person here, or could not.
func TestAPersonWhoseAnswerIsLostIsFoundByTheMark(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		person crm.Person
		lag    time.Duration // of search
		blind  bool
	}{
		"nothing else identifies them":        {},
		"search does not see them yet":        {person: crmtest.NewLead("").Person, lag: time.Hour},
		"they are not among the newest":       {blind: true},
		"another person's number, by policy":  {person: crm.Person{Name: "Dana Example", Phone: "+13035550199"}},
		"not among the newest, with a number": {person: crm.Person{Name: "Dana Example", Phone: "+13035550199"}, blind: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.server, c.url = newSandbox(t, sandbox.Config{Now: c.clock.Now, Lag: test.lag})
			c.config["base_url"], c.config["ambiguous"] = c.url, "create"
			bob := c.add(t, "persons", map[string]any{"name": "Bob Quick", "phones": phone("+13035550199")})
			c.client = &http.Client{Transport: &forgetful{blind: test.blind}}
			lead := crmtest.NewLead("req_1")
			lead.Person = test.person
			_, err := c.try(t, lead)
			if crm.FaultOf(err) != crm.Ambiguous {
				t.Fatalf("error = %v, want ambiguous", err)
			}
			c.clock.AdvanceTo(crm.Dispose(err).RetryAt)
			c.deliver(t, lead)
			if all := c.all("persons"); len(all) != 2 {
				t.Errorf("%d persons, want Bob and the one", len(all))
			}
			if got := shown(c.one(t, "leads"), "person_id")["person_id"]; got == bob {
				t.Error("the lead is Bob's")
			}
		})
	}
}
