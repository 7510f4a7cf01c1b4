package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/crm"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

const (
	stepLease = 30 * time.Second
	stepTries = 4
)

// world is one tenant with everything round the store: what was announced, who works on what,
// and the CRM. Whatever is left open, choose decides.
type world struct {
	ctx    context.Context
	choose func(what string, n int) int // one of 0 to n-1
	fail   func(format string, args ...any)

	store  *store.Store
	scope  *store.Scope
	taker  func() *store.Scope // with which requests and deliveries are claimed
	clock  *clock
	ledger func(*courier) crm.Ledger
	sweeps bool

	crm      *account
	kept     map[string]*kept
	messages []message
	workers  []*worker
	couriers []*courier
}

// kept is what must be true of an accepted request.
type kept struct {
	run    int64
	erased bool
	ledger map[string]string // remote id by destination and step
}

// message is an announcement. A destination makes it one of a due delivery.
type message struct {
	id, destination string
	status          request.Status
	run             int64
}

// worker is a step at work on a request.
type worker struct {
	claim    *store.Claim
	id       string
	from     request.Status
	run      int64
	until    time.Time // the end of its lease, as it knows it
	lost     bool      // somebody else has the request, or nobody may
	over     bool      // it gave the request back
	dead     bool      // it did not, and does nothing any more
	planned  bool      // push only
	couriers []*courier
}

// busy reports whether the worker still does something.
func (h *worker) busy() bool { return !h.over && !h.dead }

func (w *world) now() time.Time { return w.clock.Now() }

func (w *world) must(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *world) tell(m message) {
	if m.destination != "" || m.status.Step() != "" {
		w.messages = append(w.messages, m)
	}
}

