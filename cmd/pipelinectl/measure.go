package main

import (
	"context"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newOutcomes(t *tool) *cobra.Command {
	return overPeriod(t, &cobra.Command{
		Use: "outcomes", Short: "Count what became of deliveries to CRMs",
		Example: "  pipelinectl outcomes -t tenant_demo --from 2026-03-01 --to 2026-03-31",
	}, func(ctx context.Context, s *session, p period) (*http.Response, error) {
		if p.platform {
			return s.api.GetPlatformOutcomes(ctx, &client.GetPlatformOutcomesParams{From: p.from, To: p.to})
		}
		return s.api.GetOutcomes(ctx, s.Tenant, &client.GetOutcomesParams{From: p.from, To: p.to})
	}, printOutcomes)
}

func printOutcomes(p *page, v client.Outcomes) {
	p.header("Connector", "Destination", "Deliveries", "Done", "Pending", "Parked", "Failed", "Skipped", "Created", "Updated", "Matched")
	for _, o := range v.Outcomes {
		p.row(o.Connector, o.Destination, o.Deliveries, o.Done, o.Pending, o.Parked, o.Failed, o.Skipped, o.Created, o.Updated, o.Matched)
	}
}

func newTimings(t *tool) *cobra.Command {
	return overPeriod(t, &cobra.Command{
		Use: "timings", Short: "Show how long requests and steps took",
		Long:    "Show how long the newest requests took, at most 500 of a tenant or 100 of each with --platform, and how their steps went.",
		Example: "  pipelinectl timings -t tenant_demo --from 2026-03-01 --to 2026-03-31",
	}, func(ctx context.Context, s *session, p period) (*http.Response, error) {
		if p.platform {
			return s.api.GetPlatformTimings(ctx, &client.GetPlatformTimingsParams{From: p.from, To: p.to})
		}
		return s.api.GetTimings(ctx, s.Tenant, &client.GetTimingsParams{From: p.from, To: p.to})
	}, printTimings)
}

func printTimings(p *page, v client.Timings) {
	p.header("What", "Done", "Errors", "Median", "95 % within")
	p.row("people told", v.Told.Requests, nil, span(v.Told.MedianMs), span(v.Told.P95Ms))
	for _, step := range v.Steps {
		p.row(step.Step, step.Done, step.Errors, span(step.MedianMs), span(step.P95Ms))
	}
	p.line("\nOf the %d newest requests.", v.Requests)
	for _, f := range v.Fallbacks {
		p.line("%d analysed by the rules: %s", f.Requests, f.Reason)
	}
}

// span shows milliseconds; nil stays nil, which tables show as a dash.
func span(ms *int64) any {
	if ms == nil {
		return nil
	}
	return (time.Duration(*ms) * time.Millisecond).String()
}

func newBacklog(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "backlog", Short: "List what waits, and what is overdue",
		Example: "  pipelinectl backlog",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.GetBacklog(ctx))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.Backlog) {
				p.header("Tenant", "Step", "Destination", "Waiting", "Overdue", "Due first", "Circuit open for")
				for _, q := range v.Queues {
					p.row(q.TenantID, q.Step, q.Destination, q.Waiting, q.Overdue, q.OldestDueAt, q.Circuit)
				}
			})
		}),
	}
}

func newQuotas(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "quotas", Short: "List how much of today's limits tenants have used",
		Example: "  pipelinectl quotas",
		Args:    cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.GetQuotas(ctx))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.QuotaList) {
				p.header("Tenant", "Limit of", "Day", "Used", "Limit")
				for _, q := range v.Quotas {
					p.row(q.TenantID, q.Name, q.Day.String(), q.Used, q.Limit)
				}
			})
		}),
	}
}
