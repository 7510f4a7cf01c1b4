package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
)

// PersonKeys returns the keys of a person with a phone number or e-mail address or both, none
// if neither is one. Numbers without a country are read in region.
func (s *Scope) PersonKeys(phone, email, region string) []string {
	return s.personKeys(contact.Keys(phone, email, region))
}

// PersonFlags is what was decided about a person. Zero times: nothing.
type PersonFlags struct {
	ErasedAt   time.Time // requests received before are not about the person any more
	OptedOutAt time.Time // no third-party destination since
}

// PersonFlags returns what was decided about whoever has one of the keys.
func (s *Scope) PersonFlags(ctx context.Context, keys []string) (PersonFlags, error) {
	var flags PersonFlags
	err := s.store.sessions.read(ctx, "step=privacy,op=flags", func(ctx context.Context, r reader) (err error) {
		flags, err = s.personFlags(ctx, r, keys)
		return err
	})
	return flags, err
}

func (s *Scope) personFlags(ctx context.Context, r reader, keys []string) (PersonFlags, error) {
	var all PersonFlags
	err := r.Read(ctx, "person_flags", s.personKeySet(keys), []string{"erased_at", "opted_out_at"}).Do(func(row *spanner.Row) error {
		var erased, opted spanner.NullTime
		if err := row.Columns(&erased, &opted); err != nil {
			return err
		}
		all.ErasedAt, all.OptedOutAt = later(all.ErasedAt, erased.Time), later(all.OptedOutAt, opted.Time)
		return nil
	})
	return all, err
}

func (s *Scope) personKeySet(keys []string) spanner.KeySet {
	sets := make([]spanner.KeySet, 0, len(keys))
	for _, key := range keys {
		sets = append(sets, s.key(key))
	}
	return spanner.KeySets(sets...)
}

// FlagErased notes that a person's requests received before a moment are erased. A later
// moment that is noted already stays.
func (s *Scope) FlagErased(ctx context.Context, keys []string, at time.Time, actor string) error {
	return s.store.sessions.readWrite(ctx, "step=privacy,op=flag_erased", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		var ms []*spanner.Mutation
		for _, key := range keys {
			flags, err := s.personFlags(ctx, tx, []string{key})
			if err != nil {
				return err
			}
			ms = append(ms, s.flag(key, actor, values{"erased_at": later(flags.ErasedAt, at)}))
		}
		return tx.BufferWrite(ms)
	})
}

// SetOptOut notes that a person opted out of third parties, or in again, with an audit entry.
func (s *Scope) SetOptOut(ctx context.Context, keys []string, out bool, actor string) error {
	action, at := "privacy.opt_in", any(nil)
	if out {
		action, at = "privacy.opt_out", spanner.CommitTimestamp
	}
	return s.store.sessions.readWrite(ctx, "step=privacy,op=opt_out", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		var ms []*spanner.Mutation
		for _, key := range keys {
			ms = append(ms, s.flag(key, actor, values{"opted_out_at": at}), audit(ctx, s.tenant, actor, action, "person/"+key))
		}
		return tx.BufferWrite(ms)
	})
}

func (s *Scope) flag(key, actor string, v values) *spanner.Mutation {
	v["tenant_id"], v["person_key"], v["actor"], v["updated_at"] = s.tenant, key, actor, spanner.CommitTimestamp
	return spanner.InsertOrUpdateMap("person_flags", v)
}

// optedOut reads the request's people by primary key and each one's flags by theirs.
const optedOut = `SELECT 1
FROM people AS p
JOIN person_flags AS f ON f.tenant_id = p.tenant_id AND f.person_key = p.person_key
WHERE p.tenant_id = @tenant AND p.request_id = @request AND f.opted_out_at IS NOT NULL
LIMIT 1`

// OptedOut reports whether somebody whom the request is about opted out of third parties.
func (s *Scope) OptedOut(ctx context.Context, requestID string) (bool, error) {
	var found bool
	statement := spanner.Statement{SQL: optedOut, Params: map[string]any{"tenant": s.tenant, "request": requestID}}
	err := s.store.sessions.read(ctx, "step=push,op=opted_out", func(ctx context.Context, r reader) error {
		found = false
		return r.Query(ctx, statement).Do(func(*spanner.Row) error {
			found = true
			return nil
		})
	})
	return found, err
}

