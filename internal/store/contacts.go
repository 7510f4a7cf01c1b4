package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// contactRow is a row of the table contacts.
type contactRow struct {
	key        string
	remoteID   spanner.NullString
	requestID  string
	leaseToken spanner.NullString
	leaseUntil spanner.NullTime
	intentAt   spanner.NullTime
}

// Contact takes the lease on a person's keys, in their order, and returns what is known
// of them. Keys whose remote id is known are leased too: the record may have been deleted
// in the CRM, and two deliveries that find that out at once must not make it twice.
func (c *DeliveryClaim) Contact(ctx context.Context, keys []string) (crm.Known, error) {
	var known crm.Known
	var before map[string]string
	hashed := make([]string, len(keys))
	for i, k := range keys {
		hashed[i] = c.scope.hashKey(k)
	}
	err := c.hold(ctx, "contact", func(ctx context.Context, tx *spanner.ReadWriteTransaction, _ map[string]*deliveryRow) ([]*spanner.Mutation, error) {
		known, before = crm.Known{}, map[string]string{}
		var ms []*spanner.Mutation
		now := c.scope.store.now()
		for _, key := range hashed {
			row, err := c.readContact(ctx, tx, key)
			if err != nil {
				return nil, err
			}
			if held(row.leaseToken, row.leaseUntil, now) && row.requestID != c.Delivery.RequestID {
				return nil, &crm.BusyError{Until: row.leaseUntil.Time}
			}
			before[key] = row.remoteID.StringVal
			known.RemoteID = cmp.Or(known.RemoteID, row.remoteID.StringVal)
			if row.intentAt.Valid {
				known.Ambiguous, known.Since = true, later(known.Since, row.intentAt.Time)
			}
			ms = append(ms, c.contact(key, values{
				"lease_token": c.token, "lease_until": now.Add(crm.ContactLease), "intent_at": now,
			}))
		}
		return ms, nil
	})
	if err != nil {
		return crm.Known{}, err
	}
	c.contacts, c.known = before, known.RemoteID
	return known, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// hashKey hides phone numbers and addresses from Spanner's key statistics.
func (s *Scope) hashKey(key string) string {
	sum := sha256.Sum256([]byte(s.tenant + "\x00" + key))
	return hex.EncodeToString(sum[:])
}

func (c *DeliveryClaim) readContact(ctx context.Context, tx *spanner.ReadWriteTransaction, key string) (contactRow, error) {
	row := contactRow{key: key}
	r, err := tx.ReadRow(ctx, "contacts", c.scope.key(c.Delivery.Destination, key),
		[]string{"remote_id", "request_id", "lease_token", "lease_until", "intent_at"})
	if spanner.ErrCode(err) == codes.NotFound {
		return row, nil
	}
	if err != nil {
		return row, err
	}
	return row, r.Columns(&row.remoteID, &row.requestID, &row.leaseToken, &row.leaseUntil, &row.intentAt)
}

func (c *DeliveryClaim) contact(key string, v values) *spanner.Mutation {
	v["tenant_id"], v["destination"], v["contact_key"] = c.scope.tenant, c.Delivery.Destination, key
	v["request_id"], v["updated_at"] = c.Delivery.RequestID, spanner.CommitTimestamp
	return spanner.InsertOrUpdateMap("contacts", v)
}

// contactMutations returns what a ledger entry of the contact step says about the
// person's keys (see crm.Ledger). A key that stands for another record than the one that
// Contact returned keeps it: people share phones. One whose lease ran out and went to another
// delivery is that one's.
func (c *DeliveryClaim) contactMutations(ctx context.Context, tx *spanner.ReadWriteTransaction, entries []request.LedgerEntry) ([]*spanner.Mutation, error) {
	i := slices.IndexFunc(entries, func(e request.LedgerEntry) bool { return e.Step == crm.StepContact })
	if i < 0 {
		return nil, nil
	}
	e := entries[i]
	var ms []*spanner.Mutation
	for key, before := range c.contacts {
		row, err := c.readContact(ctx, tx, key)
		if err != nil {
			return nil, err
		}
		if row.leaseToken.StringVal != c.token {
			continue
		}
		v := values{"lease_token": nil, "lease_until": nil, "intent_at": nil}
		switch {
		case before != "" && before != c.known: // another record: only the lease is given back
		case e.Done() && e.Unproven:
		case e.Done():
			v["remote_id"] = e.RemoteID
		case e.Outcome != string(crm.Refused):
			v["intent_at"] = e.At
		}
		ms = append(ms, c.contact(key, v))
	}
	return ms, nil
}
