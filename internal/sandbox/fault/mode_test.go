package fault_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

func TestModesFireInTheirOrderAndAreCounted(t *testing.T) {
	t.Parallel()
	modes := newModes(t,
		fault.Mode{System: "gemini", Mode: "blocked", Times: 1},
		fault.Mode{System: "relay", Mode: "delay", DelayMS: 250, Times: 1},
		fault.Mode{System: "gemini", Mode: "bad_json", Times: 2},
	)
	var got []string
	for range 4 {
		m, fires := modes.Next("gemini")
		if fires != (m.Mode != "") {
			t.Errorf("fires %v with mode %q", fires, m.Mode)
		}
		got = append(got, m.Mode)
	}
	if diff := cmp.Diff([]string{"blocked", "bad_json", "bad_json", ""}, got); diff != "" {
		t.Errorf("modes (-want +got):\n%s", diff)
	}
	if _, fires := modes.Next("relay", "lose", "duplicate"); fires {
		t.Error("a mode fired that was not asked for")
	}
	if m, fires := modes.Next("relay", "delay"); !fires || m.Delay().Milliseconds() != 250 {
		t.Errorf("got %+v, %v", m, fires)
	}
	var fired []int
	for _, r := range modes.List() {
		fired = append(fired, r.Fired)
	}
	if diff := cmp.Diff([]int{1, 1, 2}, fired); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
	modes.Clear()
	if _, fires := modes.Next("gemini"); fires || len(modes.List()) != 0 {
		t.Error("a mode is in force after Clear")
	}
}

func TestAModesProbabilityIsTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	third := 1.0 / 3
	run := func() (pattern string) {
		modes := newModes(t, fault.Mode{System: "speech", Mode: "lose", Probability: &third})
		for range 300 {
			_, fires := modes.Next("speech", "lose")
			pattern += map[bool]string{true: "x", false: "."}[fires]
		}
		return pattern
	}
	first := run()
	if first != run() {
		t.Error("two runs differ")
	}
	if n := strings.Count(first, "x"); n < 60 || n > 140 {
		t.Errorf("fired %d of 300 times, want about 100", n)
	}
}

func TestModesThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	two := 2.0
	modes := newModes(t, fault.Mode{System: "speech", Mode: "lose"})
	for name, m := range map[string]fault.Mode{
		"a system without modes": {System: "hubspot", Mode: "lose"},
		"another system's mode":  {System: "speech", Mode: "duplicate"},
		"a probability above 1":  {System: "speech", Mode: "lose", Probability: &two},
		"a negative number":      {System: "speech", Mode: "lose", Times: -1},
	} {
		if err := modes.Replace([]fault.Mode{m}); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if len(modes.List()) != 1 {
		t.Error("a refused list has replaced what was in force")
	}
	var none *fault.Modes
	if _, fires := none.Next("speech"); fires {
		t.Error("no modes fired")
	}
}

func newModes(t *testing.T, modes ...fault.Mode) *fault.Modes {
	t.Helper()
	s := fault.NewModes(1)
	if err := s.Replace(modes); err != nil {
		t.Fatal(err)
	}
	return s
}
