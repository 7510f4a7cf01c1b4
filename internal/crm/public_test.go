package crm_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// leadOf is a lead of whoever has the number and address; public: by a form that anybody could
// have sent.
func leadOf(id, phone, email string, public bool) crm.Lead {
	lead := crmtest.NewLead(id)
	lead.Person = crm.Person{Name: "Robin Example", Phone: phone, Email: email}
	lead.Request.Caller = request.Caller{Phone: phone, Email: email}
	lead.Request.Handling.Public = public
	return lead
}

// Somebody sends a form with another one's address and their own number, then calls: the call
// must not be taken for the other one's.
func TestAPublicFormTeachesNoNumberOfAnExistingContact(t *testing.T) {
	t.Parallel()
	const theirs, own = "robin@example.com", "+13035550199"
	for name, tt := range map[string]struct {
		public bool
		fail   bool // the CRM fails after the contact was found
		want   string
	}{
		"a public form":                  {public: true, want: ""},
		"a public form that fails first": {public: true, fail: true, want: ""},
		"a form that a server signed":    {public: false, want: "contact-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock, c := &crmtest.Clock{}, &scripted{}
			m := crmtest.NewMemory(clock.Now)
			deliver := func(lead crm.Lead) {
				t.Helper()
				if _, err := once(t, c, lead, m, clock); err != nil && !tt.fail {
					t.Fatal(err)
				}
			}
			deliver(leadOf("req_1", "", theirs, false)) // the contact
			if tt.fail {
				c.do = func(_ string, s crm.State) (crm.Record, error) {
					return crm.Record{ID: s.Current}, &crm.Error{Fault: crm.Transient, Op: "update", Err: errors.New("503")}
				}
			}
			deliver(leadOf("req_2", own, theirs, tt.public))
			c.do, c.log = nil, nil
			deliver(leadOf("req_3", own, "", false))
			if diff := cmp.Diff([]string{"do contact " + tt.want, "do deal "}, c.log); diff != "" {
				t.Errorf("remote work of the call (-want +got)\n%s", diff)
			}
			c.log = nil
			deliver(leadOf("req_4", "", theirs, false))
			if c.log[0] != "do contact contact-1" {
				t.Errorf("the contact's own address was forgotten: %q", c.log)
			}
		})
	}
}

func TestAPublicFormThatMakesTheContactIsRemembered(t *testing.T) {
	t.Parallel()
	clock, c := &crmtest.Clock{}, &scripted{}
	m := crmtest.NewMemory(clock.Now)
	for _, lead := range []crm.Lead{
		leadOf("req_1", "+13035550142", "robin@example.com", true),
		leadOf("req_2", "+13035550142", "", false),
	} {
		if _, err := once(t, c, lead, m, clock); err != nil {
			t.Fatal(err)
		}
	}
	wantLog(t, c, "do contact ", "do deal ", "do contact contact-1", "do deal ")
}
