package server

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// When this variable is set, the test binary is the service: the tests below start it
// as a process of its own, since exit codes and signals are a process's.
const childEnv = "SERVER_TEST_CHILD"

func TestMain(m *testing.M) {
	behaviour, ok := map[string]func(context.Context) error{
		"succeed": func(context.Context) error { return nil },
		"fail":    func(context.Context) error { return errors.New("cannot open the database") },
		"wait": func(ctx context.Context) error {
			_, _ = os.Stdout.WriteString("ready\n")
			<-ctx.Done()
			return ctx.Err()
		},
	}[os.Getenv(childEnv)]
	if ok {
		Main("child", behaviour)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, behaviour string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childEnv+"="+behaviour, "LOG_FORMAT=json")
	return cmd
}

func TestMainExitCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, behaviour string
		args            []string
		env             string
		code            int
		output          string
	}{
		{"success", "succeed", nil, "", 0, ""},
		{"an error is logged", "fail", nil, "", 1, `"error":"cannot open the database"`},
		{"version", "fail", []string{"-version"}, "", 0, "child "},
		{"unknown flag", "succeed", []string{"-nonsense"}, "", 2, "nonsense"},
		{"argument", "succeed", []string{"nonsense"}, "", 2, "no arguments"},
		{"bad configuration", "succeed", nil, "LOG_FORMAT=xml", 1, "LOG_FORMAT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := child(t, test.behaviour, test.args...)
			cmd.Env = append(cmd.Env, test.env)
			out, err := cmd.CombinedOutput()
			if err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != test.code || !strings.Contains(string(out), test.output) {
				t.Errorf("exit code %d, output %q, want %d, %q", got, out, test.code, test.output)
			}
		})
	}
}

func TestMainStopsWithSIGTERM(t *testing.T) {
	t.Parallel()
	cmd := child(t, "wait")
	cmd.WaitDelay = time.Minute
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v, want exit code 0", err)
	}
}
