package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	quietCalls = 20              // of the quiet tenant, in each part of the measurement
	slowdown   = 2 * time.Second // that a neighbour's backlog may cost, at the 95th percentile
	senders    = 8               // that fill the backlog at once
	apart      = 700 * time.Millisecond
)

// noisy measures how long a tenant's calls take to be delivered, alone and while another
// tenant has a long backlog.
func noisy(ctx context.Context, s *stack, o options) (*report, error) {
	begin := time.Now()
	r := newReport("noisy", o.seed)
	rng := rand.New(rand.NewPCG(o.seed, 3)) //nolint:gosec // the same load in every run
	quiet := func(from int) []*item {
		var calls []*item
		for i := range quietCalls {
			it := draw(rng, o.seed, from+i, 1, from+i)
			it.at, it.shape, it.seconds, it.id = time.Duration(i)*apart, plain, longSeconds, fmt.Sprintf("CAL%08x%024d", o.seed, from+i)
			calls = append(calls, it)
		}
		return calls
	}
	if _, err := s.delivered(ctx, quiet(3000)[:3], o.settle); err != nil { // the first calls wait for what is only done once
		return nil, fmt.Errorf("warm up: %w", err)
	}
	alone, err := s.delivered(ctx, quiet(1000), o.settle)
	if err != nil {
		return nil, fmt.Errorf("measure alone: %w", err)
	}
	backlog := s.backlog(rng, o)
	s.fill(ctx, backlog)
	waiting, err := s.waiting(ctx, backlog)
	if err != nil {
		return nil, err
	}
	beside, err := s.delivered(ctx, quiet(2000), o.settle)
	if err != nil {
		return nil, fmt.Errorf("measure beside the backlog: %w", err)
	}
	left, err := s.waiting(ctx, backlog)
	if err != nil {
		return nil, err
	}
	r.Requests, r.Took = len(backlog)+2*quietCalls, time.Since(begin)
	r.compare(alone, beside)
	r.Figures["backlog"], r.Figures["backlog before the calls"], r.Figures["backlog after the calls"] = len(backlog), waiting, left
	if waiting < len(backlog)/4 || left == 0 {
		r.breach("idle", "the backlog was worked off too soon (%d of %d, then %d) to disturb anybody: use a larger -n", waiting, len(backlog), left)
	}
	return r, s.measure(r)
}

func (r *report) compare(alone, beside []time.Duration) {
	for name, took := range map[string][]time.Duration{"alone": alone, "beside the backlog": beside} {
		r.Figures["delivered "+name+", p50"] = percentile(took, 50).Round(time.Millisecond).String()
		r.Figures["delivered "+name+", p95"] = percentile(took, 95).Round(time.Millisecond).String()
	}
	cost := percentile(beside, 95) - percentile(alone, 95)
	r.Figures["cost of the backlog, p95"] = cost.Round(time.Millisecond).String()
	if cost >= slowdown {
		r.breach("noisy", "a neighbour's backlog costs %v at p95, which must be below %v", cost.Round(time.Millisecond), slowdown)
	}
}

func percentile(took []time.Duration, p int) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[(len(sorted)*p+99)/100-1]
}

// backlog returns the noisy tenant's forms.
func (s *stack) backlog(rng *rand.Rand, o options) []*item {
	items := make([]*item, o.requests)
	for i := range items {
		items[i] = draw(rng, o.seed, i, 0, i%numbers)
		items[i].shape, items[i].patient, items[i].id = formFirst, true, fmt.Sprintf("FRM%08x%024d", o.seed, i)
	}
	return items
}

// fill delivers the backlog as fast as it is taken.
func (s *stack) fill(ctx context.Context, items []*item) {
	var all sync.WaitGroup
	next := make(chan *item)
	for range senders {
		all.Go(func() {
			for it := range next {
				s.deliver(ctx, it, "form_submission", s.form(it))
			}
		})
	}
	for _, it := range items {
		next <- it
	}
	close(next)
	all.Wait()
}

// sampled is how many of a backlog's requests are asked for to know how many are left: the emulator
// takes more than a minute to list a long one.
const sampled = 200

// waiting returns about how many of the backlog's requests are not settled.
func (s *stack) waiting(ctx context.Context, backlog []*item) (int, error) {
	var ids []string
	step := max(1, len(backlog)/sampled)
	for i := 0; i < len(backlog); i += step {
		ids = append(ids, backlog[i].requestID(s.Tenants[0]))
	}
	requests, err := s.read(ctx, s.Tenants[0], ids)
	n := 0
	for _, f := range requests {
		if !f.settled() {
			n++
		}
	}
	return n * len(backlog) / max(1, len(ids)), err
}

// delivered plays calls and returns how long each took from its acknowledgement until it was
// in every CRM and everybody had been told.
func (s *stack) delivered(ctx context.Context, calls []*item, limit time.Duration) ([]time.Duration, error) {
	took := make([]time.Duration, len(calls))
	errs := make([]error, len(calls))
	var all sync.WaitGroup
	begin := time.Now()
	for i, it := range calls {
		if !pause(ctx, time.Until(begin.Add(it.at))) {
			break
		}
		all.Go(func() { took[i], errs[i] = s.deliverOne(ctx, it, limit) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return took, ctx.Err()
}

func (s *stack) deliverOne(ctx context.Context, it *item, limit time.Duration) (time.Duration, error) {
	s.sendCall(ctx, it)
	if !it.acknowledged() {
		return 0, fmt.Errorf("%s was not acknowledged: %v", it.id, it.refused)
	}
	begin, t := time.Now(), s.Tenants[it.tenant]
	err := until(ctx, limit, 100*time.Millisecond, func() error {
		var f found
		if err := s.get(ctx, t, "/requests/"+it.requestID(t), &f); err != nil {
			return err
		}
		if !f.settled() {
			return fmt.Errorf("%s is %s", f.RequestID, f.Status)
		}
		return nil
	})
	return time.Since(begin), err
}
