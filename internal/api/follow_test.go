package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// changing is a tenant whose requests change when the test says so. It counts how often it is read.
type changing struct {
	Scope
	mu    sync.Mutex
	rows  []store.Changed
	reads int
	err   error
}

func (c *changing) Changes(_ context.Context, after store.Position, limit int) ([]store.Changed, store.Position, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	var found []store.Changed
	for _, row := range c.rows {
		if row.At.After(after.At) && len(found) < limit {
			found, after = append(found, row), row.Position
		}
	}
	return found, after, c.err
}

// save changes a request now. The wait keeps instants apart.
func (c *changing) save(id string, status request.Status) {
	time.Sleep(time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = append(c.rows, store.Changed{
		Position: store.Position{At: time.Now(), RequestID: id}, Request: &request.Request{ID: id, Status: status},
	})
}

func (c *changing) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *changing) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads
}

func newChanging(t *testing.T) (*changing, *hub) {
	t.Helper()
	c := &changing{}
	return c, newHub(t.Context(), func(string) Scope { return c }, time.Now)
}

// next waits until a poll is over.
func next() {
	time.Sleep(pollEvery)
	synctest.Wait()
}

// got returns the updates that a follower has.
func got(f *follower) (ids []string) {
	for {
		select {
		case u, open := <-f.updates:
			if !open {
				return append(ids, "dropped")
			}
			ids = append(ids, u.at.RequestID)
		default:
			return ids
		}
	}
}

func mustFollow(t *testing.T, h *hub) (*follower, func()) {
	t.Helper()
	f, stop, err := h.follow("t")
	if err != nil {
		t.Fatal(err)
	}
	return f, stop
}

func TestATenantIsReadOnceForAllItsFollowersAndNotWithoutOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, h := newChanging(t)
		time.Sleep(time.Hour)
		first, stopFirst := mustFollow(t, h)
		second, stopSecond := mustFollow(t, h)
		synctest.Wait()
		before := c.count()
		c.save("a", request.Received)
		next()
		if n := c.count() - before; n != 1 || before != 1 {
			t.Errorf("%d reads, then %d for two followers, want one each", before, n)
		}
		for _, f := range []*follower{first, second} {
			if ids := strings.Join(got(f), " "); ids != "a" {
				t.Errorf("got %q, want a", ids)
			}
		}
		c.save("a", request.Received) // a lease: nothing to see
		c.save("a", request.Transcribed)
		next()
		if ids := strings.Join(got(first), " "); ids != "a" {
			t.Errorf("got %q, want one update", ids)
		}
		stopFirst()
		stopSecond()
		synctest.Wait()
		before = c.count()
		time.Sleep(time.Hour)
		if c.count() != before {
			t.Error("it is read though nobody follows")
		}
	})
}

func TestAFollowerThatDoesNotKeepUpIsDroppedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, h := newChanging(t)
		slow, stopSlow := mustFollow(t, h)
		quick, stopQuick := mustFollow(t, h)
		defer stopQuick()
		synctest.Wait()
		seen := 0
		for range buffered + 1 {
			c.save("a", request.Received)
			c.save("a", request.Transcribed)
			next()
			seen += len(got(quick))
		}
		if seen != 2*(buffered+1) {
			t.Errorf("the quick one got %d updates, want %d", seen, 2*(buffered+1))
		}
		if ids := got(slow); len(ids) != buffered+1 || ids[buffered] != "dropped" {
			t.Errorf("the slow one got %d updates, want to be dropped after %d", len(ids), buffered)
		}
		stopSlow()
	})
}

func TestReadingGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, h := newChanging(t)
		f, stop := mustFollow(t, h)
		defer stop()
		c.fail(errors.New("unavailable"))
		c.save("a", request.Received)
		next()
		c.fail(nil)
		next()
		if ids := strings.Join(got(f), " "); ids != "a" {
			t.Errorf("got %q, want a", ids)
		}
	})
}

func TestATenantHasSoManyFollowersAndNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, h := newChanging(t)
		for range maxFollowers {
			_, stop := mustFollow(t, h)
			defer stop()
		}
		_, _, err := h.follow("t")
		var refused *refusal
		if !errors.As(err, &refused) || refused.code != ProblemCodeRateLimited {
			t.Errorf("got %v", err)
		}
		if _, stop, err := h.follow("other"); err != nil {
			t.Errorf("another tenant: %v", err)
		} else {
			stop()
		}
	})
}

func TestAStreamPingsAndEndsWithItsToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, h := newChanging(t)
		f, leave := mustFollow(t, h)
		s := &stream{ctx: t.Context(), scope: c, left: time.Minute + time.Second, follower: f, leave: leave}
		began, out := time.Now(), httptest.NewRecorder()
		go c.save("a", request.Received)
		if err := s.VisitStreamRequestsResponse(out); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != time.Minute+time.Second {
			t.Errorf("it ended after %s", took)
		}
		body := out.Body.String()
		if pings := strings.Count(body, "event: ping\n"); pings != 5 || strings.Count(body, "event: request\nid: ") != 1 {
			t.Errorf("got %d pings and\n%s", pings, body)
		}
	})
}

func TestAStreamGoesOnBehindTheLastEvent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, h := newChanging(t)
		var want []string
		var last store.Position
		for i := range 2*pollRows + 5 {
			c.save("r"+string(rune('a'+i%26)), request.Received)
			if i == 4 {
				last = c.rows[i].Position
			}
			if i > 4 {
				want = append(want, "id: "+eventID(c.rows[i].Position))
			}
		}
		time.Sleep(time.Hour)
		f, leave := mustFollow(t, h)
		from, err := eventPlace(eventID(last))
		if err != nil || !from.At.Equal(last.At) || from.RequestID != last.RequestID {
			t.Fatalf("place: got %v, %v, want %v", from, err, last)
		}
		out := httptest.NewRecorder()
		s := &stream{ctx: t.Context(), scope: c, left: time.Second, from: from, follower: f, leave: leave}
		if err := s.VisitStreamRequestsResponse(out); err != nil {
			t.Fatal(err)
		}
		var ids []string
		for line := range strings.Lines(out.Body.String()) {
			if strings.HasPrefix(line, "id: ") {
				ids = append(ids, strings.TrimSpace(line))
			}
		}
		if strings.Join(ids, " ") != strings.Join(want, " ") {
			t.Errorf("got %d events, want the %d behind the last one", len(ids), len(want))
		}
	})
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	f := &follower{updates: make(chan update, 1)}
	served := httptest.NewUnstartedServer(server.Middleware("api")(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := &stream{ctx: r.Context(), left: time.Hour, follower: f, leave: func() {}}
		if err := s.VisitStreamRequestsResponse(w); err != nil {
			t.Error(err)
		}
	})))
	served.Config.ReadTimeout, served.Config.WriteTimeout = time.Second, time.Second // enough for a busy machine to get to the handler
	served.Start()
	defer served.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, served.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	time.AfterFunc(1200*time.Millisecond, func() {
		f.updates <- update{row: []byte(`{"late":true}`)}
		close(f.updates)
	})
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "late") {
		t.Errorf("got %q, %v", body, err)
	}
}
