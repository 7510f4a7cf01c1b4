package hubspot_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/hubspot"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/hubspot"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
)

// portal is a sandbox portal without search lag and the connector's side of it.
type portal struct {
	url    string
	server *sandbox.Server
	clock  *crmtest.Clock
	memory *crmtest.Memory
	client *http.Client
	config map[string]any
}

func newPortal(t *testing.T) *portal {
	t.Helper()
	clock := &crmtest.Clock{}
	server, err := sandbox.New(sandbox.Config{Portals: []sandbox.Portal{{TenantID: "tenant_demo", Token: token}}, Now: clock.Now})
	if err != nil {
		t.Fatalf("new sandbox: %v", err)
	}
	ts := httptest.NewServer(server.Handler())
	t.Cleanup(ts.Close)
	return &portal{
		url: ts.URL, server: server, clock: clock, memory: crmtest.NewMemory(clock.Now),
		client: http.DefaultClient, config: map[string]any{"base_url": ts.URL},
	}
}

func (p *portal) connect(t *testing.T) crm.Connector {
	t.Helper()
	config, err := json.Marshal(p.config)
	if err != nil {
		t.Fatalf("encode settings: %v", err)
	}
	c, err := hubspot.NewAccounts(p.clock.Now).Connect(crm.Settings{Credentials: token, Config: config}, p.client)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return c
}

// try delivers once.
func (p *portal) try(t *testing.T, lead crm.Lead) (crm.Result, error) {
	t.Helper()
	ledger := p.memory.Ledger(lead.Request.ID)
	result, err := crm.Deliver(t.Context(), p.connect(t), lead, ledger, p.clock.Now)
	ledger.Settle(result.Entries)
	return result, err
}

func (p *portal) deliver(t *testing.T, lead crm.Lead) crm.Result {
	t.Helper()
	result, err := p.try(t, lead)
	if err != nil {
		t.Fatalf("deliver: %v", err)
	}
	return result
}

// seed makes a contact as a user of the CRM would.
func (p *portal) seed(t *testing.T, properties map[string]string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"properties": properties, "associations": []any{}})
	if err != nil {
		t.Fatalf("encode contact: %v", err)
	}
	post(t, p.url+"/crm/objects/2026-09/contacts", string(body))
}

// all returns the objects of a type, oldest first.
func (p *portal) all(typ string) []journal.Object {
	return slices.DeleteFunc(p.server.Objects("tenant_demo"), func(o journal.Object) bool { return o.Type != typ })
}

// fields returns the named properties of an object.
func fields(o journal.Object, names ...string) map[string]string {
	got := make(map[string]string)
	for _, name := range names {
		if v, _ := o.Fields[name].(string); v != "" {
			got[name] = v
		}
	}
	return got
}

func keys(m map[string]string) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}
