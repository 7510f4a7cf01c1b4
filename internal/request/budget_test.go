package request

import "testing"

func TestABudgetIsReadable(t *testing.T) {
	t.Parallel()
	amount := func(n int64) *int64 { return &n }
	for _, test := range []struct {
		budget Budget
		want   string
	}{
		{Budget{Signal: "unknown"}, ""},
		{Budget{}, ""},
		{Budget{Signal: "high"}, "high"},
		{Budget{Signal: "low", Max: amount(900)}, "low, up to $900"},
		{Budget{Signal: "unknown", Min: amount(1234567)}, "from $1,234,567"},
		{Budget{Signal: "medium", Min: amount(20000), Max: amount(30000)}, "medium, $20,000 to $30,000"},
		{Budget{Signal: "medium", Min: amount(20000), Max: amount(20000)}, "medium, $20,000"},
	} {
		if got := test.budget.String(); got != test.want {
			t.Errorf("%+v is %q, want %q", test.budget, got, test.want)
		}
	}
}
