package docs

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/api/access"
	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/custom"
	"github.com/your-org/multi-tenant-pipeline/internal/crm/mapping"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
	"github.com/your-org/multi-tenant-pipeline/internal/workflow"
)

var (
	jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)\n```")
	issuers   = regexp.MustCompile(`(?s)api_issuers = <<-JSON\n(.*?)\nJSON`)
	formats   = regexp.MustCompile("`(text number [a-z0-9_ ]+)`")
)

// integrationGuide is what a tenant's administrator copies from.
func integrationGuide(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("user/crm-integration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// Each example is read by what reads it when a tenant saves it; which that is, its shape says.
func TestExamplesOfTheIntegrationGuideAreAccepted(t *testing.T) {
	t.Parallel()
	accepted := make(map[string]int)
	for _, m := range jsonBlock.FindAllStringSubmatch(integrationGuide(t), -1) {
		block := json.RawMessage(m[1])
		what, err := accept(t, block)
		if err != nil {
			t.Errorf("%s: %v\n%s", what, err, block)
		}
		accepted[what]++
	}
	for _, what := range []string{"mapping", "workflow", "custom"} {
		if accepted[what] == 0 {
			t.Errorf("no example of a %s was found", what)
		}
	}
}

func accept(t *testing.T, block json.RawMessage) (what string, err error) {
	t.Helper()
	var rules []tenant.Rule
	if json.Unmarshal(block, &rules) == nil {
		return "workflow", workflow.Validate(owner(rules))
	}
	connector, fields, err := mapping.Split(block)
	if err != nil {
		return "unknown", err
	}
	if fields != nil {
		_, err = mapping.Parse(fields)
		return "mapping", err
	}
	_, err = custom.NewFactory()(crm.Settings{
		TenantID: "tenant_demo", IntegrationID: "own_address", Config: connector,
		Credentials: `{"secrets":["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5"],"auth":{"token":"a-token"}}`,
	}, http.DefaultClient)
	return "custom", err
}

// owner is the tenant that the guide speaks about.
func owner(rules []tenant.Rule) *tenant.Tenant {
	t := &tenant.Tenant{ID: "tenant_demo", Integrations: []tenant.Integration{{ID: "hubspot_main", Kind: "hubspot", Status: tenant.Active}}}
	t.Settings.Notifications.Slack = []tenant.Slack{{Name: "sales", Secret: "tenant-tenant_demo-slack"}}
	t.Settings.Workflow = rules
	return t
}

func TestFormatsOfTheIntegrationGuideExist(t *testing.T) {
	t.Parallel()
	m := formats.FindStringSubmatch(integrationGuide(t))
	if m == nil {
		t.Fatal("the guide lists no formats")
	}
	for format := range strings.FieldsSeq(m[1]) {
		rule, err := json.Marshal([]map[string]any{{"record": "deal", "field": "f", "value": "request.form['x']", "format": format}})
		if err != nil {
			t.Fatal(err)
		}
		var problems mapping.Errors
		if _, err := mapping.Parse(rule); errors.As(err, &problems) && strings.Contains(err.Error(), "neither") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

// The guide quotes how a mistake is reported.
func TestAMistakeIsReportedAsTheIntegrationGuideSays(t *testing.T) {
	t.Parallel()
	_, err := mapping.Parse(json.RawMessage(`[{"record":"deal","field":"f","value":"analysis.intnt"}]`))
	if err == nil {
		t.Fatal("a field that does not exist was accepted")
	}
	said, ok := strings.CutPrefix(err.Error(), "mapping[0].value ")
	if !ok || !strings.Contains(integrationGuide(t), "`"+said+"`") {
		t.Errorf("the guide does not quote %q", err)
	}
}

// A mistake there locks everybody out, or lets somebody in.
func TestIssuersOfTheInstallationGuideAreAccepted(t *testing.T) {
	t.Parallel()
	m := issuers.FindStringSubmatch(written(t, "docs/setup/installation.md"))
	if m == nil {
		t.Fatal("the guide lists no issuers")
	}
	var cfg access.Config
	if err := cfg.Issuers.EnvDecode(t.Context(), m[1]); err != nil {
		t.Fatal(err)
	}
	if err := cfg.Validate(); err != nil {
		t.Error(err)
	}
	cfg.Issuers[0].MaxRole = "tenant_admin"
	if cfg.Validate() == nil {
		t.Error("a grant above its issuer's highest role was accepted")
	}
}
