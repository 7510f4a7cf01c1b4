package rules

import (
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// sentence is one sentence of a turn. raw and norm have the same runes but for case,
// accents and typographic marks.
type sentence struct {
	segment int    // of the transcript
	turn    int    // position among the turns of the conversation
	at      int    // position among all sentences
	opening int    // position of the first sentence of its turn
	agent   bool   // said by the company
	field   string // folded name of the form's field, if it is a form
	raw     string
	norm    string
	letters *signature // of norm
	named   []tally    // the trades, once they are looked for
	sought  bool       // they have been
	denied  []string   // trades that are named and denied
}

// conversation is what was said, ready to be read.
type conversation struct {
	in     prompt.Input
	all    []*sentence // in order
	mine   []*sentence // the customer's
	theirs []*sentence // the company's
	known  string      // the customer's name, once it is found
}

func newConversation(in prompt.Input) *conversation {
	c := &conversation{in: in}
	agents := agentSpeakers(in)
	turn := 0
	for i, seg := range in.Segments {
		if i > 0 && (c.isForm() || seg.Speaker != in.Segments[i-1].Speaker) {
			turn++
		}
		text := seg.Text
		if !agents[i] {
			text = wording.Mask(text)
		}
		for _, raw := range pieces(text) {
			c.add(&sentence{
				segment: seg.Index, turn: turn, agent: agents[i],
				field: wording.Fold(seg.Field), raw: raw, norm: fieldText(seg.Field, wording.Fold(raw)),
			})
		}
	}
	return c
}

// pieces returns the sentences of a text, parted where something is masked, with single
// spaces.
func pieces(text string) []string {
	var out []string
	for _, span := range wording.Sentences(text) {
		for part := range strings.SplitSeq(text[span.From:span.To], "\x00") {
			raw := strings.Join(strings.Fields(part), " ")
			if len(wording.Words(raw)) > 0 { // marks alone say nothing and cannot be quoted
				out = append(out, raw)
			}
		}
	}
	return out
}

// fieldText returns what a form's field holds with the marks of a list's values as spaces:
// "roof_replacement". An address keeps its own.
func fieldText(field, norm string) string {
	if field == "" || strings.ContainsAny(norm, "@/") {
		return norm
	}
	return strings.ReplaceAll(norm, "_", " ")
}

func (c *conversation) add(s *sentence) {
	s.at = len(c.all)
	s.opening = s.at
	if s.at > 0 && c.all[s.at-1].turn == s.turn {
		s.opening = c.all[s.at-1].opening
	}
	s.letters = new(signature)
	s.letters.add(s.norm)
	c.all = append(c.all, s)
	if s.agent {
		c.theirs = append(c.theirs, s)
	} else {
		c.mine = append(c.mine, s)
	}
}

// isForm reports whether the sentences are fields that somebody filled in.
func (c *conversation) isForm() bool { return c.in.Kind != request.Call }

// nearby is from how many bytes on enough was said round a sentence: a minute or two.
const nearby = 2000

// before returns what the other side said last before a sentence: the whole turn, or the last
// sentences of a long one.
func (c *conversation) before(s *sentence) string {
	var words []string
	size := 0
	for i := s.opening - 1; i >= 0 && c.all[i].agent != s.agent && size < nearby; i-- {
		words = append(words, c.all[i].norm)
		size += len(c.all[i].norm)
	}
	slices.Reverse(words)
	return strings.Join(words, " ")
}

// after returns what the other side said next: the whole turn, or the first sentences of a long
// one.
func (c *conversation) after(s *sentence) string {
	var words []string
	size := 0
	for i := s.at + 1; i < len(c.all) && size < nearby; i++ {
		o := c.all[i]
		if o.turn == s.turn {
			continue
		}
		if o.agent == s.agent {
			break
		}
		words = append(words, o.norm)
		size += len(o.norm)
	}
	return strings.Join(words, " ")
}

// words counts the words that the customer said.
func (c *conversation) words() int {
	n := 0
	for _, s := range c.mine {
		n += len(strings.Fields(s.norm))
	}
	return n
}

// customerTurns counts the turns of the customer.
func (c *conversation) customerTurns() int {
	n, last := 0, -1
	for _, s := range c.mine {
		if s.turn != last {
			n, last = n+1, s.turn
		}
	}
	return n
}

// hit is a place in a sentence.
type hit struct {
	s      *sentence
	lo, hi int // bytes of norm
}

// text returns the folded words of the hit.
func (h hit) text() string { return h.s.norm[h.lo:h.hi] }

// said reports whether the customer said anything that matches.
func (c *conversation) said(re *pattern) bool {
	_, ok := find(c.mine, re)
	return ok
}

// quoteLength bounds a quote, in runes: enough to be understood alone.
const quoteLength = 160

// evidence cites a hit: its sentence, or the words round it if that is long.
func evidence(field string, h hit) request.Evidence {
	raw := []rune(h.s.raw)
	if len(raw) > quoteLength {
		raw = window(raw, len([]rune(h.s.norm[:h.lo])), len([]rune(h.s.norm[:h.hi])))
	}
	return request.Evidence{Field: field, Segment: h.s.segment, Quote: strings.TrimSpace(string(raw))}
}

// window returns whole words of raw round the runes from lo to hi.
func window(raw []rune, lo, hi int) []rune {
	room := max(0, quoteLength-(hi-lo)) / 2
	from, to := max(0, lo-room), min(len(raw), hi+room)
	for from > 0 && from < lo && raw[from-1] != ' ' {
		from++
	}
	for to < len(raw) && to > hi && raw[to] != ' ' {
		to--
	}
	return raw[from:to]
}
