package request

import "testing"

func TestUSD(t *testing.T) {
	t.Parallel()
	for amount, want := range map[float64]string{
		0: "$0", 900: "$900", 1000: "$1,000", 80000: "$80,000", 1234567.5: "$1,234,567.50", -20: "-$20", -1234.25: "-$1,234.25", .5: "$0.50",
	} {
		if got := USD(amount); got != want {
			t.Errorf("USD(%v) = %q, want %q", amount, got, want)
		}
	}
}
