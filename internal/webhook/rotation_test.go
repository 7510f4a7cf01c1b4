package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// rotating is one tenant whose source's keys change.
type rotating struct{ names []string }

func (r *rotating) Tenants(context.Context) ([]tenant.Tenant, error) {
	return []tenant.Tenant{{ID: "t", Status: tenant.Active, Sources: []tenant.Source{{
		ID: "s", Kind: tenant.SourceCallRail, CompanyID: "12345", SigningSecrets: append([]string(nil), r.names...),
	}}}}, nil
}

// No delivery is lost while a signing key is rotated: old and new hold beside each other until
// the old one is removed. One whose key is named but could not be read yet is not refused: where
// it cannot be kept either, it is asked to come again.
func TestASigningKeyIsRotatedWithoutLosingADelivery(t *testing.T) {
	t.Parallel()
	stored, source := secrets{"tenant-t-signing_a": "key-a"}, &rotating{names: []string{"tenant-t-signing_a"}}
	keys := NewKeyRing(stored, "")
	directory := tenant.NewDirectory(source, tenant.Options{Interval: time.Second, Prepare: keys.Load})
	f := newFixture(t)
	cfg := Config{BodyTimeout: time.Minute, CommitTimeout: time.Minute, PublishTimeout: time.Minute, Patience: time.Hour}
	rotated, err := New(cfg, Deps{
		Tenants: directory, Keys: keys, Store: f.store, Announcer: f.announcer, Intake: f.intake,
		Limits: f.limits, Counts: f.counts, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Webhook = rotated
	const ok, refused, later = http.StatusOK, http.StatusUnauthorized, http.StatusServiceUnavailable
	for _, step := range []struct {
		name   string
		change func()
		a, b   int // what deliveries signed with each key are answered
	}{
		{"before", func() {}, ok, refused},
		{"the new one is added, but cannot be read", func() { source.names = append(source.names, "tenant-t-signing_b") }, ok, later},
		{"the new one is there", func() { stored["tenant-t-signing_b"] = "key-b" }, ok, ok},
		{"Secret Manager forgets both", func() { clear(stored) }, ok, ok},
		{"the old one is removed", func() { source.names = source.names[1:] }, refused, ok},
	} {
		step.change()
		if err := directory.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]int{"key-a": step.a, "key-b": step.b} {
			body := `{"resource_id":"CAL1","company_id":12345,"duration":"9"}`
			if got := f.send(t, signedRequest(t, endpoint+"/t/post_call", body, key)); got.Status != want {
				t.Errorf("%s: signed with %s: got %d, want %d", step.name, key, got.Status, want)
			}
		}
	}
}
