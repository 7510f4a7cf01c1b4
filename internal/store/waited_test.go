package store_test

import (
	"testing"
	"time"
)

// Sweep moves a row on each time it announces it. The time for which it did so in vain is part of
// how long the row has waited.
func TestHowLongARowHasWaitedGrowsWithEveryAnnouncementInVain(t *testing.T) {
	t.Parallel()
	s, clock := newStore(t)
	accept(t, s.ForTenant(demo), call("CAL1")) // due in a minute
	for _, step := range []struct{ later, want time.Duration }{
		{2 * time.Minute, time.Minute},
		{5 * time.Minute, 5 * time.Minute},    // moved on by one minute, due for four
		{10 * time.Minute, 11 * time.Minute},  // by two more, due for eight
		{60 * time.Minute, 63 * time.Minute},  // by four more, due for fifty-six
		{60 * time.Minute, 67 * time.Minute},  // by eight more, due for fifty-two
		{60 * time.Minute, 75 * time.Minute},  // by sixteen more, due for forty-four
		{60 * time.Minute, 91 * time.Minute},  // by thirty-two more, due for twenty-eight
		{60 * time.Minute, 123 * time.Minute}, // and never by more than that
	} {
		clock.Advance(step.later)
		due := take(t, s)
		if len(due) != 1 || due[0].Waited != step.want {
			t.Fatalf("after another %v: got %+v, want one that waited for %v", step.later, due, step.want)
		}
	}
}
