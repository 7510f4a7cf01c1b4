package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// bootstrapSecret names the key for tenants that have no source yet.
const bootstrapSecret = "webhook-bootstrap-key" //nolint:gosec // a name, not a key

// demo is a demonstration tenant: the company, and its accounts at the outside systems.
type demo struct {
	tenant  tenant.Tenant
	outside sandbox.Tenant
}

// demos returns n demo tenants, with keys and tokens that are new each time: the two that the
// samples belong to, and others like the first.
func demos(n int) []demo {
	all := []demo{
		newDemo("tenant_demo", "Demo Remodeling", "12345", profile{
			zone:     "America/Denver",
			services: []string{"kitchens", "bathrooms", "basements", "whole-home remodels", "decks", "roofing"},
			area:     []string{"Denver", "Boulder", "Aurora", "Lakewood"},
		}),
		newDemo("tenant_summit", "Summit Exteriors", "67890", profile{
			zone:     "America/Chicago",
			services: []string{"windows", "doors", "siding", "roofing", "bathrooms"},
			area:     []string{"Naperville", "Aurora", "Wheaton"},
		}),
	}
	for i := len(all); i < n; i++ {
		all = append(all, newDemo(fmt.Sprintf("tenant_%d", i+1), fmt.Sprintf("Demo Company %d", i+1), strconv.Itoa(70000+i), profile{
			zone: "America/Denver", services: all[0].tenant.Settings.Services, area: all[0].tenant.Settings.ServiceArea,
		}))
	}
	return all
}

// profile is what a demo tenant offers, and where.
type profile struct {
	zone           string
	services, area []string
}

func newDemo(id, name, company string, p profile) demo {
	short := strings.TrimPrefix(id, "tenant_")
	outside := sandbox.Tenant{
		ID: id, Name: name, TimeZone: p.zone,
		CompanyID: company, CompanyResourceID: "COM" + strings.Repeat("0", 27) + company, AccountID: "ACC" + strings.Repeat("0", 27) + company,
		CallRailKey: random(), SigningKey: random(), HubSpotToken: "pat-na1-" + random(),
		SlackPath: "/services/T" + company + "/B" + company + "/" + random(), Recipients: []string{"sales@" + short + ".example.com"},
		Salesforce:     sandbox.SalesforceOrg{ClientID: "client-" + company, ClientSecret: random()},
		PipedriveToken: random() + "deadbeef", CustomSecret: "whsec_" + base64.StdEncoding.EncodeToString([]byte(random())),
	}
	t := tenant.Tenant{
		ID: id, Name: name, Status: tenant.Active, TimeZone: p.zone, Region: "US",
		Settings: tenant.Settings{
			Services: p.services, ServiceArea: p.area, Hours: "Mon-Fri 8-18", MinimumJob: 2000,
			Notifications: tenant.Notifications{
				Slack: []tenant.Slack{{Name: "sales", Secret: secretName(id, "slack")}},
				Email: []tenant.Email{{Name: "sales", To: outside.Recipients}},
			},
		},
		Sources: []tenant.Source{{
			ID: "callrail", Kind: tenant.SourceCallRail, Status: tenant.Active,
			CompanyID: company, CompanyResourceID: outside.CompanyResourceID, AccountID: outside.AccountID,
			SigningSecrets: []string{secretName(id, "signing")}, APIKeySecret: secretName(id, "callrail"),
		}, {
			ID: "web", Kind: tenant.SourceForm, Status: tenant.Active, SigningSecrets: []string{secretName(id, "forms")},
			Settings: tenant.SourceSettings{FormKeys: []string{"form-" + short}, Origins: []string{"http://localhost"}},
		}},
	}
	return demo{tenant: t, outside: outside}
}

// connect adds the integrations, now that it is known where the sandbox is. The waits for
// a CRM's index are as short as the stand-ins' are.
func (d *demo) connect(sandboxURL string, searchLagMS int64) {
	configs := map[string]string{
		"hubspot":    fmt.Sprintf(`{"base_url":"%s/hubspot","search_lag_ms":%d}`, sandboxURL, searchLagMS),
		"salesforce": fmt.Sprintf(`{"base_url":"%s/salesforce","settle_ms":500}`, sandboxURL),
		"pipedrive":  fmt.Sprintf(`{"base_url":"%s/pipedrive","search_lag_ms":%d}`, sandboxURL, searchLagMS),
		"custom":     fmt.Sprintf(`{"url":"%s/custom/%s","id_path":"id"}`, sandboxURL, d.tenant.ID),
	}
	d.tenant.Integrations = nil
	for _, kind := range []string{"hubspot", "salesforce", "pipedrive", "custom"} {
		d.tenant.Integrations = append(d.tenant.Integrations, tenant.Integration{
			ID: kind, Kind: kind, Status: tenant.Active, Secret: secretName(d.tenant.ID, kind), Config: []byte(configs[kind]),
		})
	}
}

// secrets returns what Secret Manager must know of the tenant, by name.
func (d *demo) secrets(sandboxURL string) map[string]string {
	return map[string]string{
		secretName(d.tenant.ID, "signing"):  d.outside.SigningKey,
		secretName(d.tenant.ID, "callrail"): d.outside.CallRailKey,
		secretName(d.tenant.ID, "hubspot"):  d.outside.HubSpotToken,
		secretName(d.tenant.ID, "salesforce"): fmt.Sprintf(
			`{"client_id":%q,"client_secret":%q}`, d.outside.Salesforce.ClientID, d.outside.Salesforce.ClientSecret),
		secretName(d.tenant.ID, "pipedrive"): d.outside.PipedriveToken,
		secretName(d.tenant.ID, "custom"):    d.outside.CustomSecret,
		secretName(d.tenant.ID, "forms"):     d.outside.SigningKey, // as the ready file has it, so that a signed form can be tried
		secretName(d.tenant.ID, "slack"):     sandboxURL + "/slack" + d.outside.SlackPath,
	}
}

func secretName(tenantID, purpose string) string { return "tenant-" + tenantID + "-" + purpose }

// random returns 32 hex digits, the form of CallRail's signing keys.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b[:])
}
