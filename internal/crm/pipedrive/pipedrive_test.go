package pipedrive_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

const (
	token = "token-test"
	lag   = 30 * time.Second // how long the stand-in's search does not see a change
)

func TestConnectorConformsWithLeads(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: opener(nil), Replies: replies})
}

func TestConnectorConformsWithDeals(t *testing.T) {
	t.Parallel()
	crmtest.Run(t, crmtest.Harness{Open: opener(map[string]any{"record": "deal", "pipeline_id": 1, "stage_id": 2}), Replies: replies})
}

func TestConnectorConformsWithOAuth(t *testing.T) {
	t.Parallel()
	replies := replies
	replies.Expired = crmtest.Reply{Status: http.StatusUnauthorized, Body: `{"success":false,"error":"unauthorized access","errorCode":401}`}
	replies.Revoked = crmtest.Reply{Status: http.StatusForbidden, Body: `{"success":false,"error":"Scope and URL mismatch"}`}
	crmtest.Run(t, crmtest.Harness{Open: openOAuth, Replies: replies})
}

func TestACrowdIsDeliveredOnce(t *testing.T) {
	t.Parallel()
	crmtest.RunCrowd(t, crmtest.Harness{Open: opener(nil), Replies: replies}, crmtest.LedgerOfSteps, crmtest.LeaseOnPerson, crmtest.MarkerLookUp)
}

func TestACrowdIsDeliveredOnceWithDeals(t *testing.T) {
	t.Parallel()
	crmtest.RunCrowd(t, crmtest.Harness{Open: opener(map[string]any{"record": "deal"}), Replies: replies})
}

var replies = crmtest.Replies{
	Throttled: crmtest.Reply{
		Status: http.StatusTooManyRequests,
		Header: http.Header{"X-Ratelimit-Limit": {"20"}, "X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"30"}},
		Body:   `{"success":false,"error":"Request over limit"}`,
	},
	Revoked: crmtest.Reply{
		Status: http.StatusUnauthorized,
		Body:   `{"success":false,"error":"unauthorized access","errorCode":401,"data":null}`,
	},
	Required: crmtest.Reply{
		Status: http.StatusBadRequest,
		Body:   `{"success":false,"error":"Validation failed: region: Required","code":"ERR_SCHEMA_VALIDATION_FAILED"}`,
	},
	Optional: crmtest.Reply{
		Status: http.StatusBadRequest,
		Body:   `{"success":false,"error":"Validation failed: value: Invalid input","code":"ERR_SCHEMA_VALIDATION_FAILED"}`,
	},
}

// opener returns how to open an empty account that is asked with an API token.
func opener(config map[string]any) func(*testing.T, *crmtest.Clock) crmtest.CRM {
	return func(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
		t.Helper()
		server, url := newSandbox(t, sandbox.Config{Lag: lag, Now: clock.Now})
		settings := settings(t, url, config)
		opened := account(t, server, url, func(client *http.Client) (crm.Connector, error) {
			return pipedrive.NewAccounts(clock.Now).Connect(settings, client)
		})
		if config["record"] == "deal" {
			opened.Types[crm.StepDeal] = "deals"
		}
		return opened
	}
}

// openOAuth opens an account whose access tokens are renewed. The connector learns the
// account's address from them.
func openOAuth(t *testing.T, clock *crmtest.Clock) crmtest.CRM {
	t.Helper()
	server, url := newSandbox(t, sandbox.Config{Lag: lag, Now: clock.Now})
	v := &vault{secret: `{"client_id":"app","client_secret":"s3cret","refresh_token":"first"}`}
	settings := crm.Settings{
		TenantID: "tenant_demo", IntegrationID: "int_pipedrive", Vault: v,
		Config: json.RawMessage(fmt.Sprintf(`{"token_url":%q,"search_lag_ms":%d}`, url+"/oauth/token", 2*lag.Milliseconds())),
	}
	connect := func(client *http.Client) (crm.Connector, error) {
		settings := settings
		settings.Credentials = v.current()
		return pipedrive.NewAccounts(clock.Now).Connect(settings, client)
	}
	c, err := connect(http.DefaultClient)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	if err := c.Test(t.Context()); err != nil { // gets the first access token
		t.Fatalf("test: %v", err)
	}
	server.Reset()
	return account(t, server, url, connect)
}

// vault is a crm.Vault in memory.
type vault struct {
	mu     sync.Mutex
	secret string
}

func (v *vault) current() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.secret
}

