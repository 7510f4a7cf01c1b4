package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// operation does one thing; n is a number that no other call has.
type operation func(ctx context.Context, n int64) error

// pace is how fast operations were.
type pace struct {
	rate     float64 // a second
	p50, p99 float64 // milliseconds
}

// drive calls op from as many goroutines as workers for a while, each as soon as its last call
// has returned.
func drive(ctx context.Context, workers int, window time.Duration, op operation) (pace, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	took := make([][]time.Duration, workers)
	errs := make([]error, workers)
	begin := time.Now()
	for w := range workers {
		all.Go(func() {
			for time.Since(begin) < window && ctx.Err() == nil {
				start := time.Now()
				if errs[w] = op(ctx, serial.Add(1)); errs[w] != nil {
					cancel()
					return
				}
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	if err := errors.Join(errs...); err != nil {
		return pace{}, err
	}
	every := slices.Concat(took...)
	return pace{
		rate: float64(len(every)) / elapsed.Seconds(), p50: milliseconds(percentile(every, 50)), p99: milliseconds(percentile(every, 99)),
	}, nil
}

// serial numbers everything that is sent, so that nothing is a duplicate.
var serial atomic.Int64

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentile returns the least value that is not exceeded by so many of a hundred.
func percentile(values []time.Duration, p int) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)*p+99)/100-1]
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// pairs are the same figure of something and of what it is compared with, round by round.
type pairs struct{ ours, theirs []float64 }

func (p *pairs) add(ours, theirs float64) {
	p.ours, p.theirs = append(p.ours, ours), append(p.theirs, theirs)
}

// line returns the medians. The ratio is that of the rounds' ratios: what disturbs one round
// disturbs both sides of it.
func (p *pairs) line(l line) line {
	var ratios []float64
	for i := range p.ours {
		if p.theirs[i] != 0 {
			ratios = append(ratios, p.ours[i]/p.theirs[i])
		}
	}
	baseline, ratio := median(p.theirs), median(ratios)
	l.Value, l.Baseline, l.Ratio = median(p.ours), &baseline, &ratio
	return l
}
