package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Standing is where a request and its deliveries stand, as the rows say.
type Standing struct {
	Request    *request.Request
	Due        time.Time // zero: never
	Deliveries map[string]request.Delivery
}

// Standings returns where all requests of the scope's tenant stand, in one transaction. It is no
// method: those are tried for leaks.
func Standings(ctx context.Context, s *Scope) (map[string]Standing, error) {
	all := map[string]Standing{}
	err := s.store.sessions.read(ctx, "step=test,op=standings", func(ctx context.Context, r reader) error {
		clear(all)
		err := r.Read(ctx, "requests", s.key().AsPrefix(), requestColumns).Do(func(row *spanner.Row) error {
			found, err := readRequest(row)
			if err != nil {
				return err
			}
			all[found.RequestID] = Standing{Request: found.request(), Due: found.DueAt.Time, Deliveries: map[string]request.Delivery{}}
			return nil
		})
		if err != nil {
			return err
		}
		return r.Read(ctx, "deliveries", s.key().AsPrefix(), deliveryColumns).Do(func(row *spanner.Row) error {
			var d deliveryRow
			if err := row.ToStruct(&d); err != nil {
				return err
			}
			all[d.RequestID].Deliveries[d.Destination] = d.delivery(s.tenant)
			return nil
		})
	})
	return all, err
}

// Wipe deletes the requests of the scope's tenant and what belongs to them.
func Wipe(ctx context.Context, s *Scope) error {
	ms := []*spanner.Mutation{}
	for _, table := range append(requestChildren[:len(requestChildren):len(requestChildren)], "requests", "contacts") {
		ms = append(ms, spanner.Delete(table, s.key().AsPrefix()))
	}
	return s.store.sessions.apply(ctx, "step=test,op=wipe", ms)
}
