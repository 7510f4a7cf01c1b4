package rules

import (
	"strings"
	"unicode"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

var (
	// surelyName introduces the speaker's name and nothing else.
	surelyName = expression(`\b(?:my (?:full |first )?name(?:'s| is)|(?:the )?name(?:'s| is)|(?:it's|that's|that'd be|should be|would be|probably) under(?: the name)?(?: of)?(?: [a-z]+,)?|name:|me llamo|mi nombre es|le habla|habla|i go by|(?:it's|this is) (?:mr|mrs|ms|miss|dr)\.?)\s+`)
	// maybeName introduces many other things too.
	maybeName = expression(`\b(?:this is|its|it's|it is|i'm|i am|soy|here's)\s+`)
	lastName  = expression(`\b(?:last name(?:'s| is)?|surname(?:'s| is)?|apellido(?: es)?)[,:]?\s+`)
	asksName  = words(`(your|the|a|first|last|full|good) name`, `who (am i|are we|do i have|is this|is calling|'s calling)`, `who's (this|calling)`, `(may|can|could) (i|we) (ask|get|have) (who|your|a|the|what) ?(name|first|last|is calling)?`, `name and`, `su nombre`, `como se llama`, `con quien hablo`, `(quien|a quien)`, `whom`, `under what name`, `i'm speaking (with|to)`)
	asksLast  = words(`last name`, `surname`, `apellido`)
	isThis    = expression(`\b(?:(?:may|can|could) i (?:please )?(?:speak|talk) (?:with|to)|is this|am i speaking (?:with|to)|speaking with)\s+`)
	leadIn    = expression(`^(?:(?:how (?:are )?(?:you|ya|y'all) doing|oh|uh|um|yes|yeah|yep|sure|ok|okay|of course|absolutely|hi|hello|hey|well|so|si|claro|hola|good (?:morning|afternoon|evening)|no problem|thanks|thank you|it's|its|that's|that would be|that'd be|this is|i'm|i am|the name is|name's|es|soy|first name(?:'s| is)?)[\s,.!-]+)+`)
	title     = expression(`^(?:mr|mrs|ms|miss|dr|mister|senor|senora|sr|sra)\.?\s+`)
	nameWord  = expression(`^[a-z][a-z'-]*[a-z]$`)
	nameEnd   = expression(`^\W*$|^\s*[,.;!?-]|^ (?:uh|um|and|calling|with|from|over|again|here|i|we|at|on|in|speaking|my|that's|spelled|out|y|de|desde|hablando|who|returning|next|the|last|the number|just|is|please|hurry|thanks|thank|or|so|but|because|cause)\b`)
)

// notNames are words that follow "this is" or "I'm" and are no names.
var notNames = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an the my your our his her their this that these those it its me i we you he she they not no yes so
		just really very too also still about at in on of for from with to by as if is are was be been being calling looking trying hoping
		interested wondering going gonna thinking planning sorry fine good great okay ok well here there home homeowner owner renting
		ready sure happy unhappy upset not-sure actually currently probably maybe kind sort like getting having doing working living
		located over near outside inside out up down back off all one two three four five six seven eight nine ten some someone somebody
		regarding concerning because what when where who why how right wrong correct perfect an emergency urgent important nice bad old new
		hi hello hey thanks thank please number phone email address account insurance company customer contractor builder realtor agent
		only always never again interested concerned worried tired sick done free open available busy late early first last next another
		been already more less most much many absolutely definitely exactly basically literally honestly retired disabled single married
		llamando buscando interesado interesada el la los las un una mi tu su para de en con por que no si muy bien aqui dueno
		leaking broken spelled uh um er ah oh and or but don't can't won't didn't isn't driving selling buying moving renovating remodeling
		message automated recorded kitchen bathroom basement roof deck ridiculous unacceptable terrible crazy expensive question quote
		estimate monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december
		final notice hiring applying reaching following returning checking wanting needing scheduling confirming definitely urgent probably
		it's i'm that's there's he's she's we're they're you're i'll i've i'd we'll we've we'd what's who's where's here's let's
		got gotten gone stopping nobody somebody anybody everybody still then please whatever yesterday tonight
		around between under supposed able yeah yep nope dry wet cold hot both each every everything nothing something anything anyone everyone during since until`) {
		m[w] = true
	}
	return m
}()

// findName returns the customer's name as they give it; spelling wins over hearing.
func (c *conversation) findName() (string, hit, bool) {
	if c.isForm() {
		if name, at, ok := c.formName(); ok {
			return name, at, true
		}
	}
	name, at := c.completed(c.heardName())
	if name == nil {
		name, at = c.confirmedName()
	}
	if name == nil {
		name, at = c.spelledOnly()
	}
	if name == nil {
		return "", hit{}, false
	}
	name = c.withLastName(name, at)
	name = c.respelled(name, at)
	return strings.Join(name, " "), at, true
}

// heardName returns the words of the name as the recogniser wrote them.
func (c *conversation) heardName() ([]string, hit) {
	for _, s := range c.mine {
		for _, at := range surelyName.FindAllStringIndex(s.norm, -1) {
			if strings.HasSuffix(s.norm[:at[0]], "last ") {
				continue
			}
			if name, to := s.nameAt(at[1], false); name != nil {
				return name, hit{s, at[0], to}
			}
		}
	}
	for _, s := range c.mine {
		if name, at, ok := c.answeredName(s); ok {
			return name, at
		}
		for _, at := range maybeName.FindAllStringIndex(s.norm, -1) {
			if strings.HasPrefix(s.norm[at[0]:], "its ") && !s.hasCapitals() { // of a thing, nearly always
				continue
			}
			if name, to := s.nameAt(at[1], true); name != nil {
				return name, hit{s, at[0], to}
			}
		}
	}
	return nil, hit{}
}

// answeredName reads the first sentence that answers a question after the name.
func (c *conversation) answeredName(s *sentence) ([]string, hit, bool) {
	if s.agent || s.at > s.opening && len(strings.Fields(c.all[s.at-1].norm)) > 4 || !asksName.MatchString(c.before(s)) {
		return nil, hit{}, false
	}
	from := 0
	if at := leadIn.FindStringIndex(s.norm); at != nil {
		from = at[1]
	}
	if at := vocative.FindStringIndex(s.norm); at != nil && s.hasCapitals() { // "Hey Tonya, Rob Castellano."
		if name, to := s.nameAt(at[1], true); len(name) > 1 {
			return name, hit{s, at[1], to}, true
		}
	}
	if name, to := s.nameAt(from, true); name != nil {
		return name, hit{s, from, to}, true
	}
	return nil, hit{}, false
}

// confirmedName reads the name by which the agent greets somebody who says yes to it.
func (c *conversation) confirmedName() ([]string, hit) {
	for _, s := range c.all {
		if !s.agent || !strings.Contains(s.norm, "?") || !saysYes.MatchString(c.after(s)) && !itIsMe.MatchString(c.after(s)) {
			continue
		}
		for _, at := range isThis.FindAllStringIndex(s.norm, -1) {
			if name, to := s.nameAt(at[1], true); name != nil && s.isCapital(at[1]) {
				return name, hit{s, at[0], to}
			}
		}
	}
	return nil, hit{}
}

// nameAt returns up to three words of a name from a position of norm, and where they end.
// A doubtful introduction needs capitals, or a lone word before the sentence goes on.
func (s *sentence) nameAt(from int, doubtful bool) ([]string, int) {
	if at := title.FindStringIndex(s.norm[from:]); at != nil {
		from += at[1]
		doubtful = false
	}
	capitals := s.hasCapitals()
	var name []string
	to, joined := from, false
	for len(name) < 3 && to < len(s.norm) {
		rest := strings.TrimLeft(s.norm[to:], " ")
		start := len(s.norm) - len(rest)
		if len(name) > 0 && strings.HasPrefix(rest, ", hyphen, ") { // "Cruz, hyphen, Abbott"
			rest = rest[len(", hyphen, "):]
			start, joined = len(s.norm)-len(rest), true
		}
		word := strings.TrimRight(strings.FieldsFunc(rest+" ", unicode.IsSpace)[0], ",.;:!?")
		if len(name) > 0 && (word == "hyphen" || word == "dash") {
			joined, to = true, start+len(word)
			continue
		}
		if !nameWord.MatchString(word) && !(len(name) > 0 && len(word) == 1) || notNames[word] || isSpelling(rest) || len(name) > 0 && capitals && !s.isCapital(start) {
			break
		}
		if capitals && !s.isCapital(start) {
			return nil, 0
		}
		part := properCase(s.rawAt(start, start+len(word)))
		if joined {
			name[len(name)-1] += "-" + part
		} else {
			name = append(name, part)
		}
		joined = false
		to = start + len(word)
		if !strings.HasPrefix(s.norm[to:], " ") && !strings.HasPrefix(s.norm[to:], ", hyphen, ") {
			break
		}
	}
	if len(name) == 1 && doubtful && !capitals && strings.HasSuffix(name[0], "ing") { // "it's dripping"
		return nil, 0
	}
	if len(name) == 0 || doubtful && !capitals && !nameEnd.MatchString(s.norm[to:]) && !isSpelling(strings.TrimLeft(s.norm[to:], " ")) {
		return nil, 0
	}
	return name, to
}

func isSpelling(rest string) bool {
	sp := spellings(rest)
	return len(sp) > 0 && sp[0].lo == 0
}

// hasCapitals reports whether the sentence tells names by capitals: machines without
// punctuation write all in lower case.
func (s *sentence) hasCapitals() bool { return strings.ToLower(s.raw) != s.raw }

// rawAt returns the raw text for a range of norm.
func (s *sentence) rawAt(lo, hi int) string {
	raw := []rune(s.raw)
	from := len([]rune(s.norm[:lo]))
	return string(raw[from : from+len([]rune(s.norm[lo:hi]))])
}

func (s *sentence) isCapital(at int) bool {
	raw := []rune(s.raw)
	i := len([]rune(s.norm[:at]))
	return i < len(raw) && unicode.IsUpper(raw[i])
}

func properCase(word string) string {
	if word != strings.ToLower(word) && word != strings.ToUpper(word) {
		return word
	}
	runes := []rune(strings.ToLower(word))
	for i := range runes {
		if i == 0 || runes[i-1] == '-' {
			runes[i] = unicode.ToUpper(runes[i])
		}
	}
	return string(runes)
}

// withLastName adds a last name that is given later.
func (c *conversation) withLastName(name []string, at hit) []string {
	for _, s := range c.mine {
		from := -1
		if m := lastName.FindStringIndex(s.norm); m != nil {
			from = m[1]
		} else if s.turn != at.s.turn && s.at == s.opening && asksLast.MatchString(c.before(s)) {
			from = 0
			if m := leadIn.FindStringIndex(s.norm); m != nil {
				from = m[1]
			}
		}
		if from < 0 {
			continue
		}
		if last, _ := s.nameAt(from, false); last != nil && wording.Fold(last[0]) != wording.Fold(name[len(name)-1]) {
			if len(last) > 1 && wording.Fold(last[0]) == wording.Fold(name[0]) {
				return last
			}
			return append(name, last...)
		}
		if sp := spellings(s.norm[from:]); len(sp) > 0 && sp[0].lo < 4 && !alike(sp[0].word, wording.Fold(name[len(name)-1])) {
			return append(name, properCase(sp[0].word))
		}
	}
	return name
}

// isAddress reports whether what follows a spelled word makes it a part of an e-mail address.
func isAddress(after string) bool {
	return addressGoesOn.MatchString(after)
}

// spelledOnly returns a name that is only ever spelled.
func (c *conversation) spelledOnly() ([]string, hit) {
	for _, s := range c.mine {
		sp := spellings(s.norm)
		if len(sp) == 0 || isAddress(s.norm[sp[0].hi:]) || !surelyName.MatchString(s.norm) && !asksName.MatchString(c.before(s)) {
			continue
		}
		return []string{properCase(sp[0].word)}, hit{s, sp[0].lo, sp[0].hi}
	}
	return nil, hit{}
}

var (
	saysYes       = expression(`^\W*(?:you got (?:him|her|me|it)|you(?:'re| are) (?:talking|speaking) to (?:him|her)|(?:(?:oh|uh|um|hi|hey|well)\W+)?(?:yes|yeah|yep|yup|si|correct|sure|it is|that's (?:me|right)))\b`)
	itIsMe        = words(`this is (he|she|him|her)`, `speaking`)
	addressGoesOn = expression(`^\W*(at|@|dot|underscore|dash|\d)\b`)
)
