package main

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"
)

// task is a function that is measured beside the least that could be done with the same input.
type task struct {
	name         string
	ours, theirs func() error
	cpu, allocs  *target
}

// measureCPU measures functions that need nothing outside: CPU time of the whole process, with
// the garbage collector's part, and allocations.
func measureCPU(ctx context.Context, s scale, r *report) error {
	tasks, err := cpuTasks(ctx)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		var times pairs
		for range s.rounds {
			bare, err := cpuTime(s.cpu/time.Duration(s.rounds), t.theirs)
			if err != nil {
				return fmt.Errorf("%s, baseline: %w", t.name, err)
			}
			ours, err := cpuTime(s.cpu/time.Duration(s.rounds), t.ours)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			times.add(ours, bare)
		}
		r.add(times.line(line{Section: "cpu", Name: t.name, Unit: "µs", Target: t.cpu}))
		ours, bare := allocations(t.ours), allocations(t.theirs)
		r.add(line{Section: "cpu", Name: t.name + ", allocations", Value: ours, Baseline: &bare, Target: t.allocs})
	}
	return nil
}

// cpuTime returns the microseconds of CPU that a call of fn takes.
func cpuTime(window time.Duration, fn func() error) (float64, error) {
	var before, after syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	calls := 0
	for begin := time.Now(); time.Since(begin) < window; calls++ {
		if err := fn(); err != nil {
			return 0, err
		}
	}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
		return 0, fmt.Errorf("read CPU time: %w", err)
	}
	used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	return float64(used) / float64(time.Microsecond) / float64(calls), nil
}

func allocations(fn func() error) float64 {
	return testing.AllocsPerRun(100, func() { _ = fn() }) // it has just gone well many times
}
