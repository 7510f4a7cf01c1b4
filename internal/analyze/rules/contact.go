package rules

import (
	"slices"
	"strconv"
	"strings"
)

var (
	writtenEmail = expression(`[a-z0-9][a-z0-9._%+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}`)
	// spokenDomain is what follows "at" in an address that is said out loud.
	spokenDomain = expression(`(?:\bat|@|\barroba)[ ,]+((?:[a-z0-9]+(?:[ -]|, )){0,14}?[a-z0-9-]+)(?: ?\. ?| ?,? dot[ ,]+| punto )(com|net|org|edu|gov|us|io|co|info|biz|mx|c ?o ?m|n ?e ?t|o ?r ?g)\b`)
	knownDomain  = expression(`(?:\bat|@|\barroba) (gmail|g mail|yahoo|hotmail|outlook|icloud|aol|comcast|protonmail)\b`)
)

// notLocal are words before "at" that are no part of the address.
var notLocal = []string{
	"is", "it's", "its", "email", "e-mail", "mail", "address", "that's", "me", "my", "yes", "yeah", "sure", "uh", "um", "okay", "ok", "so", "to", "it",
	"be", "would", "the", "and", "es", "correo", "electronico", "mi", "reach", "us", "can", "you", "just", "send", "use", "try", "oh", "well", "that", "i", "guess", "best", "here", "spelled", "for", "email's", "mail's", "address's",
}

var spokenSigns = map[string]string{
	"dot": ".", "period": ".", "point": ".", "punto": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "guion": "-", "plus": "+",
}

// findEmail returns an address as written or as said; a part that is spelled out wins over
// what was heard.
func (c *conversation) findEmail() (string, hit, bool) {
	var found string
	var at hit
	name := strings.Fields(c.known)
	for _, s := range c.mine {
		if email, lo, hi := emailIn(s.norm); email != "" && dictated(s.norm, name) == s.norm && !c.echoed(email, s) {
			found, at = email, hit{s, lo, hi}
			continue
		}
		if email, _, _ := emailIn(dictated(s.norm, name)); email != "" && !c.echoed(email, s) {
			found, at = email, hit{s, 0, len(s.norm)}
		}
	}
	if found == "" {
		return c.readBack()
	}
	return c.respellEmail(found, at), at, true
}

func emailIn(norm string) (email string, lo, hi int) {
	if at := writtenEmail.FindStringIndex(norm); at != nil {
		return norm[at[0]:at[1]], at[0], at[1]
	}
	for _, re := range []*pattern{spokenDomain, knownDomain} {
		for from := 0; from < len(norm); {
			at := re.FindStringSubmatchIndex(norm[from:])
			if at == nil {
				break
			}
			for i := range at {
				at[i] += from
			}
			local, lo := localPart(norm[:at[0]])
			if local == "" { // "email me at pat at example dot com"
				from = at[0] + 1
				continue
			}
			top := "com"
			if len(at) > 4 && at[4] >= 0 {
				top = strings.ReplaceAll(norm[at[4]:at[5]], " ", "")
			}
			return local + "@" + domain(norm[at[2]:at[3]]) + "." + top, lo, at[1]
		}
	}
	return "", 0, 0
}

func domain(said string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(said, func(r rune) bool { return r == ' ' || r == ',' || r == '-' }) {
		if sign, ok := spokenSigns[word]; ok {
			word = sign
		}
		b.WriteString(word)
	}
	return b.String()
}

// localPart reads backwards from "at": letters, signs and numbers run on; after them at
// most the words since the last that introduces an address.
func localPart(before string) (local string, lo int) {
	tokens := localTokens(before)
	i := len(tokens)
	wordsSeen := 0
	for i > 0 {
		text := tokens[i-1].text
		_, sign := spokenSigns[text]
		_, digit := digitsOf(text)
		switch {
		case slices.Contains(notLocal, text) && !sign:
			if !(len(text) == 1 && i < len(tokens)) {
				return joinLocal(tokens[i:])
			}
		case text == "," || text == "." || text == ":":
			if text == "." && i < len(tokens) && len(tokens[i].text) > 1 && !isSign(tokens[i].text) && spelledRun(tokens[:i-1]) {
				return joinLocal(tokens[i:])
			}
			if text == "," && nextToSign(tokens, i) || text == "," && lonelyInitial(tokens, i) {
				break
			}
			if i < len(tokens) && wordsSeen > 0 && (!(i > 1 && len(tokens[i-2].text) == 1) || text == "," && !isSign(tokens[i].text)) {
				return joinLocal(tokens[i:])
			}
		case len(text) > 1 && !sign && !digit:
			wordsSeen++
			followsSign := i < len(tokens) && isSign(tokens[i].text)
			if wordsSeen > 3 && !followsSign || wordsSeen > 1 && !followsSign && hasSign(tokens[i:]) {
				return joinLocal(tokens[i:])
			}
		}
		i--
	}
	return joinLocal(tokens)
}

