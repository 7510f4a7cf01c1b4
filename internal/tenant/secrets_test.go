package tenant

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestATenantOwnsTheSecretsThatBearItsName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tenant, secret string
		want                 bool
	}{
		{"its own", "acme", "tenant-acme-hubspot", true},
		{"with a hyphen in the tenant", "acme-west", "tenant-acme-west-hubspot", true},
		{"of a tenant whose id it begins", "acme", "tenant-acme-west-hubspot", false},
		{"of another tenant", "acme", "tenant-globex-hubspot", false},
		{"of another tenant with the same beginning", "acme", "tenant-acmex-hubspot", false},
		{"the deployment's", "acme", "bootstrap-key", false},
		{"without a purpose", "acme", "tenant-acme-", false},
		{"with a path", "acme", "tenant-acme-x/versions/1", false},
		{"after something else", "acme", "x-tenant-acme-hubspot", false},
		{"none", "acme", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (&Tenant{ID: tt.tenant}).OwnsSecret(tt.secret); got != tt.want {
				t.Errorf("tenant %q, secret %q: got %v, want %v", tt.tenant, tt.secret, got, tt.want)
			}
		})
	}
}

// greedy is a tenant whose every setting names a secret of somebody else beside its own.
func greedy() Tenant {
	return Tenant{
		ID: "acme",
		Sources: []Source{
			{ID: "own", CompanyID: "1", SigningSecrets: []string{"tenant-acme-signing"}, APIKeySecret: "tenant-acme-callrail"},
			{ID: "theirs", CompanyID: "2", SigningSecrets: []string{"tenant-acme-signing", "tenant-globex-signing"}, APIKeySecret: "tenant-globex-callrail"},
		},
		Integrations: []Integration{{ID: "own", Secret: "tenant-acme-hubspot"}, {ID: "theirs", Secret: "tenant-globex-hubspot"}},
		Settings: Settings{Notifications: Notifications{Slack: []Slack{
			{Name: "own", Secret: "tenant-acme-slack"}, {Name: "theirs", Secret: "tenant-globex-slack"},
		}}},
	}
}

func TestADirectoryServesNoTenantWithSecretsOfAnother(t *testing.T) {
	t.Parallel()
	var prepared []string
	d := NewDirectory(&loader{tenants: []Tenant{greedy()}}, Options{Prepare: func(_ context.Context, all []Tenant) {
		prepared = all[0].Sources[1].SigningSecrets
	}})
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := greedy()
	want.Sources[1].SigningSecrets, want.Sources[1].APIKeySecret = []string{"tenant-acme-signing"}, ""
	want.Integrations[1].Secret, want.Settings.Notifications.Slack[1].Secret = "", ""
	got, _ := d.Lookup("acme")
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("tenant (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"tenant-acme-signing"}, prepared); diff != "" {
		t.Errorf("keys prepared (-want +got)\n%s", diff)
	}
}

// It is not parallel: the directory logs to the default logger.
func TestAnIgnoredSecretIsReportedOnceByWhereItStands(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	l := &loader{}
	d := NewDirectory(l, Options{})
	for range 3 {
		l.set(nil, greedy())
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "secrets of others ignored"); n != 1 {
		t.Errorf("reported %d times, want once:\n%s", n, out.String())
	}
	// Somebody may have entered the secret itself instead of its name.
	if !strings.Contains(out.String(), "integrations.theirs.secret") || strings.Contains(out.String(), "globex") {
		t.Errorf("want the place without the value:\n%s", out.String())
	}
}

func TestEachIDHasASecretOfItsOwn(t *testing.T) {
	t.Parallel()
	owner := &Tenant{ID: "t"}
	seen := map[string]string{}
	for _, id := range []string{"a", "a-b", "a_b", "a_hb", "a__b", "a_-b", "a-_b", "a--b", "a_h", "a-", "_h", "-"} {
		name := SecretName("t", Purpose("crm", id))
		if before, taken := seen[name]; taken || !owner.OwnsSecret(name) {
			t.Errorf("%s of %q: taken by %q, or not the tenant's own", name, id, before)
		}
		seen[name] = id
	}
}

func TestUsesSecretLooksEverywhere(t *testing.T) {
	t.Parallel()
	owner := &Tenant{
		Sources:      []Source{{APIKeySecret: "api", SigningSecrets: []string{"s1", "s2"}}},
		Integrations: []Integration{{Secret: "crm"}},
		Settings:     Settings{Notifications: Notifications{Slack: []Slack{{Secret: "slack"}}}},
	}
	for name, want := range map[string]bool{"api": true, "s1": true, "s2": true, "crm": true, "slack": true, "other": false} {
		if got := owner.UsesSecret(name); got != want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
