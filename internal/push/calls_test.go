package push_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/push"
)

// callingCRM is a CRM that is asked twice in each step.
type callingCRM struct {
	*fakeCRM
	client *http.Client
	url    string
}

func (c *callingCRM) Steps() []crm.Step {
	steps := c.fakeCRM.Steps()
	for i, step := range steps {
		do := step.Do
		steps[i].Do = func(ctx context.Context, s crm.State) (crm.Record, error) {
			for range 2 {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, http.NoBody)
				if err != nil {
					return crm.Record{}, err
				}
				resp, err := c.client.Do(req)
				if err != nil {
					return crm.Record{}, err
				}
				if err := resp.Body.Close(); err != nil {
					return crm.Record{}, err
				}
			}
			return do(ctx, s)
		}
	}
	return steps
}

func TestCallsAreCountedForTheDeliveryThatMadeThem(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	w := newWorld(t, "hubspot", "custom")
	w.pusher.HTTP = push.Counted(server.Client())
	shared := &callingCRM{fakeCRM: w.crms["hubspot"], url: server.URL} // its first client serves all that come later
	w.pusher.Connectors["hubspot"] = func(_ crm.Settings, client *http.Client) (crm.Connector, error) {
		if shared.client == nil {
			shared.client = client
		}
		return shared, nil
	}
	shared.fail[crm.StepDeal] = &crm.Error{Fault: crm.Transient, Op: "create deal", Status: 503}
	first, second := w.analyzed(t, "FRM1", true), w.analyzed(t, "FRM2", true)
	w.push(t, first) // contact, and a deal that fails
	w.push(t, second)
	w.Advance(time.Minute)
	if err := w.pusher.HandleDue(t.Context(), "tenant_demo", first, "hubspot"); err != nil { // deal and call
		t.Fatal(err)
	}
	for id, want := range map[string]map[string]int64{first: {"hubspot": 8, "custom": 0}, second: {"hubspot": 6, "custom": 0}} {
		all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Calls != want[d.Destination] {
				t.Errorf("%s to %s: %d calls, want %d", id, d.Destination, d.Calls, want[d.Destination])
			}
		}
		if len(all) != 2 {
			t.Errorf("%d deliveries, want 2", len(all))
		}
	}
}