// nextToSign reports whether a comma stands by a sign: "v, dot, cruz".
func nextToSign(tokens []token, i int) bool {
	return i < len(tokens) && isSign(tokens[i].text) || i > 1 && isSign(tokens[i-2].text)
}

// lonelyInitial reports whether a comma follows a letter that stands alone: "d, rackley".
func lonelyInitial(tokens []token, i int) bool {
	return i > 1 && len(tokens[i-2].text) == 1 && (i == 2 || strings.ContainsAny(tokens[i-3].text, ".,:"))
}

// spelledRun reports whether the tokens end in letters that spell another word.
func spelledRun(tokens []token) bool {
	n := len(tokens)
	return n > 2 && len(tokens[n-1].text) == 1 && len(tokens[n-2].text) == 1
}

// hasSign reports whether a sign is among the tokens: what is dictated with signs has no other
// words beside them.
func hasSign(tokens []token) bool {
	return slices.ContainsFunc(tokens, func(t token) bool { return isSign(t.text) && t.text != "." })
}

var localPattern = expression(`[a-z]+(?:'[a-z]+)?|\d+|[.,:_+]`)

func localTokens(before string) []token {
	var out []token
	for _, at := range localPattern.FindAllStringIndex(before, -1) {
		out = append(out, token{before[at[0]:at[1]], at[0], at[1]})
	}
	return out
}

func isSign(text string) bool {
	_, ok := spokenSigns[text]
	return ok
}

func joinLocal(tokens []token) (string, int) {
	var b strings.Builder
	for i, t := range tokens {
		digits, isDigits := digitsOf(t.text)
		switch {
		case isSign(t.text):
			b.WriteString(spokenSigns[t.text])
		case isDigits:
			_, afterTens := tens[tokens[max(0, i-1)].text]
			writeDigits(&b, digits, afterTens && i > 0)
		case t.text == "double" && i+1 < len(tokens):
			b.WriteString(tokens[i+1].text)
		case t.text == "," || t.text == ":" || t.text == "." && len(tokens) > i+1 && len(tokens[i+1].text) == 1:
		case t.text == "all" || t.text == "lowercase" || t.text == "lower" || t.text == "case" || t.text == "capital" || t.text == "as" && i > 0:
		default:
			b.WriteString(t.text)
		}
	}
	if len(tokens) == 0 {
		return "", 0
	}
	return strings.Trim(b.String(), ".,:"), tokens[0].lo
}

// respellEmail replaces the part of the address that is spelled out in the same turn or
// the customer's next.
func (c *conversation) respellEmail(email string, at hit) string {
	local, rest, _ := strings.Cut(email, "@")
	for _, s := range c.mine {
		if s.turn < at.s.turn-2 || s.turn > at.s.turn+2 || s.field != "" {
			continue
		}
		for _, sp := range spellings(s.norm) {
			if s == at.s && sp.hi <= at.hi {
				continue
			}
			local = respellParts(local, sp.word)
			if name, top, ok := strings.Cut(rest, "."); ok && alike(sp.word, name) && !alike(sp.word, local) {
				rest = sp.word + "." + top
			}
		}
	}
	return local + "@" + rest
}

var localSplit = expression(`[a-z]+`)

// respellParts replaces the run of letters that a spelled word corrects.
func respellParts(local, word string) string {
	if strings.Contains(local, word) {
		return local
	}
	if alike(word, local) {
		return word
	}
	done := false
	return localSplit.ReplaceAllStringFunc(local, func(part string) string {
		if done || !alike(word, part) {
			return part
		}
		done = true
		return word
	})
}

var spokenDigits = map[string]string{
	"zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
	"cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
	"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
}

// digitsOf returns the digits that a word stands for in a number that is dictated.
func digitsOf(word string) (string, bool) {
	if d, ok := spokenDigits[word]; ok && word != "o" {
		return d, true
	}
	if v, ok := tens[word]; ok && v < 100 {
		return strconv.Itoa(int(v)), true
	}
	if word != "" && strings.Trim(word, "0123456789") == "" {
		return word, true
	}
	return "", false
}

var streetPattern = expression(`\b(\d{1,6}|(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|oh|\w+teen)[ -])+) ?(?:(?:north|south|east|west|n|s|e|w|nw|ne|sw|se)\.? )?(?:[a-z0-9']+ ){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|court|ct|boulevard|blvd|way|place|pl|circle|cir|terrace|trail|parkway|pkwy|highway|hwy|loop|cove|calle|avenida)\b\.?`)

var addressField = expression(`^(street|property|home|project|service|job)?[ _-]?(address|street|direccion|location)\b`)

// findAddress returns a street and number.
func (c *conversation) findAddress() (string, hit, bool) {
	for _, s := range c.mine {
		if s.field != "" && addressField.MatchString(s.field) {
			return s.raw, hit{s, 0, len(s.norm)}, true
		}
		if at := streetPattern.FindStringIndex(s.norm); at != nil {
			return s.rawAt(at[0], at[1]), hit{s, at[0], at[1]}, true
		}
	}
	return "", hit{}, false
}
