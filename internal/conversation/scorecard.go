package conversation

import (
	"strings"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/pkg/lazyregexp"
)

// point is how one point of the scorecard sounds. It is met by a sentence of the agent that
// says it and is nothing that only sounds like it: a point that is wrongly met is worth less
// to the company than one that was missed.
type point struct {
	name    string
	cues    string // words of which the sentence has one; empty: any
	asks    bool   // by a question, or a request to be told
	opening bool   // in the agent's first turn alone
	said    *lazyregexp.Regexp
	unless  *lazyregexp.Regexp // nil: nothing
}

// hints are the points, by position, of which a sentence has a cue: a cheap look before the dear
// one. Beyond the points, a bit says that it is a tape's or asks.
type hints uint16

const (
	taped hints = 1 << (14 + iota)
	asking
)

// questionWords are those of questions that a transcript may write without their mark.
const questionWords = " what whats when how who whos which can could may tell give walk start spell didnt que cuando cuanto como cual quien su "

// cues are all words that hint at something, with at what.
var cues = sync.OnceValue(func() map[string]hints {
	all := map[string]hints{}
	add := func(words string, h hints) {
		for text := range strings.FieldsSeq(words) {
			all[text] |= h
		}
	}
	for i := range points {
		add(points[i].cues, 1<<i)
	}
	add(recorded.cues, taped)
	add(questionWords, asking)
	return all
})

// remark is a sentence of the agent.
type remark struct {
	*sentence
	opening bool // of the agent's first turn
	hints   hints
	plain   string // what sentence.plain returned; empty: not needed yet
}

func newRemark(s *sentence, opening bool) remark {
	r := remark{sentence: s, opening: opening}
	if s.question {
		r.hints = asking
	}
	hinting := cues()
	for _, w := range s.words() {
		r.hints |= hinting[w.text]
	}
	return r
}

// meets reports whether the sentence shows a point, of which it has a cue.
func (r *remark) meets(p *point) bool {
	if p.opening && !r.opening || p.asks && r.hints&asking == 0 {
		return false
	}
	if r.plain == "" {
		r.plain = r.sentence.plain()
	}
	return p.said.MatchString(r.plain) && (p.unless == nil || !p.unless.MatchString(r.plain))
}

// scorecard returns what the agent did. There is none unless agent and customer are known and
// the agent spoke after the customer: a greeting on tape is nobody's work.
func (c *talk) scorecard() []request.ScorecardPoint {
	said := c.remarks()
	if len(said) == 0 {
		return nil
	}
	card := make([]request.ScorecardPoint, 0, len(points))
	for i := range points {
		card = append(card, score(said, i))
	}
	return card
}

// remarks returns what the agent said, without what a machine played.
func (c *talk) remarks() []remark {
	var said []remark
	customer, answered, opening := false, false, true
	for i := range c.all {
		u := &c.all[i]
		if u.speaker != request.Agent {
			customer = customer || u.speaker == request.Customer
			opening = opening && len(said) == 0
			continue
		}
		answered = answered || customer
		before, tape := len(said), false
		for j := range u.sentences {
			r := newRemark(&u.sentences[j], opening)
			tape = tape || r.hints&taped != 0 && r.meets(&recorded)
			said = append(said, r)
		}
		if tape {
			said = said[:before]
		}
	}
	if !answered {
		return nil
	}
	return said
}

// score finds the first sentence that shows a point.
func score(said []remark, at int) request.ScorecardPoint {
	p := &points[at]
	result := request.ScorecardPoint{Point: p.name}
	for i := range said {
		r := &said[i]
		if p.cues != "" && r.hints&(1<<at) == 0 || !r.meets(p) {
			continue
		}
		segment := r.segment
		result.Met, result.Segment, result.Quote = true, &segment, r.quote(r.from, r.to)
		break
	}
	return result
}
