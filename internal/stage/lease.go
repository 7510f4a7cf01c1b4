package stage

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Renewer holds something under a lease.
type Renewer interface {
	Renew(ctx context.Context, lease time.Duration) error
}

// KeepLease renews a lease three times in its length until stop is called. If it is
// lost, or was not renewed in its whole length, the returned context is cancelled with
// ErrLost as its cause, so that the holder stops before doing what somebody else is doing now.
func KeepLease(ctx context.Context, held Renewer, lease time.Duration) (work context.Context, stop func()) {
	work, cancel := context.WithCancelCause(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(lease / 3)
		defer tick.Stop()
		renewed := time.Now()
		for {
			select {
			case <-work.Done():
				return
			case <-tick.C:
			}
			began := time.Now()
			err := renew(work, held, lease)
			if err == nil {
				renewed = began
			}
			if errors.Is(err, ErrLost) || time.Since(renewed) >= lease {
				cancel(ErrLost)
				return
			}
			if err != nil && work.Err() == nil {
				slog.WarnContext(work, "lease not renewed", "error", err)
			}
		}
	})
	return work, func() {
		cancel(nil)
		done.Wait()
	}
}

// renew gives up when the next try is due: a store that hangs must not hide that the lease
// runs out.
func renew(ctx context.Context, held Renewer, lease time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, lease/3)
	defer cancel()
	return held.Renew(ctx, lease)
}

// Wait returns the pause after a number of earlier failures: doubled each time, capped,
// with full jitter above half, so that many requests do not come back at once.
func (c Config) Wait(failures int64) time.Duration {
	d := c.Longest
	if failures < 20 {
		d = min(c.Backoff<<failures, c.Longest)
	}
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter, not a secret
}
