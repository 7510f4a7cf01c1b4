package redact

import (
	"regexp"
	"slices"
	"sort"
)

// The kinds of what is masked, as a transcript's redactions name them.
const (
	CardNumber     = "card_number"
	CardCode       = "card_code"
	CardExpiry     = "card_expiry"
	SocialSecurity = "social_security_number"
)

// masks are what stands in place of each kind.
var masks = map[string]string{
	CardNumber: "[card number]", CardCode: "[card code]", CardExpiry: "[card expiry]",
	SocialSecurity: "[social security number]",
}

var (
	kinds = inverse(masks)
	mask  = regexp.MustCompile(`\[(?:card number|card code|card expiry|social security number)\]`)
)

func inverse(m map[string]string) map[string]string {
	inverted := make(map[string]string, len(m))
	for k, v := range m {
		inverted[v] = k
	}
	return inverted
}

// span is a piece of a part that must be masked.
type span struct {
	part, start, end int
	kind             string
}

// finder looks through texts that belong together.
type finder struct {
	parts   []part
	tokens  []token
	numbers []number
	chains  []chain
	taken   []bool       // by token: masked already
	payment map[int]bool // parts near which a card's number was read out
	spans   []span
}

// leastDigits is fewer than anything that is masked: most texts are done with at once.
const leastDigits = 3

func find(parts []part) []span {
	f := &finder{parts: parts, tokens: tokens(parts)}
	f.numbers = numbersOf(f.tokens)
	if len(chain(f.numbers).digits()) < leastDigits {
		return nil
	}
	f.chains = chainsOf(f.tokens, f.numbers)
	f.taken, f.payment = make([]bool, len(f.tokens)), make(map[int]bool)
	for _, c := range f.chains {
		f.findCard(c)
	}
	for _, c := range f.chains {
		f.findSocial(c)
	}
	f.findExpiries()
	f.findCodes()
	slices.SortFunc(f.spans, func(a, b span) int {
		if a.part != b.part {
			return a.part - b.part
		}
		return a.start - b.start
	})
	return f.spans
}

// mark masks numbers and what is said between them: one span for each part that any of them
// stands in. Words that only interrupt, in a part of their own, stay.
func (f *finder) mark(kind string, c chain) {
	for begin := 0; begin < len(c); {
		first := f.tokens[c[begin].first]
		end := begin
		for end < len(c) && f.tokens[c[end].first].part == first.part {
			end++
		}
		last := f.tokens[c[end-1].last]
		f.spans = append(f.spans, span{part: first.part, start: first.start, end: last.end, kind: kind})
		for i := c[begin].first; i <= c[end-1].last; i++ {
			f.taken[i] = true
		}
		begin = end
	}
}

func (f *finder) free(c chain) bool {
	return !slices.ContainsFunc(c, func(n number) bool { return f.taken[n.first] })
}

// between returns the numbers of c that begin at the tokens from..to, without to.
func (c chain) between(from, to int) chain {
	begin := sort.Search(len(c), func(i int) bool { return c[i].first >= from })
	end := sort.Search(len(c), func(i int) bool { return c[i].first >= to })
	return c[begin:end]
}

// within returns the numbers of c from the first to the last of some of them, also those
// that a reading left out.
func (c chain) within(some chain) chain {
	return c.between(some[0].first, some[len(some)-1].last+1)
}

// says reports whether one of words stands among the tokens from..to.
func (f *finder) says(words map[string]bool, from, to int) bool {
	for _, t := range f.tokens[max(0, from):max(0, min(to, len(f.tokens)))] {
		if words[t.word] {
			return true
		}
	}
	return false
}
