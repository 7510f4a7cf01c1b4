package rules

import (
	"strings"
	"time"
)

// mention is a point in time that a sentence names.
type mention struct {
	hit
	days     float64 // from the start of the call
	deadline bool    // "by", "before"
}

// horizon reads times relative to the start of the call.
type horizon struct{ now time.Time }

func (h horizon) days(t time.Time) float64 { return t.Sub(h.now).Hours() / 24 }

// mentions returns every time in the sentence that lies ahead.
func (h horizon) mentions(s *sentence) []mention {
	var out []mention
	for _, read := range []func(*sentence) []mention{h.atOnce, h.durations, h.months, h.seasons, h.feasts, h.relative} {
		out = append(out, read(s)...)
	}
	return longest(out)
}

var nowWords = words(`as soon as (anybody|anyone|somebody|someone|he|she|your \w+) (can|is)`, `asap`, `a\.s\.a\.p`, `as soon as (possible|you can|you guys can|we can|you're able|they can)`, `soon as (possible|you can|we can)`, `right away`, `right now`, `immediately`, `immediate`, `today`, `tonight`, `tomorrow`, `this (week|weekend|afternoon|morning|evening)`, `next week`, `any ?day now`, `(like )?yesterday`, `the sooner the better`, `sooner (rather )?than later`, `this coming (monday|tuesday|wednesday|thursday|friday|saturday|sunday|week|weekend)`, `(the )?week after next`, `ready to (go|start|begin|move|get started|pull the trigger|move forward|roll)`, `ready whenever`, `whenever you (can|guys can)`, `earliest (you|available|opening|availability|possible)`, `urgent\w*`, `emergency`, `can't wait`, `first (available|opening)`, `lo antes posible`, `cuanto antes`, `ahora( mismo)?`, `(cambiar|arreglar|hacer|reparar)(lo|la|los|las)? ya`, `(been|i'm|we're) ready (since|for (weeks|months))`, `hoy`, `manana`, `ya mismo`, `esta semana`, `(la )?proxima semana`, `(la )?semana que viene`, `urgente`, `emergencia`, `de inmediato`, `very soon`, `pretty soon`, `quickly as possible`)

// atOnce finds words for "within days".
func (h horizon) atOnce(s *sentence) []mention {
	var out []mention
	for _, at := range nowWords.FindAllStringIndex(s.norm, -1) {
		out = append(out, mention{hit: hit{s, at[0], at[1]}, days: 7})
	}
	return out
}

var unitDays = map[string]float64{
	"day": 1, "days": 1, "dia": 1, "dias": 1, "week": 7, "weeks": 7, "wks": 7, "semana": 7, "semanas": 7,
	"month": 30.4, "months": 30.4, "mo": 30.4, "mos": 30.4, "mes": 30.4, "meses": 30.4, "year": 365, "years": 365, "yr": 365, "yrs": 365, "ano": 365, "anos": 365,
}

var vagueCounts = []struct {
	re    *pattern
	count float64
}{
	{expression(`\b(next )?month or two $`), 1.5},
	{expression(`\b(a )?couple( of| more| or three)? $`), 2},
	{expression(`\bpar de $`), 2},
	{expression(`\b(a )?few( more| short)? $`), 3},
	{expression(`\b(unos|unas|pocos|pocas) $`), 3},
	{expression(`\b(several|quite a few|a number of|many|varios|varias) $`), 5},
	{expression(`\b(half an?|half of a|medio) $`), 0.5},
	{expression(`\b(about|around|in|within|roughly|maybe|least|like|for|under|than|over|probably|another) an? (good |full |solid )?$`), 1},
	{expression(`^\W*an? $`), 1},
	{expression(`\byear and a half|\byear or $`), 1.5},
}

