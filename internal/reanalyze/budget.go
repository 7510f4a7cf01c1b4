package reanalyze

import (
	"context"
	"fmt"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/job"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// Spending tells what a tenant has spent.
type Spending interface {
	SpentUSD(ctx context.Context, in store.Range) (float64, error)
	Jobs(ctx context.Context, f store.JobFilter) ([]*job.Job, error)
}

// recentJobs is how many of a tenant's re-analyses are looked at for what they cost this month.
const recentJobs = 100

// standingOf says how a tenant stands with its budget. Costs count for the month in which a
// request came, so what jobs have spent this month on older requests is added: on those of this
// month it counts twice, which errs on the safe side.
func standingOf(ctx context.Context, from Spending, t *tenant.Tenant, now time.Time) (cost.Standing, error) {
	if t.Settings.Budget.MonthlyUSD <= 0 {
		return cost.Stand(t, 0, now), nil
	}
	month := cost.MonthOf(now, t.Location())
	spent, err := from.SpentUSD(ctx, store.Range{From: month.Start, To: month.End})
	if err != nil {
		return cost.Standing{}, fmt.Errorf("sum up costs: %w", err)
	}
	jobs, err := from.Jobs(ctx, store.JobFilter{Kind: job.Reanalyze, Limit: recentJobs})
	if err != nil {
		return cost.Standing{}, fmt.Errorf("list jobs: %w", err)
	}
	for _, j := range jobs {
		var done Report
		if err := job.Decode(j.Report, &done); err == nil && !j.UpdatedAt.Before(month.Start) {
			spent += done.CostUSD
		}
	}
	return cost.Stand(t, spent, now), nil
}
