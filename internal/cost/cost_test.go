package cost_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/cost"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// table has two days of prices, the newer one first.
const table = `[
  {"valid_from": "2026-07-01", "speech_minute": {"usd": 0.02, "source": "t"}, "speech_batch_minute": {"usd": 0.005, "source": "t"},
   "models": [{"name": "small", "input_million": {"usd": 1, "source": "t"}, "output_million": {"usd": 2, "source": "t"}},
              {"name": "large", "input_million": {"usd": 10, "source": "t"}, "output_million": {"usd": 20, "source": "t"}}],
   "stored_gb_month": {"usd": 0.02, "assumed": true, "source": "t"}, "stored_months": 10,
   "per_request": [{"name": "cloud_run", "price": {"usd": 0.001, "source": "t"}}],
   "crm_call": {"usd": 0.0001, "source": "t"}},
  {"valid_from": "2026-01-01", "speech_minute": {"usd": 0.01, "source": "t"}, "speech_batch_minute": {"usd": 0, "source": "t"},
   "models": [{"name": "small", "input_million": {"usd": 1, "source": "t"}, "output_million": {"usd": 1, "source": "t"}}],
   "stored_gb_month": {"usd": 0, "source": "t"}, "stored_months": 0, "per_request": [], "crm_call": {"usd": 0, "source": "t"}}
]`

func parse(t *testing.T) *cost.Table {
	t.Helper()
	prices, err := cost.Parse([]byte(table))
	if err != nil {
		t.Fatal(err)
	}
	return prices
}

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }

func TestPricesAreThoseOfTheDay(t *testing.T) {
	t.Parallel()
	prices := parse(t)
	for at, want := range map[time.Time]float64{
		day(time.July, 1): .02, day(time.July, 1).Add(-time.Nanosecond): .01, day(time.January, 1): .01,
		day(time.January, 1).AddDate(-1, 0, 0): .01, day(time.December, 31): .02,
	} {
		if got := prices.At(at).SpeechMinute.USD; got != want {
			t.Errorf("%s: got %v, want %v", at, got, want)
		}
	}
}

func TestABreakdownNamesEverythingThatWasUsed(t *testing.T) {
	t.Parallel()
	got := parse(t).At(day(time.August, 1)).Of(request.Metering{
		SpeechS: 90, SpeechBatchS: 60, StoredBytes: 5e9,
		Models: map[string]request.Usage{"small-001": {InputTokens: 1000, OutputTokens: 500, ThinkingTokens: 100}},
	}, 3)
	want := cost.Breakdown{Estimated: true, TotalUSD: 1.0385, Components: []cost.Component{
		{Name: "speech", Quantity: 1.5, Unit: "minute", UnitPriceUSD: .02, USD: .03},
		{Name: "speech_batch", Quantity: 1, Unit: "minute", UnitPriceUSD: .005, USD: .005},
		{Name: "model_input", Model: "small-001", Quantity: .001, Unit: "million tokens", UnitPriceUSD: 1, USD: .001},
		{Name: "model_output", Model: "small-001", Quantity: .0005, Unit: "million tokens", UnitPriceUSD: 2, USD: .001},
		{Name: "model_thinking", Model: "small-001", Quantity: .0001, Unit: "million tokens", UnitPriceUSD: 2, USD: .0002},
		{Name: "storage", Quantity: 50, Unit: "GB month", UnitPriceUSD: .02, USD: 1, Estimated: true},
		{Name: "cloud_run", Quantity: 1, Unit: "request", UnitPriceUSD: .001, USD: .001},
		{Name: "crm_calls", Quantity: 3, Unit: "call", UnitPriceUSD: .0001, USD: .0003},
	}}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff(want, got, near); diff != "" {
		t.Error(diff)
	}
}

func TestAModelThatNobodyKnowsCostsAsMuchAsTheDearest(t *testing.T) {
	t.Parallel()
	prices := parse(t).At(day(time.August, 1))
	for model, want := range map[string]struct {
		usd       float64
		estimated bool
	}{
		"small":          {1, false},
		"small-002":      {1, false},
		"small@20260901": {1, false},
		"small-lite":     {10, true}, // another model, not a version
		"smaller":        {10, true},
		"huge":           {10, true},
	} {
		b := prices.Of(request.Metering{Models: map[string]request.Usage{model: {InputTokens: 1e6}}}, 0)
		got := b.Components[0]
		if got.USD != want.usd || got.Estimated != want.estimated || b.Estimated != want.estimated {
			t.Errorf("%s: got %+v, want %+v", model, got, want)
		}
	}
}

