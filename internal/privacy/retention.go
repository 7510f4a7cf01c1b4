package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// RetentionConfig says how often and how long retention works.
type RetentionConfig struct {
	Every time.Duration `env:"RETENTION_EVERY, default=15m"` // between two passes over a tenant
	Turn  time.Duration `env:"RETENTION_TURN, default=20s"`  // how long one pass over a tenant may take
}

// Validate reports every problem at once.
func (c *RetentionConfig) Validate() error {
	if c.Every <= 0 || c.Turn <= 0 {
		return errors.New("RETENTION_EVERY and RETENTION_TURN must be positive")
	}
	return nil
}

// RetentionBucket is what retention does to objects.
type RetentionBucket interface {
	List(ctx context.Context, prefix string) iter.Seq2[recording.Entry, error]
	Delete(ctx context.Context, object string) error
	DeletePrefix(ctx context.Context, prefix string) (int, error)
}

// Retention deletes what a tenant does not want to keep any longer, and exports that were
// there long enough. Where it has come to is in the note of a lease, so that instances share
// the work and a crash repeats a turn at most.
type Retention struct {
	Config  RetentionConfig
	Exports int // days that the result of an export is kept
	Store   *store.Store
	Bucket  RetentionBucket
	Tenants func() []*tenant.Tenant
	Now     func() time.Time

	mu   sync.Mutex
	next map[string]time.Time // by tenant, so that the lease is not asked for in vain
}

// lease is the name of the lease, whose note is a ledger.
const lease = "retention"

// ledger is how far retention has come with a tenant.
type ledger struct {
	Next        time.Time `json:"next"`
	Recordings  window    `json:"recordings,omitzero"`
	Transcripts window    `json:"transcripts,omitzero"`
	Requests    window    `json:"requests,omitzero"`
}

// Run makes a pass over every tenant whose time it is. A tenant that fails does not hold up
// the others.
func (r *Retention) Run(ctx context.Context) error {
	var errs []error
	for _, t := range r.Tenants() {
		if ctx.Err() != nil {
			break
		}
		if r.Now().Before(r.known(t.ID)) {
			continue
		}
		next, err := r.pass(ctx, t)
		if err != nil {
			errs = append(errs, fmt.Errorf("retention of %s: %w", t.ID, err))
			next = r.Now().Add(r.Config.Every)
		}
		r.know(t.ID, next)
	}
	return errors.Join(errs...)
}

func (r *Retention) known(tenantID string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next[tenantID]
}

func (r *Retention) know(tenantID string, next time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = map[string]time.Time{}
	}
	r.next[tenantID] = next
}

// pass works on one tenant for a turn, and returns when the next one is.
func (r *Retention) pass(ctx context.Context, t *tenant.Tenant) (time.Time, error) {
	scope := r.Store.ForTenant(t.ID)
	held, err := scope.Lock(ctx, lease, 3*r.Config.Turn)
	if errors.Is(err, store.ErrHeld) {
		return r.Now().Add(r.Config.Every), nil
	}
	if err != nil {
		return time.Time{}, err
	}
	var l ledger
	if note := held.Note(); note != "" {
		if err := json.Unmarshal([]byte(note), &l); err != nil {
			slog.ErrorContext(ctx, "ledger of retention not readable, it starts over", "tenant_id", t.ID)
			l = ledger{}
		}
	}
	if !r.Now().Before(l.Next) {
		err = r.work(ctx, t, scope, &l)
	}
	note, encodeErr := json.Marshal(l)
	unlockErr := held.Unlock(context.WithoutCancel(ctx), string(note))
	return l.Next, errors.Join(err, encodeErr, unlockErr)
}

// work does the classes one after the other until the turn is over.
func (r *Retention) work(ctx context.Context, t *tenant.Tenant, scope *store.Scope, l *ledger) error {
	c := class{retention: r, scope: scope, tenantID: t.ID, until: r.Now().Add(r.Config.Turn)}
	if err := c.exports(ctx); err != nil {
		return err
	}
	days, all := t.Settings.Retention, true
	for _, one := range []struct {
		days   int
		window *window
		expire func(context.Context, string) (store.Expiry, error)
	}{
		{days.RequestDays, &l.Requests, c.request}, // first: what it deletes needs no other
		{days.RecordingDays, &l.Recordings, c.recording},
		{days.TranscriptDays, &l.Transcripts, scope.ExpireTranscript},
	} {
		if one.days <= 0 {
			*one.window = window{} // what comes meanwhile is kept until the tenant says otherwise
			continue
		}
		done, err := c.expire(ctx, one.window, r.Now().Add(-time.Duration(one.days)*day), one.expire)
		if err != nil {
			return err
		}
		all = all && done
	}
	l.Next = r.Now()
	if all {
		l.Next = l.Next.Add(r.Config.Every)
	}
	return nil
}
