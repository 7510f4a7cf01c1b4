package rules

import (
	"slices"
	"strings"
)

// amount is a sum of money or a range of one, in dollars.
type amount struct {
	low, high float64
	marked    bool // with $, dollars, grand or thousand; a bare number is money only where money is asked for
	lo, hi    int  // bytes
	from, to  int  // tokens
}

// moneyWords follow a number that is money.
var moneyWords = []string{"dollars", "dollar", "bucks", "usd", "dolares", "grand", "k"}

// otherNouns follow a number that is something else.
var otherNouns = []string{
	"square", "sq", "sqft", "sf", "ft", "feet", "foot", "inch", "inches", "mile", "miles", "people", "units", "homes", "houses",
	"gallon", "gallons", "btu", "btus", "amp", "amps", "volt", "psi", "watts", "lumens", "percent", "%", "year", "years",
	"yr", "yrs", "month", "months", "week", "weeks", "day", "days", "hour", "hours", "minutes", "times", "windows", "window",
	"doors", "bedroom", "bedrooms", "bed", "bath", "baths", "bathroom", "bathrooms", "rooms", "room", "kids", "story",
	"stories", "steps", "by", "x", "o'clock", "am", "pm", "a.m", "p.m", "acres", "acre", "customers", "clients", "leads",
	"contractors", "reviews", "different", "of", "other", "kitchens", "guys", "companies", "quotes", "bids", "estimates",
	"street", "avenue", "road", "lane", "drive", "st", "nd", "rd", "th", "anos", "meses", "semanas", "dias", "pies", "metros",
	"to", "-", "/", ":",
}

// money returns the amounts in the tokens of a sentence. Bare numbers are among them,
// unmarked.
func money(tokens []token) []amount {
	ns := numbers(tokens)
	var out []amount
	for i := 0; i < len(ns); i++ {
		n := ns[i]
		a := amount{low: n.value, high: n.value, marked: isMarked(tokens, n), lo: n.lo, hi: n.hi, from: n.from, to: n.to}
		last := n
		if i+1 < len(ns) {
			if short, ok := thousands(tokens, n, ns[i+1]); ok {
				i++
				a, last = short, ns[i]
			}
		}
		if i+1 < len(ns) && isRange(tokens, n, ns[i+1]) {
			i++
			last = ns[i]
			a = span(tokens, n, last)
		}
		if isSomethingElse(tokens, last) {
			continue
		}
		out = append(out, a)
	}
	return out
}

// span joins "forty" and "fifty thousand" to one range in thousands.
func span(tokens []token, a, b number) amount {
	low, high := a.value, b.value
	if b.scaled && !a.scaled && low < 1000 && low <= high/scaleOf(b) {
		low *= scaleOf(b)
	}
	if low > high {
		low, high = high, low
	}
	return amount{
		low: low, high: high, marked: isMarked(tokens, a) || isMarked(tokens, b),
		lo: a.lo, hi: b.hi, from: a.from, to: b.to,
	}
}

func scaleOf(n number) float64 {
	if n.value >= 1e6 {
		return 1e6
	}
	return 1e3
}

// isRange reports whether b ends a range that a begins: "to", "-", "or", "and", "a", or
// nothing but a comma or "maybe" between two that grow.
func isRange(tokens []token, a, b number) bool {
	between := tokens[a.to:b.from]
	if len(between) == 0 || len(between) > 4 {
		return false
	}
	joined := false
	for _, t := range between {
		switch t.text {
		case "to", "-", "or", "and", "a", "o", "y", ",", "maybe", "perhaps", "even", "possibly", "up", "like", "entre":
			joined = true
		case "$", "dollars", "bucks", "k", "grand", "say", "around", "about":
		default:
			return false
		}
	}
	grows := b.value > a.value || (b.scaled && !a.scaled && b.value > a.value)
	return joined && grows && !(a.scaled && !b.scaled && b.value < 1000)
}

func isMarked(tokens []token, n number) bool {
	if n.from > 0 && tokens[n.from-1].text == "$" {
		return true
	}
	if n.to < len(tokens) && slices.Contains(moneyWords, tokens[n.to].text) {
		return true
	}
	return n.scaled
}

func isSomethingElse(tokens []token, n number) bool {
	if n.from > 0 && slices.Contains([]string{"#", ":", "/", "."}, tokens[n.from-1].text) {
		return true
	}
	if n.to >= len(tokens) {
		return false
	}
	next := tokens[n.to].text
	return slices.Contains(otherNouns, next) && !(n.from > 0 && tokens[n.from-1].text == "$" && (next == "-" || next == "of"))
}

// decade is a range as people name it who do not want to be held to it: "mid twenties".
var decade = expression(`\b(low|mid|middle|high|upper)(?: to (?:low|mid|high|upper))?(?:[ -]| of the )(teens|twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b`)

// ofLife is somebody's age, or a year.
var ofLife = expression(`\b(in|from|during) (his|her|my|our|their|the|your) (early |late )?$`)

// decades returns the amounts that are named by their tens, in thousands.
func decades(norm string) []amount {
	var out []amount
	for _, at := range decade.FindAllStringSubmatchIndex(norm, -1) {
		if ofLife.MatchString(norm[:at[0]]) {
			continue
		}
		base := 10.0
		if name := norm[at[4]:at[5]]; name != "teens" {
			base = tens[strings.TrimSuffix(name, "ies")+"y"]
		}
		value := base + map[string]float64{"low": 2, "mid": 5, "middle": 5, "high": 8, "upper": 8}[norm[at[2]:at[3]]]
		out = append(out, amount{low: value, high: value, lo: at[0], hi: at[1]})
	}
	return out
}
