package insight

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"
)

// period is the days that a page is about, and as many before them.
type period struct {
	From, To time.Time // days, at midnight UTC whatever the zone they are of
	Choices  []choice
	Running  bool   // today is one of them
	Custom   bool   // the days were chosen one by one
	Problem  string // why what was chosen cannot be shown
	Most     int    // days
}

// choice is one of the usual periods.
type choice struct {
	Days    int
	Current bool
}

// usual is the period of a page that is opened without one.
const usual = 30

// periodOf reads the period of a page's address, for a page that shows at most so many days. What
// cannot be shown becomes the usual one, with a sentence that says why.
func periodOf(query url.Values, now time.Time, zone *time.Location, most int) period {
	local := now.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	p := period{To: today, Most: most}
	days := usual
	if chosen, err := strconv.Atoi(query.Get("days")); err == nil && chosen >= 1 && chosen <= most {
		days = chosen
	}
	p.From = today.AddDate(0, 0, 1-days)
	if query.Has("from") || query.Has("to") {
		p.choose(query.Get("from"), query.Get("to"))
	}
	p.Running = !p.From.After(today) && !p.To.Before(today)
	for _, n := range []int{7, usual, 90} {
		if n <= most {
			p.Choices = append(p.Choices, choice{Days: n, Current: !p.Custom && n == days})
		}
	}
	return p
}

func (p *period) choose(first, last string) {
	from, err := time.Parse(time.DateOnly, first)
	to, err2 := time.Parse(time.DateOnly, last)
	switch {
	case err != nil || err2 != nil:
		p.Problem = "Please choose both days. These are the last 30."
	case to.Before(from):
		p.Problem = "The first day must not be after the last one. These are the last 30 days."
	case to.After(from.AddDate(0, 0, p.Most-1)):
		p.Problem = fmt.Sprintf("This page shows at most %d days at once. These are the last 30.", p.Most)
	default:
		p.From, p.To, p.Custom = from, to, true
	}
}

// Days is how many there are.
func (p period) Days() int { return int(p.To.Sub(p.From).Hours()/24) + 1 }

// before is the period of the same length that ends where this one begins.
func (p period) before() period {
	return period{From: p.From.AddDate(0, 0, -p.Days()), To: p.From.AddDate(0, 0, -1)}
}

// first and last are the days as the API takes them.
func (p period) first() openapi_types.Date { return openapi_types.Date{Time: p.From} }
func (p period) last() openapi_types.Date  { return openapi_types.Date{Time: p.To} }

// keys are the days as the API names them, in order.
func (p period) keys() []string {
	var all []string
	for day := p.From; !day.After(p.To); day = day.AddDate(0, 0, 1) {
		all = append(all, day.Format(time.DateOnly))
	}
	return all
}

// labels are the days as charts show them.
func (p period) labels() []string {
	var all []string
	for day := p.From; !day.After(p.To); day = day.AddDate(0, 0, 1) {
		all = append(all, day.Format("Jan 2"))
	}
	return all
}

// Words names the days.
func (p period) Words() string {
	const layout = "Jan 2, 2006"
	if p.From.Equal(p.To) {
		return p.From.Format(layout)
	}
	return p.From.Format(layout) + " to " + p.To.Format(layout)
}

// Before names the period that it is compared with.
func (p period) Before() string { return p.before().Words() }
