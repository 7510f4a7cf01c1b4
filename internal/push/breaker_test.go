package push_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestADeadCRMIsLeftAloneWhileTheOthersAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot", "custom")
	w.pusher.Breakers = crm.NewBreakers(crm.BreakerConfig{Failures: 2, Open: time.Hour, Longest: time.Hour}, w.Now)
	down := &crm.Error{Fault: crm.Transient, Op: "create contact", Status: 503}
	for _, external := range []string{"FRM1", "FRM2"} {
		w.crms["custom"].fail[crm.StepContact] = down
		w.push(t, w.analyzed(t, external, true))
	}
	w.crms["custom"].fail[crm.StepContact] = down
	id := w.analyzed(t, "FRM3", true)
	w.push(t, id)
	if w.crms["custom"].fail[crm.StepContact] == nil {
		t.Error("the dead CRM was asked")
	}
	want := map[string]request.DeliveryState{"hubspot": request.DeliveryDone, "custom": request.DeliveryPending}
	if diff := cmp.Diff(want, w.states(t, id)); diff != "" {
		t.Error(diff)
	}
	if got := w.crms["hubspot"].created[crm.StepDeal]; got != 3 {
		t.Errorf("deals in the other CRM: got %d, want 3", got)
	}
	all, err := w.store.ForTenant("tenant_demo").Deliveries(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if d.Destination != "custom" {
			continue
		}
		if wait := d.DueAt.Sub(w.Now()); d.Attempts != 0 || wait < time.Hour || wait > 90*time.Minute || !strings.Contains(d.Error, "left alone") {
			t.Errorf("delivery = %+v, due in %v, want it untried and due when the circuit may close", d, wait)
		}
	}
}

// vaultOf is a vault that remembers whose it is.
type vaultOf struct{ tenantID, secret string }

func (vaultOf) Renew(context.Context, func(context.Context, string) (string, error)) (string, error) {
	return "", nil
}

func TestConnectorsGetTheVaultOfTheirSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	w.pusher.Vault = func(tenantID, secret string) crm.Vault { return vaultOf{tenantID, secret} }
	var got crm.Settings
	w.pusher.Connectors["hubspot"] = func(s crm.Settings, client *http.Client) (crm.Connector, error) {
		got = s
		return w.crms["hubspot"].factory(s, client)
	}
	w.push(t, w.analyzed(t, "FRM1", true))
	if got.Vault != (vaultOf{"tenant_demo", "s"}) {
		t.Errorf("vault = %+v, want the tenant's", got.Vault)
	}
}
