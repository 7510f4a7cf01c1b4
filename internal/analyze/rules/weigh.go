package rules

import "slices"

// side is who says the words of a cue.
type side int

const (
	customer side = iota
	agent
)

// cue is evidence for or against an intent: words, who says them, and how much they tell. The
// weights are on one scale: 1 is a hint, 2 decides between two intents that are otherwise
// alike, 3 stands against most other evidence. A cue counts once, however often it is said.
type cue struct {
	by     side
	intent string
	weight float64
	re     *pattern
}

// headStart is what the reading of the opening (findIntent's ordered readers) is worth on the
// same scale, times its sureness. Several hints or one decisive cue outweigh it.
const headStart = 2.1

// plainly is the sureness from which the readers need no likeness: of words that mean one thing only,
// a few hundred examples know less than whoever listed them.
const plainly = 0.75

// tellingWords is how many words of the customer's likeness needs: among fewer, a single one that the
// examples had by chance decides.
const tellingWords = 16

// alone is the least weight of what the agent says if nothing that the customer says bears it
// out; but an agent who asks about size, date and money speaks to a buyer.
const alone = 2.0

// claim is the evidence for one intent.
type claim struct {
	total float64
	best  hit
	most  float64 // weight of best
	own   bool    // best was said by the customer
}

// claims adds up the evidence of the whole conversation, both sides, for every intent.
func (c *conversation) claims() map[string]*claim {
	found := map[string]*claim{}
	for i := range intentCues {
		q := &intentCues[i]
		h, ok := c.findBy(q.by, q.re)
		if !ok {
			continue
		}
		if found[q.intent] == nil {
			found[q.intent] = &claim{}
		}
		found[q.intent].add(h, q)
	}
	return found
}

func (k *claim) add(h hit, q *cue) {
	k.total += q.weight
	own := q.by == customer
	if q.weight > 0 && (own && !k.own || own == k.own && q.weight > k.most) {
		k.best, k.most, k.own = h, q.weight, own
	}
}

// findBy returns the first place where a side says something that matches.
func (c *conversation) findBy(by side, re *pattern) (hit, bool) {
	if by == agent {
		return find(c.theirs, re)
	}
	return find(c.mine, re)
}

// reconsider weighs what the ordered readers found against the evidence of the whole
// conversation and, where they are not sure, the likeness of its words, and returns the likeliest
// intent. To sound like people who want no work turns nobody away: that takes words of theirs, and
// more than hints if a project is named. What only machines say is not weighed: nothing speaks
// against it.
func (c *conversation) reconsider(first finding) finding {
	if len(c.mine) == 0 || first.word == "spam" {
		return first
	}
	claims, alike := c.claims(), map[string]float64{}
	if first.sure < plainly && c.words() >= tellingWords {
		alike = c.likenesses()
	}
	named := c.weighTrades()
	best, bestTotal := first, headStart*first.sure+alike[first.word]
	if k := claims[first.word]; k != nil {
		bestTotal += k.total
	}
	for _, intent := range weighedIntents {
		if intent == first.word {
			continue
		}
		total, at := alike[intent], hit{}
		k := claims[intent]
		counts := k != nil && k.most > 0 && (k.own || k.most >= alone || intent == buyer)
		if slices.Contains(noLead, intent) && !(counts && (!named || k.total >= enough)) {
			continue
		}
		if counts {
			total, at = total+k.total, k.best
		}
		if total <= bestTotal {
			continue
		}
		if at.s == nil || at.s.agent {
			at = c.likest(intent)
		}
		best, bestTotal = finding{intent, at, true, 0.7}, total
	}
	return best
}

// buysRather takes somebody who asks a question and names their own money for a buyer.
func (c *conversation) buysRather(f finding) finding {
	if f.word != asker {
		return f
	}
	if own, ok := c.bestSum(); ok && own.weight >= surelyTheirs { // never the agent's words: they weigh less
		return finding{buyer, own.hit, true, 0.65}
	}
	return f
}

// weighedIntents are in the order in which ties are decided.
var weighedIntents = []string{
	lost, stranger, applicant, vendor, complaint, existing, visitor, buyer, asker,
}