func (v *vault) Renew(ctx context.Context, renew func(context.Context, string) (string, error)) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	next, err := renew(ctx, v.secret)
	if err == nil {
		v.secret = next
	}
	return next, err
}

func newSandbox(t *testing.T, cfg sandbox.Config) (*sandbox.Server, string) {
	t.Helper()
	return newSandboxOf(t, cfg, sandbox.Company{
		TenantID: "tenant_demo", Token: token, Plan: "ultimate", ClientID: "app", ClientSecret: "s3cret", RefreshToken: "first",
	})
}

func newSandboxOf(t *testing.T, cfg sandbox.Config, company sandbox.Company) (*sandbox.Server, string) {
	t.Helper()
	cfg.Companies = []sandbox.Company{company}
	server, err := sandbox.New(cfg)
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	ts := httptest.NewServer(server.Handler())
	t.Cleanup(ts.Close)
	return server, ts.URL
}

func settings(t *testing.T, url string, config map[string]any) crm.Settings {
	t.Helper()
	all := map[string]any{"base_url": url, "search_lag_ms": 2 * lag.Milliseconds()}
	maps.Copy(all, config)
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatalf("encode settings: %v", err)
	}
	return crm.Settings{TenantID: "tenant_demo", IntegrationID: "int_pipedrive", Credentials: token, Config: raw}
}

var creates = regexp.MustCompile(`^/api/v[12]/(persons|leads|deals|notes)$`)

// account is the stand-in's account as the suite sees it. A note hangs on the lead or deal
// alone, and through it on the person.
func account(t *testing.T, server *sandbox.Server, url string, connect func(*http.Client) (crm.Connector, error)) crmtest.CRM {
	t.Helper()
	steps := map[string]string{"persons": crm.StepContact, "leads": crm.StepDeal, "deals": crm.StepDeal, "notes": crm.StepCall}
	types := map[string]string{crm.StepContact: "persons", crm.StepDeal: "leads", crm.StepCall: "notes"}
	return crmtest.CRM{
		Connect: connect,
		Objects: func() []crmtest.Object { return objects(server) },
		Types:   types,
		Links:   map[string][]string{crm.StepDeal: {crm.StepContact}, crm.StepCall: {crm.StepDeal}},
		Delete:  func(o crmtest.Object) { remove(t, url, o) },
		Creates: func(step string, req *http.Request) bool {
			m := creates.FindStringSubmatch(req.URL.Path)
			return req.Method == http.MethodPost && m != nil && steps[m[1]] == step
		},
	}
}

func objects(server *sandbox.Server) []crmtest.Object {
	var all []crmtest.Object
	for _, o := range server.Objects("tenant_demo") {
		object := crmtest.Object{Type: o.Type, ID: o.ID}
		for _, name := range []string{"person_id", "lead_id", "deal_id"} {
			if o.Fields[name] != nil {
				object.Links = append(object.Links, fmt.Sprint(o.Fields[name]))
			}
		}
		all = append(all, object)
	}
	return all
}

// remove deletes a record as a user of the CRM would.
func remove(t *testing.T, url string, o crmtest.Object) {
	t.Helper()
	send(t, http.MethodDelete, url+pathOf(o.Type)+"/"+o.ID, "")
}

func pathOf(typ string) string {
	if typ == "persons" || typ == "deals" {
		return "/api/v2/" + typ
	}
	return "/api/v1/" + typ
}

// send asks the stand-in as a user would, and returns the record that comes back.
func send(t *testing.T, method, url, body string) map[string]any {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	req.Header.Set("x-api-token", token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	var answer struct {
		Error string         `json:"error"`
		Data  map[string]any `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil && resp.StatusCode < 300 {
		t.Logf("%s %s: %v", method, url, err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s answered %d: %s", method, url, resp.StatusCode, answer.Error)
	}
	return answer.Data
}
