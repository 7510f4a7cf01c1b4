package reconcile

import (
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// weekdays returns counts of a source that delivers at five in the afternoon from Monday to
// Friday, for four weeks that end on Friday the 27th.
func weekdays(outcome string) []store.DayCount {
	var counts []store.DayCount
	for d := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC); d.Day() <= 27 && d.Month() == time.March; d = d.AddDate(0, 0, 1) {
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			counts = append(counts,
				store.DayCount{Day: d, Outcome: outcome, Reason: "post_call", Count: 5, LastAt: d.Add(17 * time.Hour)},
				store.DayCount{Day: d, Outcome: "duplicate", Reason: "post_call", Count: 1, LastAt: d.Add(9 * time.Hour)})
		}
	}
	return counts
}

func TestASourceIsSilentWhenItIsQuietForLongerThanItEverWas(t *testing.T) {
	t.Parallel()
	friday := time.Date(2026, 3, 27, 17, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		counts []store.DayCount
		now    time.Time
		silent bool
	}{
		"over the weekend":         {weekdays("accepted"), friday.Add(2*day + 22*time.Hour), false},
		"the whole of Monday":      {weekdays("accepted"), friday.Add(3*day + 13*time.Hour), true},
		"only strangers deliver":   {append(weekdays("accepted"), store.DayCount{Day: friday.Add(3 * day), Outcome: rejected, LastAt: friday.Add(4 * day)}), friday.Add(4 * day), true},
		"a source with no rhythm":  {weekdays("accepted")[:8], friday.AddDate(0, 0, 20), false},
		"one that never delivered": {nil, friday, false},
	} {
		if got := silence(tc.counts, tc.now); (got != "") != tc.silent {
			t.Errorf("%s: got %q", name, got)
		}
	}
}
