package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// oldRequests reads the part of the time index between two moments from the cursor on: the
// cost of a page does not grow with what is younger or older.
const oldRequests = `SELECT received_at, request_id
FROM requests@{FORCE_INDEX=requests_newest}
WHERE tenant_id = @tenant AND received_at >= @from
  AND (received_at < @before_time OR (received_at = @before_time AND request_id > @before_id))
ORDER BY received_at DESC, request_id LIMIT @limit`

// Old returns a page of the requests received from a moment on, newest first, from a place on.
func (s *Scope) Old(ctx context.Context, from time.Time, before Cursor, limit int) ([]Cursor, error) {
	statement := spanner.Statement{SQL: oldRequests, Params: map[string]any{
		"tenant": s.tenant, "from": from, "before_time": before.ReceivedAt, "before_id": before.RequestID, "limit": int64(limit),
	}}
	var page []Cursor
	err := s.store.sessions.read(ctx, "step=retention,op=old", func(ctx context.Context, r reader) error {
		page = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			var c Cursor
			if err := row.Columns(&c.ReceivedAt, &c.RequestID); err != nil {
				return err
			}
			page = append(page, c)
			return nil
		})
	})
	return page, err
}

// Expiry is what retention did to a request.
type Expiry string

// The expiries.
const (
	Expired Expiry = "expired"
	Nothing Expiry = "nothing" // there was nothing to expire
	Stays   Expiry = "stays"   // legal hold, or somebody is at work on it: to be tried again
)

// ExpireRecording forgets where a request's audio is; what is known of the audio stays. It
// says Expired again until its object is surely gone, which is the caller's to delete.
func (s *Scope) ExpireRecording(ctx context.Context, requestID string) (Expiry, error) {
	return s.expire(ctx, "expire_recording", requestID, func(row *requestRow) (Expiry, []*spanner.Mutation) {
		kept := row.Recording.Value
		switch {
		case row.Status == string(request.Received): // the step needs it, or will fetch it yet
			return Stays, nil
		case kept.Absent == request.AbsentExpired:
			return Expired, nil
		case !kept.Kept():
			return Nothing, nil
		}
		kept.Object, kept.Generation, kept.Bytes, kept.SHA256 = "", 0, 0, ""
		kept.Absent = request.AbsentExpired
		return Expired, []*spanner.Mutation{s.quietly(requestID, values{"recording": doc(kept), "speech": nil})}
	})
}

// ExpireTranscript deletes what was said: the transcript, the source's own, the words of the
// search and the delivery as it came. The analysis stays, and so do a form's fields.
func (s *Scope) ExpireTranscript(ctx context.Context, requestID string) (Expiry, error) {
	return s.expire(ctx, "expire_transcript", requestID, func(row *requestRow) (Expiry, []*spanner.Mutation) {
		if !request.Status(row.Status).Settled() { // a step may still need it
			return Stays, nil
		}
		details := row.Details.Value
		details.SourceTranscript, details.SourceSummary, details.Text, details.Given = "", "", "", nil
		return Expired, []*spanner.Mutation{
			spanner.Delete("transcripts", s.key(requestID)), spanner.Delete("search_documents", s.key(requestID)),
			s.quietly(requestID, values{"details": doc(details), "payload": nil, "payload_type": nil}),
		}
	})
}

func (s *Scope) expire(ctx context.Context, op, requestID string, how func(*requestRow) (Expiry, []*spanner.Mutation)) (Expiry, error) {
	var expiry Expiry
	err := s.store.sessions.readWrite(ctx, "step=retention,op="+op, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		expiry = Nothing
		row, err := s.readRow(ctx, tx, requestID)
		if spanner.ErrCode(err) == codes.NotFound || err == nil && row.Status == string(request.Erased) {
			return nil
		}
		if err != nil {
			return err
		}
		if row.Hold || held(row.LeaseToken, row.LeaseUntil, s.store.now()) {
			expiry = Stays
			return nil
		}
		var ms []*spanner.Mutation
		expiry, ms = how(row)
		return tx.BufferWrite(ms)
	})
	return expiry, err
}

// quietly returns the mutation that writes v to the request's row without telling those who
// watch for changes: nothing has happened to the request.
func (s *Scope) quietly(requestID string, v values) *spanner.Mutation {
	v["tenant_id"], v["request_id"] = s.tenant, requestID
	return spanner.UpdateMap("requests", v)
}
