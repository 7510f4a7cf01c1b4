package redact

import (
	"regexp"
	"slices"
)

// How many words away somebody speaks of a card for it to be about a number.
const (
	farBefore, justBefore, after = 60, 25, 15

	turnsOfPayment = 10 // between a card's number and its code or expiry date
)

var (
	cardWords   = wordSet("card cards cc visa mastercard amex credit debit")
	expiryWords = wordSet("expiration expires expiry expire expiring exp thru")
	codeWords   = wordSet("cvv cvv2 cvc cvc2 csc")
	backWords   = wordSet("back")
	months      = map[string]string{
		"january": "01", "february": "02", "march": "03", "april": "04", "may": "05", "june": "06", "july": "07",
		"august": "08", "september": "09", "october": "10", "november": "11", "december": "12",
	}

	expiry = regexp.MustCompile(`^(0?[1-9]|1[0-2])(20)?[2-4][0-9]$`)
	code   = regexp.MustCompile(`^[0-9]{3,4}$`)
)

// evidence says how near a card is spoken of.
func (f *finder) evidence(c chain) evidence {
	begin, end := c[0].first, c[len(c)-1].last+1
	switch {
	case f.says(cardWords, begin-justBefore, begin):
		return ofCard
	case f.says(cardWords, begin-farBefore, begin), f.says(cardWords, end, end+after):
		return aCard
	default:
		return nothing
	}
}

// findCard masks the card numbers in a chain, in the reading that has one. Exact ones come
// before those with a digit that is wrong.
func (f *finder) findCard(c chain) {
	if len(c.digits()) < shortestCard {
		return
	}
	context := f.evidence(c)
	passes := []bool{true}
	if context == ofCard {
		passes = append(passes, false)
	}
	for _, exact := range passes {
		for _, r := range c.readings(f.parts, f.tokens) {
			digits, rest := r.digits(), 0
			for i := 0; i < len(r); i++ {
				if j := f.cardAt(r, i, digits[rest:], sought{context, exact}); j > 0 {
					f.takeCard(c, r, i, j)
					rest += len(r[i : j-1].digits())
					i = j - 1
				}
				rest += len(r[i].digits)
			}
		}
	}
}

// sought is what numbers must be to be taken for a card's.
type sought struct {
	context evidence
	exact   bool // the check digit is right
}

// cardAt returns where a card number ends that begins at r[i], 0 if there is none; the digits
// are those of r[i:]. The usual length of its brand comes before the others.
func (f *finder) cardAt(r chain, i int, digits string, s sought) int {
	found, total := 0, 0
	for j := i + 1; j <= len(r); j++ {
		if total += len(r[j-1].digits); total > longestCard {
			break
		}
		c, number := r[i:j], digits[:total]
		b, ok := brandOf(number)
		if !ok || s.exact && !checks(number) || !isCard(c, number, s.context) || !f.free(c) {
			continue
		}
		if s.context == nothing && len(c) > 1 && spelled(c) && !alone(r, i, j) {
			continue
		}
		if total == b.lengths[0] {
			return j
		}
		found = j
	}
	return found
}

// alone reports whether nothing but a code and an expiry date comes with what was read out: in
// a long enough row of digits, every tenth piece passes for a card number.
func alone(r chain, i, j int) bool {
	rest := len(r[j:min(len(r), j+9)].digits())
	for _, n := range r[:i] {
		if n.digits != "0" { // "oh, four one one one"
			return false
		}
	}
	return rest == 0 || rest == 3 || rest == 4 || rest == 7 || rest == 8
}

// takeCard masks a card number r[i:j] of a chain, the listener's repetition of its end, and the
// expiry date and code that follow without a word.
func (f *finder) takeCard(c, r chain, i, j int) {
	end := len(f.tokens)
	if j < len(r) {
		end = r[j].first
	}
	last := r[j-1].last
	echo := c.between(last+1, end).without(func(n number) bool { return n.soft })
	f.mark(CardNumber, slices.Concat(c.within(r[i:j]), echo))
	for at := -turnsOfPayment; at <= turnsOfPayment; at++ {
		f.payment[f.tokens[last].part+at] = true
	}
	rest := r[j:min(len(r), j+9)] // a digit more than a code and an expiry date have
	if n := prefix(rest, expiry); (n > 1 || n == 1 && len(rest[0].digits) > 3) && f.free(rest[:n]) {
		f.mark(CardExpiry, rest[:n])
		rest = rest[n:]
	}
	if len(rest) > 0 && code.MatchString(rest.digits()) && f.free(rest) {
		f.mark(CardCode, rest)
	}
}

// prefix returns how many of the first numbers match together, as many as possible.
func prefix(c chain, pattern *regexp.Regexp) int {
	found := 0
	for n := 1; n <= min(len(c), 6); n++ {
		if pattern.MatchString(c[:n].digits()) {
			found = n
		}
	}
	return found
}

// paying reports whether a card's number was read out or spoken of near a token.
func (f *finder) paying(at int) bool {
	return f.payment[f.tokens[at].part] || f.says(cardWords, at-justBefore, at+after)
}

// findExpiries masks the dates after words for an expiry, while a card is spoken of.
func (f *finder) findExpiries() {
	for i, t := range f.tokens {
		if !expiryWords[t.word] || !f.paying(i) {
			continue
		}
		for _, c := range f.next(i, 10) {
			n := prefix(c, expiry)
			if n == 0 && months[f.wordBefore(c)] != "" && len(c[0].digits)%2 == 0 {
				n = 1
			}
			if n > 0 && f.free(c[:n]) {
				f.mark(CardExpiry, c[:n])
				break
			}
		}
	}
}

// findCodes masks the three or four digits after words for a card's code.
func (f *finder) findCodes() {
	for i := range f.tokens {
		if !f.asksForCode(i) {
			continue
		}
		for _, c := range f.next(i, 14) {
			if c = c.readings(f.parts, f.tokens)[0]; len(c) > 0 && code.MatchString(c.digits()) && f.free(c) {
				f.mark(CardCode, c)
				break
			}
		}
	}
}

// asksForCode reports whether the words at a token mean a card's code. Doors and alarms have
// security codes, too.
func (f *finder) asksForCode(i int) bool {
	word := func(at int) string {
		if at < len(f.tokens) {
			return f.tokens[at].word
		}
		return ""
	}
	switch w := word(i); {
	case codeWords[w], w == "c" && word(i+1) == "v" && (word(i+2) == "v" || word(i+2) == "c"):
		return true
	case w == "security" || w == "verification" || w == "card":
		return (word(i+1) == "code" || word(i+1) == "number" && w != "card") && f.paying(i)
	case w == "digits" || w == "code" || w == "number":
		return f.says(backWords, i, i+5) && f.paying(i)
	default:
		return false
	}
}

// next returns the chains that begin within some words after a token, without what is masked.
// The words after those are looked at for where a chain ends, as far as a code or date may.
func (f *finder) next(at, words int) []chain {
	numbers := chain(f.numbers).between(at+1, at+words+40).without(func(n number) bool { return f.taken[n.first] })
	chains := chainsOf(f.tokens, numbers)
	return slices.DeleteFunc(chains, func(c chain) bool { return c[0].first > at+words })
}

func (f *finder) wordBefore(c chain) string {
	if c[0].first == 0 {
		return ""
	}
	return f.tokens[c[0].first-1].word
}
