// Package calendar finds days of the calendar in time.
package calendar

import (
	"sort"
	"time"

	"cloud.google.com/go/civil"
)

// Start returns the first instant of a day in a zone. That is midnight
// but where clocks change then: of two midnights it is the first (Havana in autumn), and where there
// is none the instant that follows the day before (Santiago in spring). civil.Date.In promises neither.
func Start(day civil.Date, zone *time.Location) time.Time {
	midnight := day.In(time.UTC)
	const most = 24 * time.Hour // no zone is or was further from UTC
	from := midnight.Add(-most)
	after := sort.Search(int(2*most/time.Second), func(seconds int) bool {
		at := from.Add(time.Duration(seconds) * time.Second).In(zone)
		_, ahead := at.Zone()
		return !at.Add(time.Duration(ahead) * time.Second).Before(midnight)
	})
	return from.Add(time.Duration(after) * time.Second).In(zone)
}
