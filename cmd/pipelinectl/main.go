// Command pipelinectl is the operator's tool: it speaks to the management API.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, newRoot(&tool{
		getenv: os.Getenv, now: time.Now, poll: time.Second,
		attended: func() bool { return term.IsTerminal(int(os.Stdin.Fd())) },
		watched:  func() bool { return term.IsTerminal(int(os.Stderr.Fd())) },
		password: func() ([]byte, error) { return term.ReadPassword(int(os.Stdin.Fd())) },
		cloud:    openCloud, version: build.Version(),
	}), os.Args[1:])
	stop()
	os.Exit(code)
}
