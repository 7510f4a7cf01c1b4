package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// shape is how the deliveries of one call or form come.
type shape string

const (
	plain     shape = "plain"     // once
	repeated  shape = "repeated"  // three times at once, and again later
	modified  shape = "modified"  // and changed afterwards
	early     shape = "early"     // the change comes before what it changes
	lateAudio shape = "lateaudio" // without a recording, which a change brings
	webForm   shape = "webform"   // a form from the tenant's own server
	formFirst shape = "form"      // a form by way of CallRail, sent again
)

// How many of a hundred items have which shape.
var shapes = []struct {
	share int
	shape shape
}{
	{26, plain}, {14, repeated}, {14, modified}, {10, early}, {10, lateAudio}, {10, webForm}, {16, formFirst},
}

// item is one call or form with everything that is sent about it.
type item struct {
	number  int
	tenant  int
	person  person
	shape   shape
	id      string        // CAL…, FRM… or the server's own
	seconds int           // of recording; 0: nothing was recorded
	at      time.Duration // since the load began
	patient bool          // sends again what was not acknowledged; CallRail never does
	said    []turn

	mu      sync.Mutex
	acked   []ack
	sent    int
	again   int      // times that something was sent once more because it was not acknowledged
	refused []string // why deliveries were not acknowledged
	wrong   []string // what must never be
}

// ack is a delivery that was answered with success.
type ack struct {
	what string
	took time.Duration
}

// isForm reports whether it is no call.
func (it *item) isForm() bool { return it.shape == webForm || it.shape == formFirst }

// requestID is the id of the item's request: the same whoever computes it.
func (it *item) requestID(t tenant) string {
	namespace := request.NamespaceCall
	if it.isForm() {
		namespace = request.NamespaceForm
	}
	return request.ID(t.ID, namespace, it.id)
}

// heard reports whether the delivery that brings the recording was acknowledged.
func (it *item) heard() bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.shape == lateAudio && slices.ContainsFunc(it.acked, func(a ack) bool { return a.what == "call_modified" })
}

// acknowledged reports whether the pipeline has said that it has the item.
func (it *item) acknowledged() bool {
	it.mu.Lock()
	defer it.mu.Unlock()
	return len(it.acked) > 0
}

// plan draws a load. The same options always draw the same.
func plan(o options) []*item {
	rng := rand.New(rand.NewPCG(o.seed, 1)) //nolint:gosec // the same load in every run
	people := make([]int, o.tenants)        // how many each tenant has
	var items []*item
	for len(items) < o.requests {
		tenant := rng.IntN(o.tenants)
		who := people[tenant]
		switch {
		case who > 0 && rng.IntN(5) == 0 || who == numbers:
			who = rng.IntN(who) // somebody who has called before
		default:
			people[tenant]++
		}
		at := time.Duration(rng.Int64N(int64(o.duration)))
		calls := 1
		if rng.IntN(8) == 0 {
			calls = 3 // several of the same person at once
		}
		for range min(calls, o.requests-len(items)) {
			it := draw(rng, o.seed, len(items), tenant, who)
			it.at = at
			items = append(items, it)
		}
	}
	slices.SortStableFunc(items, func(a, b *item) int { return int(a.at - b.at) })
	return items
}

// draw returns an item of a tenant's person.
func draw(rng *rand.Rand, seed uint64, number, tenant, who int) *item {
	it := &item{
		number: number, tenant: tenant, person: newPerson(tenant, who), shape: drawShape(rng, number), patient: rng.IntN(2) == 0,
	}
	it.said = conversation(it.person, rng)
	prefix := "CAL"
	switch it.shape {
	case formFirst:
		prefix = "FRM"
	case webForm:
		prefix = "web-"
	default:
		it.seconds = []int{shortSeconds, longSeconds, longSeconds}[rng.IntN(3)]
	}
	it.id = fmt.Sprintf("%s%08x%024d", prefix, seed, number)
	return it
}

// drawShape gives the first items one shape each, so that a short run has all of them.
func drawShape(rng *rand.Rand, number int) shape {
	if number < len(shapes) {
		return shapes[number].shape
	}
	left := rng.IntN(100)
	for _, s := range shapes {
		if left -= s.share; left < 0 {
			return s.shape
		}
	}
	return plain
}
