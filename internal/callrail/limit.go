package callrail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxWait is how long a request waits for its turn here. Beyond it the caller's row is
// better due again later than its lease kept for waiting.
const maxWait = 2 * time.Second

// Limits are how much an account may be asked, all of its companies together.
type Limits struct {
	PerHour int `env:"CALLRAIL_REQUESTS_PER_HOUR, default=1000"`
	PerDay  int `env:"CALLRAIL_REQUESTS_PER_DAY, default=10000"`
}

// defaultLimits are what CallRail allows (https://apidocs.callrail.com, rate limiting). It may
// allow an account more.
var defaultLimits = Limits{PerHour: 1000, PerDay: 10_000}

// newAllowance returns an account's allowance. What may be asked for at once, and what requests
// that do not wait may owe after that (see follow), are taken out of the steady rate, so that
// all of it together stays within the limits.
func newAllowance(l Limits) *allowance {
	burst := max(1, l.PerHour/20)
	return &allowance{
		hour: limiter(l.PerHour, burst, burst, time.Hour),
		day:  limiter(l.PerDay, max(1, l.PerDay/10), burst, 24*time.Hour),
	}
}

func limiter(allowed, burst, owed int, span time.Duration) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(float64(max(1, allowed-burst-owed))/span.Seconds()), burst)
}

// limits holds one allowance per account. They are this process's own: several instances
// share an account's limit only by its 429. A key that has never opened the account that it is said
// to belong to has an allowance of its own: whoever names somebody else's account takes nothing
// from it.
type limits struct {
	Limits
	now func() time.Time

	mu       sync.Mutex
	accounts map[string]*allowance // by account, or by account and key
	opened   map[string]bool       // by account and key
}

type allowance struct {
	hour, day *rate.Limiter

	mu    sync.Mutex
	until time.Time // after a 429
}

func newLimits(l Limits, now func() time.Time) *limits {
	l.PerHour, l.PerDay = cmp.Or(l.PerHour, defaultLimits.PerHour), cmp.Or(l.PerDay, defaultLimits.PerDay)
	return &limits{Limits: l, now: now, accounts: make(map[string]*allowance), opened: make(map[string]bool)}
}

func (l *limits) of(access Access) *allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := access.pair()
	if l.opened[name] {
		name = access.AccountID
	}
	a := l.accounts[name]
	if a == nil {
		a = newAllowance(l.Limits)
		l.accounts[name] = a
	}
	return a
}

// open notes that the access's key has opened its account. From then on it shares the account's
// allowance, which is its own so far unless another key was first.
func (l *limits) open(access Access) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := access.pair()
	if l.opened[name] {
		return
	}
	l.opened[name] = true
	if l.accounts[access.AccountID] == nil {
		l.accounts[access.AccountID] = l.accounts[name]
	}
	delete(l.accounts, name)
}

// pair names account and key without holding the key.
func (a Access) pair() string {
	sum := sha256.Sum256([]byte(a.APIKey))
	return a.AccountID + " " + string(sum[:])
}

// wait takes one request from the account's allowance, waiting a moment for it, or returns a
// *RateLimitedError with the time at which there will be one.
func (l *limits) wait(ctx context.Context, access Access) error {
	a, now := l.of(access), l.now()
	until := a.resting()
	if access.Spare {
		until = later(until, spare(a.hour, now), spare(a.day, now))
	}
	if until.After(now) {
		return &RateLimitedError{RetryAt: until}
	}
	hour, day := a.hour.ReserveN(now, 1), a.day.ReserveN(now, 1)
	delay := max(hour.DelayFrom(now), day.DelayFrom(now))
	if delay > maxWait {
		hour.CancelAt(now)
		day.CancelAt(now)
		return &RateLimitedError{RetryAt: now.Add(delay)}
	}
	if delay == 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// spare returns when there will be more in a limiter than the half that is kept for what happens
// now: now or before, if there is.
func spare(l *rate.Limiter, now time.Time) time.Time {
	lacking := float64(l.Burst()/2+1) - l.TokensAt(now) // at most the whole burst, which there will be
	return now.Add(time.Duration(lacking / float64(l.Limit()) * float64(time.Second)))
}

func later(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// follow takes one request from the account's allowance without waiting for it: it goes on with
// what another request has begun, which would have been in vain if this one had to come back
// later. What is owed then is waited for by who begins something.
func (l *limits) follow(_ context.Context, access Access) error {
	a, now := l.of(access), l.now()
	if until := a.resting(); until.After(now) {
		return &RateLimitedError{RetryAt: until}
	}
	a.hour.ReserveN(now, 1)
	a.day.ReserveN(now, 1)
	return nil
}

// rest keeps the account quiet after CallRail said so.
func (l *limits) rest(access Access, until time.Time) {
	a := l.of(access)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = later(a.until, until)
}

func (a *allowance) resting() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.until
}
