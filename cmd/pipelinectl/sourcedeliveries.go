package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newSourceDeliveries(t *tool) *cobra.Command {
	var d days
	cmd := &cobra.Command{
		Use: "deliveries SOURCE", Short: "Show what arrived, what was rejected and why, and what never came",
		Long: `Show, day by day, how many deliveries of a source were accepted, repeated, ignored or rejected
and why, and the calls that CallRail knows of and never delivered. The source - stands for
deliveries that were verified with the deployment's bootstrap key or not at all.`,
		Example: "  pipelinectl source deliveries callrail -t tenant_demo --from 2026-03-01 --to 2026-03-02",
		Args:    cobra.ExactArgs(1),
		RunE: t.perTenant(func(ctx context.Context, s *session, args []string) error {
			from, to, err := d.resolve(s.now())
			if err != nil {
				return err
			}
			a, err := read(s.api.GetSourceDeliveries(ctx, s.Tenant, args[0], &client.GetSourceDeliveriesParams{From: from, To: to}))
			if err != nil {
				return err
			}
			return show(s, a, printDeliveries)
		}),
	}
	d.add(cmd)
	return cmd
}

func printDeliveries(p *page, v client.SourceDeliveries) {
	p.row("Last accepted", v.LastAcceptedAt)
	p.row("Last rejected", v.LastRejectedAt)
	p.row("Complete until", v.PolledUntil)
	p.row("Webhooks", v.Webhooks)
	p.row("Problem", v.Problem)
	p.line("")
	p.header("Day", "Outcome", "Reason", "Count", "Last")
	for _, c := range v.Counts {
		p.row(c.Day.String(), c.Outcome, c.Reason, c.Count, c.LastAt)
	}
}
