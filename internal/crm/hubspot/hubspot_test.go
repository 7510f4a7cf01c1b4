package hubspot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
)

const (
	token = "pat-test"
	lag   = 30 * time.Second // how long the stand-in's search does not see a change
)

func TestConnectorConforms(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: openPlain, Replies: replies})
}

func TestConnectorConformsWhereCallsHaveAUniqueMarker(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: open, Replies: replies})
}

// The lease is not asked to be missed here: HubSpot refuses a second contact with the same
// person key or address, so what the lease prevents would be prevented once more.
func TestACrowdIsDeliveredOnce(t *testing.T) {
	t.Parallel()
	crmtest.RunCrowd(t, crmtest.Harness{Open: openPlain, Replies: replies}, crmtest.LedgerOfSteps, crmtest.MarkerLookUp)
}

// openPlain returns a portal that has the marker of calls without unique values, as one
// does where HubSpot does not allow them on activities: calls are only found by search.
func openPlain(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	account, url := openAt(t, clock)
	post(t, url+"/crm/properties/2026-09/calls/groups", `{"name":"lead_pipeline","label":"Lead pipeline"}`)
	post(t, url+"/crm/properties/2026-09/calls",
		`{"name":"pipeline_request_id","label":"Pipeline request id","type":"string","fieldType":"text","groupName":"lead_pipeline"}`)
	return account
}

func open(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	account, _ := openAt(t, clock)
	return account
}

var replies = crmtest.Replies{
	Throttled: crmtest.Reply{
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"30"}},
		Body: `{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}`,
	},
	Expired: crmtest.Reply{
		Status: http.StatusUnauthorized,
		Body:   `{"status":"error","message":"The OAuth token used to make this call expired.","category":"EXPIRED_AUTHENTICATION"}`,
	},
	Revoked: crmtest.Reply{
		Status: http.StatusForbidden,
		Body:   `{"status":"error","message":"This app hasn't been granted all required scopes to make this call.","category":"MISSING_SCOPES"}`,
	},
	Required: crmtest.Reply{
		Status: http.StatusBadRequest,
		Body: `{"status":"error","message":"Property values were not valid","category":"VALIDATION_ERROR",
				"errors":[{"message":"Region is required.","code":"MISSING_CONDITIONAL_REQUIRED_PROPERTY","context":{"propertyName":["region"]}}]}`,
	},
	Optional: crmtest.Reply{
		Status: http.StatusBadRequest,
		Body: `{"status":"error","category":"VALIDATION_ERROR",
				"message":"Property values were not valid: [{\"isValid\":false,\"message\":\"amount is read only\",\"error\":\"READ_ONLY_VALUE\",\"name\":\"amount\"}]"}`,
	},
}

// openAt returns an empty portal of the sandbox's HubSpot, and its address.
func openAt(t *testing.T, clock *crmtest.Clock) (crmtest.CRM, string) {
	t.Helper()
	server, err := sandbox.New(sandbox.Config{
		Portals: []sandbox.Portal{{TenantID: "tenant_demo", Token: token, TimeZone: "America/Denver"}},
		Lag:     lag, Now: clock.Now,
	})
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	ts := httptest.NewServer(server.Handler())
	t.Cleanup(ts.Close)
	return crmtest.CRM{
		Connect: func(client *http.Client) (crm.Connector, error) {
			return hubspot.NewAccounts(clock.Now).Connect(settings(ts.URL), client)
		},
		Objects: func() []crmtest.Object { return objects(server) },
		Types:   map[string]string{crm.StepContact: "contacts", crm.StepDeal: "deals", crm.StepCall: "calls"},
		Links:   map[string][]string{crm.StepDeal: {crm.StepContact}, crm.StepCall: {crm.StepContact, crm.StepDeal}},
		Delete:  func(o crmtest.Object) { remove(t, ts.URL, o) },
		Creates: func(step string, req *http.Request) bool {
			path := map[string]string{crm.StepContact: "/contacts", crm.StepDeal: "/deals/batch/upsert", crm.StepCall: "/calls"}[step]
			return req.Method == http.MethodPost && strings.HasPrefix(req.URL.Path, "/crm/objects/") && strings.HasSuffix(req.URL.Path, path)
		},
	}, ts.URL
}

func settings(baseURL string) crm.Settings {
	return crm.Settings{
		TenantID: "tenant_demo", IntegrationID: "int_hubspot", Credentials: token,
		Config: json.RawMessage(fmt.Sprintf(`{"base_url":%q,"search_lag_ms":%d}`, baseURL, 2*lag.Milliseconds())),
	}
}

func objects(server *sandbox.Server) []crmtest.Object {
	var all []crmtest.Object
	for _, o := range server.Objects("tenant_demo") {
		object := crmtest.Object{Type: o.Type, ID: o.ID}
		linked, _ := o.Fields["associations"].(map[string][]string)
		for _, ids := range linked {
			object.Links = append(object.Links, ids...)
		}
		all = append(all, object)
	}
	return all
}

// remove archives a record as a user of the CRM would.
func remove(t *testing.T, baseURL string, o crmtest.Object) {
	t.Helper()
	send(t, http.MethodDelete, baseURL+"/crm/objects/2026-09/"+o.Type+"/"+o.ID, "")
}

func post(t *testing.T, url, body string) {
	t.Helper()
	send(t, http.MethodPost, url, body)
}

func send(t *testing.T, method, url, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s answered %d", method, url, resp.StatusCode)
	}
}
