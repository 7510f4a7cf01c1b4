package redact

import "strings"

const (
	maxFillers = 16 // words between two numbers of a chain: an interruption, not another subject
	maxSilence = 4  // turns in a row without a number
)

// fillers are what people say while a number is read out, on either side. They say nothing
// about what the numbers are.
var fillers = wordSet(`a ah ahead all alright and are bear correct comma continue copy dash dot er erm got go good great hang
	have hm hmm hold hyphen i i'm is it it's just keep going let listening little look looks me mhm mm moment my no ok okay
	on one's perfect period please point ready repeat right second see so sorry space sure thank thanks that that's the them
	then there these they they're this uh uhh uhm um umm wait well with writing yeah yep yes yup you you're
	huh digits digit number numbers followed by last first next other final four after again
	agent caller customer employee representative speaker`)

// chain is numbers that are read out one after the other.
type chain []number

// chainsOf puts numbers together that only fillers separate.
func chainsOf(ts []token, numbers []number) []chain {
	var chains []chain
	for i, n := range numbers {
		if i > 0 && joined(ts, numbers[i-1], n) {
			last := &chains[len(chains)-1]
			*last = append(*last, n)
			continue
		}
		chains = append(chains, chain{n})
	}
	return chains
}

func joined(ts []token, a, b number) bool {
	between := ts[a.last+1 : b.first]
	if len(between) > maxFillers || ts[b.first].part-ts[a.last].part > maxSilence {
		return false
	}
	for _, t := range between {
		if !fillers[t.word] {
			return false
		}
	}
	return !strings.ContainsAny(ts[b.first].gap, "$%#@=")
}

// digits returns the chain's digits.
func (c chain) digits() string {
	var b strings.Builder
	for _, n := range c {
		b.WriteString(n.digits)
	}
	return b.String()
}

// readings returns the chain as it may have been meant: with misheard digits or without, and
// with what the listener repeats or without.
func (c chain) readings(parts []part, ts []token) []chain {
	hard := c.without(func(n number) bool { return n.soft })
	readings := []chain{hard}
	if len(hard) < len(c) {
		readings = append(readings, c)
	}
	for _, r := range readings[:len(readings):len(readings)] {
		if said := r.withoutEchoes(parts, ts); len(said) < len(r) {
			readings = append([]chain{said}, readings...)
		}
	}
	return readings
}

func (c chain) without(drop func(number) bool) chain {
	kept := make(chain, 0, len(c))
	for _, n := range c {
		if !drop(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// withoutEchoes leaves out the turns that only repeat the end of what the other one has said
// so far.
func (c chain) withoutEchoes(parts []part, ts []token) chain {
	var said chain
	var digits strings.Builder
	for begin := 0; begin < len(c); {
		at := ts[c[begin].first].part
		end := begin
		for end < len(c) && ts[c[end].first].part == at {
			end++
		}
		turn := c[begin:end]
		begin = end
		if len(said) > 0 {
			other := parts[ts[said[len(said)-1].last].part].speaker
			if other != parts[at].speaker && strings.HasSuffix(digits.String(), turn.digits()) {
				continue
			}
		}
		said = append(said, turn...)
		digits.WriteString(turn.digits())
	}
	return said
}
