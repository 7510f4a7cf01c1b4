package store_test

import (
	"context"
	"testing"

	"cloud.google.com/go/spanner"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAuditAddsALineToItsTenantsLog(t *testing.T) {
	t.Parallel()
	cfg := storetest.Config(t)
	s, err := store.Open(t.Context(), cfg)
	must(t, err)
	t.Cleanup(s.Close)
	must(t, s.Operator().PutTenant(t.Context(), "test", tenant.Tenant{ID: demo, Name: demo, Status: tenant.Active, TimeZone: "UTC", Region: "US"}))
	for range 2 { // the same twice is two lines
		must(t, s.ForTenant(demo).Audit(t.Context(), "issuer#ann", "transcript.read", "req_1"))
	}
	if err := s.ForTenant("tenant_nobody").Audit(t.Context(), "issuer#ann", "transcript.read", "req_1"); err == nil {
		t.Error("a tenant that does not exist has a log")
	}
	want := []string{"tenant_demo issuer#ann transcript.read req_1", "tenant_demo issuer#ann transcript.read req_1", "tenant_demo test tenant.put tenant_demo"}
	if diff := cmp.Diff(want, auditLog(t, cfg)); diff != "" {
		t.Errorf("audit log (-want +got):\n%s", diff)
	}
}

// auditLog reads the table as an auditor would.
func auditLog(t *testing.T, cfg store.Config) []string {
	t.Helper()
	client, err := spanner.NewClientWithConfig(t.Context(), cfg.Name(), spanner.ClientConfig{DisableNativeMetrics: true})
	must(t, err)
	defer client.Close()
	var lines []string
	statement := spanner.NewStatement(`SELECT CONCAT(tenant_id, ' ', actor, ' ', action, ' ', target) FROM audit_log ORDER BY actor, audit_id`)
	_, err = client.ReadWriteTransaction(t.Context(), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		lines = nil
		return tx.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var line string
			if err := row.Columns(&line); err != nil {
				return err
			}
			lines = append(lines, line)
			return nil
		})
	})
	must(t, err)
	return lines
}
