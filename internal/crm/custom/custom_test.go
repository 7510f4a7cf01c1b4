package custom_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/custom"
)

const (
	secret  = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"
	another = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNk"
)

func TestConnectorConforms(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: open, Replies: replies})
}

// Of our defences only the event's id is needed: the receiver knows an event by it.
func TestACrowdIsDeliveredOnce(t *testing.T) {
	t.Parallel()
	crmtest.RunCrowd(t, crmtest.Harness{Open: open, Replies: replies}, crmtest.MarkerLookUp)
}

var replies = crmtest.Replies{
	Throttled: crmtest.Reply{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}}, Body: `{"error":"slow down"}`},
	Revoked:   crmtest.Reply{Status: http.StatusUnauthorized, Body: `{"error":"who are you?"}`},
	Required:  crmtest.Reply{Status: http.StatusUnprocessableEntity, Body: `{"error":"region is required"}`},
}

// open returns an endpoint of the sandbox that nothing was sent to.
func open(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	server, url := newReceiver(t, clock)
	return crmtest.CRM{
		Connect: func(client *http.Client) (crm.Connector, error) {
			return custom.NewAccounts(clock.Now).Connect(settings(t, map[string]any{"url": url, "id_path": "id"}), client)
		},
		Objects: func() []crmtest.Object {
			var all []crmtest.Object
			for _, o := range server.Objects("tenant_demo") {
				if body, _ := o.Fields["body"].(map[string]any); body["type"] == "lead.created" {
					all = append(all, crmtest.Object{Type: o.Type, ID: o.ID})
				}
			}
			return all
		},
		Types:   map[string]string{crm.StepEvent: "deliveries"},
		Creates: func(_ string, req *http.Request) bool { return req.Method == http.MethodPost },
	}
}

func newReceiver(t *testing.T, clock *crmtest.Clock) (server *sandbox.Server, url string) {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{
		Endpoints: []sandbox.Endpoint{{TenantID: "tenant_demo", Path: "/hook", Secrets: []string{secret}}}, Now: clock.Now,
	})
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	ts := httptest.NewServer(server.Handler())
	t.Cleanup(ts.Close)
	return server, ts.URL + "/hook"
}

func settings(t *testing.T, config map[string]any) crm.Settings {
	t.Helper()
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatalf("encode settings: %v", err)
	}
	return crm.Settings{TenantID: "tenant_demo", IntegrationID: "int_custom", Credentials: secret, Config: raw}
}

func TestACorrectionIsAnEventOfItsOwn(t *testing.T) {
	t.Parallel()
	clock := &crmtest.Clock{}
	server, url := newReceiver(t, clock)
	memory := crmtest.NewMemory(clock.Now)
	lead := crmtest.NewLead("req_1")
	for _, revision := range []int64{1, 1, 2, 2, 5} {
		c, err := custom.NewAccounts(clock.Now).Connect(settings(t, map[string]any{"url": url}), http.DefaultClient)
		if err != nil {
			t.Fatal(err)
		}
		lead.Revision = revision
		ledger := memory.Ledger(lead.Request.ID)
		result, err := crm.Deliver(t.Context(), c, lead, ledger, clock.Now)
		if err != nil {
			t.Fatalf("deliver: %v", err)
		}
		ledger.Settle(result.Entries)
	}
	var types []string
	ids := make(map[any]bool)
	for _, o := range server.Objects("tenant_demo") {
		body, _ := o.Fields["body"].(map[string]any)
		kind, _ := body["type"].(string)
		types = append(types, kind)
		ids[o.Fields["webhook_id"]] = true
	}
	if diff := cmp.Diff([]string{"lead.created", "lead.updated", "lead.updated"}, types); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if len(ids) != 3 {
		t.Errorf("%d ids, want one for each event", len(ids))
	}
	if e, _ := memory.Ledger("req_1").Entry(crm.StepEvent); !strings.HasPrefix(e.RemoteID, "msg_") || e.Revision != 5 {
		t.Errorf("ledger = %+v, want the first event's id at revision 5", e)
	}
}
