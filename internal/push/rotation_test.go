package push_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// credentials are a secret that is kept in memory, and the vault with its newest version.
type credentials struct{ cached, newest string }

func (c *credentials) Get(context.Context, string) (string, error) { return c.cached, nil }

func (c *credentials) Renew(ctx context.Context, renew func(context.Context, string) (string, error)) (string, error) {
	c.cached = c.newest // as a read past the cache leaves it
	return renew(ctx, c.newest)
}

// accepting is a CRM that accepts only one token, and has a fault to find with others.
func (w *world) accepting(token string, fault crm.Fault) {
	next := w.pusher.Connectors["hubspot"]
	w.pusher.Connectors["hubspot"] = func(s crm.Settings, hc *http.Client) (crm.Connector, error) {
		connector, err := next(s, hc)
		if err == nil && s.Credentials != token {
			connector = refusing{connector, fault}
		}
		return connector, err
	}
}

// refusing is a connector whose credentials the CRM does not accept.
type refusing struct {
	crm.Connector

	fault crm.Fault
}

func (r refusing) Steps() []crm.Step {
	steps := r.Connector.Steps()
	for i := range steps {
		steps[i].Do = func(context.Context, crm.State) (crm.Record, error) {
			return crm.Record{}, &crm.Error{Fault: r.fault, Op: "create", Status: http.StatusUnauthorized}
		}
	}
	return steps
}

// Credentials that were rotated and revoked at once are still in this instance's memory: that
// must park nothing.
func TestADeliveryIsTriedAgainWithRotatedCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "hubspot")
	c := &credentials{cached: "old", newest: "new"}
	w.pusher.Secrets, w.pusher.Vault = c, func(string, string) crm.Vault { return c }
	w.accepting("new", crm.AuthRevoked)
	id := w.analyzed(t, "FRM1", true)
	w.push(t, id)
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryDone {
		t.Errorf("got %s: %s", d.State, d.Error)
	}

	c.newest, c.cached = "old", "old"
	id = w.analyzed(t, "FRM2", true)
	w.push(t, id)
	if d := w.delivery(t, id, "hubspot"); d.State != request.DeliveryParked {
		t.Errorf("nothing newer: got %s", d.State)
	}
}

func TestNewCredentialsAreLookedForWhenOldOnesAreTheFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault crm.Fault
		vault bool
		tried bool
		says  string // when it was not
	}{
		"revoked":                          {crm.AuthRevoked, true, true, ""},
		"expired":                          {crm.AuthExpired, true, true, ""},
		"something else":                   {crm.Invalid, true, false, ""},
		"nobody here can renew any":        {crm.AuthRevoked, false, false, "credentials"},
		"nobody here can renew an expired": {crm.AuthExpired, false, false, "credentials have expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "hubspot")
			c := &credentials{cached: "old", newest: "new"}
			w.pusher.Secrets, w.pusher.Vault = c, nil
			if test.vault {
				w.pusher.Vault = func(string, string) crm.Vault { return c }
			}
			w.accepting("new", test.fault)
			id := w.analyzed(t, "FRM1", true)
			w.push(t, id)
			d := w.delivery(t, id, "hubspot")
			if (d.State == request.DeliveryDone) != test.tried || (c.cached == "new") != test.tried || !strings.Contains(d.Error, test.says) {
				t.Errorf("got %s: %q, with the %s credentials", d.State, d.Error, c.cached)
			}
		})
	}
}
