package conversation

import (
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	quarters  = 4
	enough    = 2  // the weight from which words show a mood
	outweighs = 3  // by how much one mood must be stronger to be the only one
	reach     = 3  // words over which a negation reaches
	clauseMax = 30 // words of a clause that are looked back over: people say few longer ones
)

// mood is a place in the customer's words that shows how they feel.
type mood struct {
	weight int // below 0: bad
	s      *sentence
	lo, hi int // words of the utterance
}

// readSentiment fills in how the customer sounded. It needs to be known who the customer is.
func (c *talk) readSentiment(result *request.Conversation) {
	if !slices.ContainsFunc(c.all, func(u utterance) bool { return u.speaker == request.Customer }) {
		return
	}
	var found [quarters][]mood
	var spoke [quarters]bool
	for i := range c.all {
		u := &c.all[i]
		if u.speaker != request.Customer {
			continue
		}
		for j := range u.sentences {
			s := &u.sentences[j]
			q := min(quarters-1, int(quarters*c.position(s)))
			spoke[q] = true
			found[q] = append(found[q], moods(s)...)
		}
	}
	result.SentimentBy = request.ByWords
	if c.clock != untimed {
		result.SentimentBy = request.ByTime
	}
	for q := range quarters {
		if spoke[q] {
			one := judge(found[q])
			one.Quarter = q + 1
			result.Sentiment = append(result.Sentiment, one)
		}
	}
}

// position is where in the conversation a sentence begins, from 0 to 1. Within a segment it is
// taken from the words.
func (c *talk) position(s *sentence) float64 {
	if c.clock == untimed {
		return float64(s.before+s.first) / float64(c.spoken)
	}
	at := s.start + (s.end-s.start)*float64(s.first)/float64(max(1, s.spoken))
	return (at - c.whole.start) / (c.whole.end - c.whole.start)
}

// judge weighs the moods of a quarter against each other.
func judge(found []mood) request.QuarterSentiment {
	good, bad := 0, 0
	var best, worst mood
	for _, m := range found {
		if m.weight > 0 {
			good += m.weight
		} else {
			bad -= m.weight
		}
		if m.weight > best.weight {
			best = m
		}
		if m.weight < worst.weight {
			worst = m
		}
	}
	switch {
	case good < enough && bad < enough:
		return request.QuarterSentiment{Sentiment: "neutral"}
	case good >= outweighs*bad:
		return request.QuarterSentiment{Sentiment: "positive", Reasons: []request.Quote{best.quote()}}
	case bad >= outweighs*good:
		return request.QuarterSentiment{Sentiment: "negative", Reasons: []request.Quote{worst.quote()}}
	default:
		return request.QuarterSentiment{Sentiment: "mixed", Reasons: []request.Quote{best.quote(), worst.quote()}}
	}
}

func (m mood) quote() request.Quote {
	return request.Quote{Segment: m.s.segment, Quote: m.s.quote(m.lo, m.hi)}
}

// moods returns what in a sentence shows a mood. What is asked or supposed shows no good one.
func moods(s *sentence) []mood {
	var found []mood
	lexicon := feelings()
	words := s.words()
	for i := 0; i < len(words); {
		f, ok := lexicon.longest(words[i:])
		if !ok {
			i++
			continue
		}
		weight := f.of
		switch denied(words[:i], words[i]) {
		case negated:
			weight = min(0, -weight) // "not angry" is not glad
		case supposed:
			weight = 0
		}
		if weight < 0 || weight > 0 && !s.question {
			found = append(found, mood{weight: weight, s: s, lo: s.from + i, hi: s.from + i + len(f.words)})
		}
		i += len(f.words)
	}
	return found
}

// denial is how the words before take back what comes after them.
type denial int

const (
	affirmed denial = iota
	negated
	supposed
)

// negations turn round what follows within reach. "No" does only right before: elsewhere it is
// an answer.
var negations = map[string]bool{
	"not": true, "never": true, "dont": true, "doesnt": true, "didnt": true, "isnt": true, "wasnt": true, "arent": true, "werent": true,
	"wont": true, "wouldnt": true, "cant": true, "cannot": true, "couldnt": true, "havent": true, "hasnt": true, "hadnt": true, "aint": true,
	"hardly": true, "barely": true, "without": true, "neither": true, "nor": true, "nobody": true, "nothing": true, "less": true,
	"nunca": true, "tampoco": true, "sin": true,
}

// wishes make what follows within reach polite or possible: "that would be great".
var wishes = map[string]bool{
	"would": true, "could": true, "should": true, "might": true, "may": true, "id": true, "wed": true, "thatd": true, "itd": true,
	"youd": true, "hed": true, "theyd": true, "seria": true,
}

// suppositions open clauses about what may be.
var suppositions = map[string]bool{"if": true, "unless": true, "whether": true, "until": true, "hopefully": true, "hope": true, "hoping": true, "si": true, "ojala": true}

// denied looks back from a word to the beginning of its clause, at most clauseMax words.
func denied(before []word, at word) denial {
	for back := 1; back <= min(len(before), clauseMax) && !at.clause; back++ {
		w := before[len(before)-back]
		only := back > 1 && before[len(before)-back+1].text == "only" // not only good
		switch {
		case back <= reach && negations[w.text] && !only, back == 1 && w.text == "no":
			return negated
		case suppositions[w.text], back <= reach && wishes[w.text]:
			return supposed
		}
		at = w
	}
	return affirmed
}
