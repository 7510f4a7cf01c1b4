package reanalyze_test

import (
	"math"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/reanalyze"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// threeModels has one that is cheap, one whose answers are the dearest of all, and one that is
// dearer to read to.
const threeModels = `[{"valid_from": "2026-01-01", "speech_minute": {"usd": 0, "source": "t"}, "speech_batch_minute": {"usd": 0, "source": "t"},
 "models": [{"name": "small", "input_million": {"usd": 1, "source": "t"}, "output_million": {"usd": 2, "source": "t"}},
            {"name": "large", "input_million": {"usd": 5, "source": "t"}, "output_million": {"usd": 30, "source": "t"}},
            {"name": "reader", "input_million": {"usd": 20, "source": "t"}, "output_million": {"usd": 1, "source": "t"}}],
 "stored_gb_month": {"usd": 0, "source": "t"}, "stored_months": 0, "per_request": [], "crm_call": {"usd": 0, "source": "t"}}]`

func TestAnEstimateIsByTheDearestModelThatMayAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	prices, err := cost.Parse([]byte(threeModels))
	must(t, err)
	s := newSurveyor(w)
	s.Prices = prices
	want := 0.0
	for model, usd := range map[string]float64{"small": 5, "": 5, "reader": 20} {
		a := lead()
		a.Model, a.Usage = model, request.Usage{InputTokens: 1_000_000}
		w.call(t, a, request.Completed)
		want += usd
		got, err := s.Answers(t.Context(), demo, reanalyze.Answers{Choice: w.period()})
		must(t, err)
		if math.Abs(got.CostUSD-want) > 1e-9 {
			t.Errorf("with one that %q answered: $%v, want $%v", model, got.CostUSD, want)
		}
	}
}
