package rules

import (
	"time"
)

// season is where a time of year begins and ends, as month and day.
type season struct {
	from, to monthDay
}

type monthDay struct {
	month time.Month
	day   int
}

// on returns the date in a year.
func (m monthDay) on(year int, loc *time.Location) time.Time {
	return time.Date(year, m.month, m.day, 12, 0, 0, 0, loc)
}

// seasons are those of the northern hemisphere by the month, as people plan by them.
var seasons = map[string]season{
	"spring": {monthDay{time.March, 1}, monthDay{time.May, 31}},
	"summer": {monthDay{time.June, 1}, monthDay{time.August, 31}},
	"fall":   {monthDay{time.September, 1}, monthDay{time.November, 30}},
	"winter": {monthDay{time.December, 1}, monthDay{time.February, 28}},
}

var seasonNames = map[string]string{
	"spring": "spring", "springtime": "spring", "primavera": "spring",
	"summer": "summer", "summertime": "summer", "verano": "summer",
	"fall": "fall", "autumn": "fall", "otono": "fall",
	"winter": "winter", "wintertime": "winter", "invierno": "winter",
}

var monthNames = map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
	"september": 9, "october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
	"enero": 1, "febrero": 2, "marzo": 3, "abril": 4, "mayo": 5, "junio": 6, "julio": 7, "agosto": 8,
	"septiembre": 9, "octubre": 10, "noviembre": 11, "diciembre": 12,
}

// feasts are days that move or that people name instead of a date.
var feasts = []struct {
	pattern string
	day     func(year int) monthDay
}{
	{`thanksgiving|turkey day|accion de gracias`, func(y int) monthDay { return nthWeekday(y, time.November, time.Thursday, 4) }},
	{`christmas|xmas|the holidays|the holiday season|holiday season|the holiday|navidad|navidades|las fiestas`, fixed(time.December, 25)},
	{`hanukkah|chanukah`, fixed(time.December, 12)},
	{`new year's( eve| day)?|the new year|new years|the first of the year|the turn of the year|ano nuevo|nuevo ano`, fixed(time.January, 3)},
	{`super ?bowl`, fixed(time.February, 8)},
	{`valentine's( day)?|valentines( day)?`, fixed(time.February, 14)},
	{`st\.? patrick's( day)?`, fixed(time.March, 17)},
	{`spring break`, fixed(time.March, 15)},
	{`passover`, easterPlus(0)},
	{`easter|semana santa`, easterPlus(0)},
	{`tax (season|day|time|refund|return)s?|(our|my|the) (taxes|refund) (back|comes?|in|hits)|(get|got|getting) (our|my|the) (taxes|refund)( back)?`, fixed(time.April, 10)},
	{`mother's day|dia de las madres`, func(y int) monthDay { return nthWeekday(y, time.May, time.Sunday, 2) }},
	{`memorial day`, func(y int) monthDay { return nthWeekday(y, time.May, time.Monday, 4) }},
	{`graduation|prom`, fixed(time.May, 25)},
	{`school(?:'s| is| lets| gets)* (out|over|ends)|end of (the )?school( year)?|school year (ends|is over)`, fixed(time.June, 8)},
	{`father's day`, func(y int) monthDay { return nthWeekday(y, time.June, time.Sunday, 3) }},
	{`hurricane season`, fixed(time.June, 1)},
	{`(the )?(fourth|4th) of july|(after|before|by|around|until|past) the (fourth|4th)$|week (of|after|before) the (fourth|4th)|july (fourth|4th)|independence day`, fixed(time.July, 4)},
	{`labor day`, func(y int) monthDay { return nthWeekday(y, time.September, time.Monday, 1) }},
	{`school (starts|begins|is back|goes back)|(back|returns?|gone) (at|in|to) school|back to school|start of (the )?school( year)?|kids (go|are|get) back (to|in) school|the kids go back`, fixed(time.August, 25)},
	{`halloween`, fixed(time.October, 31)},
	{`(it|the) (snows?|gets? cold|freez\w+)|(first|the) (snow\w*|frost|freeze)|snow (flies|comes|starts)|cold weather|(it|the weather) (gets?|turns) (too )?(cold|bad)|it gets too cold|the frost`, fixed(time.November, 20)},
	{`the (frost|snow) (is|has|'s)? ?(out|off|gone|melt\w*)( of the ground)?|(it|the snow) (melts|thaws)|(it|the weather) (warms up|gets (warm|warmer|nice)|thaws)|the (thaw|ground thaws)|warm weather`, fixed(time.April, 1)},
	{`(it gets )?(too )?hot (out|outside)|the heat (hits|comes)|the hot weather`, fixed(time.June, 1)},
	{`pool season`, fixed(time.May, 25)},
	{`hunting season`, fixed(time.November, 1)},
}

func fixed(month time.Month, day int) func(int) monthDay {
	return func(int) monthDay { return monthDay{month, day} }
}

// nthWeekday returns the nth weekday of a month.
func nthWeekday(year int, month time.Month, day time.Weekday, n int) monthDay {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	offset := (int(day) - int(first.Weekday()) + 7) % 7
	return monthDay{month, 1 + offset + 7*(n-1)}
}

// easterPlus returns Easter Sunday by the Gregorian computus, moved by days.
func easterPlus(days int) func(int) monthDay {
	return func(y int) monthDay {
		a, b, c := y%19, y/100, y%100
		d, e := b/4, b%4
		g := (8*b + 13) / 25
		h := (19*a + b - d - g + 15) % 30
		j, k := c/4, c%4
		m := (a + 11*h) / 319
		r := (2*e + 2*j - k - h + m + 32) % 7
		month := (h - m + r + 90) / 25
		day := (h - m + r + month + 19) % 32
		t := time.Date(y, time.Month(month), day+days, 0, 0, 0, 0, time.UTC)
		return monthDay{t.Month(), t.Day()}
	}
}

// upcoming returns the next such day, from a few days ago on: who says "at Thanksgiving" on
// the day after means next year's.
func upcoming(now time.Time, day func(int) monthDay) time.Time {
	for year := now.Year(); ; year++ {
		if t := day(year).on(year, now.Location()); t.After(now.AddDate(0, 0, -1)) {
			return t
		}
	}
}

// seasonNear returns the season that is under way or comes next.
func seasonNear(now time.Time, s season) (from, to time.Time) {
	for year := now.Year() - 1; ; year++ {
		from = s.from.on(year, now.Location())
		to = s.to.on(year, now.Location())
		if to.Before(from) {
			to = s.to.on(year+1, now.Location())
		}
		if to.After(now) {
			return from, to
		}
	}
}
