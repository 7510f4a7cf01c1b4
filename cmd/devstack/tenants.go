package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
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

// demos returns the demo tenants, with keys and tokens that are new each time.
func demos() []demo {
	return []demo{
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
		}},
	}
	return demo{tenant: t, outside: outside}
}

// connect adds the integrations, now that it is known where the sandbox is.
func (d *demo) connect(sandboxURL string, searchLagMS int64) error {
	config, err := json.Marshal(map[string]any{"base_url": sandboxURL + "/hubspot", "search_lag_ms": searchLagMS})
	if err != nil {
		return fmt.Errorf("encode integration: %w", err)
	}
	d.tenant.Integrations = []tenant.Integration{{
		ID: "hubspot", Kind: "hubspot", Status: tenant.Active, Secret: secretName(d.tenant.ID, "hubspot"), Config: config,
	}}
	return nil
}

// secrets returns what Secret Manager must know of the tenant, by name.
func (d *demo) secrets(sandboxURL string) map[string]string {
	return map[string]string{
		secretName(d.tenant.ID, "signing"):  d.outside.SigningKey,
		secretName(d.tenant.ID, "callrail"): d.outside.CallRailKey,
		secretName(d.tenant.ID, "hubspot"):  d.outside.HubSpotToken,
		secretName(d.tenant.ID, "slack"):    sandboxURL + "/slack" + d.outside.SlackPath,
	}
}

func secretName(tenantID, purpose string) string { return "tenant-" + tenantID + "-" + purpose }

// random returns 32 hex digits, the form of CallRail's signing keys.
func random() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand crashes the program instead
	return hex.EncodeToString(b[:])
}
