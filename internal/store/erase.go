package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// requestChildren are the tables interleaved in requests: what goes when a request goes. A
// test compares the list with the schema.
var requestChildren = []string{
	"transcripts", "analyses", "corrections", "deliveries", "notices", "events", "people", "search_documents",
}

// Remains is what there is of a request, as an erasure finds it: what must be known of it
// once its rows are gone. It is kept with the erasure's job, so it holds ids, no content.
type Remains struct {
	RequestID string         `json:"request_id"`
	Erased    bool           `json:"erased,omitempty"` // the row is a tombstone
	Hold      bool           `json:"hold,omitempty"`   // legal hold: it stays
	Rows      map[string]int `json:"rows"`             // by table
	Keys      []string       `json:"keys,omitempty"`   // of the people it is about
	Copies    []Copy         `json:"copies,omitempty"`
	Source    Copy           `json:"source,omitzero"` // where it came from
	Busy      time.Time      `json:"busy,omitzero"`   // the end of the last lease that somebody holds on it
	Speech    time.Time      `json:"speech,omitzero"` // when a transcription began that may be under way still
	Upload    time.Time      `json:"upload,omitzero"` // until when its audio may still be uploaded
}

// Copy is what another system holds of a request.
type Copy struct {
	Destination string   `json:"destination"`
	Connector   string   `json:"connector"`
	RequestID   string   `json:"request_id"`
	Records     []Record `json:"records,omitempty"`
	Link        string   `json:"link,omitempty"`
}

// Record is one remote record. Without an id it may or may not exist: nobody saw the call's end.
type Record struct {
	Type string `json:"type"`
	ID   string `json:"id,omitempty"`
}

