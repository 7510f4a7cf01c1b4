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
	for _, gust := range gusts(items, o) {
		if err := g.rage(ctx, gust); err != nil {
			return nil, err
		}
		calm := time.Now()
		if err := s.rest(ctx, gust.items, o.settle); err != nil {
			r.breach("lost", "it did not come to rest: %v", err)
		}
		r.Settling += time.Since(calm)
	}
	stop := tell(func() string { return "comparing what was acknowledged with what is there" })
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

// gust is a part of a storm, after which there is calm until all of it has been dealt with. In the
// weather services do less than is sent to them, and the emulator, which finds what is due row by
// row, is brought to a standstill by a backlog of thousands.
type gust struct {
	items    []*item
	duration time.Duration
	first    int // number of the first item
	of       int // items in all
}

// most is how many requests a gust has.
const most = 500

// gusts parts a load. Items are in the order of their times, which begin anew with each gust.
func gusts(items []*item, o options) []gust {
	var parts []gust
	n := (len(items) + most - 1) / most
	for i := range n {
		from, to := i*len(items)/n, (i+1)*len(items)/n
		begin, end := o.duration*time.Duration(i)/time.Duration(n), o.duration*time.Duration(i+1)/time.Duration(n)
		for _, it := range items[from:to] {
			it.at = min(max(0, it.at-begin), end-begin) // about even, but not quite
		}
		parts = append(parts, gust{items[from:to], end - begin, from, len(items)})
	}
	return parts
}

// rage plays a part of the load in bad weather, and ends the weather.
func (g *gale) rage(ctx context.Context, part gust) error {
	blown := make(chan error, 1)
	go func() { blown <- g.blow(ctx, part.duration) }()
	stop := tell(func() string {
		return fmt.Sprintf("%s, from %d on, of %d", sent(part.items), part.first, part.of)
	})
	g.play(ctx, part.items)
	stop()
	if err := <-blown; err != nil {
		return fmt.Errorf("make bad weather: %w", err)
	}
	return g.set(ctx, nil)
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
