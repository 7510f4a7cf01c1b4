package api_test

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
)

// described is an operation of the document that needs a token.
type described struct {
	id, method, path string
	role             access.Role
	specimen
}

// scoped reports whether the operation is about one tenant.
func (d *described) scoped() bool { return strings.Contains(d.path, "{tenant_id}") }

// operations returns the document's operations in the order of their ids, with a specimen of
// each. The test fails if one has none, or a specimen no operation.
func operations(t *testing.T) []described {
	t.Helper()
	left := maps.Clone(specimens)
	var all []described
	for path, item := range newDocument(t).Paths.Map() {
		for method, op := range item.Operations() {
			if op.Security != nil && len(*op.Security) == 0 {
				continue
			}
			s, there := specimens[op.OperationID]
			if !there {
				t.Fatalf("%s has no specimen: say in specimens how to call it", op.OperationID)
			}
			delete(left, op.OperationID)
			s.status = cmp.Or(s.status, http.StatusOK)
			all = append(all, described{
				id: op.OperationID, method: method, path: path, role: access.Role(op.Extensions["x-required-role"].(string)), specimen: s,
			})
		}
	}
	for id := range left {
		t.Errorf("the document has no operation %s", id)
	}
	slices.SortFunc(all, func(a, b described) int { return strings.Compare(a.id, b.id) })
	return all
}

// bearers are who the matrix asks as.
var bearers = []struct {
	name, tenant string
	role         access.Role
}{
	{"the operator", "", access.PlatformAdmin},
	{"the administrator", demo, access.TenantAdmin},
	{"the viewer", demo, access.TenantViewer},
	{"another's administrator", other, access.TenantAdmin},
	{"another's viewer", other, access.TenantViewer},
}

func TestEachOperationIsOpenToItsRolesAndTenantsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	things := w.furnish(t)
	for _, op := range operations(t) {
		if got := w.sendAs(t, "", op.fill(op.method, op.path, demo, things)); got.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: got %d", op.id, got.status)
		}
		for _, b := range bearers {
			want := op.status
			switch {
			case b.tenant == other && op.scoped():
				want = http.StatusNotFound
			case !b.role.Includes(op.role):
				want = http.StatusForbidden
			}
			if got := w.by(t, b.role, b.tenant, op.fill(op.method, op.path, demo, things)); got.status != want {
				t.Errorf("%s by %s: got %d, want %d: %s", op.id, b.name, got.status, want, got.body)
			}
			if want == op.status && op.spoils {
				things = w.furnish(t)
			}
		}
	}
}

func TestNoOperationReachesAnotherTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	things := w.furnish(t)
	all := operations(t)
	for _, op := range all {
		if !op.shows || op.platform && op.role == access.PlatformAdmin {
			continue
		}
		if got := w.by(t, access.TenantAdmin, demo, op.fill(op.method, op.path, demo, things)); !strings.Contains(string(got.body), canary) {
			t.Errorf("%s: the owner does not see the canary: %d %s", op.id, got.status, got.body)
		}
	}
	before := storetest.Dump(t, w.database, demo)
	for _, op := range all {
		for _, leak := range w.leaks(t, op, things) {
			t.Errorf("%s: %s", op.id, leak)
		}
	}
	if diff := gocmp.Diff(before, storetest.Dump(t, w.database, demo)); diff != "" {
		t.Errorf("a stranger's calls changed what the owner has:\n%s", diff)
	}
}

// TestAMissingConditionWouldBeSeen serves every tenant as the owner: each operation that
// shows something must then be seen to leak.
func TestAMissingConditionWouldBeSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	things := w.furnish(t)
	w.as = demo
	for _, op := range operations(t) {
		if op.shows && op.scoped() && op.method == http.MethodGet && len(w.leaks(t, op, things)) == 0 {
			t.Errorf("%s: the test does not see that it shows another tenant's", op.id)
		}
	}
}

// leaks returns what a stranger's administrator and viewer see of the owner: under their own
// tenant with the owner's ids, and under the owner's.
func (w *world) leaks(t *testing.T, op described, things map[string]string) []string {
	t.Helper()
	var found []string
	for _, role := range []access.Role{access.TenantAdmin, access.TenantViewer} {
		for _, tenantID := range []string{other, demo} {
			if tenantID == demo && !op.scoped() {
				continue
			}
			call := op.fill(op.method, op.path, tenantID, things)
			call.body = strings.ReplaceAll(call.body, canary, "plain") // what a stranger writes is theirs
			if got := w.by(t, role, other, call); strings.Contains(string(got.body), canary) {
				found = append(found, string(role)+" under "+tenantID+" sees "+string(got.body))
			}
		}
	}
	return found
}