// Remains returns what there is of a request.
func (s *Scope) Remains(ctx context.Context, requestID string) (*Remains, error) {
	var found *Remains
	err := s.store.sessions.readWrite(ctx, "step=privacy,op=remains", func(ctx context.Context, tx *spanner.ReadWriteTransaction) (err error) {
		found, err = s.remains(ctx, tx, requestID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// EraseRequest makes a request a tombstone, which says that there was one and nothing else,
// and deletes its children, in one transaction. Every step and delivery at work on it loses
// its claim. It returns what there was. A request under legal hold stays as it is.
func (s *Scope) EraseRequest(ctx context.Context, requestID string) (*Remains, error) {
	return s.remove(ctx, "erase", requestID, func(r *Remains) []*spanner.Mutation {
		if r.Erased && len(r.Rows) == 0 {
			return nil
		}
		return s.erase(requestID)
	})
}

// DeleteRequest deletes an erased request's tombstone: nothing says that it ever was. It
// returns what there was.
func (s *Scope) DeleteRequest(ctx context.Context, requestID string) (*Remains, error) {
	return s.remove(ctx, "delete", requestID, func(r *Remains) []*spanner.Mutation {
		if !r.Erased {
			return nil
		}
		return append(s.eraseChildren(requestID), spanner.Delete("requests", s.key(requestID)))
	})
}

func (s *Scope) remove(ctx context.Context, op, requestID string, how func(*Remains) []*spanner.Mutation) (*Remains, error) {
	var found *Remains
	err := s.store.sessions.readWrite(ctx, "step=privacy,op="+op, func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		var err error
		if found, err = s.remains(ctx, tx, requestID); err != nil || found.Hold {
			return err
		}
		return tx.BufferWrite(how(found))
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// remains reads a request and what belongs to it.
func (s *Scope) remains(ctx context.Context, tx *spanner.ReadWriteTransaction, requestID string) (*Remains, error) {
	row, err := s.readRow(ctx, tx, requestID)
	if spanner.ErrCode(err) == codes.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	r := &Remains{
		RequestID: requestID, Hold: row.Hold, Rows: map[string]int{},
		Erased: row.Status == string(request.Erased) && row.ExternalID == "",
		Upload: row.Handling.Value.UploadUntil,
	}
	if r.Speech, err = s.unheard(ctx, tx, row); err != nil {
		return nil, err
	}
	if row.LeaseToken.Valid {
		r.Busy = row.LeaseUntil.Time
	}
	if !r.Erased {
		r.Rows["requests"] = 1
		r.Source = Copy{
			Destination: row.SourceID.StringVal, Connector: row.Namespace, RequestID: requestID,
			Records: []Record{{Type: row.Kind, ID: row.ExternalID}},
		}
	}
	if err := s.remainingChildren(ctx, tx, r); err != nil {
		return nil, err
	}
	return r, nil
}

// unheard returns when Speech-to-Text was given the recording, if its words never came: it may
// still write them, also if nobody waits for them any more.
func (s *Scope) unheard(ctx context.Context, r reader, row *requestRow) (time.Time, error) {
	asked := row.Speech.Value
	if asked.Intent == "" {
		return time.Time{}, nil
	}
	t, err := readBody[request.Transcript](ctx, r, "transcripts", s.key(row.RequestID))
	heard := t != nil && t.Origin == request.OriginSpeech && row.Status != string(request.Received) // there it is asked again
	if err != nil || heard {
		return time.Time{}, err
	}
	return asked.StartedAt, nil
}

func (s *Scope) remainingChildren(ctx context.Context, tx *spanner.ReadWriteTransaction, r *Remains) error {
	for _, table := range requestChildren {
		rows := 0
		err := tx.Read(ctx, table, s.key(r.RequestID).AsPrefix(), []string{"request_id"}).Do(func(*spanner.Row) error {
			rows++
			return nil
		})
		if err != nil {
			return err
		}
		if rows > 0 && (table != "events" || !r.Erased) { // a tombstone keeps the event that it was erased
			r.Rows[table] = rows
		}
	}
	deliveries, err := s.deliveryRows(ctx, tx, r.RequestID)
	if err != nil {
		return err
	}
	for _, d := range deliveries {
		if d.LeaseToken.Valid {
			r.Busy = later(r.Busy, d.LeaseUntil.Time)
		}
		if c := copyOf(d); len(c.Records) > 0 || c.Link != "" {
			r.Copies = append(r.Copies, c)
		}
	}
	r.Keys, err = s.peopleOf(ctx, tx, r.RequestID)
	return err
}

func copyOf(d *deliveryRow) Copy {
	c := Copy{Destination: d.Destination, Connector: d.Connector, RequestID: d.RequestID, Link: d.Link.StringVal}
	for _, e := range d.Ledger.Value {
		c.Records = append(c.Records, Record{Type: e.Step, ID: e.RemoteID})
	}
	return c
}

// peopleOf returns the keys of the people whom the request is about.
func (s *Scope) peopleOf(ctx context.Context, r reader, requestID string) ([]string, error) {
	var keys []string
	err := r.Read(ctx, "people", s.key(requestID).AsPrefix(), []string{"person_key"}).Do(func(row *spanner.Row) error {
		var key string
		if err := row.Columns(&key); err != nil {
			return err
		}
		keys = append(keys, key)
		return nil
	})
	return keys, err
}

// erase returns the mutations that make a request a tombstone.
func (s *Scope) erase(requestID string) []*spanner.Mutation {
	v := s.forget()
	v["external_id"] = ""
	return append(s.eraseChildren(requestID), s.update(requestID, v),
		s.event(requestID, request.Event{Step: "privacy", Name: "erased"}))
}

// forget returns the columns of an erased request.
func (s *Scope) forget() values {
	v := settle(values{"status": string(request.Erased), "crm_state": string(request.CRMNone), "attempts": int64(0), "announced": int64(0)})
	for _, column := range personal {
		v[column] = nil
	}
	return v
}

// personal are the columns of requests that a tombstone does not keep. What it used stays,
// since it was paid for: counts of seconds and tokens are nobody's data.
var personal = []string{
	"reason", "started_at", "caller_name", "caller_phone", "caller_email", "details", "recording", "speech",
	"payload", "payload_type", "payload_hash", "change_hash", "source_name", "intent", "project_type", "timeline",
	"budget", "lead_score", "score_band", "summary", "trace_parent", "handling",
}

// eraseChildren returns the mutations that delete the rows of a request's children, except of
// some tables.
func (s *Scope) eraseChildren(requestID string, except ...string) []*spanner.Mutation {
	ms := make([]*spanner.Mutation, 0, len(requestChildren))
	for _, table := range requestChildren {
		if !slices.Contains(except, table) {
			ms = append(ms, spanner.Delete(table, s.key(requestID).AsPrefix()))
		}
	}
	return ms
}

// eraseKnown returns the mutations that erase a request whose analysis has just found out that
// it is about somebody whose requests of that time were erased, and none otherwise. They must
// be the last of their transaction. Deliveries and people are left to the job, whose report
// names the copies and which deletes objects, too.
func (s *Scope) eraseKnown(ctx context.Context, tx *spanner.ReadWriteTransaction, r *request.Request, keys []string) ([]*spanner.Mutation, error) {
	flags, err := s.personFlags(ctx, tx, keys)
	if err != nil || !began(r).Before(flags.ErasedAt) {
		return nil, err
	}
	onHold, _, err := s.readHold(ctx, tx, r.ID)
	if err != nil || onHold {
		return nil, err
	}
	input, err := json.Marshal(job.Subject{Requests: []string{r.ID}})
	if err != nil {
		return nil, fmt.Errorf("encode erasure: %w", err)
	}
	return append(s.eraseChildren(r.ID, "deliveries", "people"), s.update(r.ID, s.forget()),
		s.newJob(job.Job{ID: NewJobID(), Kind: job.Erase, Input: input, Actor: "analysis"})), nil
}

// began returns when a request began: history that is imported late is as old as it says.
func began(r *request.Request) time.Time {
	if !r.StartedAt.IsZero() && r.StartedAt.Before(r.ReceivedAt) {
		return r.StartedAt
	}
	return r.ReceivedAt
}
