package setup

import "testing"

func TestHowLongAnImportTakesIsSaidRoughly(t *testing.T) {
	t.Parallel()
	for minutes, want := range map[float64]string{
		0: "a few minutes", 9.9: "a few minutes", 10: "about 10 minutes", 61: "about 70 minutes",
		90: "about 2 hours", 327.5: "about 6 hours", 36 * 60: "about 2 days", 10_000: "about 7 days",
	} {
		if got := lasting(minutes); got != want {
			t.Errorf("%v minutes: got %q, want %q", minutes, got, want)
		}
	}
}
