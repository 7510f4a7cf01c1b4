package main

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
)

// measureStart starts each service's release binary, as Cloud Run does for the first request,
// and looks at its memory when it has been idle for a while.
func measureStart(ctx context.Context, s scale, r *report) error {
	w, err := newWorld(ctx, 1)
	if err != nil {
		return err
	}
	defer w.Close()
	names := s.services
	if len(names) == 0 {
		names = slices.Sorted(maps.Keys(all.Services()))
	}
	programs := []string{"test/bench/bare"}
	for _, name := range names {
		programs = append(programs, "cmd/"+name)
	}
	dir, remove, err := releases(ctx, programs...)
	if err != nil {
		return err
	}
	defer remove()
	for _, name := range names {
		var starts, sizes pairs
		for range s.rounds {
			bare, bareSize, err := startOnce(ctx, w, s, filepath.Join(dir, "bare"))
			if err != nil {
				return err
			}
			ours, size, err := startOnce(ctx, w, s, filepath.Join(dir, name))
			if err != nil {
				return err
			}
			starts.add(milliseconds(ours), milliseconds(bare))
			sizes.add(size, bareSize)
		}
		r.add(starts.line(line{Section: "start", Name: name + ", until healthy", Unit: "ms", Target: atMost(300)}))
		r.add(sizes.line(line{Section: "start", Name: name + ", idle memory", Unit: "MB", Target: atMost(60)}))
	}
	return nil
}

// startOnce starts a program and returns how long it took to be healthy, and its resident memory
// once idle.
func startOnce(ctx context.Context, w *world, s scale, program string) (time.Duration, float64, error) {
	port, err := freePort(ctx)
	if err != nil {
		return 0, 0, err
	}
	p, err := launch(ctx, program, w.environment(port))
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	time.Sleep(s.idle)
	size, err := memory(strconv.Itoa(p.command.Process.Pid), "VmRSS")
	if errors.Is(err, errNoMemory) {
		return p.ready, 0, nil
	}
	return p.ready, size, err
}
