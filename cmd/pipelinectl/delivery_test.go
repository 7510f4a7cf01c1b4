package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/store/storetest"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestRetrySaysHowManyDeliveriesAreDue(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if err := s.Operator().PutTenant(t.Context(), "test", tenant.Tenant{
		ID: "tenant_demo", Name: "Demo", Status: tenant.Active, TimeZone: "UTC", Region: "US",
	}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := newDeliveryRetry()
	cmd.SetOut(&out)
	cmd.SetContext(t.Context())
	if err := retry(cmd, s.ForTenant("tenant_demo"), "hubspot", ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "0 deliveries to hubspot") {
		t.Errorf("got %q", out.String())
	}
	if err := retry(cmd, s.ForTenant("tenant_demo"), "hubspot", "req_none"); err == nil {
		t.Error("a delivery that does not exist was retried")
	}
}

func TestRetryNeedsATenantAndADestination(t *testing.T) {
	t.Parallel()
	cmd := newDeliveryRetry()
	cmd.SetArgs([]string{"--tenant", "tenant_demo"})
	cmd.SetOut(&bytes.Buffer{})
	cmd.SetErr(&bytes.Buffer{})
	if err := cmd.ExecuteContext(t.Context()); err == nil {
		t.Error("accepted")
	}
}
