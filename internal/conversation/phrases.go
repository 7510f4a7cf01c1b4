package conversation

import "slices"

// phrase is a sequence of words that means something.
type phrase struct {
	words []string
	of    int // what it belongs to: a weight, or the position of a tracker
}

// phrases are looked up by their first word; the longest come first.
type phrases map[string][]phrase

// add adds a phrase as it is written. One without words is left out.
func (p phrases) add(text string, of int) {
	u := utterance{text: text}
	u.read()
	if len(u.words) == 0 {
		return
	}
	words := make([]string, len(u.words))
	for i, w := range u.words {
		words[i] = w.text
	}
	p[words[0]] = append(p[words[0]], phrase{words: words, of: of})
}

// sort puts the longest phrases first.
func (p phrases) sort() {
	for _, same := range p {
		slices.SortStableFunc(same, func(a, b phrase) int { return len(b.words) - len(a.words) })
	}
}

// starts reports whether the words begin with the phrase.
func (f phrase) starts(words []word) bool {
	if len(words) < len(f.words) {
		return false
	}
	for i, text := range f.words {
		if words[i].text != text {
			return false
		}
	}
	return true
}

// longest returns the longest phrase that the words begin with.
func (p phrases) longest(words []word) (phrase, bool) {
	for _, f := range p[words[0].text] {
		if f.starts(words) {
			return f, true
		}
	}
	return phrase{}, false
}
