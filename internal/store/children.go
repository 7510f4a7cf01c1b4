package store

import (
	"context"
	"sort"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Request returns one request.
func (s *Scope) Request(ctx context.Context, requestID string) (*request.Request, error) {
	var found *request.Request
	err := s.store.sessions.read(ctx, "step=read,op=request", func(ctx context.Context, r reader) error {
		row, err := s.readRow(ctx, r, requestID)
		if err != nil {
			return err
		}
		found = row.request()
		return nil
	})
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, ErrNotFound
	}
	return found, err
}

// Transcript returns the request's transcript, nil if there is none.
func (s *Scope) Transcript(ctx context.Context, requestID string) (*request.Transcript, error) {
	return body[request.Transcript](ctx, s, "transcripts", requestID)
}

// Answer returns the analyser's own answer, nil if there is none.
func (s *Scope) Answer(ctx context.Context, requestID string) (*request.Analysis, error) {
	return body[request.Analysis](ctx, s, "analyses", requestID)
}

// Analysis returns the request's analysis as people have put it right, nil if there is none.
func (s *Scope) Analysis(ctx context.Context, requestID string) (*request.Analysis, error) {
	answer, err := s.Answer(ctx, requestID)
	if answer == nil || err != nil {
		return nil, err
	}
	made, err := s.Corrections(ctx, requestID)
	if err != nil {
		return nil, err
	}
	return answer.Corrected(made), nil
}

func body[T any](ctx context.Context, s *Scope, table, requestID string) (*T, error) {
	var found *T
	err := s.store.sessions.read(ctx, "step=read,op="+table, func(ctx context.Context, r reader) (err error) {
		found, err = readBody[T](ctx, r, table, s.key(requestID))
		return err
	})
	return found, err
}

// children reads every row of an interleaved table that belongs to the request.
func (s *Scope) children(ctx context.Context, table, requestID string, columns []string, add func(*spanner.Row) error) error {
	return s.store.sessions.read(ctx, "step=read,op="+table, func(ctx context.Context, r reader) error {
		return r.Read(ctx, table, s.key(requestID).AsPrefix(), columns).Do(add)
	})
}

// Notices returns who was told about the request.
func (s *Scope) Notices(ctx context.Context, requestID string) ([]request.Notice, error) {
	byChannel := map[string]request.Notice{}
	err := s.children(ctx, "notices", requestID, []string{"channel", "band", "sent_at"}, func(row *spanner.Row) error {
		var n request.Notice
		var band string
		if err := row.Columns(&n.Channel, &band, &n.SentAt); err != nil {
			return err
		}
		n.Band = request.Band(band)
		byChannel[n.Channel] = n
		return nil
	})
	all := make([]request.Notice, 0, len(byChannel))
	for _, n := range byChannel {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Channel < all[j].Channel })
	return all, err
}

// Events returns the request's timeline, oldest first.
func (s *Scope) Events(ctx context.Context, requestID string) ([]request.Event, error) {
	byID := map[string]request.Event{}
	columns := []string{"event_id", "occurred_at", "step", "name", "detail", "duration_ms"}
	err := s.children(ctx, "events", requestID, columns, func(row *spanner.Row) error {
		var e request.Event
		var id string
		var detail spanner.NullString
		var duration spanner.NullInt64
		if err := row.Columns(&id, &e.At, &e.Step, &e.Name, &detail, &duration); err != nil {
			return err
		}
		e.Detail, e.Duration = detail.StringVal, milliseconds(duration)
		byID[id] = e
		return nil
	})
	all := make([]request.Event, 0, len(byID))
	for _, e := range byID {
		all = append(all, e)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].At.Before(all[j].At) })
	return all, err
}

// Transcript returns the claimed request's transcript, nil if there is none.
func (c *Claim) Transcript(ctx context.Context) (*request.Transcript, error) {
	return c.scope.Transcript(ctx, c.Request.ID)
}

// Answer returns the analyser's own answer to the claimed request, nil if there is none.
func (c *Claim) Answer(ctx context.Context) (*request.Analysis, error) {
	return c.scope.Answer(ctx, c.Request.ID)
}

// Analysis returns the claimed request's analysis as people have put it right, nil if there
// is none.
func (c *Claim) Analysis(ctx context.Context) (*request.Analysis, error) {
	return c.scope.Analysis(ctx, c.Request.ID)
}

// Deliveries returns the claimed request's deliveries.
func (c *Claim) Deliveries(ctx context.Context) ([]request.Delivery, error) {
	return c.scope.Deliveries(ctx, c.Request.ID)
}

// Notices returns who was told about the claimed request.
func (c *Claim) Notices(ctx context.Context) ([]request.Notice, error) {
	return c.scope.Notices(ctx, c.Request.ID)
}

// Notified remembers that a channel was told.
func (c *Claim) Notified(ctx context.Context, n request.Notice) error {
	return c.write(ctx, "notified", spanner.InsertOrUpdateMap("notices", map[string]any{
		"tenant_id": c.scope.tenant, "request_id": c.Request.ID, "channel": n.Channel,
		"band": string(n.Band), "sent_at": spanner.CommitTimestamp,
	}))
}
