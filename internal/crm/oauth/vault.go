package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

const (
	// lockTTL is how long a crashed instance keeps the others from renewing. The work under
	// the lock ends workMargin before that, or a second instance would use the same token.
	lockTTL    = 40 * time.Second
	workMargin = 5 * time.Second
	// lockWait is how long to wait for another instance's renewal, which takes about a
	// second; after that the delivery is due again after retryAfter.
	lockWait   = 6 * time.Second
	lockPoll   = 100 * time.Millisecond
	retryAfter = 10 * time.Second

	saveTries = 4
	savePause = 250 * time.Millisecond // before the second try; doubled each time
)

// Lock is a lock that is held. It frees itself when its time is over.
type Lock interface {
	// Note is what the last holder left.
	Note() string
	// Unlock frees the lock and leaves a note.
	Unlock(ctx context.Context, note string) error
}

// LockFunc takes a tenant's lock. It fails with stage.ErrHeld if somebody else has it.
type LockFunc func(ctx context.Context, tenantID, name string, ttl time.Duration) (Lock, error)

// Secrets reads and writes secrets past any cache.
type Secrets interface {
	// Newest returns the newest version that can be known: the latest, or the given one if
	// that is newer. Secret Manager's own notion of the latest may be minutes old.
	Newest(ctx context.Context, name string, atLeast int64) (value string, version int64, err error)
	// Put adds a version.
	Put(ctx context.Context, name, value string) (version int64, err error)
}

// Vaults make vaults of secrets. They must be one set for each process.
type Vaults struct {
	lock    LockFunc
	secrets Secrets
	now     func() time.Time

	lockWait, savePause time.Duration

	mu      sync.Mutex
	unsaved map[string]draft // by secret
}

// draft is a new version of a secret that could not be saved.
type draft struct {
	value string
	base  int64 // the version that it replaces
}

// NewVaults returns vaults whose locks are taken with lock.
func NewVaults(lock LockFunc, secrets Secrets, now func() time.Time) *Vaults {
	return &Vaults{
		lock: lock, secrets: secrets, now: now, lockWait: lockWait, savePause: savePause,
		unsaved: make(map[string]draft),
	}
}

// Vault returns the vault of one tenant's secret.
func (v *Vaults) Vault(tenantID, secret string) crm.Vault {
	return &vault{all: v, tenantID: tenantID, secret: secret}
}

type vault struct {
	all      *Vaults
	tenantID string
	secret   string
}

// Renew implements crm.Vault. The lock's note is the version that its last holder saved.
func (v *vault) Renew(ctx context.Context, renew func(ctx context.Context, current string) (string, error)) (string, error) {
	lock, err := v.take(ctx)
	if err != nil {
		return "", err
	}
	// What the provider hands out is saved even if the delivery that asked is cancelled.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockTTL-workMargin)
	defer cancel()
	note := lock.Note()
	version, _ := strconv.ParseInt(note, 10, 64) // no note, or none of ours: the latest is all that is known
	value, version, err := v.replace(ctx, version, renew)
	if version > 0 {
		note = strconv.FormatInt(version, 10)
	}
	if unlockErr := lock.Unlock(ctx, note); unlockErr != nil {
		slog.WarnContext(ctx, "credentials' lock not freed", "tenant_id", v.tenantID, "error", unlockErr) // it frees itself
	}
	return value, err
}

// take waits for the lock for a while.
func (v *vault) take(ctx context.Context) (Lock, error) {
	wait, cancel := context.WithTimeout(ctx, v.all.lockWait)
	defer cancel()
	for {
		lock, err := v.all.lock(wait, v.tenantID, "credentials/"+v.secret, lockTTL)
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, stage.ErrHeld) && ctx.Err() == nil && wait.Err() == nil {
			return nil, &crm.Error{Fault: crm.Transient, Op: "lock credentials", Err: err}
		}
		select {
		case <-wait.Done():
			return nil, &crm.Error{
				Fault: crm.RateLimited, Op: "lock credentials", RetryAt: v.all.now().Add(retryAfter), Err: err,
				Message: "The access token is being renewed.",
			}
		case <-time.After(lockPoll + rand.N(lockPoll)): //nolint:gosec // spreads load, guards nothing
		}
	}
}

// replace does the work under the lock. The version is the newest that is known to be saved.
func (v *vault) replace(ctx context.Context, atLeast int64, renew func(context.Context, string) (string, error)) (string, int64, error) {
	current, version, err := v.newest(ctx, atLeast)
	if err != nil {
		return "", 0, &crm.Error{Fault: crm.Transient, Op: "read credentials", Err: err}
	}
	next, err := renew(ctx, current)
	if err != nil || next == current {
		return next, version, err
	}
	saved, err := v.save(ctx, draft{value: next, base: version})
	if err != nil {
		return next, version, err
	}
	return next, saved, nil
}

// newest returns the newest credentials: those that could not be saved are saved now, unless
// somebody else has written others meanwhile, by connecting the account again.
func (v *vault) newest(ctx context.Context, atLeast int64) (string, int64, error) {
	current, version, err := v.all.secrets.Newest(ctx, v.secret, atLeast)
	if err != nil {
		return "", 0, err
	}
	v.all.mu.Lock()
	d, ok := v.all.unsaved[v.secret]
	delete(v.all.unsaved, v.secret)
	v.all.mu.Unlock()
	if !ok || d.base != version {
		return current, version, nil
	}
	if version, err = v.save(ctx, d); err != nil {
		return "", 0, err
	}
	return d.value, version, nil
}

// save adds a version. It tries hard: the version before may be worth nothing any more.
func (v *vault) save(ctx context.Context, d draft) (int64, error) {
	var err error
	wait := v.all.savePause
	for range saveTries {
		var version int64
		if version, err = v.all.secrets.Put(ctx, v.secret, d.value); err == nil {
			return version, nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
			wait *= 2
		}
	}
	v.all.mu.Lock()
	defer v.all.mu.Unlock()
	v.all.unsaved[v.secret] = d
	return 0, &crm.Error{Fault: crm.Transient, Op: "save credentials", Err: fmt.Errorf("put secret: %w", err)}
}
