package rules

import (
	"strconv"
	"strings"
	"time"
)

var (
	monthPattern = expression(`\b(january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)\b\.?(?: (?:the )?(\d{1,2}|(?:twenty|thirty)?[ -]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)(?:st|nd|rd|th)?\b)?(?:,? (?:of )?(20\d\d)\b)?`)
	// monthContext must stand before words that are also something else.
	monthContext  = expression(`\b(in|by|before|around|early|mid|late|end of|beginning of|start of|first of|middle of|this|next|until|till|after|through|for|or|of|sometime in|and|to|about|en|de|para|antes de|hasta|coming|like|maybe|probably|is|:)\W*$`)
	ambiguous     = map[string]bool{"may": true, "march": true, "mar": true, "dec": true, "sep": true, "jan": true}
	pastBefore    = expression(`\b(last|past|since|back in|in the|this past|previous|from|ago|el pasado|built in|bought (it )?in|moved in)( (early|late|mid|about))?\W*$`)
	pastVerb      = expression(`\b(bought|built|moved in|moved here|closed|had (it|this|that|them) (done|put)|was (done|installed|built|replaced|put)|were (done|installed|built|replaced)|installed|replaced it|you (guys )?(did|installed|built|put|replaced|painted|remodeled)|started (leaking|happening)|happened|hit us|came through|went out|died|passed|retired|got married)\b[^,.;]{0,30}$`)
	deadlineWords = expression(`\b(by|before|in time for|ahead of|no later than|prior to|until|antes (de|del|de la)|para)( (the|early|mid|late|end of|la|el|next|this|our|this coming))*\W*$`)
	afterWords    = expression(`\b(after|once|following|until|till|despues (de|del)|past|when)( (the|mid|end of|la|el|this|this coming|all))*\W*$`)
	earlyWords    = expression(`\b(early|beginning of|start of|first of|first part of|principios de)( (the|next|this|in|in the|of))*\W*$`)
	middleWords   = expression(`\b(mid|middle of|the middle of|mediados de)[ -](the |next |this )*$`)
	lateWords     = expression(`\b(late|end of|the end of|latter part of|later in|finales de|fines de)( (the|next|this|in))*\W*$`)
	nextWord      = expression(`\b(next|following)\W*$`)
)

// months finds names of months and dates.
func (h horizon) months(s *sentence) []mention {
	var out []mention
	for _, at := range monthPattern.FindAllStringSubmatchIndex(s.norm, -1) {
		name, before := s.norm[at[2]:at[3]], s.norm[:at[0]]
		dated := at[4] >= 0 || at[6] >= 0
		if ambiguous[name] && !dated && !monthContext.MatchString(before) {
			continue
		}
		if strings.HasPrefix(s.norm[at[0]:], "july 4") || pastBefore.MatchString(before) || pastVerb.MatchString(before) {
			continue
		}
		t, ok := h.month(monthNames[name], before, submatch(s.norm, at, 2), submatch(s.norm, at, 3))
		if ok {
			out = append(out, mention{hit: hit{s, at[0], max(at[3], at[5], at[7])}, days: h.days(t), deadline: isDeadline(before)})
		}
	}
	return out
}

func submatch(text string, at []int, n int) int {
	if at[2*n] < 0 {
		return 0
	}
	word := strings.TrimSpace(text[at[2*n]:at[2*n+1]])
	if v, err := strconv.Atoi(word); err == nil {
		return v
	}
	return ordinal(word)
}

// ordinals are the days of a month as they are said.
var ordinals = strings.Fields(`first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
	fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth`)

// ordinal returns the number that "twenty-first" stands for, 0 for another word.
func ordinal(word string) int {
	if word == "thirtieth" {
		return 30
	}
	base := 0
	for prefix, n := range map[string]int{"twenty": 20, "thirty": 30} {
		if rest, ok := strings.CutPrefix(word, prefix); ok {
			base, word = n, strings.Trim(rest, " -")
		}
	}
	for i, o := range ordinals {
		if o == word {
			return base + i + 1
		}
	}
	return 0
}

func isDeadline(before string) bool { return deadlineWords.MatchString(before) }

// month returns the day that is meant by a month, its neighbourhood, day and year; 0 is
// not said.
func (h horizon) month(m time.Month, before string, day, year int) (time.Time, bool) {
	if year != 0 && year < h.now.Year() {
		return time.Time{}, false
	}
	if day == 0 {
		day = dayOfMonth(before)
	}
	if year == 0 {
		year = h.now.Year()
		passed := m < h.now.Month() || m == h.now.Month() && nextWord.MatchString(before)
		if passed {
			year++
		}
	}
	t := time.Date(year, m, day, 12, 0, 0, 0, h.now.Location())
	if t.Before(h.now) { // this month
		t = h.now
	}
	return t, true
}

func dayOfMonth(before string) int {
	if m := weekOf.FindStringSubmatch(before); m != nil {
		return weekDays[m[1]]
	}
	switch {
	case earlyWords.MatchString(before):
		return 3
	case middleWords.MatchString(before):
		return 15
	case lateWords.MatchString(before):
		return 27
	case isDeadline(before):
		return 1
	case afterWords.MatchString(before):
		return 28
	default:
		return 10
	}
}

