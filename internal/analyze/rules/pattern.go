package rules

import (
	"strings"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// pattern is an expression, or alternatives of one, that is tried only on texts that have the
// letters without which it cannot match. Nearly all sentences have those of no pattern, and an
// expression of fifty alternatives costs as much as fifty.
type pattern struct {
	whole        *lazyregexp.Regexp
	alternatives []alternative
	once         sync.Once
}

// alternative is one of a pattern's, with the letters that it cannot match without: any one of
// them. None at all: it can match anything.
type alternative struct {
	expression string
	re         *lazyregexp.Regexp
	needs      []grams
}

// words matches alternatives that must stand as whole words; one may also end in a mark that
// ends the text.
func words(alternatives ...string) *pattern {
	p := &pattern{whole: lazyregexp.New(`\b(?:` + strings.Join(alternatives, "|") + `)(?:\b|$)`)}
	for _, a := range alternatives {
		p.alternatives = append(p.alternatives, alternative{expression: `\b(?:` + a + `)(?:\b|$)`})
	}
	return p
}

// anyOf matches alternatives as they are.
func anyOf(alternatives ...string) *pattern { return expression(strings.Join(alternatives, "|")) }

// expression matches one expression as it is.
func expression(whole string) *pattern {
	return &pattern{whole: lazyregexp.New(whole), alternatives: []alternative{{expression: whole}}}
}

// prepare finds out what the alternatives need, once.
func (p *pattern) prepare() {
	p.once.Do(func() {
		for i := range p.alternatives {
			a := &p.alternatives[i]
			a.needs = needsOf(a.expression)
			a.re = p.whole
			if len(p.alternatives) > 1 {
				a.re = lazyregexp.New(a.expression)
			}
		}
	})
}

// possible returns which alternatives can match a text of that signature.
func (p *pattern) possible(g *signature, room []int) []int {
	p.prepare()
	out := room[:0]
	for i := range p.alternatives {
		if needs := p.alternatives[i].needs; needs == nil || g.hasAny(needs) {
			out = append(out, i)
		}
	}
	return out
}

// roomFor is how many possible alternatives are kept without an allocation.
const roomFor = 16

// MatchString reports whether the text has a match.
func (p *pattern) MatchString(text string) bool {
	var g signature
	g.add(text)
	var room [roomFor]int
	for _, i := range p.possible(&g, room[:]) {
		if p.alternatives[i].re.MatchString(text) {
			return true
		}
	}
	return false
}

// FindStringIndex returns the first match, as the whole expression would.
func (p *pattern) FindStringIndex(text string) []int {
	var g signature
	g.add(text)
	var room [roomFor]int
	return p.first(text, p.possible(&g, room[:]))
}

// first returns the leftmost match of the alternatives; of several there, that of the first.
func (p *pattern) first(text string, possible []int) []int {
	var best []int
	for _, i := range possible {
		if at := p.alternatives[i].re.FindStringIndex(text); at != nil && (best == nil || at[0] < best[0]) {
			best = at
		}
	}
	return best
}

// mayMatch reports whether any alternative can match the text.
func (p *pattern) mayMatch(text string) bool {
	var g signature
	g.add(text)
	var room [roomFor]int
	return len(p.possible(&g, room[:])) > 0
}

// FindAllStringIndex returns the matches, one after the other.
func (p *pattern) FindAllStringIndex(text string, n int) [][]int {
	var g signature
	g.add(text)
	var room [roomFor]int
	switch possible := p.possible(&g, room[:]); len(possible) {
	case 0:
		return nil
	case 1: // the others match nowhere, so that this one alone gives the same
		return p.alternatives[possible[0]].re.FindAllStringIndex(text, n)
	default:
		return p.whole.FindAllStringIndex(text, n)
	}
}

// FindAllString returns the texts of the matches.
func (p *pattern) FindAllString(text string, n int) []string {
	if !p.mayMatch(text) {
		return nil
	}
	return p.whole.FindAllString(text, n)
}

// FindStringSubmatch returns the texts of the first match and of its groups.
func (p *pattern) FindStringSubmatch(text string) []string {
	if !p.mayMatch(text) {
		return nil
	}
	return p.whole.FindStringSubmatch(text)
}

// FindStringSubmatchIndex returns where the first match and its groups are.
func (p *pattern) FindStringSubmatchIndex(text string) []int {
	if !p.mayMatch(text) {
		return nil
	}
	return p.whole.FindStringSubmatchIndex(text)
}

// FindAllStringSubmatch returns the texts of the matches and of their groups.
func (p *pattern) FindAllStringSubmatch(text string, n int) [][]string {
	if !p.mayMatch(text) {
		return nil
	}
	return p.whole.FindAllStringSubmatch(text, n)
}

// FindAllStringSubmatchIndex returns where the matches and their groups are.
func (p *pattern) FindAllStringSubmatchIndex(text string, n int) [][]int {
	if !p.mayMatch(text) {
		return nil
	}
	return p.whole.FindAllStringSubmatchIndex(text, n)
}

// ReplaceAllStringFunc replaces the matches.
func (p *pattern) ReplaceAllStringFunc(text string, replace func(string) string) string {
	if !p.mayMatch(text) {
		return text
	}
	return p.whole.ReplaceAllStringFunc(text, replace)
}

// find returns the first place in the sentences that matches.
func find(sentences []*sentence, p *pattern) (hit, bool) {
	var room, kept [roomFor]int
	var all signature
	for _, s := range sentences {
		all.join(s.letters)
	}
	possible := p.possible(&all, room[:])
	if len(possible) == 0 {
		return hit{}, false
	}
	for _, s := range sentences {
		here := kept[:0]
		for _, i := range possible {
			if needs := p.alternatives[i].needs; needs == nil || s.letters.hasAny(needs) {
				here = append(here, i)
			}
		}
		if at := p.first(s.norm, here); at != nil {
			return hit{s, at[0], at[1]}, true
		}
	}
	return hit{}, false
}
