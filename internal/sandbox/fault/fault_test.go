package fault_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
)

func TestSetFiresTheFirstMatchingFaultAndCountsIt(t *testing.T) {
	t.Parallel()
	set := newSet(t,
		fault.Fault{System: "hubspot", PathPrefix: "/crm/v3/objects/deals", Status: 500, Times: 1},
		fault.Fault{System: "hubspot", Status: 429, RetryAfterS: 7},
	)
	var got []int
	for _, request := range [][2]string{
		{"hubspot", "/crm/v3/objects/deals/1"}, {"hubspot", "/crm/v3/objects/deals/1"},
		{"hubspot", "/crm/v3/objects/contacts"}, {"slack", "/crm/v3/objects/deals"},
	} {
		f, _ := set.Next(request[0], request[1])
		got = append(got, f.Status)
	}
	if diff := cmp.Diff([]int{500, 429, 429, 0}, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	fired := []int{set.List()[0].Fired, set.List()[1].Fired}
	if diff := cmp.Diff([]int{1, 2}, fired); diff != "" {
		t.Errorf("fired (-want +got):\n%s", diff)
	}
	set.Clear()
	if _, fires := set.Next("hubspot", "/"); fires || len(set.List()) != 0 {
		t.Error("a fault is in force after Clear")
	}
}

func TestProbabilityIsTheSameInEveryRun(t *testing.T) {
	t.Parallel()
	half, never := 0.5, 0.0
	run := func(disturbance bool) (pattern string, fired int) {
		set := newSet(t,
			fault.Fault{System: "slack", Status: 500, Probability: &half},
			fault.Fault{System: "email", Status: 500, Probability: &half},
			fault.Fault{System: "slack", Status: 503, Probability: &never},
		)
		for range 1000 {
			if disturbance {
				set.Next("email", "/")
			}
			if f, fires := set.Next("slack", "/"); fires {
				pattern += "x"
				fired += f.Status / 500
			} else {
				pattern += "."
			}
		}
		return pattern, fired
	}
	first, fired := run(false)
	if fired < 400 || fired > 600 {
		t.Errorf("probability 0.5 fired %d times of 1000", fired)
	}
	if again, _ := run(true); again != first {
		t.Error("another system's requests changed what this one meets")
	}
}

func TestReplaceRefusesInvalidFaultsAndKeepsTheOldOnes(t *testing.T) {
	t.Parallel()
	two := 2.0
	tests := map[string]struct {
		fault fault.Fault
		want  string
	}{
		"unknown system":    {fault.Fault{System: "hubspt", Status: 500}, `system "hubspt"`},
		"a success":         {fault.Fault{System: "slack", Status: 200}, "status 200"},
		"a hint":            {fault.Fault{System: "slack", Status: 103}, "status 103"},
		"unknown drop":      {fault.Fault{System: "slack", Drop: "during"}, `drop "during"`},
		"sure beyond doubt": {fault.Fault{System: "slack", Status: 500, Probability: &two}, "probability 2"},
		"negative times":    {fault.Fault{System: "slack", Status: 500, Times: -1}, "negative"},
		"nothing happens":   {fault.Fault{System: "slack"}, "one of status, drop and latency_ms"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old := fault.Fault{System: "slack", Status: 500}
			set := newSet(t, old)
			err := set.Replace([]fault.Fault{old, test.fault})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "fault 1") {
				t.Errorf("got error %v, want one about fault 1 with %q", err, test.want)
			}
			if diff := cmp.Diff([]fault.Report{{Fault: old}}, set.List()); diff != "" {
				t.Errorf("faults in force (-want +got):\n%s", diff)
			}
		})
	}
}

func newSet(t *testing.T, faults ...fault.Fault) *fault.Set {
	t.Helper()
	set := fault.New(1)
	if err := set.Replace(faults); err != nil {
		t.Fatal(err)
	}
	return set
}