func TestAChargeIsWhatTheBreakdownSaysInWholeMillionths(t *testing.T) {
	t.Parallel()
	prices := parse(t)
	r := &request.Request{ReceivedAt: day(time.August, 1), Metering: request.Metering{
		SpeechS: 100, SpeechBatchS: 7, StoredBytes: 1234567,
		Models: map[string]request.Usage{"small": {InputTokens: 1111, OutputTokens: 777, ThinkingTokens: 5}, "new": {InputTokens: 3}},
	}}
	prices.Charge(r)
	want := prices.At(r.ReceivedAt).Of(r.Metering, 0).TotalUSD
	if math.Abs(r.CostUSD-want) > 4e-6 { // of four parts, each is rounded
		t.Errorf("charged %v, the breakdown says %v", r.CostUSD, want)
	}
	parts := r.CostParts
	if diff := cmp.Diff(request.CostParts{SpeechUSD: .033917, ModelUSD: .002705, StorageUSD: .000247}, parts); diff != "" {
		t.Error(diff)
	}
	sum := math.Round(parts.SpeechUSD*1e6) + math.Round(parts.ModelUSD*1e6) + math.Round(parts.StorageUSD*1e6) + 1000
	if math.Round(r.CostUSD*1e6) != sum {
		t.Errorf("stored %v, the parts add up to %v", math.Round(r.CostUSD*1e6), sum)
	}
	r.Metering.SpeechS += 60
	if prices.Charge(r); r.CostParts.SpeechUSD != .053917 {
		t.Errorf("after another minute: %+v", r.CostParts)
	}
}

func TestTheTablesOwnPricesSayWhereTheyAreFrom(t *testing.T) {
	t.Parallel()
	lines := cost.Default().At(day(time.November, 20)).Lines()
	var names []string
	for _, line := range lines {
		names = append(names, line.Name)
		if len(line.Price.Source) < 20 {
			t.Errorf("%s %s: nobody says where the price is from", line.Name, line.Model)
		}
		if line.Unit == "" || line.Price.USD == 0 && line.Name != cost.CRMCalls {
			t.Errorf("%+v", line)
		}
	}
	for _, name := range []string{"speech", "speech_batch", "model_input", "model_output", "storage", "cloud_run", "pubsub", "spanner", "crm_calls"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s has no price", name)
		}
	}
}

func TestWrongTablesAreRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ old, new, want string }{
		"misspelled":         {`"speech_minute"`, `"speech_minutes"`, "unknown field"},
		"negative":           {`"usd": 0.02,`, `"usd": -1,`, "2026-07-01: a price is negative"},
		"no day":             {`"valid_from": "2026-01-01", `, ``, "valid_from is missing"},
		"no such day":        {`2026-01-01`, `2026-02-30`, "parse prices"},
		"model without name": {`"name": "large"`, `"name": ""`, "a model has no name"},
		"share without name": {`"name": "cloud_run"`, `"name": ""`, "a price per request has no name"},
		"empty":              {table, `[]`, "the table is empty"},
		"no JSON":            {table, `prices`, "parse prices"},
		"text behind it":     {table, table + "[]", "text behind"},
	} {
		text := strings.Replace(table, test.old, test.new, 1)
		if _, err := cost.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func TestADeploymentsOwnTableReplacesTheProgramsOwn(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "prices.json")
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		config cost.Config
		want   float64
	}{
		"own":        {cost.Config{}, .016},
		"file":       {cost.Config{File: file}, .02},
		"variable":   {cost.Config{JSON: table}, .02},
		"both":       {cost.Config{File: file, JSON: table}, 0},
		"no file":    {cost.Config{File: file + "x"}, 0},
		"wrong JSON": {cost.Config{JSON: "["}, 0},
	} {
		prices, err := test.config.Table()
		switch {
		case (err != nil) != (test.want == 0), (test.config.Validate() != nil) != (test.want == 0):
			t.Errorf("%s: %v", name, err)
		case err == nil && prices.At(day(time.August, 1)).SpeechMinute.USD != test.want:
			t.Errorf("%s: other prices", name)
		}
	}
}
