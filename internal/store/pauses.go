package store

import (
	"context"
	"slices"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// PutPause holds something of the tenant's back, or changes the pause of the same subject,
// with an audit entry by its actor.
func (s *Scope) PutPause(ctx context.Context, p tenant.Pause) error {
	return s.store.sessions.readWrite(ctx, "step=admin,op=put_pause", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		return tx.BufferWrite([]*spanner.Mutation{putPause(s.tenant, p), audit(ctx, s.tenant, p.Actor, "pause.put", p.Subject)})
	})
}

// DeletePause ends the tenant's own pause of a subject, with an audit entry by actor. One
// that there is not is ErrNotFound.
func (s *Scope) DeletePause(ctx context.Context, actor, subject string) error {
	return s.store.sessions.readWrite(ctx, "step=admin,op=delete_pause", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		m, err := deletePause(ctx, tx, s.key(subject))
		if err != nil {
			return err
		}
		return tx.BufferWrite([]*spanner.Mutation{m, audit(ctx, s.tenant, actor, "pause.delete", subject)})
	})
}

// Pauses returns the tenant's own pauses, by subject: not those of all tenants.
func (s *Scope) Pauses(ctx context.Context) ([]tenant.Pause, error) {
	return s.store.pauses(ctx, s.key().AsPrefix())
}

// PutPause holds something back for every tenant, or changes that pause, with an audit entry
// by its actor for each of them. The pause holds as soon as it is there, also if writing the
// entries fails: done again, both are complete.
func (o *Operator) PutPause(ctx context.Context, p tenant.Pause) error {
	err := o.store.sessions.readWrite(ctx, "step=admin,op=put_pause", func(_ context.Context, tx *spanner.ReadWriteTransaction) error {
		return tx.BufferWrite([]*spanner.Mutation{putPause(tenant.AllTenants, p)})
	})
	if err != nil {
		return err
	}
	return o.auditAll(ctx, AuditLine{Actor: p.Actor, Action: "platform_pause.put", Target: p.Subject})
}

// DeletePause ends a pause of every tenant, with an audit entry by actor for each of them. One
// that there is not is ErrNotFound. The entries come first: a pause that is gone cannot be ended
// again to complete them.
func (o *Operator) DeletePause(ctx context.Context, actor, subject string) error {
	key := spanner.Key{tenant.AllTenants, subject}
	found, err := o.store.pauses(ctx, key)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return ErrNotFound
	}
	if err := o.auditAll(ctx, AuditLine{Actor: actor, Action: "platform_pause.delete", Target: subject}); err != nil {
		return err
	}
	return o.store.sessions.readWrite(ctx, "step=admin,op=delete_pause", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		m, err := deletePause(ctx, tx, key)
		if err != nil {
			return err
		}
		return tx.BufferWrite([]*spanner.Mutation{m})
	})
}

// Pauses returns the pauses of every tenant at once, by subject: not those of single ones.
func (o *Operator) Pauses(ctx context.Context) ([]tenant.Pause, error) {
	return o.store.pauses(ctx, spanner.Key{tenant.AllTenants}.AsPrefix())
}

// auditBatch keeps a transaction well below what Spanner commits at once.
const auditBatch = 500

// auditAll adds a line to every tenant's audit log.
func (o *Operator) auditAll(ctx context.Context, line AuditLine) error {
	var ids []string
	err := o.store.sessions.read(ctx, "step=admin,op=tenant_ids", func(ctx context.Context, r reader) error {
		ids = nil
		return r.Read(ctx, "tenants", spanner.AllKeys(), []string{"tenant_id"}).Do(func(row *spanner.Row) error {
			var id string
			err := row.Columns(&id)
			ids = append(ids, id)
			return err
		})
	})
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(ids, auditBatch) {
		if err := o.store.addLines(ctx, "step=admin,op=audit_all", batch, line); err != nil {
			return err
		}
	}
	return nil
}

func putPause(tenantID string, p tenant.Pause) *spanner.Mutation {
	return spanner.InsertOrUpdate("pauses", pauseColumns, []any{
		tenantID, p.Subject, first(512, p.Reason), p.Actor, nullTime(p.Until), spanner.CommitTimestamp,
	})
}

func deletePause(ctx context.Context, tx *spanner.ReadWriteTransaction, key spanner.Key) (*spanner.Mutation, error) {
	_, err := tx.ReadRow(ctx, "pauses", key, []string{"subject"})
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, ErrNotFound
	}
	return spanner.Delete("pauses", key), err
}

func (s *Store) pauses(ctx context.Context, keys spanner.KeySet) ([]tenant.Pause, error) {
	var all []tenant.Pause
	err := s.sessions.read(ctx, "step=admin,op=pauses", func(ctx context.Context, r reader) error {
		all = nil
		return r.Read(ctx, "pauses", keys, pauseColumns).Do(func(row *spanner.Row) error {
			p, err := readPause(row)
			all = append(all, p)
			return err
		})
	})
	return all, err
}

func readPause(row *spanner.Row) (tenant.Pause, error) {
	var p tenant.Pause
	var until spanner.NullTime
	err := row.Columns(&p.TenantID, &p.Subject, &p.Reason, &p.Actor, &until, &p.CreatedAt)
	p.Until = until.Time
	return p, err
}
