package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"cloud.google.com/go/spanner"
	"google.golang.org/grpc/codes"
)

// AuditLine is one line of a tenant's audit log: actor did action to target.
type AuditLine struct {
	ID     string
	At     time.Time // of the commit
	Actor  string
	Action string // for instance source.put
	Target string // an id or a field's name, never a person's data
	Origin string // the address that it came from; empty: from within
	Before map[string]any
	After  map[string]any // both only what changed; personal fields and secrets by name
}

// auditDetail is the column with what a change was from and to.
type auditDetail struct {
	Before map[string]any `json:"before,omitempty"`
	After  map[string]any `json:"after,omitempty"`
}

type originKey struct{}

// maxOrigin is as long as its column. An IPv6 address with a zone is shorter.
const maxOrigin = 64

// WithOrigin notes the address that a request came from, for the lines that it causes.
func WithOrigin(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, originKey{}, first(maxOrigin, address))
}

// trail gathers the lines of a transaction, so that they are exported once it is committed
// and not for attempts that were aborted.
type trail struct{ lines []exported }

type exported struct {
	tenantID string
	line     AuditLine
}

type trailKey struct{}

// withTrail returns a context under which audit notes the lines of one attempt.
func (t *trail) withTrail(ctx context.Context) context.Context {
	t.lines = nil
	return context.WithValue(ctx, trailKey{}, t)
}

// export writes the lines to the log, where a sink can keep them out of this project's reach.
func (t *trail) export(ctx context.Context) {
	for _, e := range t.lines {
		slog.InfoContext(ctx, "audit", "tenant_id", e.tenantID, "audit_id", e.line.ID, "actor", e.line.Actor,
			"action", e.line.Action, "target", e.line.Target, "origin", e.line.Origin, "before", e.line.Before, "after", e.line.After)
	}
}

// audit returns the mutation that adds a line. Ctx must be the one that the transaction's
// closure got: it carries the trail.
func audit(ctx context.Context, tenantID, actor, action, target string) *spanner.Mutation {
	return auditChange(ctx, tenantID, AuditLine{Actor: actor, Action: action, Target: target})
}

// auditChange is audit for a line that says what was there before and after.
func auditChange(ctx context.Context, tenantID string, l AuditLine) *spanner.Mutation {
	l.ID = newToken()
	l.Origin, _ = ctx.Value(originKey{}).(string)
	if t, ok := ctx.Value(trailKey{}).(*trail); ok {
		t.lines = append(t.lines, exported{tenantID, l})
	}
	detail := doc(auditDetail{Before: l.Before, After: l.After})
	detail.Valid = len(l.Before)+len(l.After) > 0
	return spanner.InsertMap("audit_log", map[string]any{
		"tenant_id": tenantID, "audit_id": l.ID, "occurred_at": spanner.CommitTimestamp,
		"actor": l.Actor, "action": l.Action, "target": l.Target, "origin": nullString(l.Origin), "detail": detail,
	})
}

// Audit adds a line to the tenant's audit log: actor did action to target. Target is an
// id or a field's name, never a person's data.
func (s *Scope) Audit(ctx context.Context, actor, action, target string) error {
	return s.store.addLines(ctx, "step=api,op=audit", []string{s.tenant}, AuditLine{Actor: actor, Action: action, Target: target})
}

// AuditEach adds a line for each target to the tenant's audit log.
func (s *Scope) AuditEach(ctx context.Context, actor, action string, targets []string) error {
	return s.store.commitLines(ctx, "step=api,op=audit", func(noted context.Context) (ms []*spanner.Mutation) {
		for _, target := range targets {
			ms = append(ms, audit(noted, s.tenant, actor, action, target))
		}
		return ms
	})
}

// addLines adds a line to the logs of tenants.
func (s *Store) addLines(ctx context.Context, tag string, tenantIDs []string, line AuditLine) error {
	return s.commitLines(ctx, tag, func(noted context.Context) (ms []*spanner.Mutation) {
		for _, id := range tenantIDs {
			ms = append(ms, auditChange(noted, id, line))
		}
		return ms
	})
}

