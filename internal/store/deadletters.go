package store

import (
	"context"
	"strings"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"
)

// LetterState says what became of a dead letter.
type LetterState string

// The states of dead letters.
const (
	LetterOpen      LetterState = "open"
	LetterRedriven  LetterState = "redriven"  // published again
	LetterDismissed LetterState = "dismissed" // somebody has seen to it
)

// DeadLetter is a message that no step could deal with.
type DeadLetter struct {
	ID         string // made of topic and message id: a second delivery meets its own row
	TenantID   string // empty: not known
	RequestID  string
	Topic      string // where it was published first; empty: not known
	Message    LetterMessage
	Attempts   int64 // deliveries before it was given up
	State      LetterState
	Actor      string // who redrove or dismissed it
	ReceivedAt time.Time
	UpdatedAt  time.Time
}

// LetterMessage is a message as it came. Ours hold ids only.
type LetterMessage struct {
	Attributes map[string]string `json:"attributes,omitempty"`
	Data       []byte            `json:"data,omitempty"`
	Cut        bool              `json:"cut,omitempty"` // Data is the beginning only
}

// LetterFilter chooses dead letters for a list, newest first.
type LetterFilter struct {
	State  LetterState
	Limit  int
	Before LetterCursor // the last one of the page before
}

// LetterCursor is a place in the list.
type LetterCursor struct {
	ReceivedAt time.Time
	ID         string
}

var letterColumns = []string{
	"letter_id", "tenant_id", "request_id", "topic", "message", "attempts", "state", "actor", "received_at", "updated_at",
}

// KeepDeadLetter keeps a dead letter, and says whether it was new.
func (o *Operator) KeepDeadLetter(ctx context.Context, l DeadLetter) (fresh bool, err error) {
	m := spanner.Insert("dead_letters", letterColumns, []any{
		l.ID, first(64, l.TenantID), nullString(first(64, l.RequestID)), first(64, l.Topic), doc(l.Message), l.Attempts,
		string(LetterOpen), nil, spanner.CommitTimestamp, spanner.CommitTimestamp,
	})
	err = o.store.sessions.apply(ctx, "step=sweep,op=keep_dead_letter", []*spanner.Mutation{m})
	if spanner.ErrCode(err) == codes.AlreadyExists {
		return false, nil
	}
	return err == nil, err
}

// Each list is a range of an index that leads with what chooses it. The cursor is a key of it,
// so a page costs the same at any depth.
const (
	allLetters = ` FROM dead_letters@{FORCE_INDEX=dead_letters_by_time}
WHERE state = @state`
	tenantLetters = ` FROM dead_letters@{FORCE_INDEX=dead_letters_by_tenant}
WHERE tenant_id = @tenant AND state = @state`
	lettersBefore = `
  AND (received_at < @before_time OR (received_at = @before_time AND letter_id > @before_id))
ORDER BY received_at DESC, letter_id LIMIT @limit`
)

// DeadLetters returns a page of every tenant's dead letters, and of those that nobody knows the
// tenant of.
func (o *Operator) DeadLetters(ctx context.Context, f LetterFilter) ([]DeadLetter, error) {
	return o.store.letters(ctx, allLetters, map[string]any{}, f)
}

// DeadLetters returns a page of the tenant's dead letters.
func (s *Scope) DeadLetters(ctx context.Context, f LetterFilter) ([]DeadLetter, error) {
	return s.store.letters(ctx, tenantLetters, map[string]any{"tenant": s.tenant}, f)
}

func (s *Store) letters(ctx context.Context, from string, params map[string]any, f LetterFilter) ([]DeadLetter, error) {
	if f.Before.ReceivedAt.IsZero() {
		f.Before.ReceivedAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	params["state"], params["limit"] = string(f.State), int64(f.Limit)
	params["before_time"], params["before_id"] = f.Before.ReceivedAt, f.Before.ID
	statement := spanner.Statement{SQL: "SELECT " + strings.Join(letterColumns, ", ") + from + lettersBefore, Params: params}
	var page []DeadLetter
	err := s.sessions.read(ctx, "step=api,op=dead_letters", func(ctx context.Context, r reader) error {
		page = nil
		return r.Query(ctx, statement).Do(func(row *spanner.Row) error {
			l, err := readLetter(row)
			page = append(page, l)
			return err
		})
	})
	return page, err
}

func readLetter(row *spanner.Row) (DeadLetter, error) {
	var l DeadLetter
	var state string
	var requestID, actor spanner.NullString
	var message document[LetterMessage]
	err := row.Columns(&l.ID, &l.TenantID, &requestID, &l.Topic, &message, &l.Attempts, &state, &actor, &l.ReceivedAt, &l.UpdatedAt)
	l.RequestID, l.Message, l.State, l.Actor = requestID.StringVal, message.Value, LetterState(state), actor.StringVal
	return l, err
}

// DeadLetter returns one dead letter.
func (o *Operator) DeadLetter(ctx context.Context, id string) (DeadLetter, error) {
	var found DeadLetter
	err := o.store.sessions.read(ctx, "step=api,op=dead_letter", func(ctx context.Context, r reader) (err error) {
		found, err = letterRow(ctx, r, id)
		return err
	})
	return found, err
}

func letterRow(ctx context.Context, r reader, id string) (DeadLetter, error) {
	row, err := r.ReadRow(ctx, "dead_letters", spanner.Key{id}, letterColumns)
	if spanner.ErrCode(err) == codes.NotFound {
		return DeadLetter{}, ErrNotFound
	}
	if err != nil {
		return DeadLetter{}, err
	}
	return readLetter(row)
}

// SettleDeadLetter says what became of an open dead letter, with an audit entry by actor if it
// is a tenant's. One that is settled already is ErrDealt, unless it is settled like this.
func (o *Operator) SettleDeadLetter(ctx context.Context, actor, id string, state LetterState) (DeadLetter, error) {
	var l DeadLetter
	err := o.store.sessions.readWrite(ctx, "step=api,op=settle_dead_letter", func(ctx context.Context, tx *spanner.ReadWriteTransaction) (err error) {
		if l, err = letterRow(ctx, tx, id); err != nil || l.State == state {
			return err
		}
		if l.State != LetterOpen {
			return ErrDealt
		}
		l.State, l.Actor = state, actor
		ms := []*spanner.Mutation{spanner.Update("dead_letters", []string{"letter_id", "state", "actor", "updated_at"},
			[]any{id, string(state), actor, spanner.CommitTimestamp})}
		if known, err := tenantExists(ctx, tx, l.TenantID); err != nil {
			return err
		} else if known {
			ms = append(ms, audit(ctx, l.TenantID, actor, "dead_letter."+string(state), id))
		}
		return tx.BufferWrite(ms)
	})
	return l, err
}

// tenantExists reports whether a message named a real tenant: the audit log's lines are
// children of tenants.
func tenantExists(ctx context.Context, tx *spanner.ReadWriteTransaction, id string) (bool, error) {
	_, err := tx.ReadRow(ctx, "tenants", spanner.Key{id}, []string{"tenant_id"})
	if spanner.ErrCode(err) == codes.NotFound {
		return false, nil
	}
	return err == nil, err
}
