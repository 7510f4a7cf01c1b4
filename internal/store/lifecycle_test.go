package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// horizon is how far away the next look at what is not settled may be: sweep's longest backoff.
const horizon = 33 * time.Minute

// rounds makes worlds, one after the other, in one database.
type rounds struct {
	store *store.Store
	hasty *store.Store // whose clock is ahead by more than any lease
	clock *clock
}

func newRounds(t *testing.T) *rounds {
	t.Helper()
	right, ahead, clock := newSkewed(t, 10*time.Minute)
	return &rounds{store: right, hasty: ahead, clock: clock}
}

// world returns one without anything in it.
func (r *rounds) world(ctx context.Context, choose func(string, int) int, fail func(string, ...any)) *world {
	w := &world{
		ctx: ctx, choose: choose, fail: fail, store: r.store, clock: r.clock, sweeps: true, scope: r.store.ForTenant(demo),
		crm: &account{}, kept: map[string]*kept{}, ledger: func(c *courier) crm.Ledger { return c },
	}
	w.taker = func() *store.Scope { return w.scope }
	w.must(store.Wipe(ctx, w.scope))
	return w
}

// step lets one of the things happen that may, the likelier ones more often.
func (w *world) step() {
	var may []func()
	add := func(weight int, possible bool, act func()) {
		for range weight {
			if possible {
				may = append(may, act)
			}
		}
	}
	some := len(w.kept) > 0
	add(1, true, w.accept)
	add(1, true, w.change)
	add(1, some, w.wait)
	add(1, some, w.sweep)
	add(1, some, w.retry)
	add(1, some, w.correct)
	add(1, some, w.erase)
	add(5, len(w.messages) > 0, w.receive)
	add(1, len(w.messages) > 0, w.lose)
	add(5, slices.ContainsFunc(w.workers, (*worker).busy), w.work)
	add(5, slices.ContainsFunc(w.couriers, (*courier).busy), w.deliver)
	may[w.choose("what", len(may))]()
}

// Whatever happens in whatever order, and whoever dies at it: nobody works on what somebody else
// holds, nothing is made twice in the CRM, nothing is forgotten, and what was erased stays so.
// Rapid prints how to repeat a failure; -rapid.checks makes more rounds of it.
func TestNoOrderOfEventsLosesOrDoubles(t *testing.T) {
	t.Parallel()
	r := newRounds(t)
	numbers := make([]int, 100) // Rapid's own ranges prefer small ones
	for i := range numbers {
		numbers[i] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		w := r.world(t.Context(), nil, t.Fatalf)
		defer w.stop()
		t.Repeat(map[string]func(*rapid.T){
			"step": func(t *rapid.T) {
				w.choose = func(what string, n int) int { return rapid.SampledFrom(numbers[:n]).Draw(t, what) }
				w.step()
			},
			"": func(*rapid.T) { w.check() },
		})
		w.drain()
	})
}

// A property that cannot fail proves nothing.
func TestOrdersOfEventsThatLoseOrDoubleAreNoticed(t *testing.T) {
	t.Parallel()
	r := newRounds(t)
	for name, defence := range map[string]struct {
		taken func(*world)
		want  string
	}{
		"a lease that nobody respects": {r.hurry, "two holders"},
		"a ledger that forgets":        {forget, "made twice"},
		"nobody who sweeps":            {func(w *world) { w.sweeps = false }, "is lost"},
	} {
		var said string
		for seed := uint64(1); seed <= 60 && !strings.Contains(said, defence.want); seed++ {
			said = r.play(t, seed, defence.taken)
		}
		if !strings.Contains(said, defence.want) {
			t.Errorf("%s: nobody noticed; the last word was %q", name, said)
		}
	}
}

// violation is what a world ends with that found something wrong.
type violation string

// play lets a world run by a seed, and returns what was wrong.
func (r *rounds) play(t *testing.T, seed uint64, spoil func(*world)) (said string) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 0))
	w := r.world(t.Context(), func(_ string, n int) int { return random.IntN(n) }, func(format string, args ...any) {
		panic(violation(fmt.Sprintf(format, args...)))
	})
	defer w.stop()
	defer func() {
		switch found := recover().(type) {
		case nil:
		case violation:
			said = string(found)
		default:
			panic(found)
		}
	}()
	spoil(w)
	for range 40 {
		w.step()
		w.check()
	}
	w.drain()
	return ""
}

// hurry gives half of the claims to a service whose clock is wrong.
func (r *rounds) hurry(w *world) {
	w.taker = func() *store.Scope {
		if w.choose("clock", 2) == 1 {
			return r.hasty.ForTenant(demo)
		}
		return w.scope
	}
}

func forget(w *world) { w.ledger = func(*courier) crm.Ledger { return forgetful{} } }

// forgetful is a ledger that keeps nothing.
type forgetful struct{}

func (forgetful) Contact(context.Context, []string) (crm.Known, error) { return crm.Known{}, nil }
func (forgetful) Entry(string) (request.LedgerEntry, bool)             { return request.LedgerEntry{}, false }
func (forgetful) Write(context.Context, ...request.LedgerEntry) error  { return nil }

