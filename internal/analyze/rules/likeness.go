package rules

import (
	"bytes"
	_ "embed"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/classify"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
)

// intentTable is the model of intents, trained on the development cases by a test of
// internal/evaluate.
//
//go:embed intents.tsv
var intentTable []byte

// intentModel knows in which words callers of each intent speak, and are spoken to.
var intentModel = sync.OnceValue(func() *classify.Model {
	m, err := classify.Read(bytes.NewReader(intentTable))
	if err != nil {
		panic(err) // the table is a part of the program, as an expression is
	}
	return m
})

// Features are what the model of intents is trained on: the distinct words and pairs of words of
// the customer and of the agent, sorted.
func Features(in prompt.Input) []string { return newConversation(in).features() }

func (c *conversation) features() []string {
	all := map[string]bool{}
	for _, s := range c.all {
		s.addFeatures(all)
	}
	return slices.Sorted(maps.Keys(all))
}

// identityField holds what says nothing about a wish.
var identityField = expression(`mail|phone|tel|cell|mobile|name|nombre|first|last|zip|address`)

// addFeatures adds the words and pairs of a sentence. All numbers are the same word.
func (s *sentence) addFeatures(to map[string]bool) {
	if s.field != "" && identityField.MatchString(s.field) {
		return
	}
	by := "c:"
	if s.agent {
		by = "a:"
	}
	last := ""
	for _, t := range tokenize(s.norm) {
		word := t.text
		switch {
		case word[0] >= '0' && word[0] <= '9':
			word = "#"
		case word[0] < 'a' || word[0] > 'z': // a mark
			continue
		}
		to[by+word] = true
		if last != "" {
			to[by+last+" "+word] = true
		}
		last = word
	}
}

const (
	// likenessWeight brings the logarithm of a probability to the scale of cues.
	likenessWeight = 0.8
	// leastLikely bounds what words that no example had can tell against an intent.
	leastLikely = -5.0
)

// likenesses returns how well each intent fits the words of the whole conversation, however
// many callers have it, on the scale of cues: 0 for the best fit and less for the others.
func (c *conversation) likenesses() map[string]float64 {
	m := intentModel()
	gains := m.Gains(c.features())
	top := slices.Max(gains)
	out := make(map[string]float64, len(gains))
	for i, intent := range m.Classes() {
		out[intent] = likenessWeight * max(leastLikely, gains[i]-top)
	}
	return out
}

// likest returns the customer's sentence whose words speak most for an intent.
func (c *conversation) likest(intent string) hit {
	m := intentModel()
	best, most := c.mine[0], math.Inf(-1)
	for _, s := range c.mine {
		own := map[string]bool{}
		s.addFeatures(own)
		features := slices.Sorted(maps.Keys(own)) // a sum is the same only in the same order
		if sum, known := m.Weight(intent, features); known > 0 && sum > most {
			best, most = s, sum
		}
	}
	return hit{best, 0, len(best.norm)}
}
