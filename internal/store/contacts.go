package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// contactLease outlasts any remote call: a lease that has run out means that its
// holder died, not that it is slow.
const contactLease = 60 * time.Second

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
// of them. Keys whose remote id is known need no lease: nothing will be created for them.
func (c *DeliveryClaim) Contact(ctx context.Context, keys []string) (crm.Known, error) {
	var known crm.Known
	hashed := make([]string, len(keys))
	for i, k := range keys {
		hashed[i] = c.scope.hashKey(k)
	}
	err := c.hold(ctx, "contact", func(ctx context.Context, tx *spanner.ReadWriteTransaction, _ map[string]*deliveryRow) ([]*spanner.Mutation, error) {
		known = crm.Known{}
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
			if row.remoteID.Valid {
				if known.RemoteID == "" {
					known.RemoteID = row.remoteID.StringVal
				}
				continue
			}
			intent := now
			if row.leaseToken.Valid {
				known.Ambiguous, intent = true, row.intentAt.Time
				known.Since = intent
			}
			ms = append(ms, c.contact(key, values{
				"remote_id": nil, "lease_token": c.token, "lease_until": now.Add(contactLease), "intent_at": intent,
			}))
		}
		return ms, nil
	})
	if err != nil {
		return crm.Known{}, err
	}
	c.contacts = hashed
	return known, nil
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
// person's keys: a remote id is kept for all of them and ends the lease; without one the
// id that was known is forgotten, because the CRM no longer has that record.
func (c *DeliveryClaim) contactMutations(entries []request.LedgerEntry) []*spanner.Mutation {
	var ms []*spanner.Mutation
	for _, e := range entries {
		if e.Step != crm.StepContact {
			continue
		}
		for _, key := range c.contacts {
			v := values{"remote_id": nullString(e.RemoteID), "lease_token": nil, "lease_until": nil, "intent_at": nil}
			if !e.Done() {
				now := c.scope.store.now()
				v["lease_token"], v["lease_until"], v["intent_at"] = c.token, now.Add(contactLease), now
			}
			ms = append(ms, c.contact(key, v))
		}
	}
	return ms
}