// check looks at what must be true at any time.
func (w *world) check() {
	all, err := store.Standings(w.ctx, w.scope)
	w.must(err)
	if len(all) != len(w.kept) {
		w.fail("%d requests are there, %d were accepted", len(all), len(w.kept))
	}
	for id, known := range w.kept {
		now := all[id]
		status := now.Request.Status
		if known.erased != (status == request.Erased) {
			w.fail("%s is %s, erased %t", id, status, known.erased)
		}
		w.checkDue(id, string(status), status.Settled(), now.Due)
		if known.erased && len(now.Deliveries) > 0 {
			w.fail("%s was erased and has deliveries", id)
		}
		var states []request.DeliveryState
		for _, d := range now.Deliveries {
			w.checkDue(id, string(d.State), d.State.Settled(), d.DueAt)
			states = append(states, d.State)
			w.checkLedger(known, d)
		}
		if sum := request.SumUp(states); now.Request.CRMState != sum {
			w.fail("%s says %s of its deliveries, which are %s", id, now.Request.CRMState, sum)
		}
	}
}

func (w *world) checkDue(id, state string, settled bool, due time.Time) {
	if settled != due.IsZero() || due.After(w.now().Add(horizon)) {
		w.fail("%s is %s and due at %s, now is %s", id, state, due, w.now())
	}
}

// checkLedger compares a ledger with what it held before.
func (w *world) checkLedger(known *kept, d request.Delivery) {
	held := map[string]string{}
	for _, e := range d.Ledger {
		held[d.Destination+"/"+e.Step] = e.RemoteID
	}
	for step, id := range known.ledger {
		if id != "" && held[step] != id || id == "" && !has(held, step) {
			w.fail("the ledger of %s held %s %q, and now %q", d.RequestID, step, id, held[step])
		}
	}
	known.ledger = held
}

func has(m map[string]string, key string) bool { _, ok := m[key]; return ok }

// drain lets everybody die, and everything be done without a fault from then on.
func (w *world) drain() {
	w.stop()
	w.choose = func(_ string, n int) int { return n - 1 }
	for range 100 {
		w.sweep()
		for len(w.messages) > 0 {
			m := w.messages[0]
			w.messages = w.messages[1:]
			w.handle(m)
			w.finish()
		}
		next := w.nextDue()
		if next.IsZero() {
			w.checkEnd()
			return
		}
		w.clock.Advance(max(next.Sub(w.now()), time.Second))
	}
	w.fail("something is lost: sweep alone does not bring it to its end")
}

// stop ends all processes as they stand.
func (w *world) stop() {
	for _, c := range w.couriers {
		c.terminate()
		c.over = true
	}
	w.workers, w.couriers = nil, nil
}

// finish lets everybody do what they do.
func (w *world) finish() {
	for _, c := range w.couriers {
		for !c.over {
			c.goOn(well)
		}
	}
	for _, h := range w.workers {
		for !h.over {
			w.advance(h)
			w.finishCouriers(h)
		}
	}
}

func (w *world) finishCouriers(h *worker) {
	for _, c := range h.couriers {
		for !c.over {
			c.goOn(well)
		}
	}
}

// nextDue returns when the next row is due, zero if nothing is left to do.
func (w *world) nextDue() time.Time {
	all, err := store.Standings(w.ctx, w.scope)
	w.must(err)
	var next time.Time
	for _, now := range all {
		dues := []time.Time{now.Due}
		for _, d := range now.Deliveries {
			dues = append(dues, d.DueAt)
		}
		for _, due := range dues {
			if !due.IsZero() && (next.IsZero() || due.Before(next)) {
				next = due
			}
		}
	}
	return next
}

// checkEnd looks at what must be true when nothing is left to do.
func (w *world) checkEnd() {
	w.check()
	all, err := store.Standings(w.ctx, w.scope)
	w.must(err)
	for id, known := range w.kept {
		if known.erased {
			left, err := w.scope.Remains(w.ctx, id)
			w.must(err)
			if len(left.Rows) > 0 {
				w.fail("%s was erased and has %v", id, left.Rows)
			}
			continue
		}
		for _, d := range all[id].Deliveries {
			if d.State == request.DeliveryDone && all[id].Request.Status == request.Completed {
				w.checkDelivered(id, d)
			}
		}
	}
}

// checkDelivered compares what the CRM shows of a request with its analysis.
func (w *world) checkDelivered(id string, d request.Delivery) {
	analysis, err := w.scope.Analysis(w.ctx, id)
	w.must(err)
	for _, r := range w.crm.records {
		if r.step == crm.StepDeal && r.marker == id {
			if r.words != analysis.Summary || d.Synced != d.Revision {
				w.fail("the deal of %s says %q at revision %d of %d, and should say %q", id, r.words, d.Synced, d.Revision, analysis.Summary)
			}
			return
		}
	}
	w.fail("the deal of %s is done and not there", id)
}
