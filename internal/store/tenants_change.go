package store

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// PutTenant creates or replaces a tenant's own row and everything that belongs to it
// (sources and integrations not in t stay), with an audit entry by actor.
func (o *Operator) PutTenant(ctx context.Context, actor string, t tenant.Tenant) error {
	ms := []*spanner.Mutation{spanner.InsertOrUpdateMap("tenants", tenantRow(&t))}
	for i := range t.Sources {
		ms = append(ms, spanner.InsertOrUpdateMap("sources", created(sourceRow(t.ID, &t.Sources[i]))))
	}
	for i := range t.Integrations {
		ms = append(ms, spanner.InsertOrUpdateMap("integrations", created(integrationRow(t.ID, &t.Integrations[i]))))
	}
	err := o.store.sessions.readWrite(ctx, "step=admin,op=put_tenant", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		return tx.BufferWrite(append(ms[:len(ms):len(ms)], audit(ctx, t.ID, actor, "tenant.put", t.ID)))
	})
	return taken(err)
}

// CreateTenant adds a tenant without sources and integrations, with an audit entry by actor.
// An id that somebody has is ErrTaken.
func (o *Operator) CreateTenant(ctx context.Context, actor string, t tenant.Tenant) error {
	err := o.store.sessions.readWrite(ctx, "step=admin,op=create_tenant", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		_, err := tx.ReadRow(ctx, "tenants", spanner.Key{t.ID}, []string{"tenant_id"})
		if err == nil {
			return ErrTaken
		}
		if spanner.ErrCode(err) != codes.NotFound {
			return err
		}
		_, after := difference(tenant.Tenant{}, t)
		return tx.BufferWrite([]*spanner.Mutation{
			spanner.InsertMap("tenants", tenantRow(&t)),
			auditChange(ctx, t.ID, AuditLine{Actor: actor, Action: "tenant.create", Target: t.ID, After: after}),
		})
	})
	return taken(err)
}

// taken turns a broken uniqueness into ErrTaken, without saying whose it is.
func taken(err error) error {
	if spanner.ErrCode(err) == codes.AlreadyExists {
		return ErrTaken
	}
	return err
}

// Tenant returns the tenant as it is now, with its sources and integrations, but without its
// pauses.
func (s *Scope) Tenant(ctx context.Context) (*tenant.Tenant, error) {
	set := tenantSet{byID: map[string]*tenant.Tenant{}}
	for _, part := range set.parts() {
		err := s.store.sessions.read(ctx, "step=admin,op="+part.table, func(ctx context.Context, r reader) error {
			return r.Read(ctx, part.table, s.key().AsPrefix(), part.columns).Do(part.add)
		})
		if err != nil {
			return nil, err
		}
	}
	return set.one(s.tenant)
}

func (s *tenantSet) one(id string) (*tenant.Tenant, error) {
	t, ok := s.byID[id]
	if !ok {
		return nil, ErrNotFound
	}
	return t, nil
}

// TenantChange says who changes a tenant and how it is called in the audit log.
type TenantChange struct{ Actor, Action, Target string }

// UpdateTenant changes the tenant, its sources and integrations, or some of them, by what
// change does to them; it may run several times. With it goes a line of the audit log that
// says what was there before and after, if that differs. A CallRail company that belongs to
// somebody else is ErrConflict, and so is an integration's id that stood for another CRM.
func (s *Scope) UpdateTenant(ctx context.Context, c TenantChange, change func(*tenant.Tenant) error) error {
	err := s.store.sessions.readWrite(ctx, "step=admin,op=update_tenant", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		before, err := s.readTenant(ctx, tx)
		if err != nil {
			return err
		}
		after, err := s.readTenant(ctx, tx) // a copy that shares nothing: change may write anywhere
		if err != nil {
			return err
		}
		if err := change(after); err != nil {
			return err
		}
		if err := s.checkReuse(ctx, tx, before, after); err != nil {
			return err
		}
		ms := rewritten(before, after)
		if len(ms) == 0 {
			return nil
		}
		line := AuditLine{Actor: c.Actor, Action: c.Action, Target: c.Target}
		line.Before, line.After = difference(*before, *after)
		return tx.BufferWrite(append(ms, auditChange(ctx, s.tenant, line)))
	})
	return taken(err)
}

