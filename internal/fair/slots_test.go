package fair_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/your-org/multi-tenant-pipeline/internal/fair"
)

// crowd starts jobs that run until they are let go, and tells which of them have started.
type crowd struct {
	slots   *fair.Slots
	started chan string
	release chan struct{}
	done    chan error
}

func newCrowd(size int) *crowd {
	return &crowd{
		slots:   fair.New(fair.Config{Slots: size}),
		started: make(chan string, 1000), release: make(chan struct{}), done: make(chan error, 1000),
	}
}

func (c *crowd) start(ctx context.Context, tenant, key string) {
	go func() {
		c.done <- c.slots.Do(ctx, fair.Job{Tenant: tenant, Key: key, Work: func(context.Context) error {
			c.started <- tenant + "/" + key
			<-c.release
			return nil
		}})
	}()
	synctest.Wait()
}

// take returns what has started since the last call, by tenant.
func (c *crowd) take() map[string]int {
	counts := map[string]int{}
	for range len(c.started) {
		tenant, _, _ := strings.Cut(<-c.started, "/")
		counts[tenant]++
	}
	return counts
}

func TestATenantUsesAsManySlotsAsAreFree(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(8)
		for i := range 20 {
			c.start(t.Context(), "loud", fmt.Sprint(i))
		}
		if got := c.take()["loud"]; got != 4 {
			t.Errorf("alone: %d at once, want half of 8", got)
		}
		for i := range 20 {
			c.start(t.Context(), "louder", fmt.Sprint(i))
		}
		if got := c.take()["louder"]; got != 2 {
			t.Errorf("beside one that has 4 of 8: %d at once, want 2", got)
		}
		c.start(t.Context(), "quiet", "1")
		if got := c.take()["quiet"]; got != 1 {
			t.Errorf("a single call started %d times at once, want 1", got)
		}
		close(c.release)
		for range 41 {
			if err := <-c.done; err != nil {
				t.Errorf("error = %v", err)
			}
		}
		if got := c.take(); got["loud"] != 16 || got["louder"] != 18 {
			t.Errorf("later: %v, want the 16 and 18 that waited", got)
		}
	})
}

func TestThereIsAlwaysASlotForWhoHasNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(4)
		for tenant := range 10 {
			for i := range 5 {
				c.start(t.Context(), fmt.Sprint("t", tenant), fmt.Sprint(i))
			}
		}
		if got := c.take(); len(got) != 10 {
			t.Errorf("%d of 10 tenants have started", len(got))
		}
		close(c.release)
		synctest.Wait()
	})
}

func TestWhoHasSeveralMakesRoomWhenAllAreTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(4)
		for i := range 10 {
			c.start(t.Context(), "loud", fmt.Sprint(i))
		}
		for tenant := range 3 {
			c.start(t.Context(), fmt.Sprint("t", tenant), "1")
		}
		if got := c.take()["loud"]; got != 2 {
			t.Fatalf("%d at once, want 2", got)
		}
		c.release <- struct{}{} // somebody's, who goes on if it is the last
		synctest.Wait()
		close(c.release)
		synctest.Wait()
		if got := c.take()["loud"]; got != 8 {
			t.Errorf("%d of the 8 that waited have started", got)
		}
	})
}

func TestAJobWaitsOnlyOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(2)
		for range 3 {
			c.start(t.Context(), "loud", "first")
			c.start(t.Context(), "loud", "again")
		}
		close(c.release)
		synctest.Wait()
		// "first" once at once and once from the queue: it did not wait when it came again.
		if got := c.take()["loud"]; got != 3 {
			t.Errorf("%d started, want 3", got)
		}
		c.start(t.Context(), "loud", "again")
		if got := c.take()["loud"]; got != 1 {
			t.Errorf("what was done does not start again: %d", got)
		}
	})
}

func TestOnlyTheOwnErrorIsReturned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots := fair.New(fair.Config{Slots: 2})
		broken, gate := errors.New("broken"), make(chan struct{})
		first := make(chan error, 1)
		go func() {
			first <- slots.Do(t.Context(), fair.Job{Tenant: "a", Key: "1", Work: func(context.Context) error { <-gate; return broken }})
		}()
		synctest.Wait()
		waits := fair.Job{Tenant: "a", Key: "2", Work: func(context.Context) error { return errors.New("other") }}
		if err := slots.Do(t.Context(), waits); err != nil {
			t.Errorf("what waits answers %v", err)
		}
		close(gate)
		if err := <-first; !errors.Is(err, broken) {
			t.Errorf("error = %v, want its own", err)
		}
	})
}

func TestASlotGoesOnForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, did := fair.New(fair.Config{Slots: 2}), 0
		work := func(context.Context) error { did++; time.Sleep(time.Minute); return nil }
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Key: "0", Work: work})
		}()
		synctest.Wait()
		for i := range 10 {
			_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Key: fmt.Sprint(i), Work: work})
		}
		<-done
		if did != 4 {
			t.Errorf("did %d jobs of a minute, want 4", did)
		}
		did = 0
		_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Key: "next", Work: work})
		if did != 1 {
			t.Errorf("did %d, want 1: what waited without a slot is sweep's", did)
		}
	})
}

// Pub/Sub waits 600 s for an answer, Cloud Run 630: a longer turn is cut off, and repeated.
func TestASlotAnswersInTimeWhateverTheLastJobTakes(t *testing.T) {
	t.Parallel()
	const longest = 500 * time.Second // SPEECH_MAX_WAIT
	for name, tt := range map[string]struct {
		first time.Duration
		want  int // jobs
	}{
		"there is time for another of the longest": {80 * time.Second, 2},
		"there is none": {200 * time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			slots, did := fair.New(fair.Config{Slots: 2}), 0
			job := func(key string, takes time.Duration) fair.Job {
				return fair.Job{Tenant: "a", Key: key, Work: func(context.Context) error { did++; time.Sleep(takes); return nil }}
			}
			_ = slots.Do(t.Context(), job("seen before", longest))
			began, done := time.Now(), make(chan time.Duration)
			did = 0
			go func() {
				_ = slots.Do(t.Context(), job("first", tt.first))
				done <- time.Since(began)
			}()
			synctest.Wait()
			_ = slots.Do(t.Context(), job("waits", longest))
			if answered := <-done; answered >= 600*time.Second || did != tt.want {
				t.Errorf("%s: answered after %s and %d jobs, want %d", name, answered, did, tt.want)
			}
		})
	}
}

func TestAStoppedInstanceDoesNotGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		slots, gate, did := fair.New(fair.Config{Slots: 2}), make(chan struct{}), 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = slots.Do(ctx, fair.Job{Tenant: "a", Key: "1", Work: func(context.Context) error { <-gate; return nil }})
		}()
		synctest.Wait()
		_ = slots.Do(ctx, fair.Job{Tenant: "a", Key: "2", Work: func(context.Context) error { did++; return nil }})
		stop()
		close(gate)
		<-done
		if did != 0 {
			t.Error("went on although the instance stops")
		}
	})
}

func TestWhatWaitsIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(2)
		c.start(t.Context(), "loud", "first")
		ran := 0
		for i := range 30_000 {
			_ = c.slots.Do(t.Context(), fair.Job{Tenant: "loud", Key: fmt.Sprint(i), Work: func(context.Context) error { ran++; return nil }})
		}
		close(c.release)
		synctest.Wait()
		if ran != 5000 {
			t.Errorf("%d waited, want half of the room", ran)
		}
	})
}

func TestAPanicGivesTheSlotBack(t *testing.T) {
	t.Parallel()
	slots := fair.New(fair.Config{Slots: 2})
	for range 3 {
		func() {
			defer func() { _ = recover() }()
			_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Work: func(context.Context) error { panic("poison") }})
		}()
	}
	did := false
	_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Work: func(context.Context) error { did = true; return nil }})
	if !did {
		t.Error("the slot is lost")
	}
}

func TestWhatWaitedKeepsItsTrace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slots, gate := fair.New(fair.Config{Slots: 2}), make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = slots.Do(t.Context(), fair.Job{Tenant: "a", Key: "1", Work: func(context.Context) error { <-gate; return nil }})
		}()
		synctest.Wait()
		want := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
		var got trace.SpanContext
		_ = slots.Do(trace.ContextWithSpanContext(t.Context(), want), fair.Job{Tenant: "a", Key: "2", Work: func(ctx context.Context) error {
			got = trace.SpanContextFromContext(ctx)
			return nil
		}})
		close(gate)
		<-done
		if !got.Equal(want) {
			t.Errorf("span = %v, want its own message's", got)
		}
	})
}
