package callrail

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"
)

// A call takes two requests. While many wait for the account's allowance, one that was begun
// must be finished: else each is begun again and again, and no recording ever comes.
func TestAtTheRateLimitWhatIsBegunIsFinished(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls = 100
		c := newClientOf(t, twoRequests)
		var begun atomic.Int32
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var group errgroup.Group
		for range calls {
			group.Go(func() error { return fetch(ctx, c, testAccess, &begun) })
		}
		if err := group.Wait(); err != nil || begun.Load() != calls {
			t.Errorf("%d calls were begun %d times in %v: %v", calls, begun.Load(), time.Since(start), err)
		}
	})
}

// History may wait. A call that comes while much of it does must not.
func TestHistoryLeavesRoomForWhatHappensNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls = 400
		c := newClientOf(t, twoRequests)
		past := testAccess
		past.Spare = true
		var begun, begunNow atomic.Int32
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		var history errgroup.Group
		for range calls {
			history.Go(func() error { return fetch(ctx, c, past, &begun) })
		}
		for range 30 {
			time.Sleep(time.Minute)
			arrived := time.Now()
			if err := fetch(ctx, c, testAccess, &begunNow); err != nil || time.Since(arrived) > 0 {
				t.Fatalf("after %d of the past, a call waited %v: %v", begun.Load(), time.Since(arrived), err)
			}
		}
		if err := history.Wait(); err != nil || begun.Load() != calls {
			t.Errorf("%d of %d calls of the past were fetched: %v", begun.Load(), calls, err)
		}
	})
}

// Whoever names somebody else's account in a source has no key that opens it.
func TestAWrongKeyTakesNothingFromTheAccountItNames(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClientOf(t, func(r *http.Request) (*http.Response, error) {
			if !strings.Contains(r.Header.Get("Authorization"), testAccess.APIKey) {
				return &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: http.NoBody}, nil
			}
			return twoRequests(r)
		})
		stranger, limited := testAccess, 0
		stranger.APIKey = "another"
		for range 100 {
			var e *RateLimitedError
			if _, err := c.Call(t.Context(), stranger, "CAL1"); errors.As(err, &e) {
				limited++
			}
		}
		if limited == 0 {
			t.Error("the wrong key has no limit")
		}
		for range 40 {
			if _, err := c.Call(t.Context(), testAccess, "CAL1"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Two keys of one account share what it is allowed once they have opened it.
func TestKeysOfOneAccountShareItsAllowance(t *testing.T) {
	t.Parallel()
	l := newLimits(Limits{}, fixedNow)
	one, two := Access{AccountID: "ACC1", APIKey: "one"}, Access{AccountID: "ACC1", APIKey: "two"}
	first := l.of(one)
	if first == l.of(two) || first == l.of(Access{AccountID: "ACC2", APIKey: "one"}) {
		t.Error("keys that have opened nothing share an allowance")
	}
	l.open(one)
	l.open(two)
	if l.of(one) != first || l.of(two) != first {
		t.Error("what the account was asked for is forgotten, or not shared")
	}
}

// A second 429 may name a nearer time than the first, whose answer was on its way for longer.
func TestAnAccountRestsUntilTheLatestTimeItWasToldTo(t *testing.T) {
	t.Parallel()
	l := newLimits(Limits{}, fixedNow)
	l.rest(testAccess, fixedNow().Add(time.Hour))
	l.rest(testAccess, fixedNow().Add(time.Minute))
	var limited *RateLimitedError
	if err := l.wait(t.Context(), testAccess); !errors.As(err, &limited) || !limited.RetryAt.Equal(fixedNow().Add(time.Hour)) {
		t.Errorf("got %v, want to wait for an hour", err)
	}
}

// fetch fetches a call and its recording, and comes back when it is told to.
func fetch(ctx context.Context, c *Client, a Access, begun *atomic.Int32) error {
	for {
		_, err := c.Call(ctx, a, "CAL1")
		if err == nil {
			begun.Add(1)
			var media *Media
			if media, err = c.Recording(ctx, a, "CAL1"); err == nil {
				return media.Body.Close()
			}
		}
		var limited *RateLimitedError
		if !errors.As(err, &limited) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(limited.RetryAt)):
		}
	}
}

