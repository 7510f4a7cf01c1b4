package emulator

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
)

// addressMark precedes the address in the emulator's log; it chooses a free port itself,
// so that no port can be lost between looking and binding.
const addressMark = "Server address: "

// startBinary runs the emulator until it is stopped or this process dies.
func startBinary(ctx context.Context, path string, s settings) (host string, stop func(), err error) {
	// Tests make a database each: more than the real service's 100 per instance.
	arguments := append([]string{"--host_port=127.0.0.1:0", "--override_max_databases_per_instance=10000"}, s.arguments...)
	cmd := exec.Command(path, arguments...) //nolint:noctx,gosec // it outlives the start's context; found beside gcloud
	dieWithParent(cmd)
	logs, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, fmt.Errorf("start Spanner emulator: %w", err)
	}
	exited, err := startLocked(cmd)
	if err != nil {
		return "", nil, fmt.Errorf("start Spanner emulator: %w", err)
	}
	stop = func() {
		_ = cmd.Process.Kill() // it holds nothing worth saving; an error means that it is gone
		<-exited
	}
	host, err = readAddress(ctx, logs)
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("start Spanner emulator %s: %w", path, err)
	}
	return host, stop, nil
}

// startLocked starts the command from a thread that lives as long as the command:
// Linux's parent-death signal fires when the starting thread ends, not the process.
func startLocked(cmd *exec.Cmd) (exited <-chan struct{}, err error) {
	started, done := make(chan error), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_, _ = cmd.Process.Wait() // how it ended does not matter, and cmd.Wait would close the log under its reader
		}
	}()
	return done, <-started
}

// readAddress finds the address in the log, then leaves a reader behind so that the
// emulator never blocks on writing its log.
func readAddress(ctx context.Context, logs io.ReadCloser) (string, error) {
	type result struct {
		host string
		err  error
	}
	found := make(chan result, 1)
	go func() {
		defer logs.Close()
		host, err := scanAddress(logs)
		found <- result{host, err}
		_, _ = io.Copy(io.Discard, logs) // ends with the emulator
	}()
	select {
	case r := <-found:
		return r.host, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func scanAddress(logs io.Reader) (string, error) {
	var seen []string
	lines := bufio.NewScanner(logs)
	for lines.Scan() {
		if _, host, found := strings.Cut(lines.Text(), addressMark); found {
			return strings.TrimSpace(host), nil
		}
		seen = append(seen, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("read its log: %w", err)
	}
	return "", errors.New("it ended at once: " + strings.Join(seen, "; "))
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}
