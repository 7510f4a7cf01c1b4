package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startWithin = 3 * time.Minute
	stopWithin  = time.Minute
)

// build compiles devstack once.
func build(ctx context.Context) (binary string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "chaos-*")
	if err != nil {
		return "", nil, fmt.Errorf("make directory: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // the system empties its temporary directory
	binary = filepath.Join(dir, "devstack")
	command := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/your-org/multi-tenant-pipeline/cmd/devstack") //nolint:gosec // our own paths
	if out, err := command.CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("build devstack: %w\n%s", err, out)
	}
	return binary, remove, nil
}

// ready is what devstack tells the outside.
type ready struct {
	WebhookURL string           `json:"webhook_url"`
	APIURL     string           `json:"api_url"`
	SandboxURL string           `json:"sandbox_url"`
	Tenants    []tenant         `json:"tenants"`
	Pids       map[string][]int `json:"pids"`
}

type tenant struct {
	ID                string `json:"tenant_id"`
	Token             string `json:"token"`
	SigningKey        string `json:"signing_key"`
	CompanyID         string `json:"callrail_company_id"`
	CompanyResourceID string `json:"callrail_company_resource_id"`
}

// stack is a running devstack.
type stack struct {
	ready
	client
	collector *collector
	dir, path string // of the ready file
	command   *exec.Cmd
	ended     chan struct{} // closed when devstack has
	log       *os.File
	listable  bool      // there are so few requests that lists tell of them
	balancer  *balancer // nil: senders meet the webhook as it is
}

// start runs devstack and returns when it is ready.
func start(ctx context.Context, o options, binary string) (*stack, error) {
	c, err := startCollector(ctx)
	if err != nil {
		return nil, err
	}
	s := &stack{client: newClient(), collector: c, ended: make(chan struct{})}
	if err := s.launch(ctx, o, binary); err != nil {
		s.stop()
		return nil, fmt.Errorf("start devstack: %w (see %s)", err, o.log)
	}
	return s, nil
}

func (s *stack) launch(ctx context.Context, o options, binary string) error {
	var err error
	if s.dir, err = os.MkdirTemp("", "chaos-ready-*"); err != nil {
		return err
	}
	s.path = filepath.Join(s.dir, "ready.json")
	if err = os.MkdirAll(filepath.Dir(o.log), 0o750); err != nil {
		return err
	}
	if s.log, err = os.Create(o.log); err != nil {
		return err
	}
	arguments := []string{"-separate", "-no-samples", "-ready-file", s.path, "-tenants", strconv.Itoa(o.tenants)}
	if !o.noisy && !o.rolling && !o.stopped {
		arguments = append(arguments, "-aborts")
	}
	s.command = exec.Command(binary, arguments...) //nolint:gosec,noctx // built by us; stop ends it, in order
	s.command.Env = s.environment(o)
	s.command.Stdout, s.command.Stderr = s.log, s.log
	if err := s.command.Start(); err != nil {
		s.command = nil
		return err
	}
	go func() {
		_ = s.command.Wait() // how it ended is in its log
		close(s.ended)
	}()
	return s.await(ctx)
}

// errGone says that there is nothing left to be tested. Services are killed and started again;
// devstack, which holds the emulators and the stand-ins, is not.
var errGone = errors.New("devstack has ended")

// while returns a context that ends with devstack.
func (s *stack) while(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.ended:
			cancel(errGone)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// environment is this process's, without an emulator that is somebody else's and could not
// be told to abort.
func (s *stack) environment(o options) []string {
	var env []string
	for _, entry := range os.Environ() { //nolint:forbidigo // passed on, not read
		if !strings.HasPrefix(entry, "SPANNER_EMULATOR_HOST=") && !strings.HasPrefix(entry, "PUBSUB_EMULATOR_HOST=") {
			env = append(env, entry)
		}
	}
	if o.noisy { // the times of production: the emulator takes half a second to find what is due of a backlog
		env = append(env, "SWEEP_EVERY=60s", "SWEEP_BACKOFF=60s", "ANNOUNCE_GRACE=60s")
	}
	return append(env,
		"CHAOS_SABOTAGE="+o.sabotage, "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+s.collector.address, "TELEMETRY_INTERVAL=1s",
		"CALLRAIL_REQUESTS_PER_HOUR="+strconv.Itoa(1000+20*o.requests), "CALLRAIL_REQUESTS_PER_DAY="+strconv.Itoa(10_000+20*o.requests),
		"FORMS_PER_MINUTE=100000", "FORMS_PER_DAY=1000000", "API_TOKEN_PER_SECOND=0", // how much is too much is not asked here
		"BREAKER_OPEN=1s", "BREAKER_OPEN_MAX=5s",
		"POLL_EVERY=0s", // asking CallRail for what is missing would hide that it is
	)
}

func (s *stack) await(ctx context.Context) error {
	deadline := time.Now().Add(startWithin)
	for {
		err := s.reload()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ended:
			return errors.New("it ended")
		case <-time.After(100 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

func (s *stack) reload() error {
	data, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	var r ready
	if err := json.Unmarshal(data, &r); err != nil {
		return err
	}
	if s.ready.WebhookURL == "" {
		s.ready = r
	}
	return nil
}

// pid returns the process of a service, 0 while it has none. Unlike reload it may be called
// by several at once.
func (s *stack) pid(service string) int {
	var r ready
	data, err := os.ReadFile(s.path)
	if err != nil || json.Unmarshal(data, &r) != nil || len(r.Pids[service]) == 0 {
		return 0
	}
	return r.Pids[service][0]
}

// signal sends a signal to a service, and reports whether there was a process to take it.
func (s *stack) signal(service string, sig syscall.Signal) bool {
	pid := s.pid(service)
	return pid > 0 && syscall.Kill(pid, sig) == nil
}

// stop ends devstack with everything that it started.
func (s *stack) stop() {
	if s.command != nil {
		_ = s.command.Process.Signal(syscall.SIGINT) // it may have ended already
		select {
		case <-s.ended:
		case <-time.After(stopWithin):
			_ = s.command.Process.Kill() // its services die with it
			<-s.ended
		}
	}
	s.collector.stop()
	if s.log != nil {
		_ = s.log.Close() // nobody writes to it any more
	}
	_ = os.RemoveAll(s.dir)
}

var errTimeout = errors.New("it took too long")

// until repeats check until it returns nil, at most for a time. The error is the last one.
func until(ctx context.Context, limit, pause time.Duration, check func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := check()
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %w", errTimeout, err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
