package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// A sink outside this project's reach gets every line that was committed, and no other. Not
// parallel: the logger is global.
func TestEveryAuditLineIsExported(t *testing.T) {
	var text bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&text, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	s, _ := newStore(t)
	scope, ctx := s.ForTenant(demo), store.WithOrigin(t.Context(), "203.0.113.7")
	text.Reset()

	must(t, scope.Audit(ctx, "issuer#ann", "transcript.read", "req_1"))
	must(t, scope.PutPause(ctx, tenant.Pause{Subject: tenant.PauseAll, Actor: "issuer#ann"}))
	must(t, scope.DeletePause(ctx, "issuer#ann", tenant.PauseAll))
	must(t, scope.SetOptOut(ctx, []string{"00ff"}, true, "issuer#ann"))
	change := store.TenantChange{Actor: "issuer#ann", Action: "tenant.put", Target: demo}
	must(t, scope.UpdateTenant(ctx, change, func(got *tenant.Tenant) error { got.Name = "New"; return nil }))
	if err := scope.UpdateTenant(ctx, change, func(*tenant.Tenant) error { return store.ErrConflict }); err == nil {
		t.Error("a refused change succeeded")
	}

	lines, _, err := scope.AuditLog(t.Context(), store.AuditFilter{Limit: 5}) // the sixth is of the world's making
	must(t, err)
	var want, got []string
	for _, l := range lines {
		want = append([]string{fmt.Sprintf("%s %s %s %s %s", l.ID, l.Actor, l.Action, l.Target, l.Origin)}, want...)
	}
	for line := range strings.Lines(text.String()) {
		var e struct {
			Msg                           string
			TenantID                      string `json:"tenant_id"`
			AuditID                       string `json:"audit_id"`
			Actor, Action, Target, Origin string
			Before, After                 map[string]any
		}
		must(t, json.Unmarshal([]byte(line), &e))
		if e.Msg != "audit" || e.TenantID != demo {
			t.Errorf("logged: %s", line)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s", e.AuditID, e.Actor, e.Action, e.Target, e.Origin))
	}
	if diff := cmp.Diff(want, got); diff != "" || !strings.HasSuffix(got[0], "203.0.113.7") {
		t.Errorf("exported (-log +exported):\n%s", diff)
	}
}

func TestTheAuditLogIsReadPageByPage(t *testing.T) {
	t.Parallel()
	s, _ := newStore(t)
	scope := s.ForTenant(demo)
	for i := range 5 {
		must(t, scope.Audit(t.Context(), "a", []string{"even", "odd"}[i%2], fmt.Sprint(i)))
	}
	for _, test := range []struct {
		filter store.AuditFilter
		want   string
	}{
		{store.AuditFilter{Limit: 2}, "4 3|2 1|0 tenant_demo|"},
		{store.AuditFilter{Limit: 2, Action: "even"}, "4 2|0|"},
		{store.AuditFilter{Limit: 3, Action: "even"}, "4 2 0|"},
		{store.AuditFilter{Limit: 2, Target: "3"}, "3|"},
		{store.AuditFilter{Limit: 2, Target: "nothing"}, "|"},
	} {
		f, got := test.filter, ""
		for range 9 {
			lines, next, err := scope.AuditLog(t.Context(), f)
			must(t, err)
			var targets []string
			for _, l := range lines {
				targets = append(targets, l.Target)
			}
			got += strings.Join(targets, " ") + "|"
			if next == nil {
				break
			}
			f.Before = *next
		}
		if got != test.want {
			t.Errorf("%+v: got %s, want %s", test.filter, got, test.want)
		}
	}
	none, _, err := s.ForTenant("tenant_nobody").AuditLog(t.Context(), store.AuditFilter{Limit: 10})
	if err != nil || len(none) > 0 {
		t.Errorf("another tenant: got %v, %v", none, err)
	}
}

// Nothing in this package can change or remove a line: it is looked for in what the package
// says to Spanner.
func TestTheAuditLogIsOnlyEverAddedTo(t *testing.T) {
	t.Parallel()
	mention := regexp.MustCompile(`(?m)^.*"audit_log".*$|(?i)(update|delete from|insert or update into|replace into)\s+audit_log`)
	allowed := regexp.MustCompile(`return spanner\.InsertMap\("audit_log", `)
	files, err := filepath.Glob("*.go")
	must(t, err)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		must(t, err)
		for _, line := range mention.FindAllString(string(text), -1) {
			if found++; !allowed.MatchString(line) {
				t.Errorf("%s: %s", file, strings.TrimSpace(line))
			}
		}
	}
	if found != 1 {
		t.Errorf("%d writers of the log, want one", found)
	}
}

func TestSourcesAreCountedByDay(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	scope := s.ForTenant(demo)
	today := clock.Now().UTC().Truncate(24 * time.Hour).Add(time.Hour)
	count := func(source, outcome string, days int) {
		must(t, s.Operator().AddCounts(t.Context(), []tenant.SourceCount{{
			TenantID: demo, SourceID: source, Outcome: outcome, Reason: "post_call", Count: 2, LastAt: today.AddDate(0, 0, -days),
		}}))
	}
	count("a", "accepted", 3)
	count("a", "accepted", 1)
	count("a", "rejected", 0)
	count("b", "accepted", 40)
	count("", "rejected", 0)

	counts, err := scope.SourceCounts(t.Context(), "a", today.AddDate(0, 0, -1), today)
	must(t, err)
	var got []string
	for _, c := range counts {
		got = append(got, fmt.Sprintf("%s %s %s %d", c.Day.Format(time.DateOnly), c.Outcome, c.Reason, c.Count))
	}
	want := []string{
		today.AddDate(0, 0, -1).Format(time.DateOnly) + " accepted post_call 2",
		today.Format(time.DateOnly) + " rejected post_call 2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
	last, err := scope.LastDeliveries(t.Context(), []string{"a", "b", ""})
	must(t, err)
	if diff := cmp.Diff(map[string]time.Time{"a": today.AddDate(0, 0, -1)}, last); diff != "" {
		t.Errorf("last deliveries (-want +got):\n%s", diff)
	}
	if foreign, err := s.ForTenant("tenant_nobody").LastDeliveries(t.Context(), []string{"a"}); err != nil || len(foreign) > 0 {
		t.Errorf("another tenant: got %v, %v", foreign, err)
	}
}
