package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func update(t *testing.T, s *store.Store, action string, change func(*tenant.Tenant)) {
	t.Helper()
	must(t, s.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "issuer#ann", Action: action, Target: "x"},
		func(got *tenant.Tenant) error { change(got); return nil }))
}

func TestATenantIsChangedPartByPart(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	before, err := scope.Tenant(t.Context())
	must(t, err)
	update(t, s, "source.put", func(got *tenant.Tenant) {
		got.Sources = append(got.Sources, tenant.Source{ID: "web", Kind: tenant.SourceForm, Status: tenant.Active, SigningSecrets: []string{"k1"}})
	})
	update(t, s, "integration.put", func(got *tenant.Tenant) {
		got.Integrations = append(got.Integrations, tenant.Integration{ID: "crm", Kind: "hubspot", Status: tenant.Active, Config: []byte(`{"a": 1}`)})
	})
	update(t, s, "tenant.put", func(got *tenant.Tenant) { got.Name, got.Settings.Hours = "Demo & Sons", "9-5" })
	update(t, s, "source.put", func(got *tenant.Tenant) { got.Source("web").SigningSecrets[0] = "k2" })

	want := *before
	want.Name, want.Settings.Hours = "Demo & Sons", "9-5"
	want.Sources = append(want.Sources, tenant.Source{ID: "web", Kind: tenant.SourceForm, Status: tenant.Active, SigningSecrets: []string{"k2"}})
	want.Integrations = append(want.Integrations, tenant.Integration{ID: "crm", Kind: "hubspot", Status: tenant.Active, Config: []byte(`{"a":1}`)})
	got, err := scope.Tenant(t.Context())
	must(t, err)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("tenant (-want +got):\n%s", diff)
	}

	update(t, s, "source.delete", func(got *tenant.Tenant) { got.Sources = nil })
	update(t, s, "integration.delete", func(got *tenant.Tenant) { got.Integrations = nil })
	got, err = scope.Tenant(t.Context())
	must(t, err)
	if len(got.Sources)+len(got.Integrations) > 0 || got.Name != "Demo & Sons" {
		t.Errorf("after deleting: got %+v", got)
	}
}

func TestAChangeThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	refused := errors.New("refused")
	err := s.ForTenant(demo).UpdateTenant(t.Context(), store.TenantChange{Actor: "a", Action: "tenant.put", Target: demo},
		func(got *tenant.Tenant) error { got.Name = "Other"; return refused })
	if !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	update(t, s, "tenant.put", func(*tenant.Tenant) {}) // nothing differs: no line either
	got, err := s.ForTenant(demo).Tenant(t.Context())
	must(t, err)
	lines, _, err := s.ForTenant(demo).AuditLog(t.Context(), store.AuditFilter{Limit: 10, Action: "tenant.put", Target: "x"})
	must(t, err)
	if got.Name == "Other" || len(lines) != 0 {
		t.Errorf("got name %q, %d lines", got.Name, len(lines))
	}
	err = s.ForTenant("tenant_nobody").UpdateTenant(t.Context(), store.TenantChange{}, func(*tenant.Tenant) error { return nil })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("tenant that nobody has: got %v", err)
	}
}

func TestACompanyOfAnotherTenantIsAConflict(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	other := tenant.Tenant{ID: "tenant_new", Name: "New", Status: tenant.Active, TimeZone: "UTC", Region: "US"}
	must(t, s.Operator().CreateTenant(t.Context(), "issuer#root", other))
	if err := s.Operator().CreateTenant(t.Context(), "issuer#root", other); !errors.Is(err, store.ErrConflict) {
		t.Errorf("created twice: got %v", err)
	}
	claim := func(id string) error {
		return s.ForTenant(id).UpdateTenant(t.Context(), store.TenantChange{Actor: "a", Action: "source.put", Target: "c"}, func(got *tenant.Tenant) error {
			got.Sources = append(got.Sources, tenant.Source{ID: "c", Kind: tenant.SourceCallRail, Status: tenant.Active, CompanyResourceID: "COM9"})
			return nil
		})
	}
	must(t, claim("tenant_new"))
	if err := claim(demo); !errors.Is(err, store.ErrConflict) || strings.Contains(err.Error(), "tenant_new") {
		t.Errorf("company of another tenant: got %v", err)
	}
}

