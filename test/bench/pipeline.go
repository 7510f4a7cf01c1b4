package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

const (
	// callSeconds is short enough for Speech-to-Text to answer at once.
	callSeconds = 20
	// senders deliver at a time.
	senders = 32
	// settleWithin bounds the wait for calls to be delivered: far above what a busy machine needs.
	settleWithin = 2 * time.Minute
)

// measurePipeline sends calls through webhook, transcribe, analyze, push and notify. The bare
// loop makes as many transactions as they commit, one row read and written in each, and as
// many reads of a row.
func measurePipeline(ctx context.Context, s scale, r *report) error {
	p, err := startPipeline(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	if _, err := p.burst(ctx, s.calls/5+1); err != nil { // connections, caches, tokens
		return err
	}
	var rates, writes, reads pairs
	for range s.rounds {
		wrote, read, err := p.done(ctx)
		if err != nil {
			return err
		}
		ours, err := p.burst(ctx, s.calls)
		if err != nil {
			return err
		}
		wroteAfter, readAfter, err := p.done(ctx)
		if err != nil {
			return err
		}
		writes.add((wroteAfter-wrote)/float64(s.calls), 0)
		reads.add((readAfter-read)/float64(s.calls), 0)
		bare, err := drive(ctx, senders, s.window, p.transact(int(math.Round(median(writes.ours))), int(math.Round(median(reads.ours)))))
		if err != nil {
			return fmt.Errorf("bare loop: %w", err)
		}
		rates.add(ours, bare.rate)
	}
	l := rates.line(line{Section: "pipeline", Name: "delivered, beside the bare loop", Unit: "/s", Target: atLeast(.5).ofRatio()})
	r.add(l)
	r.add(line{Section: "pipeline", Name: "delivered, all services in one process", Unit: "/s", Value: l.Value, Target: atLeast(40)})
	r.add(line{Section: "pipeline", Name: "transactions committed for a call", Value: median(writes.ours)})
	r.add(line{Section: "pipeline", Name: "reads outside of them", Value: median(reads.ours)})
	r.note("pipeline: calls of %d s for %d tenants, each with one CRM (by webhook) and Slack; the load, the stand-ins and the emulators are in the same process or on the same CPUs.", callSeconds, companies)
	for _, rate := range s.rates {
		if err := p.steady(ctx, s, r, rate); err != nil {
			return err
		}
	}
	return nil
}

// burst sends calls as fast as they are accepted and returns how many a second were delivered.
func (p *pipeline) burst(ctx context.Context, calls int) (float64, error) {
	all, err := p.prepare(calls)
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	var sending sync.WaitGroup
	next, errs := make(chan call), make([]error, senders)
	for i := range senders {
		sending.Go(func() {
			for c := range next {
				errs[i] = errors.Join(errs[i], p.sender.post(ctx, c.tenant, c.body))
			}
		})
	}
	for _, c := range all {
		next <- c
	}
	close(next)
	sending.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	done, err := p.await(ctx, all)
	if err != nil {
		return 0, err
	}
	last := slices.MaxFunc(done, func(a, b *request.Request) int { return a.UpdatedAt.Compare(b.UpdatedAt) })
	return float64(calls) / last.UpdatedAt.Sub(begin).Seconds(), nil
}

// steady sends calls at a rate and reports how long each took from its commit, which comes just
// before the acknowledgement, to the last thing that happened to it.
func (p *pipeline) steady(ctx context.Context, s scale, r *report, rate int) error {
	calls := max(1, int(s.steady.Seconds()*float64(rate)))
	all, err := p.prepare(calls)
	if err != nil {
		return err
	}
	var sending sync.WaitGroup
	errs := make([]error, calls)
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for i, c := range all {
		sending.Go(func() { errs[i] = p.sender.post(ctx, c.tenant, c.body) })
		<-tick.C
	}
	sending.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	done, err := p.await(ctx, all)
	if err != nil {
		return err
	}
	took := make([]time.Duration, 0, calls)
	for _, one := range done {
		took = append(took, one.UpdatedAt.Sub(one.ReceivedAt))
	}
	var p95 *target
	if rate == 20 {
		p95 = atMost(1000)
	}
	name := func(what string) string { return fmt.Sprintf("acknowledged to delivered at %d/s, %s", rate, what) }
	r.add(line{Section: "pipeline", Name: name("p50"), Unit: "ms", Value: milliseconds(percentile(took, 50))})
	r.add(line{Section: "pipeline", Name: name("p95"), Unit: "ms", Value: milliseconds(percentile(took, 95)), Target: p95})
	return nil
}

// call is what CallRail delivers of one call.
type call struct {
	tenant int
	body   []byte
	id     string // of its request
}

// prepare makes CallRail know calls, each of another person.
func (p *pipeline) prepare(calls int) ([]call, error) {
	var all []call
	for range calls {
		n := serial.Add(1)
		tenant := int(n % companies)
		body, err := payload(tenant, n)
		if err != nil {
			return nil, err
		}
		body = person(body, n)
		if _, err := p.world.sandbox.AddCall(tenantOf(tenant), body, recorded(n, callSeconds), conversation); err != nil {
			return nil, err
		}
		all = append(all, call{tenant: tenant, body: body, id: request.ID(tenantOf(tenant), request.NamespaceCall, number(n))})
	}
	return all, nil
}

// await returns the requests when all are completed and in the CRM.
func (p *pipeline) await(ctx context.Context, calls []call) ([]*request.Request, error) {
	deadline := time.Now().Add(settleWithin)
	var done []*request.Request
	for len(done) < len(calls) {
		c := calls[len(done)]
		p.bare.reads.Add(1) // it is not the services that look
		r, err := p.world.store.ForTenant(tenantOf(c.tenant)).Request(ctx, c.id)
		if errors.Is(err, store.ErrNotFound) { // it is still in the intake topic
			r, err = &request.Request{}, nil
		}
		if err != nil {
			return nil, err
		}
		state := fmt.Sprintf("%d of %d are delivered; request %s: %s %s, CRM %s", len(done), len(calls), c.id, r.Status, r.Reason, r.CRMState)
		switch {
		case r.Status == request.Completed && r.CRMState == request.CRMDone:
			done = append(done, r)
		case r.Status == request.Failed, r.CRMState == request.CRMParked, r.CRMState == request.CRMFailed, time.Now().After(deadline):
			return nil, errors.New(state)
		default:
			time.Sleep(50 * time.Millisecond)
		}
	}
	return done, nil
}

// transact returns the operation of the bare loop: transactions that read and write a row, and
// reads of one.
func (p *pipeline) transact(writes, reads int) operation {
	return func(ctx context.Context, n int64) error {
		for range writes {
			p.bare.writes.Add(1)
			err := p.world.store.Operator().AddCounts(ctx, []tenant.SourceCount{{
				TenantID: tenantID, SourceID: "callrail", Outcome: "bench", Reason: strconv.FormatInt(n%senders, 10), Count: 1, LastAt: time.Now(),
			}})
			if err != nil {
				return err
			}
		}
		for range reads {
			p.bare.reads.Add(1)
			if _, err := p.world.store.ForTenant(tenantID).Request(ctx, number(n)); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	}
}
