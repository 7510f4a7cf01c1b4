// Command devstack runs the whole pipeline on a laptop: Google's Spanner emulator, Pub/Sub
// and Cloud Storage in process, stand-ins for every outside system, and the real
// services, unchanged. It plays sample calls and forms through them and shows the leads.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/emulator"
	"github.com/your-org/multi-tenant-pipeline/internal/service"
	"github.com/your-org/multi-tenant-pipeline/internal/service/all"
	"github.com/your-org/multi-tenant-pipeline/pkg/build"
	"github.com/your-org/multi-tenant-pipeline/pkg/logging"
	"github.com/your-org/multi-tenant-pipeline/pkg/server"
)

// serviceVariable makes this binary one of the services: with -separate, devstack starts
// itself once for each.
const serviceVariable = "DEVSTACK_SERVICE"

func main() {
	if name := os.Getenv(serviceVariable); name != "" {
		opts, err := sabotage()
		if err != nil {
			fmt.Fprintln(os.Stderr, "devstack:", err)
			os.Exit(2)
		}
		server.Main(name, service.FromEnvironment(all.Services()[name], opts...))
		return
	}
	os.Exit(realMain(os.Args[1:]))
}

func realMain(args []string) int {
	opts, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	if opts.version {
		fmt.Println("devstack", build.Version())
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(logging.New(os.Stderr, logging.Config{Format: "text", Level: slog.LevelWarn}))
	if err := run(ctx, opts); err != nil {
		fmt.Fprintln(os.Stderr, "devstack:", err)
		if errors.Is(err, emulator.ErrMissing) {
			fmt.Fprintln(os.Stderr, "Install it as said above, or set SPANNER_EMULATOR_HOST to one that runs already.")
		}
		return 1
	}
	return 0
}

// options are the command line.
type options struct {
	once      bool
	noSamples bool
	separate  bool
	readyFile string
	speech    string
	model     string
	verbose   bool
	aborts    bool
	tenants   int
	expose    int
	version   bool
}

func parse(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("devstack", flag.ContinueOnError)
	set.BoolVar(&o.once, "once", false, "play the samples, wait until all are completed and delivered, print the table and exit")
	set.BoolVar(&o.noSamples, "no-samples", false, "start empty")
	set.BoolVar(&o.separate, "separate", false, "run each service as a process of its own, restarted when it dies")
	set.StringVar(&o.readyFile, "ready-file", "", "write addresses, tokens and keys to this `path` as JSON once everything answers")
	set.StringVar(&o.speech, "speech", "sandbox", "sandbox, or google: the real Speech-to-Text with your own credentials")
	set.StringVar(&o.model, "model", "sandbox", "sandbox, or google: the real Gemini with your own credentials")
	set.BoolVar(&o.verbose, "verbose", false, "show what the services log")
	set.BoolVar(&o.aborts, "aborts", false, "let the Spanner emulator abort commits now and then, as Spanner does under load")
	set.IntVar(&o.tenants, "tenants", 2, "how many demo tenants there are, at least 2")
	set.IntVar(&o.expose, "expose", 0, "for containers: webhook listens at this `port` and api at the next one, on every interface; 0: free ports of this machine alone")
	set.BoolVar(&o.version, "version", false, "print the version and exit")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if err := o.validate(); err != nil {
		fmt.Fprintln(set.Output(), "devstack:", err)
		return o, err
	}
	return o, nil
}

func (o options) validate() error {
	var errs []error
	for name, value := range map[string]string{"-speech": o.speech, "-model": o.model} {
		if value != "sandbox" && value != "google" {
			errs = append(errs, fmt.Errorf("%s must be sandbox or google, not %q", name, value))
		}
	}
	if o.tenants < 2 {
		errs = append(errs, errors.New("-tenants must be at least 2: the samples are those of two"))
	}
	if o.expose < 0 || o.expose > 65534 {
		errs = append(errs, errors.New("-expose must be a port"))
	}
	if o.once && o.noSamples {
		errs = append(errs, errors.New("-once plays the samples: it does not go with -no-samples"))
	}
	return errors.Join(errs...)
}

// google reports whether anything real is called.
func (o options) google() bool { return o.speech == "google" || o.model == "google" }
