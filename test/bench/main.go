package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/your-org/multi-tenant-pipeline/pkg/logging"
)

func main() {
	if job := os.Getenv(childVariable); job != "" {
		os.Exit(child(job))
	}
	os.Exit(realMain(os.Args[1:]))
}

func realMain(args []string) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(logging.New(os.Stderr, logging.Config{Format: "text", Level: slog.LevelError}))
	r, err := profiled(o, func() (*report, error) { return run(ctx, o, os.Stderr) })
	if err == nil {
		r.print(os.Stdout)
		err = r.save(o.out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	if o.strict && r.Missed > 0 {
		return 1
	}
	return 0
}

// profiled measures with the profiler running, if a profile is wanted.
func profiled(o options, measure func() (*report, error)) (*report, error) {
	if o.profile == "" {
		return measure()
	}
	file, err := os.Create(o.profile)
	if err != nil {
		return nil, fmt.Errorf("write profile: %w", err)
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(fmt.Errorf("write profile: %w", err), file.Close())
	}
	r, err := measure()
	pprof.StopCPUProfile()
	return r, errors.Join(err, file.Close())
}

// options are the command line.
type options struct {
	short   bool
	strict  bool
	out     string
	only    string
	profile string
	scale   scale
}

// scale is how much is measured.
type scale struct {
	rounds      int           // of each pair; the median counts
	window      time.Duration // of each closed loop
	concurrency []int
	calls       int           // of a round of the pipeline
	rates       []int         // calls a second
	steady      time.Duration // at each rate
	recording   int64         // bytes
	services    []string      // that are started; none: all
	idle        time.Duration // before memory is looked at
	cpu         time.Duration // of each function
}

var (
	full = scale{
		rounds: 5, window: 1500 * time.Millisecond, concurrency: []int{1, 8, 32, 64}, calls: 150, rates: []int{5, 20},
		steady: 10 * time.Second, recording: 200_000_000, idle: time.Second, cpu: 2 * time.Second,
	}
	short = scale{
		rounds: 1, window: 200 * time.Millisecond, concurrency: []int{1, 8}, calls: 6, rates: []int{5},
		steady: time.Second, recording: 10_000_000, services: []string{"sweep", "webhook"}, idle: 100 * time.Millisecond, cpu: 50 * time.Millisecond,
	}
)

func parse(args []string) (options, error) {
	var o options
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.BoolVar(&o.short, "short", false, "measure a little of everything: whether it works, not how fast it is")
	set.BoolVar(&o.strict, "strict", false, "fail if a target is missed")
	set.StringVar(&o.out, "out", "build/bench", "write the figures as JSON into this `directory`")
	set.StringVar(&o.only, "only", "", "measure only these `sections`, separated by commas: "+strings.Join(names(), ", "))
	set.StringVar(&o.profile, "cpuprofile", "", "write a profile of this process to a `file`, for go tool pprof: the pipeline's services are in it")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	o.scale = full
	if o.short {
		o.scale = short
	}
	for name := range strings.SplitSeq(o.only, ",") {
		if o.only != "" && !slices.Contains(names(), name) {
			err := fmt.Errorf("there is no section %q", name)
			fmt.Fprintln(set.Output(), "bench:", err)
			return o, err
		}
	}
	return o, nil
}

// section measures one thing and adds its lines to the report.
type section struct {
	name    string
	measure func(ctx context.Context, s scale, r *report) error
}

var sections = []section{
	{"ingest", measureIngest}, {"pipeline", measurePipeline}, {"transfer", measureTransfer},
	{"start", measureStart}, {"cpu", measureCPU}, {"price", measurePrice},
}

func names() []string {
	var all []string
	for _, s := range sections {
		all = append(all, s.name)
	}
	return all
}

func run(ctx context.Context, o options, progress io.Writer) (*report, error) {
	r := newReport(o)
	for _, s := range sections {
		if o.only != "" && !slices.Contains(strings.Split(o.only, ","), s.name) {
			continue
		}
		begin := time.Now()
		if err := s.measure(ctx, o.scale, r); err != nil {
			return nil, fmt.Errorf("measure %s: %w", s.name, err)
		}
		_, _ = fmt.Fprintf(progress, "%-8s measured in %.0f s\n", s.name, time.Since(begin).Seconds())
	}
	r.finish()
	return r, nil
}
