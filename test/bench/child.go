package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// childVariable makes this program one of the things that are measured in a process of their
// own, because the most memory that a process ever had is only told of a whole process.
const childVariable = "BENCH_CHILD"

func child(job string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	jobs := map[string]func(context.Context) error{"save": saveRecording, "copy": copyRecording}
	work, ok := jobs[job]
	if !ok {
		fmt.Fprintf(os.Stderr, "bench: there is no job %q\n", job)
		return 2
	}
	if err := work(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// inChild runs a job in a process of its own and decodes what it prints.
func inChild(ctx context.Context, job string, env map[string]string, into any) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, self) //nolint:gosec // this very program
	cmd.Env = append(append(os.Environ(), childVariable+"="+job), pairsOf(env)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", job, err)
	}
	return json.Unmarshal(out, into)
}
