package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

const (
	restartPause = 200 * time.Millisecond // so that a service that cannot start does not spin
	killAfter    = 10 * time.Second       // Cloud Run's patience after SIGTERM
)

// separate runs each service as a process of its own and starts it again when it dies.
type separate struct {
	cancel  context.CancelFunc
	done    sync.WaitGroup
	failed  chan error
	changed func(pids map[string][]int) // called when a pid changes

	mu   sync.Mutex
	pids map[string][]int
}

func startSeparate(ctx context.Context, environments map[string]map[string]string, changed func(pids map[string][]int)) (*separate, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &separate{cancel: cancel, failed: make(chan error, 1), changed: changed, pids: map[string][]int{}}
	for name, env := range environments {
		s.done.Go(func() { s.supervise(ctx, self, name, env) })
	}
	return s, nil
}

// supervise keeps one service running until ctx ends.
func (s *separate) supervise(ctx context.Context, self, name string, env map[string]string) {
	for ctx.Err() == nil {
		err := s.runOnce(ctx, self, name, env)
		if ctx.Err() != nil {
			return
		}
		slog.WarnContext(ctx, "service died, starting it again", "service", name, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(restartPause):
		}
	}
}

func (s *separate) runOnce(ctx context.Context, self, name string, env map[string]string) error {
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), serviceVariable+"="+name)
	for key, value := range env {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = killAfter
	dieWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	s.setPids(name, []int{cmd.Process.Pid})
	err := cmd.Wait()
	s.setPids(name, nil)
	return err
}

func (s *separate) setPids(name string, pids []int) {
	s.mu.Lock()
	s.pids[name] = pids
	s.mu.Unlock()
	s.changed(s.Pids())
}

// Pids returns the process of each service.
func (s *separate) Pids() map[string][]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	pids := make(map[string][]int, len(s.pids))
	for name, p := range s.pids {
		pids[name] = append([]int{}, p...)
	}
	return pids
}

// Failed never says anything: a service that dies is started again.
func (s *separate) Failed() <-chan error { return s.failed }

// Stop ends all services and waits for them.
func (s *separate) Stop() {
	s.cancel()
	s.done.Wait()
}
