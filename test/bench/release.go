package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

const (
	startWithin = time.Minute
	stopWithin  = 15 * time.Second
	module      = "github.com/your-org/multi-tenant-pipeline"
)

// releases builds programs as `make build` does, and returns the directory with them.
func releases(ctx context.Context, programs ...string) (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp("", "bench-*"); err != nil {
		return "", nil, fmt.Errorf("make directory: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // the system empties its temporary directory
	args := []string{"build", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", dir + string(filepath.Separator)}
	for _, service := range programs {
		args = append(args, module+"/"+service)
	}
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil { //nolint:gosec // names of our own
		remove()
		return "", nil, fmt.Errorf("build programs: %w\n%s", err, out)
	}
	return dir, remove, nil
}

// process is a running program that answers at /v1/health.
type process struct {
	url     string
	ready   time.Duration // from its start to the first answer that it is healthy
	command *exec.Cmd
	exited  chan error
}

// launch starts a program and returns when it is healthy.
func launch(ctx context.Context, program string, env map[string]string) (*process, error) {
	p := &process{
		url: "http://127.0.0.1:" + env["PORT"], command: exec.Command(program), exited: make(chan error, 1), //nolint:noctx // stop ends it
	}
	p.command.Env = append(os.Environ(), pairsOf(env)...)
	begin := time.Now()
	if err := p.command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() { p.exited <- p.command.Wait() }()
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for !healthy(ctx, p.url) {
		select {
		case err := <-p.exited:
			return nil, fmt.Errorf("%s ended: %w", program, err)
		case <-ctx.Done():
			p.stop()
			return nil, fmt.Errorf("%s is not healthy: %w", program, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
	p.ready = time.Since(begin)
	return p, nil
}

func pairsOf(env map[string]string) []string {
	var all []string
	for name, value := range env {
		all = append(all, name+"="+value)
	}
	return all
}

func healthy(ctx context.Context, base string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/health", http.NoBody)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close() // only the status counts
	return res.StatusCode == http.StatusOK
}

// stop drains the process, and kills it if that takes too long.
func (p *process) stop() {
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended
	kill := time.AfterFunc(stopWithin, func() { _ = p.command.Process.Kill() })
	defer kill.Stop()
	<-p.exited //nolint:errcheck // how it ended is of no interest any more
}

var errNoMemory = errors.New("the kernel does not tell a process's memory")

// memory returns one of the kernel's figures of a process's resident memory in MB: VmRSS is
// what it has now, VmHWM the most that it ever had.
func memory(pid, figure string) (float64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", pid, "status")) //nolint:gosec // a process of our own
	if err != nil {
		return 0, errNoMemory
	}
	m := regexp.MustCompile(figure + `:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0, errNoMemory
	}
	kib, err := strconv.Atoi(string(m[1]))
	return float64(kib) * 1024 / 1e6, err
}
