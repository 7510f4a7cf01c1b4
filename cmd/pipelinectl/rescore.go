package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/your-org/multi-tenant-pipeline/internal/api/client"
)

func newRescore(t *tool) *cobra.Command {
	var d days
	var order client.NewRescore
	var weights []string
	var wait bool
	cmd := &cobra.Command{
		Use: "rescore --from DAY --to DAY", Short: "Score past requests by the tenant's present weights, after a look at what changes",
		Long: `Give requests of the past the lead scores that the tenant's present weights make of their signals.
No model is asked and nothing is paid. What would change is said first; --preview leaves it at that,
and tries the weights that --weight names instead of the tenant's. What people corrected stays, and
nobody is told.`,
		Example: `  pipelinectl rescore -t tenant_demo --from 2026-01-01 --to 2026-03-31 --preview --weight budget=40
  pipelinectl rescore -t tenant_demo --from 2026-01-01 --to 2026-03-31 --push`,
		Args: cobra.NoArgs,
		RunE: t.perTenant(func(ctx context.Context, s *session, _ []string) error {
			var err error
			if order.From, order.To, err = d.resolve(s.now()); err != nil {
				return err
			}
			if order.Weights, err = parseWeights(weights); err != nil {
				return err
			}
			if order.Weights != nil && !order.Preview {
				return usageError("--weight is for --preview: to score by other weights, make them the tenant's")
			}
			return s.rescore(ctx, order, wait)
		}),
	}
	set := cmd.Flags()
	d.add(cmd)
	set.StringVar(&order.SourceID, "source", "", "only requests of this source")
	set.StringVar(&order.ScoreBand, "band", "", "only requests of this score band: hot, warm, cold or none")
	set.StringSliceVar(&weights, "weight", nil, "points of a signal to try, as SIGNAL=POINTS")
	set.BoolVar(&order.Preview, "preview", false, "only say what would change")
	set.BoolVar(&order.Push, "push", false, "let the records in CRMs follow")
	addWait(cmd, &wait)
	return cmd
}

// parseWeights reads SIGNAL=POINTS.
func parseWeights(args []string) (map[string]float64, error) {
	var weights map[string]float64
	for _, arg := range args {
		signal, text, ok := strings.Cut(arg, "=")
		points, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			return nil, usageError(fmt.Sprintf("%q is no weight: write it as SIGNAL=POINTS", arg))
		}
		if weights == nil {
			weights = map[string]float64{}
		}
		weights[signal] = points
	}
	return weights, nil
}

// rescore says what changes and, if that is what somebody wants, changes it.
func (s *session) rescore(ctx context.Context, order client.NewRescore, wait bool) error {
	previewOnly := order.Preview
	order.Preview = true
	a, err := read(s.api.CreateRescore(ctx, s.Tenant, order))
	if err != nil {
		return err
	}
	if previewOnly {
		return show(s, a, printScorePreview)
	}
	preview, err := decode[client.ScorePreview](a)
	if err != nil {
		return err
	}
	if !s.json {
		p := newPage(s.out)
		printScorePreview(p, preview)
		p.line("")
		if err := p.flush(); err != nil {
			return err
		}
	}
	if preview.Complete && preview.Changed == 0 {
		s.say("no score changes")
		return nil
	}
	if err := s.confirm("The scores of %s requests will change.", atLeast(int64(preview.Changed), preview.Complete)); err != nil {
		return err
	}
	order.Preview = false
	if a, err = read(s.api.CreateRescore(ctx, s.Tenant, order)); err != nil {
		return err
	}
	return s.follow(ctx, a, wait)
}

// atLeast writes a number that may be only a part.
func atLeast(n int64, complete bool) string {
	if complete {
		return strconv.FormatInt(n, 10)
	}
	return "at least " + strconv.FormatInt(n, 10)
}

func printScorePreview(p *page, v client.ScorePreview) {
	p.row("Looked at", v.Looked)
	p.row("Scored", v.Done)
	p.row("Changed", v.Changed)
	p.row("On their way", v.Busy)
	p.row("Without signals", v.Skipped)
	if !v.Complete {
		p.line("Only the newest were looked at.")
	}
	if v.Changed == 0 {
		return
	}
	if len(v.Bands) > 0 {
		p.line("")
		p.header("Band", "Hot", "Warm", "Cold", "None")
	}
	for _, from := range []string{"hot", "warm", "cold", "none"} {
		if to := v.Bands[from]; len(to) > 0 {
			p.row(from, to["hot"], to["warm"], to["cold"], to["none"])
		}
	}
	p.line("")
	p.header("Request", "Score", "Was", "Band", "Was")
	for _, c := range v.Requests {
		p.row(c.RequestID, c.ToScore, c.FromScore, c.ToBand, c.FromBand)
	}
}
