package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// still is how long nothing may change before the run is over: what is doubled comes a little
// later.
const still = 3 * time.Second

// storm plays the load in bad weather and looks at what is left of it.
func storm(ctx context.Context, s *stack, o options) (*report, error) {
	begin := time.Now()
	r, items, g := newReport("storm", o.seed), plan(o), newGale(s, o)
	blown := make(chan error, 1)
	go func() { blown <- g.blow(ctx) }()
	stop := tell(func() string { return sent(items) })
	s.play(ctx, items)
	stop()
	if err := <-blown; err != nil {
		return nil, fmt.Errorf("make bad weather: %w", err)
	}
	if err := g.set(ctx, nil); err != nil {
		return nil, err
	}
	calm := time.Now()
	if err := s.rest(ctx, items, o.settle); err != nil {
		r.breach("lost", "it did not come to rest: %v", err)
	}
	r.Settling = time.Since(calm)
	stop = tell(func() string { return "comparing what was acknowledged with what is there" })
	all, err := s.inventory(ctx, items)
	stop()
	if err != nil {
		return nil, err
	}
	verify(r, s, items, all, g.kills)
	if err := s.strangers(ctx, r, all); err != nil {
		return nil, err
	}
	for _, kind := range kinds() {
		r.Faults[kind] = g.count[kind]
	}
	r.Faults["spanner aborted"] = int(s.collector.sum("pipeline_store_aborts_total", ""))
	r.Recovered["announced by sweep"] = int(s.collector.sum("pipeline_sweep_announced_total", ""))
	r.Took = time.Since(begin)
	return r, nil
}

// rest waits until nothing that was acknowledged is on its way any more.
func (s *stack) rest(ctx context.Context, items []*item, limit time.Duration) error {
	seen := make([]map[string]listed, len(s.Tenants))
	for i := range seen {
		seen[i] = map[string]listed{}
	}
	var left atomic.Int64
	left.Store(int64(len(items)))
	defer tell(func() string { return fmt.Sprintf("all is sent; up to %d requests are on their way", left.Load()) })()
	err := until(ctx, limit, time.Second, func() error {
		open, first := 0, ""
		for i, t := range s.Tenants {
			states, err := s.states(ctx, t, planned(items, i, t), seen[i])
			if err != nil {
				return err
			}
			for _, it := range items {
				if it.tenant != i {
					continue
				}
				if l, exists := states[it.requestID(t)]; exists && !l.settled() || !exists && it.acknowledged() {
					open, first = open+1, it.requestID(t)
				}
			}
		}
		left.Store(int64(open))
		if open > 0 {
			return fmt.Errorf("%d requests are on their way, among them %s", open, first)
		}
		return nil
	})
	pause(ctx, still)
	return err
}

// planned returns the ids that the requests of a tenant's items have.
func planned(items []*item, number int, t tenant) []string {
	var ids []string
	for _, it := range items {
		if it.tenant == number {
			ids = append(ids, it.requestID(t))
		}
	}
	return ids
}

// strangers asks for each tenant's requests as another tenant.
func (s *stack) strangers(ctx context.Context, r *report, all []afterwards) error {
	for i, a := range all {
		asked := 0
		for id := range a.requests {
			if asked++; asked > 5 {
				break
			}
			if err := s.foreign(ctx, a.tenant, s.Tenants[(i+1)%len(s.Tenants)], id); err != nil {
				r.breach("foreign", "%s: %v", id, err)
			}
		}
	}
	return ctx.Err()
}