// weekOf is a week of a month: "the second week of April".
var weekOf = expression(`\b(first|second|third|fourth|last) (?:full )?week (?:of|in)(?: the)? $`)

// weekDays are the middle of such a week.
var weekDays = map[string]int{"first": 4, "second": 11, "third": 18, "fourth": 25, "last": 27}

var seasonPattern = words(`spring(?:time)?`, `summer(?:time)?`, `fall`, `autumn`, `winter(?:time)?`, `primavera`, `verano`, `otono`, `invierno`)

// seasonContext must stand before "fall" and "spring", which are verbs too.
var seasonContext = expression(`\b(in|by|before|around|early|mid|late|end of|beginning of|start of|middle of|this|next|until|till|after|through|for|or|the|of|following|coming|maybe|probably|en|la|el|about|over)\W*$`)

// seasons finds times of the year.
func (h horizon) seasons(s *sentence) []mention {
	var out []mention
	for _, at := range seasonPattern.FindAllStringIndex(s.norm, -1) {
		name, before := seasonNames[s.norm[at[0]:at[1]]], s.norm[:at[0]]
		if strings.HasPrefix(s.norm[at[1]:], " break") || pastBefore.MatchString(before) && !strings.HasSuffix(before, "in the ") || pastVerb.MatchString(before) {
			continue
		}
		if (name == "fall" || name == "spring") && !seasonContext.MatchString(before) && len(strings.Fields(s.norm)) > 3 && !yearAfter.MatchString(s.norm[at[1]:]) {
			continue
		}
		out = append(out, mention{hit: hit{s, at[0], at[1]}, days: h.season(name, before, s.norm[at[1]:]), deadline: isDeadline(before)})
	}
	return out
}

// endBy is the very end, to which something has to be done.
var endBy = expression(`\b(by|before) the end of (the )?$`)

// nextYearAfter follows a season that is not the one to come.
var nextYearAfter = expression(`^,? (?:not this (?:one|year|coming)|(?:of )?next year)\b`)

var yearAfter = expression(`^,? (?:of )?(20\d\d)\b`)

// season returns how many days it is to a season as its neighbourhood means it.
func (h horizon) season(name, before, after string) float64 {
	from, to := seasonNear(h.now, seasons[name])
	if m := yearAfter.FindStringSubmatch(after); m != nil {
		if year, err := strconv.Atoi(m[1]); err == nil && year > from.Year() {
			from, to = from.AddDate(year-from.Year(), 0, 0), to.AddDate(year-from.Year(), 0, 0)
		}
	}
	if nextYearAfter.MatchString(after) && from.Year() == h.now.Year() {
		from, to = from.AddDate(1, 0, 0), to.AddDate(1, 0, 0)
	}
	inside := from.Before(h.now)
	if inside && nextWord.MatchString(before) {
		from, to, inside = from.AddDate(1, 0, 0), to.AddDate(1, 0, 0), false
	}
	switch {
	case lateWords.MatchString(before) && endBy.MatchString(before):
		return max(1, h.days(to))
	case lateWords.MatchString(before):
		return max(1, h.days(to.AddDate(0, 0, -15)))
	case isDeadline(before) && !inside, earlyWords.MatchString(before) && !inside:
		return h.days(from.AddDate(0, 0, 5))
	case afterWords.MatchString(before):
		return h.days(to.AddDate(0, 0, 7))
	case inside: // "this summer", said in summer
		return min(21, h.days(to))
	default:
		return h.days(from.AddDate(0, 0, 35))
	}
}

// feasts finds holidays and other days of the year that have names.
func (h horizon) feasts(s *sentence) []mention {
	var out []mention
	for _, f := range feastPatterns {
		at := f.re.FindStringIndex(s.norm)
		if at == nil {
			continue
		}
		before := s.norm[:at[0]]
		if pastBefore.MatchString(before) || pastVerb.MatchString(before) {
			continue
		}
		t := upcoming(h.now, f.day)
		if afterWords.MatchString(before) {
			t = t.AddDate(0, 0, 7)
		}
		if nextWord.MatchString(before) && h.days(t) < 60 {
			t = t.AddDate(1, 0, 0)
		}
		out = append(out, mention{hit: hit{s, at[0], at[1]}, days: h.days(t), deadline: isDeadline(before)})
	}
	return out
}

var feastPatterns = func() []feastPattern {
	out := make([]feastPattern, 0, len(feasts))
	for _, f := range feasts {
		out = append(out, feastPattern{words(f.pattern), f.day})
	}
	return out
}()

type feastPattern struct {
	re  *pattern
	day func(int) monthDay
}

// longest drops mentions that lie inside another one: "next year" in "early next year".
func longest(ms []mention) []mention {
	var out []mention
	for i, m := range ms {
		inside := false
		for j, o := range ms {
			if i != j && o.s == m.s && o.lo <= m.lo && m.hi <= o.hi && o.hi-o.lo > m.hi-m.lo {
				inside = true
			}
		}
		if !inside {
			out = append(out, m)
		}
	}
	return out
}