// What was there before and after is in the log, but for what is personal.
func TestALineSaysWhatAChangeWasFromAndTo(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	update(t, s, "integration.put", func(got *tenant.Tenant) {
		got.Integrations = append(got.Integrations, tenant.Integration{ID: "crm", Kind: "custom", Status: tenant.Active, Secret: "tenant-tenant_demo-crm_crm", Config: []byte(`{"headers":{"X-Key":"key-in-a-header"}}`)})
	})
	update(t, s, "integration.put", func(got *tenant.Tenant) { got.Integration("crm").Status = tenant.Suspended })
	for _, to := range []string{"ann@example.com", "bob@example.com"} {
		update(t, s, "tenant.put", func(got *tenant.Tenant) {
			got.Settings.Notifications.Email = []tenant.Email{{Name: "sales", To: []string{to}}}
			got.Settings.Workflow = []tenant.Rule{{Name: "one", When: `person.email == "` + to + `" && size(person.phone) > 0`, Stop: true}}
			got.Settings.Retention.RecordingDays += 30
		})
	}
	lines, next, err := s.ForTenant(demo).AuditLog(t.Context(), store.AuditFilter{Limit: 4})
	must(t, err)
	if text := fmt.Sprint(lines); !strings.Contains(text, "X-Key") || strings.Contains(text, "key-in-a-header") {
		t.Errorf("a header is not named, or its value is in the log: %s", text)
	}
	if len(lines) != 4 || next == nil {
		t.Fatalf("got %d lines, next %v", len(lines), next)
	}
	if text := fmt.Sprint(lines); strings.Contains(text, "example.com") {
		t.Errorf("an address is in the log: %s", text)
	}
	newest := lines[0]
	if want := (map[string]any{"recording_days": 60.0}); !cmp.Equal(want, newest.After["settings"].(map[string]any)["retention"]) {
		t.Errorf("after: got %v", newest.After)
	}
	if !strings.Contains(fmt.Sprint(newest.Before), "to:(hidden)") {
		t.Errorf("before: got %v; that the recipients changed must be said", newest.Before)
	}
	want := store.AuditLine{
		Actor: "issuer#ann", Action: "integration.put", Target: "x",
		Before: map[string]any{"status": "active"}, After: map[string]any{"status": "suspended"},
	}
	suspended := lines[2]
	suspended.ID, suspended.At = "", time.Time{}
	if diff := cmp.Diff(want, suspended); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

// The address of a destination may be all that is needed to post there, and people are named in
// rules in many ways.
func TestALineHoldsNoAddressThatIsAKeyAndNobodysNumber(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	for value, want := range map[string]string{
		"https://hooks.example.com/catch/123/abcdef": "https://hooks.example.com/(hidden)",
		"https://hooks.example.com/?token=abcdef":    "https://hooks.example.com/(hidden)",
		"https://hooks.example.com/":                 "https://hooks.example.com/",
		"https://www.example.com":                    "https://www.example.com",
		`caller.phone == "+44 20 7946 0958"`:         "(hidden)",
		`caller.phone == "(303)555-0142"`:            "(hidden)",
		`caller.phone == "3035550142"`:               "(hidden)",
		"COM0123456789abcdef0123456789abcdef":        "COM0123456789abcdef0123456789abcdef",
		"2026-11-22":                                 "2026-11-22",
	} {
		config, err := json.Marshal(map[string]string{"url": value})
		must(t, err)
		update(t, s, "integration.put", func(got *tenant.Tenant) {
			got.Integrations = []tenant.Integration{{ID: "crm", Kind: "custom", Status: tenant.Active, Config: config}}
		})
		lines, _, err := s.ForTenant(demo).AuditLog(t.Context(), store.AuditFilter{Limit: 1})
		must(t, err)
		if after, _ := lines[0].After["config"].(map[string]any); after["url"] != want {
			t.Errorf("%s: got %v, want %q", value, lines[0].After, want)
		}
	}
}
