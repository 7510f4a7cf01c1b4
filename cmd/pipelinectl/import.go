package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newImport(t *tool) *cobra.Command {
	var d days
	var order client.NewImport
	var job string
	var wait bool
	cmd := &cobra.Command{
		Use: "import [SOURCE] --from DAY --to DAY", Short: "Bring in calls of the past from CallRail, after an estimate of what they cost",
		Long: `Bring in calls of the past from CallRail's API: silently, so that nobody is told, and into no CRM
unless --push is given. What it would cost is said first. Calls that are here already are
left alone. SOURCE is callrail unless another is named. --job goes on with an import that stopped.`,
		Example: `  pipelinectl import -t tenant_demo --from 2026-01-01 --to 2026-01-31 --batch
  pipelinectl import -t tenant_demo --job job_4tbgp3yzq2xk7uhv`,
		Args: cobra.MaximumNArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			if job != "" {
				return s.goOn(ctx, job, wait)
			}
			var err error
			if order.From, order.To, err = d.resolve(s.now()); err != nil {
				return err
			}
			source := "callrail"
			if len(args) == 1 {
				source = args[0]
			}
			return s.importCalls(ctx, source, order, wait)
		}),
	}
	set := cmd.Flags()
	d.add(cmd)
	set.BoolVar(&order.Batch, "batch", false, "transcribe when it is cheap, within a day")
	set.BoolVar(&order.Push, "push", false, "bring the leads into the CRMs")
	set.BoolVar(&order.Estimate, "estimate", false, "only say what there is, and what it would cost")
	set.StringVar(&job, "job", "", "an import that was begun before")
	cmd.MarkFlagsOneRequired("from", "job")
	addWait(cmd, &wait)
	return cmd
}

func (s *session) importCalls(ctx context.Context, source string, order client.NewImport, wait bool) error {
	estimateOnly := order.Estimate
	order.Estimate = true
	a, err := read(s.api.CreateImport(ctx, s.Tenant, source, order))
	if err != nil {
		return err
	}
	estimate, err := decode[client.ImportEstimate](a)
	if err != nil {
		return err
	}
	if estimateOnly {
		return show(s, a, func(p *page, v client.ImportEstimate) { printEstimate(p, v) })
	}
	if !s.json {
		p := newPage(s.out)
		printEstimate(p, estimate)
		p.line("")
		if err := p.flush(); err != nil {
			return err
		}
	}
	if estimate.Calls == 0 {
		s.say("there is nothing to import")
		return nil
	}
	if err := s.confirm("%d calls will be imported for about %s.", estimate.Calls, usd(float64(estimate.CostUSD))); err != nil {
		return err
	}
	order.Estimate = false
	if a, err = read(s.api.CreateImport(ctx, s.Tenant, source, order)); err != nil {
		return err
	}
	return s.follow(ctx, a, wait)
}

func printEstimate(p *page, v client.ImportEstimate) {
	p.row("Calls", v.Calls)
	p.row("Recorded", v.Recorded)
	p.row("Minutes", v.Minutes)
	p.row("Cost", usd(float64(v.CostUSD)))
	p.row("Takes", "about "+(time.Duration(v.TakesMinutes*float64(time.Minute))).Round(time.Minute).String())
}

// goOn resumes an import that stopped, and follows it.
func (s *session) goOn(ctx context.Context, id string, wait bool) error {
	a, err := read(s.api.GetJob(ctx, s.Tenant, id))
	if err != nil {
		return err
	}
	job, err := decode[client.Job](a)
	if err != nil {
		return err
	}
	if job.Kind != "import" {
		return usageError("job " + id + " is not an import: pipelinectl job resume " + id)
	}
	if job.State == "paused" || job.State == "failed" {
		if _, err := read(s.api.ResumeJob(ctx, s.Tenant, id)); err != nil {
			return err
		}
		if a, err = read(s.api.GetJob(ctx, s.Tenant, id)); err != nil {
			return err
		}
	}
	return s.follow(ctx, a, wait)
}
