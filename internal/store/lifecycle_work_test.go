package store_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// work lets a step go on: it saves in one of the ways there are, or its process dies.
func (w *world) work() {
	busy := slices.DeleteFunc(slices.Clone(w.workers), func(h *worker) bool { return !h.busy() })
	if len(busy) == 0 {
		return
	}
	h := busy[w.choose("worker", len(busy))]
	event := request.Event{Step: h.from.Step(), Name: "done"}
	switch w.choose("work", 16) {
	case 0:
		_ = w.fenced(h, h.claim.Checkpoint(w.ctx, h.claim.Request))
	case 1:
		h.over = true
		_ = w.fenced(h, h.claim.Postpone(w.ctx, w.now().Add(time.Minute), "waits", false, event))
	case 2:
		w.retries(h)
	case 3:
		h.over = true
		event.Name = "failed"
		_ = w.fenced(h, h.claim.Fail(w.ctx, "it cannot be done", event))
	case 4:
		h.dead = true
		for _, c := range h.couriers {
			c.goOn(dies)
		}
	default:
		w.advance(h)
	}
}

// retries is what becomes of an attempt that failed.
func (w *world) retries(h *worker) {
	h.over = true
	event := request.Event{Step: h.from.Step(), Name: "failed"}
	if h.claim.Request.Attempts+1 >= stepTries {
		_ = w.fenced(h, h.claim.Fail(w.ctx, "failed too often", event))
		return
	}
	event.Name = "retrying"
	_ = w.fenced(h, h.claim.Postpone(w.ctx, w.now().Add(time.Minute), "failed", true, event))
}

// advance does the step. Push first plans, and waits for its couriers.
func (w *world) advance(h *worker) {
	if h.from == request.Analyzed && !h.planned {
		w.plan(h)
		return
	}
	if slices.ContainsFunc(h.couriers, func(c *courier) bool { return !c.over }) {
		return
	}
	h.over = true
	var result stage.Result
	switch h.from {
	case request.Received:
		result.Transcript = &request.Transcript{Origin: request.OriginSpeech}
	case request.Transcribed:
		result.Analysis = &request.Analysis{
			Intent: "quote_request", ProjectType: "kitchen", Timeline: "unknown", Budget: request.Budget{Signal: "unknown"},
			Sentiment: "neutral", Appointment: "none", Summary: fmt.Sprintf("run %d", h.run), IsLead: true, LeadScore: 60, ScoreBand: request.Warm,
		}
	}
	event := request.Event{Step: h.from.Step(), Name: "done"}
	to := following(h.from)
	if w.fenced(h, h.claim.Advance(w.ctx, to, result, event)) == nil {
		w.tell(message{id: h.id, status: to, run: h.run})
	}
}

func (w *world) plan(h *worker) {
	h.planned = true
	plans := []store.Plan{{Destination: "crm", Connector: "custom"}}
	if w.choose("deferred", 6) == 0 {
		plans[0].Defer = "paused"
	}
	claims, err := h.claim.PlanDeliveries(w.ctx, plans, courierLease)
	if w.fenced(h, err) != nil {
		return
	}
	for _, claim := range claims {
		h.couriers = append(h.couriers, w.handOver(h.id, claim))
	}
}

// deliver lets a courier go on.
func (w *world) deliver() {
	busy := slices.DeleteFunc(slices.Clone(w.couriers), func(c *courier) bool { return c.over })
	if len(busy) == 0 {
		return
	}
	c := busy[w.choose("courier", len(busy))]
	likely := []fate{well, well, well, well, well, well, dies, throttled, silent, refused}
	f := likely[w.choose("fate", len(likely))]
	for range 1 + w.choose("further", 5) {
		if !c.over {
			c.goOn(f)
		}
		f = well
	}
}

// retry asks for a request, or its delivery, to be done again.
func (w *world) retry() {
	id := w.anyone()
	if id == "" {
		return
	}
	if w.choose("delivery", 2) == 1 {
		err := w.scope.RetryDelivery(w.ctx, "ann", id, "crm")
		if err == nil && w.kept[id].erased {
			w.fail("a delivery of %s was retried after it was erased", id)
		}
		if !errors.Is(err, store.ErrNotFound) {
			w.must(err)
			w.recall(id)
		}
		return
	}
	from := append([]request.Status{"", ""}, request.Statuses()[:4]...)
	q := store.Requeue{Actor: "ann", From: from[w.choose("from", len(from))], Fresh: w.choose("fresh", 2) == 1}
	got, err := w.scope.Requeue(w.ctx, id, q)
	if errors.Is(err, store.ErrSettled) || errors.Is(err, store.ErrMisfit) {
		return
	}
	w.restarted(id, got, err)
}

// correct puts the summary right, and the CRM with it.
func (w *world) correct() {
	id := w.anyone()
	if id == "" {
		return
	}
	value := fmt.Sprintf(`"corrected %d"`, w.choose("words", 3))
	got, err := w.scope.Correct(w.ctx, id, store.Correcting{
		Actor: "ann", Push: true, Values: []request.Correction{{Field: "summary", Value: []byte(value)}},
	})
	if !errors.Is(err, store.ErrNotAnalyzed) {
		w.restarted(id, got, err)
	}
}

// restarted looks at the answer to somebody who wanted a request to start again.
func (w *world) restarted(id string, got store.Requeued, err error) {
	known := w.kept[id]
	switch {
	case errors.Is(err, store.ErrErased) != known.erased:
		w.fail("%s started again, erased %t: %v", id, known.erased, err)
	case known.erased:
		return
	case errors.Is(err, store.ErrHeld) && w.holder(id) == nil:
		w.fail("%s is held by nobody", id)
	case errors.Is(err, store.ErrHeld):
		return
	}
	w.must(err)
	if got.Status == "" {
		return
	}
	if w.holder(id) != nil {
		w.fail("%s was taken away from its holder", id)
	}
	w.cut(id)
	known.run = got.Run
	w.tell(message{id: id, status: got.Status, run: got.Run})
}

// recall takes the request's delivery away from whoever has it.
func (w *world) recall(id string) {
	for _, c := range w.couriers {
		c.lost = c.lost || c.id == id
	}
}

// erase forgets a request for good.
func (w *world) erase() {
	id := w.anyone()
	if id == "" || w.choose("erase", 4) > 0 {
		return
	}
	_, err := w.scope.EraseRequest(w.ctx, id)
	w.must(err)
	w.kept[id].erased = true
	w.cut(id)
	w.recall(id)
}
