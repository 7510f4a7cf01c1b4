package stage_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// unreachable is a row in a store that does not answer.
type unreachable struct{ hangs bool }

func (u unreachable) Renew(ctx context.Context, _ time.Duration) error {
	if u.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return errors.New("unavailable")
}

func TestALeaseThatCannotBeRenewedInTimeStopsTheWork(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]unreachable{"the store refuses": {}, "the store hangs": {hangs: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work, stop := stage.KeepLease(t.Context(), row, 30*time.Millisecond)
			defer stop()
			select {
			case <-work.Done():
			case <-time.After(10 * time.Second):
				t.Fatal("the work goes on under a lease that ran out")
			}
			if cause := context.Cause(work); !errors.Is(cause, stage.ErrLost) {
				t.Errorf("got %v, want ErrLost", cause)
			}
		})
	}
}

// renewals is a row that answers as it is told to, at once.
type renewals struct {
	answers []error // to the first renewals; the last one to all that follow
	began   time.Time
	asked   []time.Duration // when it was, since began
	limits  []time.Duration // how long each might take
}

func (r *renewals) Renew(ctx context.Context, _ time.Duration) error {
	deadline, _ := ctx.Deadline()
	r.asked, r.limits = append(r.asked, time.Since(r.began)), append(r.limits, time.Until(deadline))
	return r.answers[min(len(r.asked), len(r.answers))-1]
}

func TestALeaseIsRenewedThreeTimesInItsLength(t *testing.T) {
	t.Parallel()
	away := errors.New("unavailable")
	every := func(seconds ...time.Duration) (times []time.Duration) {
		for _, s := range seconds {
			times = append(times, s*time.Second)
		}
		return times
	}
	for name, tt := range map[string]struct {
		answers []error
		asked   []time.Duration
		lost    time.Duration // when the work is stopped; 0: never
	}{
		"and goes on":                   {[]error{nil}, every(10, 20, 30, 40, 50, 60), 0},
		"and is lost at once":           {[]error{nil, stage.ErrLost}, every(10, 20), 20 * time.Second},
		"and survives a short outage":   {[]error{away, away, nil, away, away, nil}, every(10, 20, 30, 40, 50, 60), 0},
		"and survives two lost answers": {[]error{nil, away, away, nil}, every(10, 20, 30, 40, 50, 60), 0},
		"and ends with an outage":       {[]error{nil, away}, every(10, 20, 30, 40), 40 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				row := &renewals{answers: tt.answers, began: time.Now()}
				work, stop := stage.KeepLease(t.Context(), row, 30*time.Second)
				select {
				case <-work.Done():
				case <-time.After(65 * time.Second):
				}
				if took := time.Since(row.began); tt.lost > 0 && took != tt.lost || (tt.lost == 0) != (work.Err() == nil) {
					t.Errorf("the work ended after %s, %v", took, context.Cause(work))
				}
				stop()
				if !slices.Equal(row.asked, tt.asked) {
					t.Errorf("renewed at %s, want %s", row.asked, tt.asked)
				}
				for _, limit := range row.limits {
					if limit != 10*time.Second {
						t.Errorf("a renewal may take %s", limit)
					}
				}
			})
		})
	}
}

func TestTheWaitDoublesUpToItsLongest(t *testing.T) {
	t.Parallel()
	config := stage.Config{Backoff: 4 * time.Second, Longest: time.Minute}
	short := stage.Config{Backoff: 2, Longest: time.Hour} // nanoseconds: doubling alone never gets to the longest
	for name, tt := range map[string]struct {
		config   stage.Config
		failures int64
		longest  time.Duration
	}{
		"at first":             {config, 0, 4 * time.Second},
		"after a failure":      {config, 1, 8 * time.Second},
		"after three":          {config, 3, 32 * time.Second},
		"up to the longest":    {config, 4, time.Minute},
		"of very few":          {short, 0, 2},
		"for as far as it may": {short, 19, 2 << 19},
		"not any further":      {short, 20, time.Hour},
		"not past all numbers": {config, 70, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			low, high := tt.longest, time.Duration(0)
			for range 200 {
				wait := tt.config.Wait(tt.failures)
				low, high = min(low, wait), max(high, wait)
			}
			if low < tt.longest/2 || high > tt.longest {
				t.Errorf("waits from %s to %s, want between %s and %s", low, high, tt.longest/2, tt.longest)
			}
			if low == high {
				t.Error("all come back at once")
			}
		})
	}
}