var (
	unitPattern = expression(`\b(days?|weeks?|wks|months?|mos?|years?|yrs?|dias?|semanas?|mes(?:es)?|anos?)\b(\+|(?: or (?:two|more|so|longer))|(?: and a half))?`)
	// notAhead follows or precedes a stretch of time that is not a date to come.
	notAheadAfter  = expression(`^\W*((before|after|prior to|ahead of) (the )?(thanksgiving|christmas|xmas|easter|halloween|labor day|memorial day|new year|holidays?|january|february|march|april|may|june|july|august|september|october|november|december)|ago|old|back|earlier|warranty|of experience|in (the )?business|experience|lead time|to (complete|finish|do|build|install)|total|long|straight|later|long project|job|contract|loan|financing|atras|free|same as cash|no interest|'? worth)`)
	notAheadBefore = expression(`\b(last|past|previous|every|each|per|for the|been|been for|since|waited|waiting|hace|booked out|backed up|out about|within the last|over the|almost|lived here|after|been about|once a|twice a|times a|over a) (about |around |like |almost |nearly |over |at least |more than )?(an? |the )?(\w+ )?(to |or )?(\w+[ -])?$`)
	tookBefore     = expression(`\b(takes?|took|taken|taking|lasts?|lasted)\b[^.;]{0,25}$`)
	forBefore      = expression(`\bfor (about |around |like |almost |nearly |over |maybe |another )?(an? )?([\w-]+ )?((to|or) )?([\w-]+ )?$`)
	notFor         = expression(`\b(not|n't|wait|least|another|until|off|away|hold)\b`)
)

// durations finds "in two to three months", "within six weeks", "a couple of weeks out".
func (h horizon) durations(s *sentence) []mention {
	var out []mention
	tokens := tokenize(s.norm)
	ns := numbers(tokens)
	for _, at := range unitPattern.FindAllStringSubmatchIndex(s.norm, -1) {
		unit := s.norm[at[2]:at[3]]
		days, lo, ok := h.count(s.norm, tokens, ns, at[0])
		if !ok {
			continue
		}
		days *= unitDays[unit]
		if at[4] >= 0 {
			days = stretch(days, unitDays[unit], s.norm[at[4]:at[5]])
		}
		if !ahead(s.norm, lo, at[1]) {
			continue
		}
		if moreThan.MatchString(s.norm[:lo]) {
			days *= 1.1
		}
		out = append(out, mention{hit: hit{s, lo, at[1]}, days: days, deadline: false})
	}
	return out
}

// stretch corrects a span by what follows its unit.
func stretch(days, unit float64, suffix string) float64 {
	switch strings.TrimSpace(suffix) {
	case "or two":
		return days + unit/2
	case "and a half":
		return days + unit/2
	case "+", "or more", "or longer":
		return days * 1.1
	default:
		return days
	}
}

// count returns how many units are meant by the words before position at.
func (h horizon) count(norm string, tokens []token, ns []number, at int) (n float64, lo int, ok bool) {
	before := norm[:at]
	for i := len(ns) - 1; i >= 0; i-- {
		if ns[i].hi > at {
			continue
		}
		if gap := strings.Trim(norm[ns[i].hi:at], " -+"); gap != "" && gap != "or so" && gap != "more" && gap != "full" && gap != "short" {
			break
		}
		n, lo = ns[i].value, ns[i].lo
		if i > 0 && isRange(tokens, ns[i-1], ns[i]) && !ns[i].scaled {
			n, lo = (ns[i-1].value+n)/2, ns[i-1].lo
		}
		if strings.Contains(norm[ns[i].hi:at], "+") {
			n *= 1.1
		}
		return n, lo, n > 0 && n < 120
	}
	for _, v := range vagueCounts {
		if m := v.re.FindStringIndex(before); m != nil {
			return v.count, m[0], true
		}
	}
	return 0, 0, false
}

// ahead reports whether a stretch of time is a way off, not an age, a past or how long
// something takes.
func ahead(norm string, lo, hi int) bool {
	if notAheadAfter.MatchString(norm[hi:]) {
		return false
	}
	before := norm[max(0, lo-30):lo]
	if notAheadBefore.MatchString(before) || tookBefore.MatchString(before) {
		return false
	}
	if forBefore.MatchString(before) {
		return notFor.MatchString(before)
	}
	return true
}

var moreThan = expression(`\b(more than|over|at least|beyond)\W*$`)
