package api

import (
	"errors"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/limit"
)

// maxCallers is how many bearers and addresses are remembered. Who was idle longest is
// forgotten first, which costs a limit only where more than that are busy at once.
const maxCallers = 10_000

// CallerLimits says how much one caller may ask of one instance.
type CallerLimits struct {
	PerSecond float64 `env:"API_TOKEN_PER_SECOND, default=20"`    // requests of one bearer, over all of its tokens; 0: no limit
	Burst     int     `env:"API_TOKEN_BURST, default=60"`         // of them at once
	Failures  int     `env:"API_FAILURES_PER_MINUTE, default=60"` // requests without a good token from one address; 0: no limit
	// TrustedHops is how many addresses at the end of X-Forwarded-For are of proxies of ours:
	// 1 behind a load balancer, 0 where strangers reach Cloud Run directly.
	TrustedHops int `env:"TRUSTED_HOPS, default=1"`
}

// Validate reports every problem at once.
func (c *CallerLimits) Validate() error {
	var errs []error
	if c.PerSecond < 0 || c.PerSecond > 0 && c.Burst <= 0 {
		errs = append(errs, errors.New("API_TOKEN_PER_SECOND must not be negative, API_TOKEN_BURST must be positive"))
	}
	if c.Failures < 0 || c.TrustedHops < 0 {
		errs = append(errs, errors.New("API_FAILURES_PER_MINUTE and TRUSTED_HOPS must not be negative"))
	}
	return errors.Join(errs...)
}

// limits keeps callers from asking too much.
type limits struct {
	cfg       CallerLimits
	bearers   *limit.Buckets // by actor
	strangers *limit.Buckets // by address
}

func newLimits(cfg CallerLimits, now func() time.Time) *limits {
	return &limits{cfg: cfg, bearers: limit.NewBuckets(maxCallers, now), strangers: limit.NewBuckets(maxCallers, now)}
}

// bearer counts a request of a bearer, and refuses it if there were too many.
func (l *limits) bearer(actor string) error {
	if l.cfg.PerSecond == 0 {
		return nil
	}
	return tooMany(l.bearers.TakeAt(actor, limit.Rate{PerSecond: l.cfg.PerSecond, Burst: l.cfg.Burst}))
}

// stranger counts a request without a good token. It never keeps a good token out: somebody
// else behind the same address may send bad ones.
func (l *limits) stranger(address string) error {
	if l.cfg.Failures == 0 {
		return nil
	}
	return tooMany(l.strangers.TakeAt(address, limit.PerMinute(l.cfg.Failures)))
}

func tooMany(err error) error {
	var exceeded *limit.ExceededError
	if errors.As(err, &exceeded) {
		return refuseFor(ProblemCodeRateLimited, exceeded.After)
	}
	return err
}
