package webhook

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// The keys tried are what the time of a refusal depends on: it must not tell a stranger which
// tenants exist, or how far they have come in setting things up.
func TestEveryRefusalTriesAsManyKeys(t *testing.T) {
	t.Parallel()
	for name, bootstrap := range map[string]string{"with a bootstrap key": "bootstrap", "without one": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := NewKeyRing(secrets{
				"tenant-tenant_demo-signing": demoKey, "tenant-tenant_demo-signing_old": demoOldKey,
				"tenant-tenant_other-signing": otherKey, "bootstrap": bootstrapKey,
			}, bootstrap)
			directory := tenant.NewDirectory(loader(tenants), tenant.Options{Interval: time.Second, Prepare: keys.Load})
			if err := directory.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			h := &handler{Deps: Deps{Tenants: directory, Keys: keys}, decoy: "nobody's key"}
			for _, id := range []string{"tenant_demo", "tenant_other", "tenant_new", "tenant_off", "tenant_keyless", "tenant_nobody"} {
				body := []byte(`{"call_id":"CAL1","tenant_id":"` + id + `"}`)
				r := signedRequest(t, endpoint, string(body), "wrong key")
				d := &delivery{header: r.Header, body: body}
				if err := h.authenticate(d); !errors.Is(err, errUnauthorized) && id != "tenant_keyless" {
					t.Errorf("%s: err = %v", id, err)
				}
				if d.tried != leastKeys {
					t.Errorf("%s: %d keys tried, want %d", id, d.tried, leastKeys)
				}
			}
		})
	}
}

func TestTheDecoySignsNothing(t *testing.T) {
	t.Parallel()
	h := &handler{decoy: "nobody's key"}
	body := []byte(`{"call_id":"CAL1","tenant_id":"tenant_new"}`)
	keys := NewKeyRing(secrets{}, "")
	directory := tenant.NewDirectory(loader(tenants), tenant.Options{Interval: time.Second, Prepare: keys.Load})
	if err := directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Tenants, h.Keys = directory, keys
	d := &delivery{header: signedRequest(t, endpoint, string(body), "nobody's key").Header, body: body}
	if err := h.authenticate(d); !errors.Is(err, errUnauthorized) {
		t.Errorf("err = %v, want errUnauthorized", err)
	}
	if callrail.Verify(d.header, body, []string{"nobody's key"}) == callrail.Unverified {
		t.Error("the test's own signature is wrong")
	}
}
