package rules

import (
	"strings"
	"time"
)

// relatives are times named from today: the day they mean.
var relatives = []struct {
	re  *pattern
	day func(now time.Time) time.Time
}{
	{words(`(end|close) of (the|this) month`, `before the month(?:'s| is) (out|over|up)`, `later this month`, `this month`, `este mes`, `fin de mes`), endOfMonth},
	{words(`(start\w*|begin\w*|done|finished|ready|deadline|in place|fixed) (\w+ ){0,2}(by |on |this |next )?(monday|tuesday|wednesday|thursday|friday|saturday|sunday)`), func(t time.Time) time.Time { return t.AddDate(0, 0, 6) }},
	{words(`(by|before) the first of the month`), func(t time.Time) time.Time { return firstOf(t, 1) }},
	{words(`end of next month`), func(t time.Time) time.Time { return endOfMonth(firstOf(t, 1)) }},
	{words(`next month`, `(el )?proximo mes`, `el mes que viene`, `first of the month`, `beginning of the month`), func(t time.Time) time.Time { return firstOf(t, 1).AddDate(0, 0, 9) }},
	{words(`next month or two`), func(t time.Time) time.Time { return t.AddDate(0, 0, 45) }},
	{words(`month after next`), func(t time.Time) time.Time { return firstOf(t, 2).AddDate(0, 0, 9) }},
	{words(`(end|close) of (the|this) year`, `year'?s end`, `year.end`, `before the year(?:'s| is)? (out|over|ends)`, `fin de ano`), func(t time.Time) time.Time { return monthDay{time.December, 31}.on(t.Year(), t.Location()) }},
	{words(`later this year`, `this year`, `este ano`, `within the year`), func(t time.Time) time.Time {
		return t.Add(monthDay{time.December, 31}.on(t.Year(), t.Location()).Sub(t) / 2)
	}},
	{words(`(early|beginning of|start of|first part of|first quarter of) (in )?(the )?next year`, `principios del proximo ano`, `first quarter`, `q1`), func(t time.Time) time.Time { return monthDay{time.January, 25}.on(t.Year()+1, t.Location()) }},
	{words(`(the )?first (thing|of|week of|part of) (in )?(the )?(next|new) year`), func(t time.Time) time.Time { return monthDay{time.January, 5}.on(t.Year()+1, t.Location()) }},
	{words(`second quarter`, `q2`), quarter(2)},
	{words(`third quarter`, `q3`), quarter(3)},
	{words(`(fourth|last) quarter`, `q4`), quarter(4)},
	{words(`el mes que (entra|viene)`), func(t time.Time) time.Time { return firstOf(t, 1).AddDate(0, 0, 9) }},
	{words(`not this year`, `el otro ano`, `(the )?year after next`), func(t time.Time) time.Time { return monthDay{time.July, 1}.on(t.Year()+1, t.Location()) }},
	{words(`next year`, `(el )?proximo ano`, `el ano que viene`), func(t time.Time) time.Time { return monthDay{time.July, 1}.on(t.Year()+1, t.Location()) }},
	{words(`(year|couple years|couple of years|few years) (from now|or so|out|or two|or more|after next|down the)`, `not (for|until) (at least )?(a|another) year`), func(t time.Time) time.Time { return t.AddDate(1, 6, 0) }},
}

// quarter returns the beginning of a quarter that is under way or comes next.
func quarter(n int) func(time.Time) time.Time {
	return func(t time.Time) time.Time {
		begins := monthDay{time.Month(3*n - 2), 10}
		if t.Month() > time.Month(3*n) {
			return begins.on(t.Year()+1, t.Location())
		}
		return begins.on(t.Year(), t.Location())
	}
}

func firstOf(t time.Time, months int) time.Time {
	return time.Date(t.Year(), t.Month()+time.Month(months), 1, 12, 0, 0, 0, t.Location())
}

func endOfMonth(t time.Time) time.Time { return firstOf(t, 1).AddDate(0, 0, -1) }

// dayOnly is a day of the month that comes next: "by the fifteenth".
var dayOnly = expression(`\b(?:by|before|no later than) the ((?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|\d{1,2}|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)(?:st|nd|rd|th)?(?: of the month)?(?:[,.;!?]|$| so\b| because\b| when\b| if\b| i\b)`)

var bareYear = expression(`(?:\b(?:in|by|until|till|before|around|early|late|mid|of|sometime|en)(?: in)? |^\W*)(20[2-4]\d)\b`)

// relative finds "next month", "the end of the year", "early next year", "in 2028".
func (h horizon) relative(s *sentence) []mention {
	var out []mention
	for _, r := range relatives {
		if at := r.re.FindStringIndex(s.norm); at != nil {
			before := s.norm[:at[0]]
			if lateWords.MatchString(before) && strings.Contains(s.norm[at[0]:at[1]], "next year") || halfA.MatchString(before) {
				continue
			}
			out = append(out, mention{hit: hit{s, at[0], at[1]}, days: max(1, h.days(r.day(h.now))), deadline: isDeadline(before)})
		}
	}
	if m := dayOnly.FindStringSubmatchIndex(s.norm); m != nil && len(out) == 0 {
		if day := submatch(s.norm, m, 1); day > 0 {
			t := time.Date(h.now.Year(), h.now.Month(), day, 12, 0, 0, 0, h.now.Location())
			if t.Before(h.now) {
				t = t.AddDate(0, 1, 0)
			}
			out = append(out, mention{hit: hit{s, m[0], m[1]}, days: h.days(t), deadline: true})
		}
	}
	if m := bareYear.FindStringSubmatchIndex(s.norm); m != nil && len(out) == 0 {
		if year := submatch(s.norm, m, 1); year > h.now.Year() && !pastVerb.MatchString(s.norm[:m[0]]) {
			t := monthDay{time.June, 1}.on(year, h.now.Location())
			out = append(out, mention{hit: hit{s, m[0], m[1]}, days: h.days(t)})
		}
	}
	return longest(out)
}

// halfA stands before a year that is not a whole one.
var halfA = expression(`\bhalf (of )?an? $`)
