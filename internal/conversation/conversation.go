package conversation

import (
	"cmp"
	"math"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// utterance is a segment of the transcript with words in it.
type utterance struct {
	segment    int // its index in the transcript
	speaker    string
	start, end float64
	text       string
	words      []word
	sentences  []sentence
	spoken     int  // words as people count them
	before     int  // words that anybody spoke before it
	marked     bool // it has marks that end sentences
}

// talk is a conversation that is being counted.
type talk struct {
	all    []utterance
	clock  clock
	whole  span // from the first word to the last
	apart  bool // the voices are told apart: there are several, or the one has a role
	roles  bool // it is known who is the agent and who the customer
	marked bool // sentences end in marks
	spoken int  // words that anybody spoke
}

// Of counts what a call's transcript shows. It returns nil where nobody spoke, and for forms and
// texts, which are no conversation.
func Of(t *request.Transcript, trackers []tenant.Tracker) *request.Conversation {
	if t == nil || t.Origin == request.OriginForm {
		return nil
	}
	c := newTalk(t)
	if c == nil {
		return nil
	}
	result := &request.Conversation{Speakers: c.speakers()}
	c.countTime(result)
	c.countTurns(result)
	c.readSentiment(result)
	result.Trackers = c.track(trackers)
	result.Scorecard = c.scorecard()
	return result
}

// newTalk returns nil if there is not a word.
func newTalk(t *request.Transcript) *talk {
	c := &talk{all: make([]utterance, 0, len(t.Segments))} // sentences point into it
	for _, s := range t.Segments {
		u := utterance{segment: s.Index, speaker: s.Speaker, start: s.Start, end: s.End, text: s.Text, before: c.spoken}
		c.all = append(c.all, u)
		last := &c.all[len(c.all)-1]
		if last.read(); len(last.words) == 0 {
			c.all = c.all[:len(c.all)-1]
			continue
		}
		c.spoken += last.spoken
		c.marked = c.marked || last.marked
		c.roles = c.roles || named(s.Speaker)
		c.apart = c.apart || named(s.Speaker) || s.Speaker != c.all[0].speaker
	}
	if len(c.all) == 0 {
		return nil
	}
	c.clock = clockOf(c.all, t.Origin)
	c.whole = span{c.all[0].start, c.all[0].end}
	for i := range c.all {
		c.whole.end = max(c.whole.end, c.all[i].end)
	}
	return c
}

// maxSpeakers bounds how many speakers are told about. A call has two, a transcript that
// somebody sent may name anything.
const maxSpeakers = 20

// speakers returns the figures that need one speaker's own segments alone.
func (c *talk) speakers() map[string]request.SpeakerMetrics {
	spans := map[string][]span{}
	all := map[string]request.SpeakerMetrics{}
	var order []string
	for i := range c.all {
		u := &c.all[i]
		m, known := all[u.speaker]
		if !known {
			order = append(order, u.speaker)
		}
		m.Words += u.spoken
		if c.marked {
			m.Questions = count(m.Questions, u.questions())
		}
		all[u.speaker] = m
		spans[u.speaker] = append(spans[u.speaker], span{u.start, u.end})
	}
	if c.clock == measured {
		c.addTalk(all, spans)
	}
	if len(order) > maxSpeakers {
		rank := func(name string) int {
			if named(name) {
				return math.MaxInt
			}
			return all[name].Words
		}
		slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(rank(b), rank(a)) })
		for _, name := range order[maxSpeakers:] {
			delete(all, name)
		}
	}
	return all
}

// rateFrom is how long somebody must talk for their speed to mean anything, in seconds.
const rateFrom = 5

// addTalk adds what needs times.
func (c *talk) addTalk(all map[string]request.SpeakerMetrics, spans map[string][]span) {
	talked := map[string]float64{}
	total := 0.0
	for i := range c.all { // in the order of the segments: sums of fractions depend on it
		name := c.all[i].speaker
		if _, done := talked[name]; done {
			continue
		}
		talked[name], _ = covered(spans[name])
		total += talked[name]
	}
	for name, s := range talked {
		m := all[name]
		m.TalkS = seconds(s)
		if c.apart && total > 0 {
			m.TalkRatio = ratio(s / total)
		}
		if s >= rateFrom {
			m.WordsPerMinute = rounded(float64(m.Words)/s*60, 10)
		}
		all[name] = m
	}
}

func (u *utterance) questions() int {
	n := 0
	for i := range u.sentences {
		if u.sentences[i].question {
			n++
		}
	}
	return n
}

// count adds to a figure that may not be there yet.
func count(n *int, more int) *int {
	if n != nil {
		more += *n
	}
	return &more
}

// countTime fills in how long the call lasted and when nobody spoke.
func (c *talk) countTime(result *request.Conversation) {
	if c.clock == untimed {
		return
	}
	spans := make([]span, len(c.all))
	for i := range c.all {
		spans[i] = span{c.all[i].start, c.all[i].end}
	}
	whole := c.whole.end - c.whole.start
	if last := &c.all[len(c.all)-1]; c.clock == measured || last.end > last.start {
		result.DurationS = seconds(whole)
	}
	if c.clock != measured {
		return
	}
	talked, gap := covered(spans)
	silence := max(0, whole-talked)
	result.SilenceS, result.LongestSilenceS = seconds(silence), seconds(max(0, gap))
	result.SilenceRatio = ratio(silence / whole)
}