func (s *Scope) readTenant(ctx context.Context, tx *spanner.ReadWriteTransaction) (*tenant.Tenant, error) {
	set := tenantSet{byID: map[string]*tenant.Tenant{}}
	for _, part := range set.parts() {
		if err := tx.Read(ctx, part.table, s.key().AsPrefix(), part.columns).Do(part.add); err != nil {
			return nil, err
		}
	}
	return set.one(s.tenant)
}

// rewritten returns the mutations of the rows that differ. The rows that go come first: what
// they held that is unique may move to another one.
func rewritten(before, after *tenant.Tenant) []*spanner.Mutation {
	var gone, ms []*spanner.Mutation
	if own(before) != own(after) {
		ms = append(ms, spanner.UpdateMap("tenants", tenantRow(after)))
	}
	for _, src := range before.Sources {
		if after.Source(src.ID) == nil {
			gone = append(gone, spanner.Delete("sources", spanner.Key{before.ID, src.ID}))
		}
	}
	for i := range after.Sources {
		old := before.Source(after.Sources[i].ID)
		switch {
		case old == nil:
			ms = append(ms, spanner.InsertMap("sources", created(sourceRow(after.ID, &after.Sources[i]))))
		case encoded(*old) != encoded(after.Sources[i]):
			ms = append(ms, spanner.UpdateMap("sources", sourceRow(after.ID, &after.Sources[i])))
		}
	}
	for _, in := range before.Integrations {
		if after.Integration(in.ID) == nil {
			gone = append(gone, spanner.Delete("integrations", spanner.Key{before.ID, in.ID}))
		}
	}
	for i := range after.Integrations {
		old := before.Integration(after.Integrations[i].ID)
		switch {
		case old == nil:
			ms = append(ms, spanner.InsertMap("integrations", created(integrationRow(after.ID, &after.Integrations[i]))))
		case encoded(*old) != encoded(after.Integrations[i]):
			ms = append(ms, spanner.UpdateMap("integrations", integrationRow(after.ID, &after.Integrations[i])))
		}
	}
	return slices.Concat(gone, ms)
}

// own returns the tenant's own row in a form that can be compared.
func own(t *tenant.Tenant) string {
	alone := *t
	alone.Sources, alone.Integrations, alone.Pauses = nil, nil, nil
	return encoded(alone)
}

// encoded returns a value as compact JSON.
func encoded(v any) string {
	text, _ := json.Marshal(v) // plain values, whose raw parts came out of JSON columns or decoders
	var compact bytes.Buffer
	_ = json.Compact(&compact, text) // it is JSON
	return compact.String()
}

func tenantRow(t *tenant.Tenant) values {
	return values{
		"tenant_id": t.ID, "name": t.Name, "status": string(t.Status), "time_zone": t.TimeZone, "region": t.Region,
		"settings": doc(t.Settings), "updated_at": spanner.CommitTimestamp,
	}
}

func sourceRow(tenantID string, s *tenant.Source) values {
	return values{
		"tenant_id": tenantID, "source_id": s.ID, "kind": s.Kind, "status": string(s.Status), "name": nullString(s.Name),
		"company_id": nullString(s.CompanyID), "company_resource_id": nullString(s.CompanyResourceID),
		"account_id": nullString(s.AccountID), "signing_secrets": s.SigningSecrets, "api_key_secret": nullString(s.APIKeySecret),
		"settings": doc(s.Settings),
	}
}

func integrationRow(tenantID string, in *tenant.Integration) values {
	return values{
		"tenant_id": tenantID, "integration_id": in.ID, "kind": in.Kind, "status": string(in.Status), "name": nullString(in.Name),
		"secret": nullString(in.Secret), "config": document[json.RawMessage]{Value: in.Config, Valid: len(in.Config) > 0},
		"third_party": in.ThirdParty,
	}
}

// created marks a row as a new one.
func created(v values) values {
	v["created_at"] = spanner.CommitTimestamp
	return v
}
