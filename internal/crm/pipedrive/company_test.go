package pipedrive_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/crmtest"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/pipedrive"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	sandbox "github.com/your-org/multi-tenant-pipeline/internal/sandbox/pipedrive"
)

// company is a sandbox company without search lag and the connector's side of it.
type company struct {
	url    string
	server *sandbox.Server
	clock  *crmtest.Clock
	memory *crmtest.Memory
	client *http.Client
	config map[string]any
}

func newCompany(t *testing.T) *company {
	t.Helper()
	clock := &crmtest.Clock{}
	server, url := newSandbox(t, sandbox.Config{Now: clock.Now})
	return &company{
		url: url, server: server, clock: clock, memory: crmtest.NewMemory(clock.Now),
		client: http.DefaultClient, config: map[string]any{"base_url": url},
	}
}

func (c *company) connect(t *testing.T) *pipedrive.Connector {
	t.Helper()
	connector, err := pipedrive.NewAccounts(c.clock.Now).Connect(settings(t, c.url, c.config), c.client)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	return connector.(*pipedrive.Connector)
}

// try delivers once.
func (c *company) try(t *testing.T, lead crm.Lead) (crm.Result, error) {
	t.Helper()
	ledger := c.memory.Ledger(lead.Request.ID)
	result, err := crm.Deliver(t.Context(), c.connect(t), lead, ledger, c.clock.Now)
	ledger.Settle(result.Entries)
	return result, err
}

func (c *company) deliver(t *testing.T, lead crm.Lead) crm.Result {
	t.Helper()
	result, err := c.try(t, lead)
	if err != nil {
		t.Fatalf("deliver: %v: %s", err, crm.Dispose(err).Words)
	}
	return result
}

// add makes a record as a user of the CRM would, and returns its id.
func (c *company) add(t *testing.T, typ string, body map[string]any) string {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatalf("encode %s: %v", typ, err)
	}
	return fmt.Sprint(send(t, http.MethodPost, c.url+pathOf(typ), string(raw))["id"])
}

func (c *company) change(t *testing.T, typ, id, body string) {
	t.Helper()
	send(t, http.MethodPatch, c.url+pathOf(typ)+"/"+id, body)
}

// addField makes a custom field and returns its key.
func (c *company) addField(t *testing.T, path, body string) string {
	t.Helper()
	key, _ := send(t, http.MethodPost, c.url+"/api/v2/"+path, body)["field_code"].(string)
	return key
}

// all returns the records of a type, oldest first.
func (c *company) all(typ string) []journal.Object {
	return slices.DeleteFunc(c.server.Objects("tenant_demo"), func(o journal.Object) bool { return o.Type != typ })
}

// one returns the only record of a type.
func (c *company) one(t *testing.T, typ string) journal.Object {
	t.Helper()
	all := c.all(typ)
	if len(all) != 1 {
		t.Fatalf("%d %s, want 1", len(all), typ)
	}
	return all[0]
}

// shown returns the named fields as JSON would show them.
func shown(o journal.Object, names ...string) map[string]string {
	got := make(map[string]string)
	for _, name := range names {
		if value := o.Fields[name]; value != nil && value != "" {
			got[name] = fmt.Sprint(value)
		}
	}
	return got
}

// points returns the values of a person's phones or emails.
func points(o journal.Object, name string) []string {
	var values []string
	list, _ := o.Fields[name].([]any)
	for _, one := range list {
		p, _ := one.(map[string]any)
		values = append(values, fmt.Sprint(p["value"]))
	}
	return values
}

// customs returns a record's custom fields.
func customs(o journal.Object) map[string]any {
	m, _ := o.Fields["custom_fields"].(map[string]any)
	return m
}
