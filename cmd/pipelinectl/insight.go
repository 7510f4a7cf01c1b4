package main

import (
	"context"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

const dimensions = "day, hour, source, project_type, score_band, score, intent, crm_state, kind or status"

func newStats(t *tool) *cobra.Command {
	var by string
	cmd := overPeriod(t, &cobra.Command{
		Use: "stats", Short: "Count requests and leads",
		Long:    "Count a tenant's requests by day or by what they have in common, or with --platform those of all tenants.",
		Example: "  pipelinectl stats -t tenant_demo --from 2026-03-01 --to 2026-03-31 --by source",
	}, func(ctx context.Context, s *session, p period) (*http.Response, error) {
		if p.platform {
			return s.api.GetPlatformStats(ctx, &client.GetPlatformStatsParams{From: p.from, To: p.to, GroupBy: optional(by)})
		}
		return s.api.GetStats(ctx, s.Tenant, &client.GetStatsParams{From: p.from, To: p.to, GroupBy: optional(by)})
	}, printStats)
	cmd.Flags().StringVar(&by, "by", "", dimensions+" (day; of the platform: tenant)")
	return cmd
}

func printStats(p *page, v client.Stats) {
	p.header(strings.ReplaceAll(v.GroupBy, "_", " "), "Requests", "Leads", "Hot", "Warm", "Cold", "Delivered", "Failed", "Score", "Cost")
	line := func(key string, g client.StatsGroup) {
		p.row(key, g.Requests, g.Leads, g.Hot, g.Warm, g.Cold, g.Delivered, g.Failed, g.AverageScore, usd(g.CostUSD))
	}
	for _, g := range v.Groups {
		line(g.Key, g)
	}
	line("total", v.Total)
}

func newCosts(t *tool) *cobra.Command {
	var d days
	var by string
	var prices bool
	cmd := &cobra.Command{
		Use: "costs", Short: "Add up what requests cost",
		Example: `  pipelinectl costs -t tenant_demo --from 2026-03-01 --to 2026-03-31
  pipelinectl costs --prices`,
		Args: cobra.NoArgs,
		RunE: t.platform(func(ctx context.Context, s *session, _ []string) error {
			if prices {
				a, err := read(s.api.GetPrices(ctx))
				if err != nil {
					return err
				}
				return show(s, a, printPrices)
			}
			if s.Tenant == "" {
				return usageError("which tenant? Give --tenant or set PIPELINE_TENANT")
			}
			from, to, err := d.resolve(s.now())
			if err != nil {
				return err
			}
			a, err := read(s.api.GetCosts(ctx, s.Tenant, &client.GetCostsParams{From: from, To: to, GroupBy: optional(by)}))
			if err != nil {
				return err
			}
			return show(s, a, printCosts)
		}),
	}
	d.add(cmd)
	cmd.Flags().StringVar(&by, "by", "", dimensions+" (day)")
	cmd.Flags().BoolVar(&prices, "prices", false, "show the prices that costs are reckoned by")
	return cmd
}

// components are what costs are divided into, in the order of the columns.
var components = []string{"speech", "model", "storage", "platform"}

func printCosts(p *page, v client.Costs) {
	p.header(append([]string{strings.ReplaceAll(v.GroupBy, "_", " "), "Requests", "Cost"}, components...)...)
	line := func(key string, requests int64, total float64, shares []client.CostShare) {
		cells := []any{key, requests, usd(total)}
		for _, name := range components {
			var sum float64
			for _, share := range shares {
				if share.Name == name {
					sum += share.CostUSD
				}
			}
			cells = append(cells, usd(sum))
		}
		p.row(cells...)
	}
	for _, g := range v.Groups {
		line(g.Key, g.Requests, g.CostUSD, g.Components)
	}
	line("total", v.Requests, v.TotalUSD, v.Components)
	if v.PerRequestUSD != nil {
		p.line("\n%s for each request", usd(*v.PerRequestUSD))
	}
}

func printPrices(p *page, v client.PriceList) {
	p.line("Since %s", v.ValidFrom.String())
	p.header("Component", "Model", "Unit", "USD", "Assumed", "From")
	for _, price := range v.Prices {
		p.row(price.Name, price.Model, price.Unit, price.USD, price.Assumed, price.Note)
	}
}

func newBudget(t *tool) *cobra.Command {
	return &cobra.Command{
		Use: "budget", Short: "Show what this month has cost, and what happens at the limit",
		Example: "  pipelinectl budget -t tenant_demo",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			a, err := read(s.api.GetBudget(ctx, s.Tenant))
			if err != nil {
				return err
			}
			return show(s, a, func(p *page, v client.BudgetState) {
				p.row("Month", v.Month)
				p.row("Spent", usd(v.SpentUSD))
				p.row("Forecast", usd(v.ForecastUSD))
				if v.LimitUSD == nil {
					p.row("Limit", nil)
				} else {
					p.row("Limit", usd(*v.LimitUSD))
					p.row("Warning from", usd(*v.LimitUSD*v.WarnAt))
					p.row("At the limit", v.OnLimit)
				}
				p.row("State", v.State)
			})
		}),
	}
}

func newAudit(t *tool) *cobra.Command {
	var action, target string
	var want limits
	cmd := &cobra.Command{
		Use: "audit", Short: "List who changed what, and who read what was said, newest first",
		Example: "  pipelinectl audit -t tenant_demo --action transcript.read",
		Args:    cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			return listing[client.AuditEntry]{
				key: "entries", header: []string{"At", "Actor", "Action", "Target", "From", "Before", "After"},
				fetch: func(limit int, token *string) (*http.Response, error) {
					return s.api.ListAudit(ctx, s.Tenant, &client.ListAuditParams{
						Limit: limit, PageToken: token, Action: optional(action), Target: optional(target),
					})
				},
				row: func(v client.AuditEntry) []any {
					return []any{v.At, v.Actor, v.Action, v.Target, v.Origin, summary(v.Before), summary(v.After)}
				},
			}.print(s, want)
		}),
	}
	cmd.Flags().StringVar(&action, "action", "", "only this action, such as integration.put")
	cmd.Flags().StringVar(&target, "target", "", "only lines about this, such as a request's id")
	want.add(cmd)
	return cmd
}
