package store

import (
	"context"
	"encoding/json"
	"slices"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var (
	tenantColumns = []string{"tenant_id", "name", "status", "time_zone", "region", "settings", "created_at"}
	sourceColumns = []string{
		"tenant_id", "source_id", "kind", "status", "company_id", "company_resource_id",
		"account_id", "signing_secrets", "api_key_secret", "name", "settings",
	}
	integrationColumns = []string{"tenant_id", "integration_id", "kind", "status", "secret", "config", "name", "third_party"}
	pauseColumns       = []string{"tenant_id", "subject", "reason", "actor", "until", "created_at"}
)

// Tenants returns every tenant with its sources, integrations and pauses: what a Directory
// serves from memory.
func (o *Operator) Tenants(ctx context.Context) ([]tenant.Tenant, error) {
	set := tenantSet{byID: map[string]*tenant.Tenant{}}
	for _, part := range append(set.parts(), part{"pauses", pauseColumns, set.addPause}) {
		err := o.store.sessions.read(ctx, "step=directory,op="+part.table, func(ctx context.Context, r reader) error {
			return r.Read(ctx, part.table, spanner.AllKeys(), part.columns).Do(part.add)
		})
		if err != nil {
			return nil, err
		}
	}
	return set.list(), nil
}

// part is a table that tenants are read from.
type part struct {
	table   string
	columns []string
	add     func(*spanner.Row) error
}

// parts returns where a tenant and what belongs to it are read, the tenant first.
func (s *tenantSet) parts() []part {
	return []part{
		{"tenants", tenantColumns, s.addTenant},
		{"sources", sourceColumns, s.addSource},
		{"integrations", integrationColumns, s.addIntegration},
	}
}

// tenantSet gathers tenants and what belongs to them.
type tenantSet struct {
	order []string
	byID  map[string]*tenant.Tenant
}

func (s *tenantSet) list() []tenant.Tenant {
	all := make([]tenant.Tenant, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, *s.byID[id])
	}
	return all
}

func (s *tenantSet) addTenant(row *spanner.Row) error {
	var t tenant.Tenant
	var status string
	var settings document[tenant.Settings]
	if err := row.Columns(&t.ID, &t.Name, &status, &t.TimeZone, &t.Region, &settings, &t.CreatedAt); err != nil {
		return err
	}
	t.Status, t.Settings = tenant.Status(status), settings.Value
	if _, seen := s.byID[t.ID]; !seen { // a repeated transaction reads its rows again
		s.order = append(s.order, t.ID)
	}
	s.byID[t.ID] = &t
	return nil
}

func (s *tenantSet) addSource(row *spanner.Row) error {
	var tenantID, status string
	var src tenant.Source
	var company, resource, account, key, name spanner.NullString
	var secrets []string
	var settings document[tenant.SourceSettings]
	if err := row.Columns(&tenantID, &src.ID, &src.Kind, &status, &company, &resource, &account, &secrets, &key, &name, &settings); err != nil {
		return err
	}
	src.Name, src.Settings = name.StringVal, settings.Value
	src.Status = tenant.Status(status)
	src.CompanyID, src.CompanyResourceID = company.StringVal, resource.StringVal
	src.AccountID, src.APIKeySecret, src.SigningSecrets = account.StringVal, key.StringVal, secrets
	if t := s.byID[tenantID]; t != nil && t.Source(src.ID) == nil {
		t.Sources = append(t.Sources, src)
	}
	return nil
}

func (s *tenantSet) addIntegration(row *spanner.Row) error {
	var tenantID, status string
	var in tenant.Integration
	var secret, name spanner.NullString
	var config document[json.RawMessage]
	if err := row.Columns(&tenantID, &in.ID, &in.Kind, &status, &secret, &config, &name, &in.ThirdParty); err != nil {
		return err
	}
	in.Name = name.StringVal
	in.Status, in.Secret, in.Config = tenant.Status(status), secret.StringVal, config.Value
	if t := s.byID[tenantID]; t != nil && t.Integration(in.ID) == nil {
		t.Integrations = append(t.Integrations, in)
	}
	return nil
}

// addPause gives a pause to its tenant, or to all. Those of one transaction come again if it
// is repeated.
func (s *tenantSet) addPause(row *spanner.Row) error {
	p, err := readPause(row)
	if err != nil {
		return err
	}
	for id, t := range s.byID {
		if p.TenantID != tenant.AllTenants && p.TenantID != id {
			continue
		}
		if !slices.ContainsFunc(t.Pauses, func(have tenant.Pause) bool { return have.TenantID == p.TenantID && have.Subject == p.Subject }) {
			t.Pauses = append(t.Pauses, p)
		}
	}
	return nil
}
