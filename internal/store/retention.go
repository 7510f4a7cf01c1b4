package store

import (
	"context"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
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

// ExpireRecording forgets where a request's audio is; what is known of the audio stays. A call
// whose audio never came is marked, too: it is not fetched any more. It says Expired again until
// its objects are surely gone, which are the caller's to delete.
func (s *Scope) ExpireRecording(ctx context.Context, requestID string) (Expiry, error) {
	return s.expire(ctx, "expire_recording", requestID, func(row *requestRow) (Expiry, []*spanner.Mutation) {
		kept := row.Recording.Value
		switch {
		case row.Status == string(request.Received): // the step needs it, or will fetch it yet
			return Stays, nil
		case kept.Absent == request.AbsentExpired:
			return Expired, nil
		case !kept.Kept() && !row.mayBeHeard():
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
		return Expired, []*spanner.Mutation{
			spanner.Delete("transcripts", s.key(requestID)), spanner.Delete("search_documents", s.key(requestID)),
			s.quietly(requestID, values{"details": doc(withoutWords(row.Details.Value)), "payload": nil, "payload_type": nil}),
		}
	})
}

// withoutWords returns the details without what was said or written.
func withoutWords(d request.Details) request.Details {
	d.SourceTranscript, d.SourceSummary, d.Text, d.Given = "", "", "", nil
	return d
}

// mayBeHeard reports whether a request's words are made from audio, which may come at any time.
func (r *requestRow) mayBeHeard() bool {
	return request.Kind(r.Kind) == request.Call && r.Details.Value.Given == nil
}

const day = 24 * time.Hour

// outlived says what a request's tenant wants to keep no longer. Retention comes to a request
// once, so whatever of this came afterwards would stay for good.
type outlived struct{ audio, words bool }

// outlived decides by the tenant's settings as they are now: they are what retention goes by,
// which also comes back to what was spared since they became longer.
func (s *Scope) outlived(ctx context.Context, r reader, receivedAt time.Time) (outlived, error) {
	age := s.store.now().Sub(receivedAt)
	if age < day { // the shortest window: most modifications need not ask
		return outlived{}, nil
	}
	row, err := r.ReadRow(ctx, "tenants", s.key(), []string{"settings"})
	if err != nil {
		return outlived{}, err
	}
	var settings document[tenant.Settings]
	if err := row.Columns(&settings); err != nil {
		return outlived{}, err
	}
	over := func(days int) bool { return days > 0 && age >= time.Duration(days)*day }
	keeps := settings.Value.Retention
	return outlived{audio: over(keeps.RecordingDays), words: over(keeps.TranscriptDays)}, nil
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
