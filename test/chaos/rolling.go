package main

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"
)

const (
	// replaced is how long a service may take to make way for its next process: Cloud Run's
	// patience after SIGTERM, and a start on a busy machine.
	replaced = time.Minute
	// between is how long a new process works before the next service is replaced.
	between = time.Second
)

// rolling replaces every service in turn while the load goes on, in fair weather. Nothing may
// be lost or fail, and no sender may notice.
func rolling(ctx context.Context, s *stack, o options) (*report, error) {
	begin := time.Now()
	r, items := newReport("rolling", o.seed), plan(o)
	for _, it := range items {
		it.patient = false
	}
	s.balancer = newBalancer()
	var all sync.WaitGroup
	all.Go(func() { s.play(ctx, items) })
	err := s.replaceAll(ctx, r, o.duration)
	all.Wait()
	if err != nil {
		return nil, err
	}
	calm := time.Now()
	if err := s.rest(ctx, items, o.settle); err != nil {
		r.breach("lost", "it did not come to rest: %v", err)
	}
	r.Settling = time.Since(calm)
	left, err := s.inventory(ctx, items)
	if err != nil {
		return nil, err
	}
	verify(r, s, items, left, nil)
	r.unnoticed(items)
	r.Took = time.Since(begin)
	return r, nil
}

// replaceAll ends one service after the other, again and again while the load goes on.
func (s *stack) replaceAll(ctx context.Context, r *report, duration time.Duration) error {
	begin := time.Now()
	for _, service := range services {
		r.Faults["replaced "+service] = 0
	}
	for round := 0; round == 0 || time.Since(begin) < duration; round++ {
		for _, service := range services {
			replace := func() error { return s.replace(ctx, service) }
			if service == "webhook" {
				replace = func() error { return s.balancer.end(func() error { return s.replace(ctx, service) }) }
			}
			if err := replace(); err != nil {
				return err
			}
			r.Faults["replaced "+service]++
			if !pause(ctx, between) {
				return ctx.Err()
			}
		}
	}
	return nil
}

// replace ends the process of a service and returns when there is another.
func (s *stack) replace(ctx context.Context, service string) error {
	old := s.pid(service)
	if old == 0 || syscall.Kill(old, syscall.SIGTERM) != nil {
		return fmt.Errorf("%s has no process", service)
	}
	return until(ctx, replaced, 50*time.Millisecond, func() error {
		if pid := s.pid(service); pid == 0 || pid == old {
			return fmt.Errorf("%s is not back", service)
		}
		return nil
	})
}

// unnoticed adds what is worse in fair weather than in a storm: anything that failed, and any
// delivery that was not acknowledged.
func (r *report) unnoticed(items []*item) {
	var longest time.Duration
	for reason, n := range r.Failed {
		r.breach("failed", "%d requests failed: %s", n, reason)
	}
	for _, it := range items {
		for _, refusal := range it.refused {
			r.breach("refused", "%s (%s): %s", it.id, it.shape, refusal)
		}
		for _, a := range it.acked {
			longest = max(longest, a.took)
		}
	}
	r.Figures["longest way to an acknowledgement"] = longest.Round(time.Millisecond).String()
}