// twoRequests answers for a call and its recording.
func twoRequests(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if strings.HasSuffix(r.URL.Path, "/recording.json") {
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = w.WriteString("ID3 and some sound")
	} else {
		_, _ = w.WriteString(`{"id":"CAL1","company_id":"COM1"}`)
	}
	return w.Result(), nil
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// newClientOf returns a client whose requests are answered without a network.
func newClientOf(t *testing.T, f transport) *Client {
	t.Helper()
	c, err := NewClient(Config{HTTP: &http.Client{Transport: f}, Media: &http.Client{Transport: f}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAccountsShareNothingButTheClient(t *testing.T) {
	t.Parallel()
	l := newLimits(Limits{}, fixedNow)
	for i := range 50 {
		if err := l.wait(t.Context(), testAccess); err != nil {
			t.Fatalf("request %d of the burst: %v", i, err)
		}
	}
	var limited *RateLimitedError
	if err := l.wait(t.Context(), testAccess); !errors.As(err, &limited) || !limited.RetryAt.After(fixedNow()) {
		t.Errorf("after the burst: %v, want a time to come back", err)
	}
	if err := l.wait(t.Context(), Access{AccountID: "ACC2"}); err != nil {
		t.Errorf("another account: %v", err)
	}
}

func TestHourAndDayStayWithinTheLimits(t *testing.T) {
	t.Parallel()
	for name, follows := range map[string]bool{"alone": false, "each with one that follows": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { stayWithin(t, follows) })
		})
	}
}

// stayWithin asks for as much as there is in every minute of a day.
func stayWithin(t *testing.T, follows bool) {
	l, begin := newLimits(Limits{}, time.Now), time.Now()
	perHour, perDay := 0, 0
	ask := func(in turn) bool {
		if in(t.Context(), testAccess) != nil {
			return false
		}
		perDay++
		if time.Since(begin) < time.Hour {
			perHour++
		}
		return true
	}
	for time.Since(begin) < 24*time.Hour {
		for ask(l.wait) {
			if follows {
				ask(l.follow)
			}
		}
		time.Sleep(time.Minute)
	}
	if perHour > defaultLimits.PerHour || perDay > defaultLimits.PerDay {
		t.Errorf("%d in the first hour, %d in the day", perHour, perDay)
	}
	if perHour < defaultLimits.PerHour*9/10 || perDay < defaultLimits.PerDay*9/10 {
		t.Errorf("%d in the first hour, %d in the day: most of the allowance should be usable", perHour, perDay)
	}
}

func TestAnAccountThatMayAskMoreIsAskedMore(t *testing.T) {
	t.Parallel()
	l := newLimits(Limits{PerHour: 20_000, PerDay: 200_000}, fixedNow)
	for i := range 1000 {
		if err := l.wait(t.Context(), testAccess); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
}

func TestEvenASmallAllowanceHasSomethingToSpare(t *testing.T) {
	t.Parallel()
	for perHour := 1; perHour <= 100; perHour++ {
		l := newLimits(Limits{PerHour: perHour, PerDay: perHour}, fixedNow)
		if err := l.wait(t.Context(), Access{AccountID: "ACC1", Spare: true}); err != nil {
			t.Errorf("%d requests an hour: %v", perHour, err)
		}
	}
}

func TestWhatFollowsRestsAfterA429Too(t *testing.T) {
	t.Parallel()
	l := newLimits(Limits{}, fixedNow)
	until := fixedNow().Add(time.Minute)
	l.rest(testAccess, until)
	var limited *RateLimitedError
	if err := l.follow(t.Context(), testAccess); !errors.As(err, &limited) || !limited.RetryAt.Equal(until) {
		t.Errorf("got %v", err)
	}
}