// PersonPage chooses a page of a person's requests, newest first.
type PersonPage struct {
	Key    string
	Until  time.Time // only those received until then
	Before Cursor    // the last row of the page before
	Limit  int
}

// personRequests reads one page of the index of people: its cost follows what is found.
const personRequests = `SELECT received_at, request_id
FROM people@{FORCE_INDEX=people_by_key}
WHERE tenant_id = @tenant AND person_key = @key AND received_at <= @until
  AND (received_at < @before_time OR (received_at = @before_time AND request_id > @before_id))
ORDER BY received_at DESC, request_id LIMIT @limit`

// PersonRequests returns the places of a person's requests, newest first. An erased request
// is nobody's.
func (s *Scope) PersonRequests(ctx context.Context, p PersonPage) ([]Cursor, error) {
	end := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	if p.Until.IsZero() {
		p.Until = end
	}
	if p.Before.ReceivedAt.IsZero() {
		p.Before.ReceivedAt = end
	}
	statement := spanner.Statement{SQL: personRequests, Params: map[string]any{
		"tenant": s.tenant, "key": p.Key, "until": p.Until, "limit": int64(p.Limit),
		"before_time": p.Before.ReceivedAt, "before_id": p.Before.RequestID,
	}}
	var found []Cursor
	err := s.store.sessions.read(ctx, "step=privacy,op=find", func(ctx context.Context, r reader) error {
		found = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var c Cursor
			if err := row.Columns(&c.ReceivedAt, &c.RequestID); err != nil {
				return err
			}
			found = append(found, c)
			return nil
		})
	})
	return found, err
}

// countPerson counts a person's requests and those of them under legal hold.
const countPerson = `SELECT COUNT(DISTINCT p.request_id), COUNT(DISTINCT IF(q.hold, p.request_id, NULL))
FROM people@{FORCE_INDEX=people_by_key} AS p
JOIN requests AS q ON q.tenant_id = p.tenant_id AND q.request_id = p.request_id
WHERE p.tenant_id = @tenant AND p.person_key IN UNNEST(@keys)`

// CountPerson returns how many requests are about whoever has one of the keys, and how many
// of them are under legal hold.
func (s *Scope) CountPerson(ctx context.Context, keys []string) (requests, onHold int64, err error) {
	statement := spanner.Statement{SQL: countPerson, Params: map[string]any{"tenant": s.tenant, "keys": keys}}
	err = s.store.sessions.read(ctx, "step=privacy,op=count", func(ctx context.Context, r reader) error {
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error { return row.Columns(&requests, &onHold) })
	})
	return requests, onHold, err
}

// EraseContacts deletes what is known of people in the destinations, unless another request
// is about them, and returns how many rows.
func (s *Scope) EraseContacts(ctx context.Context, keys []string) (int, error) {
	deleted := 0
	for _, key := range keys {
		others, err := s.PersonRequests(ctx, PersonPage{Key: key, Limit: 1})
		if err != nil {
			return deleted, err
		}
		if len(others) > 0 {
			continue
		}
		n, err := s.eraseContact(ctx, key)
		if err != nil {
			return deleted, err
		}
		deleted += n
	}
	return deleted, nil
}

func (s *Scope) eraseContact(ctx context.Context, key string) (int, error) {
	rows := 0
	err := s.store.sessions.readWrite(ctx, "step=privacy,op=erase_contact", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		rows = 0
		var ms []*spanner.Mutation
		found := tx.ReadUsingIndex(ctx, "contacts", "contacts_by_person", s.key(key), []string{"destination"})
		err := found.Do(func(row *spanner.Row) error {
			var destination string
			if err := row.Columns(&destination); err != nil {
				return err
			}
			rows++
			ms = append(ms, spanner.Delete("contacts", s.key(destination, key)))
			return nil
		})
		if err != nil {
			return err
		}
		return tx.BufferWrite(ms)
	})
	return rows, err
}