// ids returns the accepted requests.
func (w *world) ids() []string {
	var ids []string
	for id := range w.kept {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// anyone returns one of the accepted requests, empty if there is none.
func (w *world) anyone() string {
	ids := w.ids()
	if len(ids) == 0 {
		return ""
	}
	return ids[w.choose("request", len(ids))]
}

// holder returns whose a request is now, alive or dead, nil if it is nobody's.
func (w *world) holder(id string) *worker {
	for _, h := range w.workers {
		if h.id == id && !h.over && !h.lost && w.now().Before(h.until) {
			return h
		}
	}
	return nil
}

// cut takes the request away from whoever works on it.
func (w *world) cut(id string) {
	for _, h := range w.workers {
		h.lost = h.lost || h.id == id
	}
}

// intake is one of three deliveries, all of one person: a call and two forms.
func (w *world) intake() request.Intake {
	n := w.choose("delivery", 3)
	in := call(fmt.Sprintf("CAL%d", n))
	if r := in.Request; n > 0 {
		r.Kind, r.Namespace = request.Form, request.NamespaceForm
		r.ID = request.ID(demo, r.Namespace, r.ExternalID)
	}
	return in
}

// accept takes a delivery, which may have come before. A new one may come a part of its way
// before anything else happens.
func (w *world) accept() {
	w.take(w.intake())
	for range w.choose("head start", 4) {
		if len(w.messages) == 0 {
			return
		}
		last := len(w.messages) - 1
		m := w.messages[last]
		w.messages = w.messages[:last]
		before := len(w.workers)
		w.handle(m)
		for _, h := range w.workers[before:] {
			w.advance(h)
		}
	}
}

// change takes a modification, which may come before what it modifies: the first audio of a
// call, more of a form, or nothing of interest.
func (w *world) change() {
	in := w.intake()
	version := fmt.Sprintf("m%d", w.choose("modification", 3))
	in.Change, in.BodyHash = true, version
	switch d := &in.Request.Details; {
	case w.choose("more", 2) == 0:
	case in.Request.Kind == request.Call:
		d.HasRecording = true
	default:
		d.Fields = []request.Field{{Name: version, Value: "deck"}}
	}
	w.take(in)
}

func (w *world) take(in request.Intake) {
	id := in.Request.ID
	got, err := w.scope.Accept(w.ctx, in)
	w.must(err)
	known := w.kept[id]
	switch {
	case known == nil && got.Outcome != request.Accepted:
		w.fail("%s is new, and was %s", id, got.Outcome)
	case known == nil:
		known = &kept{ledger: map[string]string{}}
		w.kept[id] = known
	case got.Outcome == request.Accepted:
		w.fail("%s was accepted twice", id)
	case known.erased && got.Announce:
		w.fail("%s was erased, and came back", id)
	}
	if got.Run > known.run {
		known.run = got.Run
		w.cut(id)
	}
	if got.Announce {
		w.tell(message{id: id, status: got.Status, run: got.Run})
	}
}

// receive hands out a message, which may come again later.
func (w *world) receive() {
	if len(w.messages) == 0 {
		return
	}
	i := w.choose("message", len(w.messages))
	m := w.messages[i]
	if w.choose("again", 3) > 0 {
		w.messages = slices.Delete(w.messages, i, i+1)
	}
	w.handle(m)
}

// handle does what a service does with a message.
func (w *world) handle(m message) {
	if m.destination == "" {
		w.begin(m)
		return
	}
	claim, err := w.taker().ClaimDelivery(w.ctx, m.id, m.destination, courierLease, courierTries)
	var gaveUp *store.GaveUpError
	if errors.Is(err, store.ErrHeld) || errors.Is(err, store.ErrNotFound) || errors.As(err, &gaveUp) {
		return
	}
	w.must(err)
	w.handOver(m.id, claim)
}

// handOver gives a delivery to a courier, who must be the only one.
func (w *world) handOver(id string, claim *store.DeliveryClaim) *courier {
	if w.kept[id].erased {
		w.fail("a delivery of %s was taken after it was erased", id)
	}
	for _, c := range w.couriers {
		if c.id != id || c.claim.Delivery.Destination != claim.Delivery.Destination {
			continue
		}
		if !c.settled && !c.lost && w.now().Before(c.until) {
			w.fail("a delivery of %s has two holders", id)
		}
		c.lost = true
	}
	return w.send(id, claim)
}

// begin lets a step claim a request.
func (w *world) begin(m message) {
	claim, err := w.taker().Claim(w.ctx, stage.Wanted{RequestID: m.id, Run: m.run, From: m.status, Lease: stepLease, Limit: stepTries})
	var passed *stage.PassedError
	switch {
	case errors.Is(err, store.ErrHeld):
		return
	case errors.As(err, &passed):
		if passed.Status == request.Failed {
			w.cut(m.id)
		}
		if passed.Status == following(m.status) && passed.Run == m.run {
			w.tell(message{id: m.id, status: passed.Status, run: m.run})
		}
		return
	}
	w.must(err)
	if w.holder(m.id) != nil {
		w.fail("%s has two holders", m.id)
	}
	if w.kept[m.id].erased {
		w.fail("%s was taken up after it was erased", m.id)
	}
	w.cut(m.id)
	w.workers = append(w.workers, &worker{claim: claim, id: m.id, from: m.status, run: m.run, until: w.now().Add(stepLease)})
}

func following(s request.Status) request.Status {
	all := request.Statuses()
	return all[slices.Index(all, s)+1]
}

// sweep announces what is due.
func (w *world) sweep() {
	if !w.sweeps {
		return
	}
	due, err := w.store.Operator().TakeDue(w.ctx, 100)
	w.must(err)
	for _, d := range due {
		m := message{id: d.RequestID, destination: d.Destination, status: d.Status, run: d.Run}
		if d.Destination == "" && d.Status.Step() == "" {
			w.fail("%s is due although it is %s", d.RequestID, d.Status)
		}
		w.tell(m)
	}
}

// lose drops a message for good.
func (w *world) lose() {
	if len(w.messages) > 0 {
		i := w.choose("message", len(w.messages))
		w.messages = slices.Delete(w.messages, i, i+1)
	}
}

// wait lets time pass. Who is alive renews; who stalls does not.
func (w *world) wait() {
	pauses := []time.Duration{5 * time.Second, 20 * time.Second, 35 * time.Second, time.Minute, 5 * time.Minute}
	w.clock.Advance(pauses[w.choose("pause", len(pauses))])
	for _, h := range w.workers {
		if h.busy() && w.choose("renews", 2) == 1 {
			w.renew(h)
		}
	}
	for _, c := range w.couriers {
		if c.over || w.choose("renews", 2) == 0 {
			continue
		}
		if c.fenced(c.claim.Renew(w.ctx, courierLease)) == nil {
			c.until = w.now().Add(courierLease)
		}
	}
}

func (w *world) renew(h *worker) {
	if w.fenced(h, h.claim.Renew(w.ctx, stepLease)) == nil {
		h.until = w.now().Add(stepLease)
	}
}

// fenced looks at the answer to something that only the holder of a request may do.
func (w *world) fenced(h *worker, err error) error {
	switch {
	case h.lost && err == nil:
		w.fail("%s was saved by somebody who does not hold it", h.id)
	case !h.lost && errors.Is(err, stage.ErrLost):
		w.fail("the holder of %s lost it to nobody", h.id)
	case err != nil && !errors.Is(err, stage.ErrLost):
		w.fail("%s: %v", h.id, err)
	}
	return err
}
