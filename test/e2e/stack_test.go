package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait: far above what a busy machine needs, so that a test fails
// because something is wrong, not because something is slow.
const patience = 8 * time.Minute

// folder is where the programs are that the tests run.
var folder string

// Programs are built once for all tests that run them. With the race detector devstack is several
// times slower: one test that goes everywhere is enough for what it can find.
var (
	plain = sync.OnceValue(func() error { return build("", "./cmd/devstack", "./cmd/migrate", "./cmd/pipelinectl") })
	raced = sync.OnceValue(func() error { return build("race", "-race", "./cmd/devstack") })
)

// build compiles into a folder below the programs' own.
func build(into string, args ...string) error {
	to := filepath.Join(folder, into) + string(filepath.Separator)
	command := exec.Command("go", append([]string{"build", "-o", to}, args...)...)
	command.Dir = root
	if out, err := command.CombinedOutput(); err != nil {
		return errors.New(string(out))
	}
	return nil
}

// root is the top of the module, seen from this package.
const root = "../.."

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "e2e-*"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// binary returns the path of a program.
func binary(t *testing.T, name string) string {
	t.Helper()
	if err := plain(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, name)
}

// watchedDevstack returns the path of devstack, with the race detector in it if the tests have it.
func watchedDevstack(t *testing.T) string {
	t.Helper()
	if !raceEnabled {
		return binary(t, "devstack")
	}
	if err := raced(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "race", "devstack")
}

// readyFile is what devstack tells the outside.
type readyFile struct {
	WebhookURL   string `json:"webhook_url"`
	APIURL       string `json:"api_url"`
	SandboxURL   string `json:"sandbox_url"`
	AdminToken   string `json:"admin_token"`
	SpannerHost  string `json:"spanner_emulator_host"`
	SpannerDB    string `json:"spanner_database"`
	StorageHost  string `json:"storage_emulator_host"`
	BootstrapKey string `json:"bootstrap_key"`
	Tenants      []struct {
		TenantID          string `json:"tenant_id"`
		Token             string `json:"token"`
		ViewerToken       string `json:"viewer_token"`
		SigningKey        string `json:"signing_key"`
		CompanyID         string `json:"callrail_company_id"`
		CompanyResourceID string `json:"callrail_company_resource_id"`
	} `json:"tenants"`
	Pids map[string][]int `json:"pids"`
}

// stack is a running devstack.
type stack struct {
	readyFile
	path string
	cmd  *exec.Cmd
	log  *lockedBuffer
}

// lockedBuffer gathers what a process writes.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs devstack with arguments and further environment variables until the test
// ends, and returns when it is ready.
func start(t *testing.T, env []string, args ...string) *stack {
	t.Helper()
	s := &stack{path: filepath.Join(t.TempDir(), "ready.json"), log: &lockedBuffer{}}
	s.cmd = exec.Command(binary(t, "devstack"), append(args, "-ready-file", s.path)...)
	s.cmd.Env = append(append(os.Environ(), publishWithin), env...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	exited := make(chan error, 1)
	go func() { exited <- s.cmd.Wait() }()
	t.Cleanup(func() { s.stop(t, exited) })
	eventually(t, "devstack is ready", func() error {
		select {
		case err := <-exited:
			exited <- err
			t.Fatalf("devstack ended: %v\n%s", err, s.log)
		default:
		}
		return s.reload()
	})
	return s
}

func (s *stack) stop(t *testing.T, exited <-chan error) {
	t.Helper()
	_ = s.cmd.Process.Signal(syscall.SIGINT) // it may have ended already
	select {
	case <-exited:
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		t.Errorf("devstack did not stop:\n%s", s.log)
	}
	if strings.Contains(s.log.String(), "DATA RACE") {
		t.Errorf("data race:\n%s", s.log)
	}
	if t.Failed() {
		t.Logf("devstack said:\n%s", s.log)
	}
}

func (s *stack) reload() error {
	data, err := os.ReadFile(s.path)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, &s.readyFile)
}

// eventually repeats check until it returns nil.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// run runs a program and returns what it printed.
func run(ctx context.Context, t *testing.T, in io.Reader, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = root
	cmd.Stdin = in
	out, err := cmd.CombinedOutput()
	return string(out), err
}
