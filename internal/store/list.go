package store

import (
	"context"
	"strings"
	"time"

	"cloud.google.com/go/spanner"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Filter chooses requests for a list. Zero fields choose all.
type Filter struct {
	Status request.Status
	Kind   request.Kind
	Limit  int
	Before Cursor // the last row of the page before
}

// Cursor is a place in the list, newest first.
type Cursor struct {
	ReceivedAt time.Time
	RequestID  string
}

// listPage reads one page by the time index: the cursor is a key of it, so a page costs
// the same at any depth.
const listPage = ` FROM requests@{FORCE_INDEX=requests_newest}
WHERE tenant_id = @tenant
  AND (received_at < @before_time OR (received_at = @before_time AND request_id > @before_id))`

// List returns a page of the tenant's requests, newest first.
func (s *Scope) List(ctx context.Context, f Filter) ([]*request.Request, error) {
	if f.Before.ReceivedAt.IsZero() {
		f.Before.ReceivedAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	var where strings.Builder
	params := map[string]any{
		"tenant": s.tenant, "before_time": f.Before.ReceivedAt, "before_id": f.Before.RequestID, "limit": int64(f.Limit),
	}
	if f.Status != "" {
		where.WriteString(" AND status = @status")
		params["status"] = string(f.Status)
	}
	if f.Kind != "" {
		where.WriteString(" AND kind = @kind")
		params["kind"] = string(f.Kind)
	}
	statement := spanner.Statement{
		SQL: "SELECT " + strings.Join(requestColumns, ", ") + listPage + where.String() +
			" ORDER BY received_at DESC, request_id LIMIT @limit",
		Params: params,
	}
	var page []*request.Request
	err := s.store.sessions.read(ctx, "step=api,op=list", func(ctx context.Context, r reader) error {
		page = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			found, err := readRequest(row)
			if err != nil {
				return err
			}
			page = append(page, found.request())
			return nil
		})
	})
	return page, err
}
