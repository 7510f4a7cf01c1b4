package privacy

import (
	"context"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// place is how far the requests of a subject were gone through: those that are named, then
// each person's, newest first.
type place struct {
	Named  int          `json:"named,omitempty"`
	Person int          `json:"person,omitempty"`
	Before store.Cursor `json:"before,omitzero"`
}

// find returns the next requests of a subject, none at the end, and the place after them.
func find(ctx context.Context, scope *store.Scope, s job.Subject, at place) ([]string, place, error) {
	if at.Named < len(s.Requests) {
		end := min(at.Named+batch, len(s.Requests))
		ids := s.Requests[at.Named:end]
		at.Named = end
		return ids, at, nil
	}
	for at.Person < len(s.People) {
		rows, err := scope.PersonRequests(ctx, store.PersonPage{Key: s.People[at.Person], Until: s.Before, Before: at.Before, Limit: batch})
		if err != nil {
			return nil, at, err
		}
		if len(rows) > 0 {
			ids := make([]string, 0, len(rows))
			for _, row := range rows {
				ids = append(ids, row.RequestID)
			}
			at.Before = rows[len(rows)-1]
			return ids, at, nil
		}
		at.Person, at.Before = at.Person+1, store.Cursor{}
	}
	return nil, at, nil
}
