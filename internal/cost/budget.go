package cost

import (
	"cmp"
	"time"

	"cloud.google.com/go/civil"

	"github.com/your-org/multi-tenant-pipeline/internal/calendar"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// warnAt is the share of a budget that is worth a warning if the tenant does not say.
const warnAt = 0.8

// State says how a tenant stands with its budget.
type State string

// The states, from best to worst.
const (
	Unlimited State = "none" // there is no budget
	Within    State = "ok"
	Warning   State = "warning"  // so much is used that people should know
	UsedUp    State = "exceeded" // there is nothing left
)

// Month is a calendar month of a time zone: from Start, before End.
type Month struct{ Start, End time.Time }

// MonthOf returns the month of a moment in a zone.
func MonthOf(at time.Time, zone *time.Location) Month {
	at = at.In(zone)
	first := civil.Date{Year: at.Year(), Month: at.Month(), Day: 1}
	return Month{Start: calendar.Start(first, zone), End: calendar.Start(first.AddMonths(1), zone)}
}

// String returns the month as 2006-01.
func (m Month) String() string { return m.Start.Format("2006-01") }

// Standing is how a tenant stands with its budget at a moment.
type Standing struct {
	Month       Month
	SpentUSD    float64
	ForecastUSD float64 // at the end of the month, if it goes on as it did
	LimitUSD    float64 // 0: none
	WarnAt      float64 // the share of the limit that is worth a warning
	State       State
}

// Stand judges what a tenant has spent since the beginning of the month of now.
func Stand(t *tenant.Tenant, spentUSD float64, now time.Time) Standing {
	budget := t.Settings.Budget
	s := Standing{
		Month: MonthOf(now, t.Location()), SpentUSD: spentUSD, LimitUSD: budget.MonthlyUSD,
		WarnAt: cmp.Or(budget.WarnAt, warnAt), State: Unlimited,
	}
	// The first day says little of the others: a forecast that takes it for more would make
	// a fortune of the month's first call.
	passed := max(now.Sub(s.Month.Start), 24*time.Hour)
	s.ForecastUSD = max(spentUSD, spentUSD*float64(s.Month.End.Sub(s.Month.Start))/float64(passed))
	switch {
	case s.LimitUSD <= 0:
	case spentUSD >= s.LimitUSD:
		s.State = UsedUp
	case spentUSD >= s.WarnAt*s.LimitUSD:
		s.State = Warning
	default:
		s.State = Within
	}
	return s
}

// Used returns the share of the budget that is spent, 0 without one.
func (s Standing) Used() float64 {
	if s.LimitUSD <= 0 {
		return 0
	}
	return s.SpentUSD / s.LimitUSD
}
