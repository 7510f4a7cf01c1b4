package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Errors of what people ask to be done to a request.
var (
	ErrErased      = fmt.Errorf("%w: the request was erased", ErrConflict)
	ErrNotAnalyzed = fmt.Errorf("%w: the request has no analysis", ErrConflict)
)

// correction is a row of the table corrections.
type correction struct {
	request.Correction
	replaced spanner.NullString // what the caller's column held before
}

// corrections are those of one request, by field.
type corrections map[string]correction

// list returns them by field.
func (cs corrections) list() []request.Correction {
	all := make([]request.Correction, 0, len(cs))
	for _, field := range slices.Sorted(maps.Keys(cs)) {
		all = append(all, cs[field].Correction)
	}
	return all
}

// callerColumns are the columns of the request's row that a correction of the customer
// changes as well: what the CRM goes by.
var callerColumns = map[string]struct {
	column string
	of     func(*request.Caller) *string
}{
	"customer.name":  {"caller_name", func(c *request.Caller) *string { return &c.Name }},
	"customer.phone": {"caller_phone", func(c *request.Caller) *string { return &c.Phone }},
	"customer.email": {"caller_email", func(c *request.Caller) *string { return &c.Email }},
}

// apply writes the corrected customer over the caller and its columns.
func (cs corrections) apply(caller *request.Caller, columns values) {
	for field, c := range callerColumns {
		made, ok := cs[field]
		if !ok {
			continue
		}
		var text string
		if err := json.Unmarshal(made.Value, &text); err != nil {
			continue // it does not fit the field any more
		}
		*c.of(caller), columns[c.column] = text, nullString(text)
	}
}

func (s *Scope) readCorrections(ctx context.Context, r reader, requestID string) (corrections, error) {
	made := corrections{}
	err := r.Read(ctx, "corrections", s.key(requestID).AsPrefix(), correctionColumns).Do(func(row *spanner.Row) error {
		c, err := readCorrection(row)
		if err != nil {
			return err
		}
		made[c.Field] = c
		return nil
	})
	return made, err
}

var correctionColumns = []string{"field", "value", "replaced", "actor", "corrected_at"}

// readCorrection reads correctionColumns after those that are read into before.
func readCorrection(row *spanner.Row, before ...any) (correction, error) {
	var c correction
	var value document[json.RawMessage]
	err := row.Columns(append(before, &c.Field, &value, &c.replaced, &c.Actor, &c.At)...)
	c.Value = value.Value
	return c, err
}

// Corrections returns what people corrected in the request's analysis, by field.
func (s *Scope) Corrections(ctx context.Context, requestID string) ([]request.Correction, error) {
	var made corrections
	err := s.store.sessions.read(ctx, "step=read,op=corrections", func(ctx context.Context, r reader) (err error) {
		made, err = s.readCorrections(ctx, r, requestID)
		return err
	})
	return made.list(), err
}

// Correcting is what a person puts right in one go.
type Correcting struct {
	Actor    string
	Values   []request.Correction // of fields, new or replacing an earlier one; Actor and At are the store's
	TakeBack []string             // fields in which the analyser is right after all
	People   []string             // the corrected customer's keys, as contact.Keys returns them
	Push     bool                 // bring the CRMs up to date
}

