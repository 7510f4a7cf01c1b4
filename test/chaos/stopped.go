package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// memory is what a service may use at most, in kilobytes: half of what its container has.
const memory = 256 << 10

// silent is longer than anybody waits for an answer.
const silent = 15 * time.Minute

// stops are the dependencies that stop answering, in turn. Nobody hangs up: the caller has to.
var stops = []struct {
	name    string
	systems []string
}{
	{"call tracker", []string{"callrail"}},
	{"transcription", []string{"speech"}},
	{"model", []string{"gemini"}},
	{"CRMs", crms},
	{"messages", []string{"slack", "email"}},
	{"secrets", []string{"secretmanager"}},
}

// stopped lets one dependency after the other fall silent under load, and watches how much the
// services keep in memory meanwhile. Everything is done when the last is back.
func stopped(ctx context.Context, s *stack, o options) (*report, error) {
	begin := time.Now()
	r, items := newReport("stopped", o.seed), plan(o)
	for _, it := range items {
		it.patient = true
	}
	g := newGale(s, o)
	playing, finished := context.WithCancel(ctx)
	defer finished()
	var all sync.WaitGroup
	all.Go(func() { s.play(playing, items) })
	err := g.silence(ctx, o.duration/time.Duration(len(stops)))
	if err == nil {
		all.Wait()
		err = g.set(ctx, nil)
	}
	if err != nil {
		finished()
		all.Wait()
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
	for kind, n := range g.count {
		r.Faults[kind] = n
		if n == 0 {
			r.breach("idle", "nobody asked for %s while it was silent", kind)
		}
	}
	r.Took = time.Since(begin)
	return r, s.measure(r)
}

// silence stops the dependencies in turn, each for a while.
func (g *gale) silence(ctx context.Context, each time.Duration) error {
	for _, stop := range stops {
		var quiet []badWeather
		for _, system := range stop.systems {
			quiet = append(quiet, badWeather{kind: stop.name, disturbance: disturbance{System: system, LatencyMS: int(silent.Milliseconds())}})
		}
		if err := g.set(ctx, quiet); err != nil {
			return err
		}
		if !pause(ctx, each) {
			return ctx.Err()
		}
	}
	return nil
}

// measure reports how much memory each service has had at most.
func (s *stack) measure(r *report) error {
	var errs []error
	for _, service := range services {
		peak, err := peak(s.pid(service))
		if err != nil {
			errs = append(errs, fmt.Errorf("memory of %s: %w", service, err))
			continue
		}
		r.Figures["memory of "+service+", peak"] = fmt.Sprintf("%d MB", peak>>10)
		if peak > memory {
			r.breach("memory", "%s used %d MB, the limit is %d", service, peak>>10, memory>>10)
		}
	}
	return errors.Join(errs...)
}

// peak returns the most memory that a process has held, in kilobytes.
func peak(pid int) (int, error) {
	status, err := os.Open("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, err
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			return strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		}
	}
	return 0, errors.New("the system does not say")
}
