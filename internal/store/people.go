package store

import (
	"slices"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// people returns the mutations that make a request found by its people: keys as
// contact.Keys returns them. Keys are only ever added, so that whoever was once taken to
// be part of a request still finds it. receivedAt is the request's.
func (s *Scope) people(requestID string, receivedAt time.Time, keys []string) []*spanner.Mutation {
	ms := make([]*spanner.Mutation, 0, len(keys))
	for _, key := range s.personKeys(keys) {
		ms = append(ms, spanner.InsertOrUpdateMap("people", map[string]any{
			"tenant_id": s.tenant, "request_id": requestID, "person_key": key, "received_at": receivedAt,
		}))
	}
	return ms
}

// personKeys returns the keys of the tables people and person_flags for a person's keys.
func (s *Scope) personKeys(keys []string) []string {
	hashed := make([]string, 0, len(keys))
	for _, key := range keys {
		hashed = append(hashed, s.hashKey(key))
	}
	return hashed
}

// callerKeys returns the keys of who called or wrote. Numbers are E.164 by now, or such that
// no region could make them so.
func callerKeys(c request.Caller) []string { return contact.Keys(c.Phone, c.Email, "") }

// theirs returns those of a person's keys that are not the company's own: a transferred call
// shows its numbers, and they would make all callers one person.
func theirs(d request.Details, keys []string) []string {
	own := append(contact.Keys(d.BusinessPhone, "", ""), contact.Keys(d.TrackingPhone, "", "")...)
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(own, key) })
}
