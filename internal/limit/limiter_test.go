package limit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/civil"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// clock is a settable time.
type clock struct{ at time.Time }

func (c *clock) Now() time.Time { return c.at }

// noon in Denver, where the day ends at 07:00 UTC.
func newClock() *clock { return &clock{at: time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC)} }

// quotas is the store: what of each day is taken, over all instances.
type quotas struct {
	mu    sync.Mutex
	err   error
	used  map[string]int64
	wants []int64
}

func (q *quotas) of(tenantID string) Quotas { return scope{q, tenantID} }

type scope struct {
	*quotas
	tenantID string
}

func (s scope) TakeQuota(_ context.Context, name string, day civil.Date, limit, want int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, s.err
	}
	s.wants = append(s.wants, want)
	key := fmt.Sprint(s.tenantID, " ", name, " ", day)
	granted := max(0, min(want, limit-s.used[key]))
	s.used[key] += granted
	return granted, nil
}

func newLimiter(t *testing.T, cfg Config, q *quotas, c *clock) *Limiter {
	t.Helper()
	l, err := New(cfg, q.of, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var (
	defaults = Config{FormsPerMinute: 60, FormsPerDay: 1000, APIPerMinute: 120, APIPerDay: 2000}
	denver   = &tenant.Tenant{ID: "denver", TimeZone: "America/Denver"}
	other    = &tenant.Tenant{ID: "other"}
)

// passes counts how many of n are let through, and returns the last refusal.
func passes(t *testing.T, l *Limiter, who *tenant.Tenant, s Subject, n int) (passed int, last *ExceededError) {
	t.Helper()
	for range n {
		err := l.Take(t.Context(), who, s)
		switch {
		case err == nil:
			passed++
		case !errors.As(err, &last):
			t.Fatal(err)
		}
	}
	return passed, last
}

func TestAMinutesLimitIsTheTenantsOwn(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := newLimiter(t, defaults, &quotas{used: map[string]int64{}}, c)
	passed, refused := passes(t, l, denver, Forms, 70)
	if want := (&ExceededError{After: time.Second}); passed != 60 || !cmp.Equal(want, refused) {
		t.Errorf("%d forms passed, then %+v; want 60, then %+v", passed, refused, want)
	}
	if passed, _ := passes(t, l, denver, API, 130); passed != 120 {
		t.Errorf("%d API requests passed beside the forms, want 120", passed)
	}
	if passed, _ := passes(t, l, other, Forms, 1); passed != 1 {
		t.Error("another tenant is refused")
	}
	c.at = c.at.Add(2 * time.Second)
	if passed, _ := passes(t, l, denver, Forms, 3); passed != 2 {
		t.Errorf("%d passed two seconds later, want 2", passed)
	}
	strict := *denver
	strict.Settings.Limits.FormsPerMinute = 6
	c.at = c.at.Add(time.Minute)
	passed, refused = passes(t, l, &strict, Forms, 10)
	if passed != 6 || refused == nil || refused.Seconds() != 10 {
		t.Errorf("with a limit of its own %d passed, then %+v", passed, refused)
	}
}

func TestADaysLimitHoldsOverInstancesUntilMidnightOfTheTenant(t *testing.T) {
	t.Parallel()
	c, q := newClock(), &quotas{used: map[string]int64{}}
	cfg := defaults
	cfg.FormsPerMinute = 10_000
	one, two := newLimiter(t, cfg, q, c), newLimiter(t, cfg, q, c)
	total := 0
	for range 1200 {
		a, _ := passes(t, one, denver, Forms, 1)
		b, _ := passes(t, two, denver, Forms, 1)
		total += a + b
	}
	if total != 1000 {
		t.Errorf("%d forms passed in a day, want 1000", total)
	}
	if len(q.wants) > 150 {
		t.Errorf("the store was asked %d times for 1000 forms", len(q.wants))
	}
	_, refused := passes(t, one, denver, Forms, 1)
	if want := (&ExceededError{Daily: true, After: 12 * time.Hour}); !cmp.Equal(want, refused) {
		t.Errorf("got %+v, want %+v", refused, want)
	}
	c.at = c.at.Add(12 * time.Hour)
	if passed, _ := passes(t, one, denver, Forms, 1); passed != 1 {
		t.Error("refused on the next day")
	}
}

func TestAUsedUpDayAsksTheStoreOnceUntilTheLimitIsRaised(t *testing.T) {
	t.Parallel()
	q := &quotas{used: map[string]int64{}}
	cfg := defaults
	cfg.FormsPerDay = 3
	l := newLimiter(t, cfg, q, newClock())
	passes(t, l, denver, Forms, 20)
	if len(q.wants) != 4 {
		t.Errorf("asked %d times, want one for each of three forms and one more", len(q.wants))
	}
	raised := *denver
	raised.Settings.Limits.FormsPerDay = 5
	if passed, _ := passes(t, l, &raised, Forms, 5); passed != 2 {
		t.Errorf("%d passed after the limit was raised by two", passed)
	}
}

func TestAnInstanceThatEndsWastesNoMoreThanItUsed(t *testing.T) {
	t.Parallel()
	for _, used := range []int{1, 2, 3, 7, 40, 300} {
		q := &quotas{used: map[string]int64{}}
		l := newLimiter(t, Config{FormsPerMinute: 10_000, FormsPerDay: 1000, APIPerMinute: 1, APIPerDay: 1}, q, newClock())
		passes(t, l, denver, Forms, used)
		for day, taken := range q.used {
			if wasted := taken - int64(used); wasted >= min(int64(used), 10) && wasted > 0 {
				t.Errorf("%s: %d taken for %d forms", day, taken, used)
			}
		}
	}
}

func TestAStoreThatIsAwayIsNoLimit(t *testing.T) {
	t.Parallel()
	away := errors.New("unavailable")
	l := newLimiter(t, defaults, &quotas{err: away}, newClock())
	if err := l.Take(t.Context(), denver, Forms); !errors.Is(err, away) {
		t.Errorf("err = %v, want the store's", err)
	}
}

func TestWhoWaitsForTheStoreGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	q := NewQuota((&quotas{used: map[string]int64{}}).of, newClock().Now)
	q.of(dayKey{denver.ID, Forms}).turn <- struct{}{} // somebody is asking
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.Take(ctx, denver, Forms, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}

func TestManyAtOnceStayWithinBothLimits(t *testing.T) {
	t.Parallel()
	l := newLimiter(t, Config{FormsPerMinute: 500, FormsPerDay: 100, APIPerMinute: 1, APIPerDay: 1}, &quotas{used: map[string]int64{}}, newClock())
	var wg sync.WaitGroup
	var mu sync.Mutex
	passed := 0
	for range 300 {
		wg.Go(func() {
			if l.Take(t.Context(), denver, Forms) == nil {
				mu.Lock()
				defer mu.Unlock()
				passed++
			}
		})
	}
	wg.Wait()
	if passed != 100 {
		t.Errorf("%d passed, want 100", passed)
	}
}

func TestBucketsForgetWhoWasIdleLongest(t *testing.T) {
	t.Parallel()
	b := NewBuckets(2, newClock().Now)
	take := func(key string) bool { return b.Take(key, 1) == nil }
	got := []bool{take("a"), take("b"), take("a"), take("c"), take("a"), take("b")}
	if want := []bool{true, true, false, true, false, true}; !cmp.Equal(want, got) {
		t.Errorf("got %v, want %v: b was idle longest when c came", got, want)
	}
	if len(b.byKey) != 2 || b.recent.Len() != 2 {
		t.Errorf("%d keys in the map, %d in the list", len(b.byKey), b.recent.Len())
	}
}

func TestRetryAfterIsRoundedUp(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]int{time.Nanosecond: 1, time.Second: 1, 1001 * time.Millisecond: 2, time.Hour: 3600} {
		if got := (&ExceededError{After: after}).Seconds(); got != want {
			t.Errorf("%s: got %d, want %d", after, got, want)
		}
	}
}

func TestLimitsThatLetNothingThroughAreRefused(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{"no forms": {APIPerDay: 1, APIPerMinute: 1}, "no API": {FormsPerDay: 1, FormsPerMinute: 1}} {
		if _, err := New(cfg, (&quotas{}).of, time.Now); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestADayEndsWithItsLastInstant(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{
		"America/Denver", "Asia/Kolkata",
		"America/Santiago", // the next day has no midnight: it begins at one
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, passed := range []time.Duration{0, time.Hour / 2, 12 * time.Hour, 24*time.Hour - time.Nanosecond} {
			now := time.Date(2026, 9, 5, 0, 0, 0, 0, loc).Add(passed)
			if got, want := midnight(now).Sub(now), 24*time.Hour-passed; got != want {
				t.Errorf("%s: %s ends after %s, want %s", zone, now, got, want)
			}
		}
	}
}
