package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var (
	tenantColumns = []string{"tenant_id", "name", "status", "time_zone", "region", "settings"}
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
	if err := o.all(ctx, "tenants", tenantColumns, set.addTenant); err != nil {
		return nil, err
	}
	if err := o.all(ctx, "sources", sourceColumns, set.addSource); err != nil {
		return nil, err
	}
	if err := o.all(ctx, "integrations", integrationColumns, set.addIntegration); err != nil {
		return nil, err
	}
	if err := o.all(ctx, "pauses", pauseColumns, set.addPause); err != nil {
		return nil, err
	}
	return set.list(), nil
}

func (o *Operator) all(ctx context.Context, table string, columns []string, add func(*spanner.Row) error) error {
	return o.store.sessions.read(ctx, "step=directory,op="+table, func(ctx context.Context, r reader) error {
		return r.Read(ctx, table, spanner.AllKeys(), columns).Do(add)
	})
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
	if err := row.Columns(&t.ID, &t.Name, &status, &t.TimeZone, &t.Region, &settings); err != nil {
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
	var p tenant.Pause
	var until spanner.NullTime
	if err := row.Columns(&p.TenantID, &p.Subject, &p.Reason, &p.Actor, &until, &p.CreatedAt); err != nil {
		return err
	}
	p.Until = until.Time
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

// PutTenant creates or replaces a tenant's own row and everything that belongs to it
// (sources and integrations not in t stay), with an audit entry by actor.
func (o *Operator) PutTenant(ctx context.Context, actor string, t tenant.Tenant) error {
	ms := []*spanner.Mutation{spanner.InsertOrUpdate("tenants",
		append(tenantColumns, "updated_at"),
		[]any{t.ID, t.Name, string(t.Status), t.TimeZone, t.Region, doc(t.Settings), spanner.CommitTimestamp})}
	for _, s := range t.Sources {
		ms = append(ms, spanner.InsertOrUpdate("sources", append(sourceColumns, "created_at"), []any{
			t.ID, s.ID, s.Kind, string(s.Status), nullString(s.CompanyID), nullString(s.CompanyResourceID),
			nullString(s.AccountID), s.SigningSecrets, nullString(s.APIKeySecret), nullString(s.Name), doc(s.Settings), spanner.CommitTimestamp,
		}))
	}
	for _, i := range t.Integrations {
		config := document[json.RawMessage]{Value: i.Config, Valid: len(i.Config) > 0}
		ms = append(ms, spanner.InsertOrUpdate("integrations", append(integrationColumns, "created_at"), []any{
			t.ID, i.ID, i.Kind, string(i.Status), nullString(i.Secret), config, nullString(i.Name), i.ThirdParty, spanner.CommitTimestamp,
		}))
	}
	ms = append(ms, audit(t.ID, actor, "tenant.put", t.ID))
	err := o.store.sessions.readWrite(ctx, "step=admin,op=put_tenant", func(_ context.Context, tx *spanner.ReadWriteTransaction) error {
		return tx.BufferWrite(ms)
	})
	if spanner.ErrCode(err) == codes.AlreadyExists {
		return fmt.Errorf("%w: the CallRail company belongs to another tenant", ErrConflict)
	}
	return err
}

func audit(tenantID, actor, action, target string) *spanner.Mutation {
	return spanner.Insert("audit_log", []string{"tenant_id", "audit_id", "occurred_at", "actor", "action", "target"},
		[]any{tenantID, newToken(), spanner.CommitTimestamp, actor, action, target})
}