// commitLines commits the lines that a function makes under the context that it gets.
func (s *Store) commitLines(ctx context.Context, tag string, lines func(noted context.Context) []*spanner.Mutation) error {
	var t trail
	ms := lines(t.withTrail(ctx))
	if len(ms) == 0 {
		return nil
	}
	err := s.sessions.apply(ctx, tag, ms)
	if err != nil && spanner.ErrCode(err) != codes.AlreadyExists { // that: the answer to the first attempt was lost
		return err
	}
	t.export(ctx)
	return nil
}

// AuditFilter chooses lines for a list. Empty fields choose all.
type AuditFilter struct {
	Action string
	Target string
	Limit  int
	Before AuditCursor // the last line of the page before
}

// AuditCursor is a place in the audit log, newest first.
type AuditCursor struct {
	At time.Time
	ID string
}

// auditScan is how many lines a filtered page looks at. What it does not find in them is
// looked for by the next page.
const auditScan = 1000

// auditPage reads one page by the time index, from the cursor on.
const auditPage = `SELECT audit_id, occurred_at, actor, action, target, origin, detail
FROM audit_log@{FORCE_INDEX=audit_log_newest}
WHERE tenant_id = @tenant
  AND (occurred_at < @before_time OR (occurred_at = @before_time AND audit_id > @before_id))
ORDER BY occurred_at DESC, audit_id LIMIT @scan`

// AuditLog returns a page of the tenant's audit log, newest first, and where the next one
// begins: nil if there is none. With a filter that few lines pass a page may be short, or
// empty, and still not the last.
func (s *Scope) AuditLog(ctx context.Context, f AuditFilter) ([]AuditLine, *AuditCursor, error) {
	if f.Before.At.IsZero() {
		f.Before.At = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	scan := f.Limit + 1
	if f.Action != "" || f.Target != "" {
		scan = auditScan
	}
	statement := spanner.Statement{SQL: auditPage, Params: map[string]any{
		"tenant": s.tenant, "before_time": f.Before.At, "before_id": f.Before.ID, "scan": int64(scan),
	}}
	var p auditRows
	err := s.store.sessions.read(ctx, "step=api,op=audit_log", func(ctx context.Context, r reader) error {
		p = auditRows{filter: f}
		return r.Query(ctx, statement).Do(p.add)
	})
	if err != nil {
		return nil, nil, err
	}
	return p.lines, p.next(scan), nil
}

// auditRows is the lines of a page that a filter lets through.
type auditRows struct {
	filter AuditFilter
	lines  []AuditLine
	seen   int         // rows that were looked at
	last   AuditCursor // the last of them before the page was full
	more   bool        // a line was left over
}

func (p *auditRows) add(row *spanner.Row) error {
	p.seen++
	if p.more {
		return nil
	}
	var l AuditLine
	var origin spanner.NullString
	var detail document[auditDetail]
	if err := row.Columns(&l.ID, &l.At, &l.Actor, &l.Action, &l.Target, &origin, &detail); err != nil {
		return fmt.Errorf("read audit line: %w", err)
	}
	l.Origin, l.Before, l.After = origin.StringVal, detail.Value.Before, detail.Value.After
	matches := (p.filter.Action == "" || l.Action == p.filter.Action) && (p.filter.Target == "" || l.Target == p.filter.Target)
	if matches && len(p.lines) == p.filter.Limit {
		p.more = true
		return nil
	}
	if matches {
		p.lines = append(p.lines, l)
	}
	p.last = AuditCursor{At: l.At, ID: l.ID}
	return nil
}

// next returns where the page after begins, nil if all lines were seen.
func (p *auditRows) next(scan int) *AuditCursor {
	if !p.more && p.seen < scan {
		return nil
	}
	return &p.last
}
