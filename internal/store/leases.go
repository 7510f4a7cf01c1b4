package store

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// Lease is a lock that is held: on something of a tenant's that is no row of ours.
type Lease struct {
	scope *Scope
	name  string
	token string
	note  string
}

// Lock takes the lease on a name for ttl. It fails with ErrHeld if somebody else has it.
func (s *Scope) Lock(ctx context.Context, name string, ttl time.Duration) (*Lease, error) {
	lease := &Lease{scope: s, name: name, token: newToken()}
	err := s.store.sessions.readWrite(ctx, "step=lease,op=lock", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := lease.read(ctx, tx)
		if err != nil {
			return err
		}
		now := s.store.now()
		if held(row.token, row.until, now) && row.token.StringVal != lease.token { // our own: the commit's answer was lost
			return ErrHeld
		}
		lease.note = row.note.StringVal
		return tx.BufferWrite([]*spanner.Mutation{lease.put(values{"lease_token": lease.token, "lease_until": now.Add(ttl)})})
	})
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	return lease, nil
}

// Note returns what the last holder left.
func (l *Lease) Note() string { return l.note }

// Unlock gives the lease back and leaves a note for the next holder. It fails with
// stage.ErrLost, and changes nothing, if the lease ran out and somebody else has it.
func (l *Lease) Unlock(ctx context.Context, note string) error {
	err := l.scope.store.sessions.readWrite(ctx, "step=lease,op=unlock", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		row, err := l.read(ctx, tx)
		if err != nil {
			return err
		}
		if row.token.StringVal != l.token {
			return stage.ErrLost
		}
		return tx.BufferWrite([]*spanner.Mutation{l.put(values{"lease_token": nil, "lease_until": nil, "note": nullString(note)})})
	})
	if err != nil {
		return fmt.Errorf("unlock: %w", err)
	}
	return nil
}

// leaseRow is a row of the table leases.
type leaseRow struct {
	token spanner.NullString
	until spanner.NullTime
	note  spanner.NullString
}

func (l *Lease) read(ctx context.Context, tx *spanner.ReadWriteTransaction) (leaseRow, error) {
	var row leaseRow
	r, err := tx.ReadRow(ctx, "leases", l.scope.key(l.name), []string{"lease_token", "lease_until", "note"})
	if spanner.ErrCode(err) == codes.NotFound {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	return row, r.Columns(&row.token, &row.until, &row.note)
}

func (l *Lease) put(v values) *spanner.Mutation {
	v["tenant_id"], v["name"], v["updated_at"] = l.scope.tenant, l.name, spanner.CommitTimestamp
	return spanner.InsertOrUpdateMap("leases", v)
}
