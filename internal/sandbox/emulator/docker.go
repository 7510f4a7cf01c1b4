package emulator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The image is the version that the gcloud SDK's binary was tested in: a newer one is
// reported to lose writes under concurrent load (cloud-spanner-emulator#282).
const image = "gcr.io/cloud-spanner-emulator/emulator:1.5.28"

// ownerLabel holds the id of the process that a container belongs to.
const ownerLabel = "multi-tenant-pipeline.owner-pid"

const engineTimeout = 5 * time.Second

// dockerEngine finds a container engine that answers.
func dockerEngine(ctx context.Context) (string, bool) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	err = exec.CommandContext(ctx, docker, "version", "--format", "{{.Server.Version}}").Run() //nolint:gosec // found on PATH
	return docker, err == nil
}

func startContainer(ctx context.Context, docker string, s settings) (host string, stop func(), err error) {
	removeStale(ctx, docker)
	run := []string{
		"run", "--detach", "--rm", "--label", ownerLabel + "=" + strconv.Itoa(os.Getpid()),
		"--env", "MAX_DATABASES_PER_INSTANCE=10000", "--publish", "127.0.0.1::9010", image,
	}
	if len(s.arguments) > 0 { // arguments stand in the place of the image's own command
		run = append(append(run, "./gateway_main", "--hostname", "0.0.0.0"), s.arguments...)
	}
	id, err := output(ctx, docker, run...)
	if err != nil {
		return "", nil, fmt.Errorf("run %s: %w", image, err)
	}
	stop = func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), engineTimeout)
		defer cancel()
		_, _ = output(ctx, docker, "rm", "--force", id) // removeStale gets it if this fails
	}
	host, err = output(ctx, docker, "port", id, "9010/tcp")
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("find the port of %s: %w", image, err)
	}
	return host, stop, nil
}

// removeStale removes the containers of processes that were killed before they could: a
// container does not die with the one who started it.
func removeStale(ctx context.Context, docker string) {
	list, err := exec.CommandContext(ctx, docker, "ps", "--filter", "label="+ownerLabel,
		"--format", `{{.ID}} {{.Label "`+ownerLabel+`"}}`).Output()
	if err != nil {
		return // starting the next one will say what is wrong
	}
	for line := range strings.Lines(string(list)) {
		id, owner, _ := strings.Cut(strings.TrimSpace(line), " ")
		if pid, err := strconv.Atoi(owner); err == nil && !alive(pid) {
			_, _ = output(ctx, docker, "rm", "--force", id) // another run may have been faster
		}
	}
}

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false // Windows looks the process up
	}
	if runtime.GOOS == "windows" {
		return true
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// output runs the command and returns the first line it prints.
func output(ctx context.Context, name string, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, name, args...).Output() //nolint:gosec // arguments are this package's own
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
	}
	return firstLine(out), err
}
