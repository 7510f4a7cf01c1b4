package conversation

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

// word is one word of a text, folded: case, accents and apostrophes do not matter.
type word struct {
	text     string
	from, to int  // bytes of the text
	clause   bool // a comma or the like stands before it
}

// sentence is one sentence of an utterance.
type sentence struct {
	*utterance
	from, to int // of the utterance's words
	question bool
	first    int // spoken words of the utterance before it
}

// words returns the sentence's words.
func (s *sentence) words() []word { return s.utterance.words[s.from:s.to] }

// plain is the sentence as expressions read it: folded words with single spaces, apostrophes
// kept, and a question mark of its own at the end of a question.
func (s *sentence) plain() string {
	var b strings.Builder
	for _, w := range s.words() {
		b.WriteString(wording.Fold(s.text[w.from:w.to]))
		b.WriteByte(' ')
	}
	if s.question {
		b.WriteByte('?')
	}
	return strings.TrimSpace(b.String())
}

// abbreviations whose point ends no sentence. A single letter is one, too.
var abbreviations = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "dr": true, "st": true, "ave": true, "rd": true, "blvd": true, "apt": true, "no": true,
	"sr": true, "sra": true, "approx": true, "sq": true, "ft": true, "vs": true, "inc": true, "co": true, "jr": true,
}

// reader takes an utterance apart.
type reader struct {
	u        *utterance
	pause    bool // a comma or the like was read since the last word
	space    bool // a space was read since the last word
	question bool
	begin    int // first word of the sentence
	first    int // spoken words before it
}

// lettersPerWord is how many letters a spoken word has, with the space behind it.
const lettersPerWord = 5

// read fills in the words and sentences of an utterance.
func (u *utterance) read() {
	r := reader{u: u, space: true}
	text := u.text
	u.words = make([]word, 0, len(text)/lettersPerWord+1)
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case isWordRune(c):
			i = r.word(i)
			continue
		case c == '\n':
			r.end()
			r.space = true
		case unicode.IsSpace(c):
			r.space = true
		case c == '.' || c == '!' || c == '?' || c == '…':
			i = r.mark(i)
			continue
		case strings.ContainsRune(",;:–—()", c):
			r.pause = true
		}
		i += size
	}
	r.end()
}

// word reads the word at i and returns where it ends.
func (r *reader) word(i int) int {
	text, end, plain := r.u.text, i, true
	for end < len(text) {
		c, size := utf8.DecodeRuneInString(text[end:])
		inside := isApostrophe(c) && isWordRune(nextRune(text[end+size:]))
		if !isWordRune(c) && !inside {
			break
		}
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9')
		end += size
	}
	folded := text[i:end]
	if !plain {
		folded = strings.ReplaceAll(wording.Fold(folded), "'", "")
	}
	if r.space { // "twenty-four" is one word that is spoken, "four" can be looked for
		r.u.spoken++
	}
	r.u.words = append(r.u.words, word{text: folded, from: i, to: end, clause: r.pause})
	r.pause, r.space = false, false
	return end
}

// mark reads the marks at i, which end a sentence if a space follows.
func (r *reader) mark(i int) int {
	text, end := r.u.text, i
	for end < len(text) && strings.ContainsRune(".!?…\"')]", nextRune(text[end:])) {
		end += utf8.RuneLen(nextRune(text[end:]))
	}
	marks := text[i:end]
	after := nextRune(text[end:])
	if end < len(text) && !unicode.IsSpace(after) || marks == "." && end < len(text) && r.abbreviated() {
		return end
	}
	r.question = strings.ContainsRune(marks, '?')
	r.u.marked = true
	r.end()
	return end
}

func (r *reader) abbreviated() bool {
	words := r.u.words
	if len(words) == r.begin {
		return false
	}
	last := words[len(words)-1].text
	return abbreviations[last] || len(last) == 1 && last[0] >= 'a' && last[0] <= 'z' && last != "i"
}

// end closes the sentence, if there are words in it.
func (r *reader) end() {
	u := r.u
	if len(u.words) > r.begin {
		u.sentences = append(u.sentences, sentence{utterance: u, from: r.begin, to: len(u.words), question: r.question, first: r.first})
	}
	r.begin, r.first, r.question, r.pause = len(u.words), u.spoken, false, false
}

func isWordRune(c rune) bool {
	if c < utf8.RuneSelf {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
	}
	return unicode.IsLetter(c) || unicode.IsNumber(c) || unicode.IsMark(c)
}

func isApostrophe(c rune) bool { return c == '\'' || c == '’' || c == '‘' }

// nextRune returns the first rune of a text, 0 if there is none.
func nextRune(text string) rune {
	if text == "" {
		return 0
	}
	c, _ := utf8.DecodeRuneInString(text)
	return c
}

// quoteLength bounds a quote, in bytes: enough to be understood alone.
const quoteLength = 160

// quote returns the sentence, or as many whole words round those from lo to hi (of the
// utterance) as a quote holds.
func (s *sentence) quote(lo, hi int) string {
	words := s.utterance.words
	from, to := s.from, s.to
	size := func() int { return words[to-1].to - words[from].from }
	for size() > quoteLength && (from < lo || to > hi) {
		if lo-from >= to-hi {
			from++
		} else {
			to--
		}
	}
	begin, end := words[from].from, words[to-1].to
	if to == s.to { // the sentence's own mark belongs to it
		end = s.closing(end)
	}
	quote := s.text[begin:end]
	for len(quote) > quoteLength+maxMarks { // one word alone can be longer
		_, size := utf8.DecodeLastRuneInString(quote)
		quote = quote[:len(quote)-size]
	}
	return quote
}

// maxMarks are the marks at a sentence's end that a quote holds.
const maxMarks = 4

// closing returns where the marks at the end of a sentence end.
func (s *sentence) closing(end int) int {
	from := end
	for end < len(s.text) && end-from < maxMarks && strings.IndexByte(".!?", s.text[end]) >= 0 {
		end++
	}
	return end
}