// Correct keeps what a person put right. The list's columns, the search and, with Push, the
// deliveries follow in the same transaction. It fails with ErrErased, ErrNotAnalyzed, with
// ErrNotFound if a field to take back was not corrected, with ErrHeld if a step that Push
// would disturb is at work, or with a *request.CorrectionError.
func (s *Scope) Correct(ctx context.Context, requestID string, in Correcting) (Requeued, error) {
	var answer Requeued
	err := s.store.sessions.readWrite(ctx, "step=api,op=correct", func(ctx context.Context, tx *spanner.ReadWriteTransaction) error {
		answer = Requeued{}
		row, err := s.livingRow(ctx, tx, requestID)
		if err != nil {
			return err
		}
		analysis, err := readBody[request.Analysis](ctx, tx, "analyses", s.key(requestID))
		if err != nil {
			return err
		}
		if analysis == nil {
			return ErrNotAnalyzed
		}
		made, err := s.readCorrections(ctx, tx, requestID)
		if err != nil {
			return err
		}
		r, columns, was := row.request(), values{}, analysis.Corrected(made.list())
		ms, err := s.correct(r, made, columns, in)
		if err != nil {
			return err
		}
		if err := analysis.CheckCorrections(made.list()); err != nil {
			return err
		}
		corrected := analysis.Corrected(made.list())
		maps.Copy(columns, answerColumns(corrected))
		transcript, err := readBody[request.Transcript](ctx, tx, "transcripts", s.key(requestID))
		if err != nil {
			return err
		}
		ms = append(ms, s.searchDocument(r, corrected, transcript), auditChange(ctx, s.tenant, in.line(requestID, was, corrected)))
		ms = append(ms, s.people(requestID, row.ReceivedAt, in.People)...)
		if in.Push && request.Status(row.Status) != request.Received && request.Status(row.Status) != request.Transcribed {
			if answer, err = s.pushAgain(row, columns); err != nil {
				return err
			}
		}
		return tx.BufferWrite(append(ms, s.update(requestID, columns)))
	})
	return answer, err
}

// line returns the audit log's line. What is personal, or may be, is only named.
func (in Correcting) line(requestID string, was, now *request.Analysis) AuditLine {
	l := AuditLine{Actor: in.Actor, Action: "request.correct", Target: requestID, Before: map[string]any{}, After: map[string]any{}}
	fields := slices.Clone(in.TakeBack)
	for _, value := range in.Values {
		fields = append(fields, value.Field)
	}
	for _, field := range fields {
		l.Before[field], l.After[field] = was.Was(field), now.Was(field)
		if field == "summary" || strings.HasPrefix(field, "customer.") {
			l.Before[field], l.After[field] = hidden, hidden
		}
	}
	return l
}

// livingRow reads a request that was not erased.
func (s *Scope) livingRow(ctx context.Context, r reader, requestID string) (*requestRow, error) {
	row, err := s.readRow(ctx, r, requestID)
	switch {
	case spanner.ErrCode(err) == codes.NotFound:
		return nil, ErrNotFound
	case err != nil:
		return nil, err
	case row.Status == string(request.Erased):
		return nil, ErrErased
	}
	return row, nil
}

// correct brings the request, its columns and the corrections made so far up to date, and
// returns what writes these.
func (s *Scope) correct(r *request.Request, made corrections, columns values, in Correcting) ([]*spanner.Mutation, error) {
	var ms []*spanner.Mutation
	var fields []string
	for _, field := range in.TakeBack {
		before, ok := made[field]
		if !ok {
			return nil, ErrNotFound
		}
		if c, ok := callerColumns[field]; ok {
			*c.of(&r.Caller), columns[c.column] = before.replaced.StringVal, before.replaced
		}
		delete(made, field)
		fields = append(fields, "not "+field)
		ms = append(ms, spanner.Delete("corrections", s.key(r.ID, field)))
	}
	for _, value := range in.Values {
		now := correction{Correction: value}
		if before, ok := made[value.Field]; ok {
			now.replaced = before.replaced
		} else if c, ok := callerColumns[value.Field]; ok {
			now.replaced = nullString(*c.of(&r.Caller))
		}
		now.Actor, now.At = in.Actor, time.Time{}
		made[value.Field] = now
		fields = append(fields, value.Field)
		ms = append(ms, spanner.InsertOrUpdateMap("corrections", map[string]any{
			"tenant_id": s.tenant, "request_id": r.ID, "field": value.Field, "value": doc(value.Value),
			"replaced": now.replaced, "actor": in.Actor, "corrected_at": spanner.CommitTimestamp,
		}))
	}
	made.apply(&r.Caller, columns)
	event := request.Event{Step: "api", Name: "corrected", Detail: strings.Join(fields, ", ")}
	return append(ms, s.event(r.ID, event)), nil
}
