package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cloud.google.com/go/spanner"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	requestid "github.com/your-org/multi-tenant-pipeline/internal/request"
)

//nolint:tparallel // its parts share a stack
func TestTheQuickStart(t *testing.T) {
	t.Parallel()
	s := start(t, nil, "-no-samples")
	file := filepath.Join(root, "test", "testdata", "test-webhook.json")
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	header, err := run(t.Context(), t, bytes.NewReader(body), binary(t, "pipelinectl"), "sign", "--key", s.Tenants[0].SigningKey)
	if err != nil {
		t.Fatal(header)
	}
	name, value, _ := strings.Cut(strings.TrimSpace(header), ": ")
	signed := http.Header{}
	signed.Set(name, value)
	status, answer := request(t, http.MethodPost, s.WebhookURL+"/v1/callrail/webhook", "application/json", body, signed)
	if status != http.StatusOK || !strings.Contains(string(answer), `"request_id":"req_`) {
		t.Errorf("got %d %s", status, answer)
	}
	t.Run("for a tenant made by one statement", func(t *testing.T) { quickTenant(t, s) })
	t.Run("each integration can be tried out", func(t *testing.T) { tryIntegrations(t, s) })
	status, health := request(t, http.MethodGet, s.WebhookURL+"/v1/health", "", nil, nil)
	if status != http.StatusOK {
		t.Errorf("health: %d %s", status, health)
	}
}

// quickTenant makes a tenant as the README does, and delivers with the bootstrap key.
func quickTenant(t *testing.T, s *stack) {
	t.Helper()
	s.execute(t, "INSERT INTO tenants (tenant_id, name, status) VALUES ('tenant_new', 'New Company', 'active')")
	body := `{"call_id":"CAL777","caller_id":"+13035550177","duration":"180","answered":true,"tenant_id":"tenant_new","callrail_company_id":"777"}`
	header, err := run(t.Context(), t, strings.NewReader(body), binary(t, "pipelinectl"), "sign", "--key", s.BootstrapKey)
	if err != nil {
		t.Fatal(header)
	}
	name, value, _ := strings.Cut(strings.TrimSpace(header), ": ")
	signed := http.Header{}
	signed.Set(name, value)
	eventually(t, "the new tenant is known", func() error {
		status, answer := request(t, http.MethodPost, s.WebhookURL+"/v1/callrail/webhook", "application/json", []byte(body), signed)
		if status != http.StatusOK || !strings.Contains(string(answer), "req_") {
			return fmt.Errorf("%d %s", status, answer)
		}
		return nil
	})
	id := requestid.ID("tenant_new", requestid.NamespaceCall, "CAL777")
	eventually(t, "its call is completed", func() error {
		status, answer := request(t, http.MethodGet, s.APIURL+"/v1/tenants/tenant_new/requests/"+id, "", nil,
			http.Header{"Authorization": {"Bearer " + s.AdminToken}})
		if status != http.StatusOK || !strings.Contains(string(answer), `"status":"completed"`) {
			return fmt.Errorf("%d %s", status, answer)
		}
		return nil
	})
}

// execute runs a statement on the database, as an operator does.
func (s *stack) execute(t *testing.T, sql string) {
	t.Helper()
	client, err := spanner.NewClientWithConfig(t.Context(), s.SpannerDB, spanner.ClientConfig{DisableNativeMetrics: true},
		option.WithEndpoint(s.SpannerHost), option.WithoutAuthentication(), option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.ReadWriteTransaction(t.Context(), func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		_, err := tx.Update(ctx, spanner.Statement{SQL: sql})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tryIntegrations connects to every CRM as an operator does, and sees a mistake in a mapping.
func tryIntegrations(t *testing.T, s *stack) {
	t.Helper()
	test := func(integration string) (string, error) {
		return run(t.Context(), t, nil, binary(t, "pipelinectl"), "integration", "test", integration, "--tenant", s.Tenants[0].TenantID, "--ready-file", s.path)
	}
	for _, integration := range []string{"hubspot", "salesforce", "pipedrive", "custom"} {
		if out, err := test(integration); err != nil || !strings.Contains(out, "connected") {
			t.Errorf("%s: %v\n%s", integration, err, out)
		}
	}
	s.execute(t, fmt.Sprintf(`UPDATE integrations SET config = JSON '{"base_url":"%s/hubspot","mapping":[{"record":"deal","field":"no_such_field","value":"analysis.intent"}]}'
		WHERE integration_id = 'hubspot'`, s.SandboxURL))
	eventually(t, "the API sees the mapping and its mistake", func() error {
		out, err := test("hubspot")
		if err == nil || !strings.Contains(out, "no_such_field") {
			return errors.New("a field that HubSpot does not have: " + out)
		}
		return nil
	})
}
