package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	requests int
	seed     uint64
	duration time.Duration // of the load; 0: by the number of requests
	settle   time.Duration // how long the pipeline may take to come to rest; 0: by the number of requests
	tenants  int
	sabotage string
	noisy    bool
	rolling  bool
	stopped  bool
	report   string // path of the JSON; empty: none
	log      string // path of what devstack says
}

func main() { os.Exit(realMain(os.Args[1:])) }

func realMain(args []string) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // this is main
	defer stop()
	binary, remove, err := build(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		return 1
	}
	defer remove()
	work := run
	if o.storm() {
		work = storms
	}
	r, err := work(ctx, o, binary)
	if err == nil {
		r.print(os.Stdout)
		err = errors.Join(r.save(o.report), r.verdict())
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "chaos: %v\n(devstack said: %s)\n", err, o.log)
		return 1
	}
	return 0
}

func parse(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	set.IntVar(&o.requests, "n", 200, "how many calls and forms there are; of -noisy, the length of the backlog")
	set.Uint64Var(&o.seed, "seed", 1, "of the load and the weather")
	set.DurationVar(&o.duration, "duration", 0, "how long the load takes (default: a second for four requests)")
	set.DurationVar(&o.settle, "settle", 0, "how long everything may take to come to rest afterwards (default: by n)")
	set.IntVar(&o.tenants, "tenants", 3, "how many tenants there are")
	set.StringVar(&o.sabotage, "sabotage", "", "take a part away, which must be noticed: announce-before-save, no-lease, no-sweep or no-ledger")
	set.BoolVar(&o.noisy, "noisy", false, "measure what one tenant's backlog does to another tenant's call")
	set.BoolVar(&o.rolling, "rolling", false, "replace every service under load in turn, in fair weather")
	set.BoolVar(&o.stopped, "stopped", false, "let one dependency after the other fall silent under load, and watch the services' memory")
	set.StringVar(&o.report, "report", filepath.Join("build", "chaos.json"), "where the ledger is written to")
	set.StringVar(&o.log, "log", filepath.Join("build", "chaos.log"), "where devstack's output is written to")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		fmt.Fprintln(set.Output(), "chaos:", err)
		return o, err
	}
	return o, nil
}

func (o options) withDefaults() options {
	if o.duration == 0 {
		o.duration = max(15*time.Second, time.Duration(o.requests)*time.Second/4)
	}
	if o.settle == 0 {
		o.settle = 3*time.Minute + time.Duration(o.requests)*200*time.Millisecond
	}
	return o
}

func (o options) validate() error {
	var errs []error
	if o.requests < 1 {
		errs = append(errs, errors.New("-n must be positive"))
	}
	if o.tenants < 2 || o.tenants > len(canaries) {
		errs = append(errs, fmt.Errorf("-tenants must be 2 to %d", len(canaries)))
	}
	modes := 0
	for _, chosen := range []bool{o.noisy, o.rolling, o.stopped} {
		if chosen {
			modes++
		}
	}
	if modes > 1 {
		errs = append(errs, errors.New("choose one of -noisy, -rolling and -stopped"))
	}
	return errors.Join(errs...)
}

// storm reports whether no other kind of run is chosen.
func (o options) storm() bool { return !o.noisy && !o.rolling && !o.stopped }

// run starts the pipeline and does what the options say with it.
func run(ctx context.Context, o options, binary string) (*report, error) {
	s, err := start(ctx, o, binary)
	if err != nil {
		return nil, err
	}
	defer s.stop()
	ctx, cancel := s.while(ctx)
	defer cancel()
	r, err := perform(ctx, s, o)
	if cause := context.Cause(ctx); errors.Is(cause, errGone) {
		return nil, cause // whatever else went wrong, did because of that
	}
	return r, err
}

func perform(ctx context.Context, s *stack, o options) (*report, error) {
	s.listable = o.requests <= listable
	switch {
	case o.noisy:
		return noisy(ctx, s, o)
	case o.rolling:
		return rolling(ctx, s, o)
	case o.stopped:
		return stopped(ctx, s, o)
	default:
		return storm(ctx, s, o)
	}
}
