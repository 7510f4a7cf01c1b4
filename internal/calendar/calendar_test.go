package calendar_test

import (
	"testing"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
)

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADayStartsWithItsFirstInstant(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ why, zone, day, want string }{
		{"an ordinary day", "America/Denver", "2026-11-23", "2026-11-23T00:00:00-07:00"},
		{"clocks change later in the day", "America/Denver", "2026-03-08", "2026-03-08T00:00:00-07:00"},
		{"UTC", "UTC", "2026-09-06", "2026-09-06T00:00:00Z"},
		{"the furthest east", "Pacific/Kiritimati", "2026-09-06", "2026-09-06T00:00:00+14:00"},
		{"the furthest west", "Etc/GMT+12", "2026-09-06", "2026-09-06T00:00:00-12:00"},
		{"no midnight", "America/Santiago", "2026-09-06", "2026-09-06T01:00:00-03:00"},
		{"no midnight", "America/Havana", "2026-03-08", "2026-03-08T01:00:00-04:00"},
		{"no midnight", "Atlantic/Azores", "2026-03-29", "2026-03-29T01:00:00Z"},
		{"two midnights", "America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},
		{"two midnights", "Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z"},
		{"the hour before midnight twice", "America/Santiago", "2026-04-05", "2026-04-05T00:00:00-04:00"},
		{"a day that there was not", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
	} {
		day, err := civil.ParseDate(tt.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Start(day, location(t, tt.zone)).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: %s in %s starts at %s, want %s", tt.why, tt.day, tt.zone, got, tt.want)
		}
	}
}

func TestDaysFollowEachOtherWithoutGaps(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"America/Santiago", "America/Havana", "Atlantic/Azores", "America/Denver", "Asia/Beirut", "Africa/Cairo"} {
		zone := location(t, name)
		day := civil.Date{Year: 2026, Month: time.January, Day: 1}
		for range 365 {
			start := calendar.Start(day, zone)
			if want := day.String(); start.Format(time.DateOnly) != want {
				t.Errorf("%s: %s starts at %s", name, want, start)
			}
			if before := start.Add(-time.Nanosecond).Format(time.DateOnly); before != day.AddDays(-1).String() {
				t.Errorf("%s: %s starts at %s, after an instant of %s", name, day, start, before)
			}
			day = day.AddDays(1)
		}
	}
}
