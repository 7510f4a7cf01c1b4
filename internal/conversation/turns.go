package conversation

import (
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// turn is what one speaker says until another one takes the word. Somebody who only shows that
// they listen ("uh-huh") while another speaks does not take it.
type turn struct {
	speaker string
	spans   []span
	wait    float64 // between the end of all that was said before and its beginning
}

// listening are the words of somebody who listens.
var listening = map[string]bool{
	"uh": true, "huh": true, "mm": true, "hmm": true, "mhm": true, "mmhmm": true, "um": true, "ah": true, "oh": true,
	"yeah": true, "yes": true, "yep": true, "yup": true, "ok": true, "okay": true, "right": true, "sure": true, "alright": true,
	"gotcha": true, "i": true, "see": true, "got": true, "it": true, "si": true, "aja": true, "claro": true, "vale": true,
}

// interruption is by how much somebody must begin before another one has ended, in seconds:
// turns of a friendly conversation overlap by less.
const interruption = 0.5

// countTurns fills in how the word passed from one to the other.
func (c *talk) countTurns(result *request.Conversation) {
	if !c.apart {
		return
	}
	turns, interruptions, together := c.turns()
	result.Turns = count(nil, len(turns))
	if c.clock != measured {
		return
	}
	waits := map[string][]float64{}
	longest := map[string]float64{}
	for i, t := range turns {
		s, _ := covered(t.spans)
		longest[t.speaker] = max(longest[t.speaker], s)
		if i > 0 {
			waits[t.speaker] = append(waits[t.speaker], t.wait)
		}
	}
	for name, m := range result.Speakers {
		if s, ok := longest[name]; ok {
			m.LongestMonologueS = seconds(s)
		}
		if together { // a recording with one track never has two voices at once
			m.Interruptions = count(nil, interruptions[name])
		}
		if len(waits[name]) > 0 {
			m.ResponseS = seconds(median(waits[name]))
		}
		result.Speakers[name] = m
	}
	result.FirstResponseS = firstResponse(turns)
}

// turns returns the turns in their order, how often each speaker interrupted, and whether two
// voices were ever heard at once.
func (c *talk) turns() (turns []turn, interruptions map[string]int, together bool) {
	interruptions = map[string]int{}
	var heard ends
	for i := range c.all {
		u := &c.all[i]
		overlap := heard.before(u.speaker) - u.start
		if c.clock != measured || i == 0 {
			overlap = 0
		}
		together = together || overlap > 0
		listens := u.listens()
		if overlap >= interruption && !listens {
			interruptions[u.speaker]++
		}
		s := span{u.start, u.end}
		last := len(turns) - 1
		switch {
		case last >= 0 && turns[last].speaker == u.speaker:
			turns[last].spans = append(turns[last].spans, s)
		case last < 0 || overlap <= 0 || !listens:
			turns = append(turns, turn{speaker: u.speaker, spans: []span{s}, wait: max(0, u.start-heard.end)})
		}
		heard.add(u.speaker, u.end)
	}
	return turns, interruptions, together
}

// listens reports whether there is nothing in an utterance but that somebody listens.
func (u *utterance) listens() bool {
	return !slices.ContainsFunc(u.words, func(w word) bool { return !listening[w.text] })
}

// firstResponse is how long the customer waited for the agent after what they said first.
func firstResponse(turns []turn) *float64 {
	asked := false
	for _, t := range turns {
		if asked && t.speaker == request.Agent {
			return seconds(t.wait)
		}
		asked = asked || t.speaker == request.Customer
	}
	return nil
}

// ends are the moments until which the speakers have spoken.
type ends struct {
	speaker string  // who spoke longest
	end     float64 // until then
	others  float64 // until when anybody else spoke
}

// before returns until when anybody but a speaker has spoken.
func (e *ends) before(speaker string) float64 {
	if e.speaker == speaker {
		return e.others
	}
	return e.end
}

func (e *ends) add(speaker string, end float64) {
	switch {
	case end < e.end:
		if speaker != e.speaker {
			e.others = max(e.others, end)
		}
	case speaker != e.speaker:
		e.speaker, e.end, e.others = speaker, end, e.end
	default:
		e.end = end
	}
}

// median returns the middle of values, of which there is at least one.
func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
