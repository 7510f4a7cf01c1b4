package callrail

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// CallRail allows each account 1,000 requests an hour and 10,000 a day, all of its companies
// together (https://apidocs.callrail.com, rate limiting). Bursts are taken out of the same
// allowance, so that even a full burst followed by the steady rate stays within it.
const (
	hourly, hourlyBurst = 1000, 100
	daily, dailyBurst   = 10_000, 1000

	// maxWait is how long a request waits for its turn here. Beyond it the caller's row is
	// better due again later than its lease kept for waiting.
	maxWait = 2 * time.Second
)

// limits holds one allowance per account. They are this process's own: several instances
// share an account's limit only by its 429.
type limits struct {
	now func() time.Time

	mu       sync.Mutex
	accounts map[string]*allowance
}

type allowance struct {
	hour, day *rate.Limiter

	mu    sync.Mutex
	until time.Time // after a 429
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, accounts: make(map[string]*allowance)}
}

func (l *limits) of(account string) *allowance {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[account]
	if a == nil {
		a = &allowance{
			hour: rate.NewLimiter(rate.Limit(float64(hourly-hourlyBurst)/time.Hour.Seconds()), hourlyBurst),
			day:  rate.NewLimiter(rate.Limit(float64(daily-dailyBurst)/(24*time.Hour).Seconds()), dailyBurst),
		}
		l.accounts[account] = a
	}
	return a
}

// wait takes one request from the account's allowance, waiting a moment for it, or returns a
// *RateLimitedError with the time at which there will be one.
func (l *limits) wait(ctx context.Context, account string) error {
	a, now := l.of(account), l.now()
	if until := a.resting(); until.After(now) {
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

// rest keeps the account quiet after CallRail said so.
func (l *limits) rest(account string, until time.Time) {
	a := l.of(account)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = until
}

func (a *allowance) resting() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.until
}
