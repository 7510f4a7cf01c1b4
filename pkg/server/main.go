package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/build"
	"github.com/your-org/multi-tenant-pipeline/pkg/config"
	"github.com/your-org/multi-tenant-pipeline/pkg/logging"
	"github.com/your-org/multi-tenant-pipeline/pkg/telemetry"
)

// flushTimeout is what is left of Cloud Run's ten seconds after the drain.
const flushTimeout = 2 * time.Second

// Main runs a service until run returns or the process is told to stop, and exits: 0
// after a stop or a nil error, 1 after another error, 2 after wrong flags. The context of
// run ends with SIGINT or SIGTERM; a second signal kills at once.
func Main(name string, run func(context.Context) error) {
	os.Exit(realMain(name, os.Args[1:], run))
}

func realMain(name string, args []string, run func(context.Context) error) int {
	if code, done := flags(name, args, os.Stdout); done {
		return code
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // gives the second signal its usual meaning back

	var cfg processConfig
	if err := config.Load(ctx, &cfg); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	slog.SetDefault(logging.New(os.Stderr, cfg.Logging).With("service", name, "version", build.Version()))
	if err := observed(ctx, cfg.Telemetry, name, run); err != nil {
		slog.ErrorContext(ctx, "service stopped", "error", err)
		return 1
	}
	return 0
}

// processConfig is what every process needs, whatever it serves.
type processConfig struct {
	Logging   logging.Config
	Telemetry telemetry.Config
}

func (c *processConfig) Validate() error {
	return errors.Join(c.Logging.Validate(), c.Telemetry.Validate())
}

// flags answers -version and wrong usage; done says that there is nothing more to do.
func flags(name string, args []string, out io.Writer) (code int, done bool) {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	version := set.Bool("version", false, "print the version and exit")
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0, true
	case err != nil:
		return 2, true
	case set.NArg() > 0:
		fmt.Fprintf(set.Output(), "%s takes no arguments; it is configured by the environment\n", name)
		return 2, true
	case *version:
		fmt.Fprintln(out, name, build.Version())
		return 0, true
	}
	return 0, false
}

// observed runs run with telemetry, which is flushed whatever happened. An error that
// only says "told to stop" is none.
func observed(ctx context.Context, cfg telemetry.Config, name string, run func(context.Context) error) error {
	tel, err := telemetry.Start(ctx, cfg, name, build.Version())
	if err != nil {
		return err
	}
	err = run(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	flushCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
	defer cancel()
	if flushErr := tel.Shutdown(flushCtx); flushErr != nil {
		slog.WarnContext(ctx, "telemetry was lost", "error", flushErr)
	}
	return err
}
