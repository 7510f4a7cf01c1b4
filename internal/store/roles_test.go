package store

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The files are applied to a real database only: here they are compared with the schema.
func TestEveryRoleIsMadeBeforeItIsGrantedWhatThereIs(t *testing.T) {
	t.Parallel()
	tables := map[string]bool{"schema_migrations": true}
	table := regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+)`)
	for _, s := range allStatements(t, "schema") {
		if m := table.FindStringSubmatch(s); m != nil {
			tables[m[1]] = true
		}
	}
	granted, roles := map[string]bool{}, map[string]bool{}
	for _, s := range allStatements(t, rolesDir) {
		if role, ok := strings.CutPrefix(s, "CREATE ROLE "); ok {
			roles[role] = true
			continue
		}
		m := grant.FindStringSubmatch(s)
		if m == nil {
			t.Fatalf("not understood: %s", s)
		}
		if !roles[m[3]] {
			t.Errorf("%s is granted something before it is made", m[3])
		}
		for _, verb := range words(m[1]) {
			if !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE"}, verb) {
				t.Errorf("%s is no privilege", verb)
			}
		}
		for _, name := range words(m[2]) {
			granted[name] = true
			if !tables[name] {
				t.Errorf("%s is granted %s, which is no table", m[3], name)
			}
		}
	}
	for name := range tables {
		if !granted[name] {
			t.Errorf("nobody is granted table %s", name)
		}
	}
}

func allStatements(t *testing.T, dir string) []string {
	t.Helper()
	files, err := migrations(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range files {
		all = append(all, f.statements...)
	}
	return all
}

func TestNobodyMayChangeTheAuditLog(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"webhook", "transcribe", "analyze", "push", "notify", "sweep", "api"} {
		granted, err := privilegesOf(role)
		if err != nil {
			t.Fatal(err)
		}
		if len(granted) == 0 {
			t.Errorf("%s is granted nothing", role)
		}
		if log := granted["audit_log"]; log["UPDATE"] || log["DELETE"] {
			t.Errorf("%s may %v the audit log", role, log)
		}
	}
}
