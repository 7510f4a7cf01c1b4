package rules

import (
	"strings"
	"unicode"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

var (
	// aside is what people put into an address to help the listener, and no part of it.
	aside = expression(`[, ]+(?:(?:like|as in|spelled like|just like|rhymes with) (?:the |a |an |my )?[a-z]+(?: [a-z]+)?|all one word|one word|no (?:dots?|spaces?|dash(?:es)?|underscores?)|all (?:lower ?case|together|small)|that's (?:all )?one word(?: without [a-z ]+)?|with (?:a|an|one|two|no) [^,.@]{1,24}|i'll spell (?:that|it)(?: for you)?|todo junto|sin espacios|the letter|letter)[, ]+`)
	// ownParts are names for the parts of the speaker's own name.
	ownParts = expression(`\b(?:my |then )?(first|last|full|whole) (name|initial)\b`)
)

// dictated returns a sentence as the address in it would be written down: without asides, with
// the speaker's name where they say "first name dot last name", and with a word that is
// spelled out at once only as it is spelled. Its length is another.
func dictated(norm string, name []string) string {
	norm = aside.ReplaceAllStringFunc(norm, func(string) string { return " " })
	norm = ownParts.ReplaceAllStringFunc(norm, func(said string) string { return ownPart(said, name) })
	return withoutTwin(norm)
}

// ownPart returns the part of a name that somebody means.
func ownPart(said string, name []string) string {
	if len(name) == 0 {
		return said
	}
	part := wording.Fold(name[len(name)-1])
	switch {
	case strings.Contains(said, "first"):
		part = wording.Fold(name[0])
	case strings.Contains(said, "full"), strings.Contains(said, "whole"):
		part = strings.ReplaceAll(wording.Fold(strings.Join(name, "")), " ", "")
	}
	if strings.HasSuffix(said, "initial") {
		part = part[:1]
	}
	return part
}

// withoutTwin drops a word that is spelled right after it is said: "lyle, l y l e, at".
func withoutTwin(norm string) string {
	found := spellings(norm)
	for i := len(found) - 1; i >= 0; i-- {
		sp := found[i]
		before := strings.TrimRightFunc(norm[:sp.lo], func(r rune) bool { return !unicode.IsLetter(r) })
		if !isAddress(norm[sp.hi:]) {
			continue
		}
		if at := strings.LastIndex(before, sp.word); at >= 0 { // said and spelled alike
			norm = before + norm[sp.hi:]
			continue
		}
		if word := lastWord(before); len(word) >= 3 && alike(sp.word, word) && strings.HasSuffix(before, word) {
			norm = before[:len(before)-len(word)] + sp.word + norm[sp.hi:]
		}
	}
	return norm
}

// echoed reports whether the company gave an address itself before the customer said it: it is
// where the customer is to write to.
func (c *conversation) echoed(email string, s *sentence) bool {
	for _, o := range c.theirs {
		if said, _, _ := emailIn(dictated(o.norm, nil)); said == email && o.at < s.at && !strings.HasSuffix(o.raw, "?") {
			return true
		}
	}
	return false
}

// readBack returns an address that the agent has on file or reads back and the customer says
// yes to.
func (c *conversation) readBack() (string, hit, bool) {
	for _, s := range c.theirs {
		if email, _, _ := emailIn(s.norm); email != "" && asksBack.MatchString(c.turnOf(s)) && yes.MatchString(c.after(s)) {
			return email, hit{s, 0, len(s.norm)}, true
		}
	}
	return "", hit{}, false
}

var asksBack = expression(`\?|\b(right|correct)\b`)
