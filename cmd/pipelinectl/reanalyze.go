package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newReanalyze(t *tool) *cobra.Command {
	var d days
	var order client.NewReanalysis
	var wait bool
	cmd := &cobra.Command{
		Use: "reanalyze --from DAY --to DAY", Short: "Analyse past requests again, after an estimate of what it costs",
		Long: `Ask the present model, prompt and questions about requests of the past: slowly, and within the
tenant's budget. What it would cost is said first. What people corrected stays, and nobody is told;
the job's report says what has changed. With --sample so many requests, the newest, are analysed and
paid for, but their new answers are only compared with the old ones.

A request that was asked the very same question before keeps its answer and costs nothing, so what
was stopped may be begun again.`,
		Example: `  pipelinectl reanalyze -t tenant_demo --from 2026-01-01 --to 2026-03-31 --analyzer rules --sample 20
  pipelinectl reanalyze -t tenant_demo --from 2026-01-01 --to 2026-03-31 --model-not gemini-3.5-flash-lite`,
		Args: cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			var err error
			if order.From, order.To, err = d.resolve(s.now()); err != nil {
				return err
			}
			return s.reanalyze(ctx, order, wait)
		}),
	}
	set := cmd.Flags()
	d.add(cmd)
	set.StringVar(&order.SourceID, "source", "", "only requests of this source")
	set.StringVar(&order.ScoreBand, "band", "", "only requests of this score band: hot, warm, cold or none")
	set.StringVar(&order.Analyzer, "analyzer", "", "only those that this one answered: model or rules")
	set.StringVar(&order.ModelNot, "model-not", "", "only those that another model, or version of it, answered")
	set.StringVar(&order.PromptVersionNot, "prompt-version-not", "", "only those that another version of the prompt, or of the rules, answered")
	set.IntVar(&order.Sample, "sample", 0, "analyse only so many, and drop the new answers")
	set.BoolVar(&order.Estimate, "estimate", false, "only say how many there are, and what they would cost")
	set.BoolVar(&order.Push, "push", false, "let the records in CRMs follow")
	addWait(cmd, &wait)
	return cmd
}

// reanalyze says what it costs and, if that is what somebody wants, begins.
func (s *session) reanalyze(ctx context.Context, order client.NewReanalysis, wait bool) error {
	estimateOnly := order.Estimate
	order.Estimate = true
	a, err := read(s.api.CreateReanalysis(ctx, s.Tenant, order))
	if err != nil {
		return err
	}
	estimate, err := decode[client.ReanalysisEstimate](a)
	if err != nil {
		return err
	}
	if estimateOnly {
		return show(s, a, printReanalysisEstimate)
	}
	if !s.json {
		p := newPage(s.out)
		printReanalysisEstimate(p, estimate)
		p.line("")
		if err := p.flush(); err != nil {
			return err
		}
	}
	if estimate.Complete && estimate.Requests == 0 {
		s.say("there is nothing to analyse")
		return nil
	}
	if err := s.confirm("%d requests will be analysed for about %s.", estimate.Requests, usd(estimate.CostUSD)); err != nil {
		return err
	}
	order.Estimate = false
	if a, err = read(s.api.CreateReanalysis(ctx, s.Tenant, order)); err != nil {
		return err
	}
	return s.follow(ctx, a, wait)
}

func printReanalysisEstimate(p *page, v client.ReanalysisEstimate) {
	p.row("Requests", v.Requests)
	p.row("Cost", usd(v.CostUSD))
	if !v.Complete {
		p.line("Reckoned from the newest.")
	}
}
