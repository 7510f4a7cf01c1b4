package rules

import (
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

// respelled replaces the parts of a name that are spelled out near it.
func (c *conversation) respelled(name []string, at hit) []string {
	for _, s := range c.mine {
		if s.field != "" {
			continue
		}
		for _, sp := range spellings(s.norm) {
			if isAddress(s.norm[sp.hi:]) || c.spellsAddress(s, sp) {
				continue
			}
			sp.word = c.spelledNoFurther(s, sp, name)
			best := -1
			for i := len(name) - 1; i >= 0; i-- {
				part := wording.Fold(name[i])
				if alike(sp.word, part) && (best < 0 || distance(sp.word, part) < distance(sp.word, wording.Fold(name[best]))) {
					best = i
				}
			}
			if best < 0 && len(name) == 1 && s.turn == at.s.turn && roughlyAlike(sp.word, wording.Fold(name[0])) {
				best = 0
			}
			if best < 0 { // the agent asked how it is written and had it wrong
				asked := wording.Words(c.before(s))
				best = slices.IndexFunc(name, func(part string) bool { return slices.Contains(asked, wording.Fold(part)) })
			}
			if best >= 0 {
				name[best] = properCase(sp.word)
			} else if len(name) == 1 && (lastName.MatchString(s.norm[:sp.lo]) || alike(sp.word, lastWord(s.norm[:sp.lo]))) {
				name = append(name, properCase(sp.word))
			}
		}
	}
	return c.afterSpelling(name, at)
}

// afterSpelling adds the last name that somebody says right after spelling the first: "My name is
// Noor, N O O R, Haddad."
func (c *conversation) afterSpelling(name []string, at hit) []string {
	if len(name) != 1 || at.s.field != "" || !at.s.hasCapitals() {
		return name
	}
	for _, sp := range spellings(at.s.norm) {
		rest := strings.TrimLeft(at.s.norm[sp.hi:], ", .")
		if sp.word != wording.Fold(name[0]) || rest == "" {
			continue
		}
		if last, _ := at.s.nameAt(len(at.s.norm)-len(rest), false); len(last) == 1 && last[0] != name[0] {
			return append(name, last...)
		}
	}
	return name
}

// spellsAddress reports whether a word is spelled right after an e-mail address that begins with
// it.
func (c *conversation) spellsAddress(s *sentence, sp spelled) bool {
	for i := s.at; i >= 0 && i >= s.at-1; i-- {
		o := c.all[i]
		if o.turn != s.turn {
			continue
		}
		local, _, said := strings.Cut(first(emailIn(o.norm)), "@")
		if said && local == sp.word && (o != s || strings.Contains(s.norm[:sp.lo], " at ")) {
			return true
		}
	}
	return false
}

func first(email string, _, _ int) string { return email }

// lastWord returns the last word of a text: what is spelled next, as it was heard.
func lastWord(text string) string {
	fields := wording.Words(text)
	if len(fields) == 0 {
		return ""
	}
	return fields[len(fields)-1]
}

// spelledNoFurther drops the letter after a spelled name that is a word of its own: the "I" of
// "H A D D A D. I want", the Spanish "y" of "P R A D O y el correo".
func (c *conversation) spelledNoFurther(s *sentence, sp spelled, name []string) string {
	shorter := sp.word[:len(sp.word)-1]
	if !strings.ContainsAny(sp.word[len(sp.word)-1:], "iay") || len(shorter) < 3 {
		return sp.word
	}
	for _, part := range name {
		if wording.Fold(part) == shorter {
			return shorter
		}
	}
	if last := s.norm[sp.hi-1:]; sp.hi > 2 && strings.HasPrefix(s.norm[sp.hi-3:], ". i ") && len(last) > 2 {
		return shorter
	}
	return sp.word
}
