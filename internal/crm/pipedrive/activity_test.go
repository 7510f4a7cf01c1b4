package pipedrive_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

func newCallLogs(t *testing.T) *company {
	t.Helper()
	c := newCompany(t)
	c.config["activity"] = "call_log"
	return c
}

func TestACallIsLoggedIfTheTenantWants(t *testing.T) {
	t.Parallel()
	c := newCallLogs(t)
	lead := crmtest.NewLead("req_1")
	c.deliver(t, lead)
	log := c.one(t, "callLogs")
	want := map[string]string{
		"subject": "Inbound call: kitchen remodel", "outcome": "connected", "duration": "187",
		"from_phone_number": "+13035550142", "to_phone_number": "+13035550100",
		"start_time": "2026-11-20T16:15:02Z", "end_time": "2026-11-20T16:18:09Z",
		"person_id": c.one(t, "persons").ID, "lead_id": c.one(t, "leads").ID,
	}
	got := shown(log, "subject", "outcome", "duration", "from_phone_number", "to_phone_number", "start_time", "end_time", "person_id", "lead_id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call log (-want +got):\n%s", diff)
	}
	lead.Revision = 2
	if result := c.deliver(t, lead); len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "cannot be changed") {
		t.Errorf("warnings = %q, want one that call logs cannot be changed", result.Warnings)
	}
	c.one(t, "callLogs")
	if notes := c.all("notes"); len(notes) != 0 {
		t.Errorf("%d notes beside the call log", len(notes))
	}
}

func TestAnOutboundOrMissedCallIsLoggedAsSuch(t *testing.T) {
	t.Parallel()
	for outcome, change := range map[string]func(d *request.Details){
		"no_answer":      func(d *request.Details) { d.Answered = false },
		"left_voicemail": func(d *request.Details) { d.Answered, d.Voicemail = false, true },
		"connected":      func(d *request.Details) { d.Direction = "outbound" },
	} {
		t.Run(outcome, func(t *testing.T) {
			t.Parallel()
			c := newCallLogs(t)
			lead := crmtest.NewLead("req_1")
			change(&lead.Request.Details)
			c.deliver(t, lead)
			to := "+13035550100"
			if lead.Request.Details.Direction == "outbound" {
				to = "+13035550142"
			}
			want := map[string]string{"outcome": outcome, "to_phone_number": to}
			if diff := cmp.Diff(want, shown(c.one(t, "callLogs"), "outcome", "to_phone_number")); diff != "" {
				t.Errorf("call log (-want +got):\n%s", diff)
			}
		})
	}
}

func TestACallLogTakesEitherFormOfTimes(t *testing.T) {
	t.Parallel()
	c := newCallLogs(t)
	server, url := newSandboxOf(t, sandbox.Config{Now: c.clock.Now}, sandbox.Company{TenantID: "tenant_demo", Token: token, SpacedTimes: true})
	c.server, c.url, c.config["base_url"] = server, url, url
	c.deliver(t, crmtest.NewLead("req_1"))
	if got := shown(c.one(t, "callLogs"), "start_time")["start_time"]; got != "2026-11-20T16:15:02Z" {
		t.Errorf("start_time = %q", got)
	}
}

func TestAFormIsANote(t *testing.T) {
	t.Parallel()
	c := newCallLogs(t)
	lead := crmtest.NewLead("req_1")
	lead.Request.Kind = request.Form
	c.deliver(t, lead)
	lead.Revision = 2
	c.deliver(t, lead)
	if logs := c.all("callLogs"); len(logs) != 0 {
		t.Errorf("%d call logs of a form", len(logs))
	}
	c.one(t, "notes")
}

// loser loses the answers to requests that create a call log.
type loser struct{ lost int }

func (l *loser) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil || req.Method != http.MethodPost || !strings.HasSuffix(req.URL.Path, "/callLogs") {
		return resp, err
	}
	l.lost++
	return nil, errors.Join(errors.New("connection cut"), resp.Body.Close())
}

func TestACallLogWhoseAnswerIsLostBecomesANote(t *testing.T) {
	t.Parallel()
	c := newCallLogs(t)
	wire := &loser{}
	c.client = &http.Client{Transport: wire}
	lead := crmtest.NewLead("req_1")
	_, err := c.try(t, lead)
	d := crm.Dispose(err)
	if d.State != request.DeliveryPending || d.RetryAt.IsZero() {
		t.Fatalf("disposition = %+v, want pending until it can be looked up", d)
	}
	c.clock.AdvanceTo(d.RetryAt)
	c.deliver(t, lead)
	c.one(t, "callLogs")
	note := c.one(t, "notes")
	if e, _ := c.memory.Ledger("req_1").Entry(crm.StepCall); e.RemoteID != note.ID || wire.lost != 1 {
		t.Errorf("ledger says %q after %d call logs, want note %s after one", e.RemoteID, wire.lost, note.ID)
	}
	lead.Revision = 2
	c.deliver(t, lead)
	c.one(t, "notes")
}
