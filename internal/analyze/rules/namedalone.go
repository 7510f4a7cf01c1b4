package rules

import (
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

var (
	// aloneEnd follows a name that nothing introduced: the sentence ends, or goes on about
	// where its bearer calls from.
	aloneEnd = expression(`^\W*$|^ ?[,;.-]|^ (?:with|from|on|over|at|here|calling|speaking|again|in|my)\b`)
	// selfNamed follows a single name that is the speaker's.
	selfNamed = expression(`^ (?:here|speaking|again|calling)\b\W*`)
	// vocative is the agent's name, with which many callers begin.
	vocative = expression(`^(?:(?:hi|hello|hey|yes|yeah|oh|good morning|good afternoon|morning|afternoon)[ ,]+)?[a-z]+, (?:(?:uh|um|er|hi|hello|hey|good (?:morning|afternoon|evening)),? )*`)
	// asksElse is a question whose answer has capitals and is nobody's name.
	asksElse = words(`hear (about|of)`, `find (us|out)`, `insur\w*`, `(which|what) (company|brand|kind|type|model|color|style|store|city|town|part|area|street|neighborhood|county)`, `(referred|recommended|sent)`, `where`, `address`, `located`, `zip`)
	// noPerson are words in the names of places, days and companies.
	noPerson = words(`street|st|avenue|ave|road|rd|lane|ln|drive|court|ct|boulevard|blvd|circle|place|parkway|highway|heights|hills?|county|city|beach|springs|falls|lake|park|creek|ridge|valley`,
		`day|eve|year|christmas|thanksgiving|easter`, `(san|los|las|fort|ft|mount|port|santa|north|south|east|west|saint|el|la)`,
		`inc|llc|company|depot|lowe's|lowes|costco|google|facebook|yelp|angi\w*|nextdoor|state farm|allstate|insurance|bank|roofing|remodel\w*|kitchens?|homes?|builders?|construction|services?|plumbing|heating|electric`,
		`god|lord|jesus|christ|mr|mrs|ms|sir|madam|ma'am`)
)

// namedAlone reads a name that its bearer gives unasked and without a word to introduce it:
// "Friday at one. Gloria Estep.", "Janet, Chip Lindgren with Lakeside." Only capitals and a
// second name tell it from other words.
func (c *conversation) namedAlone() ([]string, hit) {
	for _, s := range c.mine {
		if s.field != "" || !s.hasCapitals() {
			continue
		}
		for _, from := range c.nameStarts(s) {
			name, to := s.nameAt(from, false)
			if len(name) == 0 || noPerson.MatchString(s.norm[from:to]) || !aloneEnd.MatchString(s.norm[to:]) {
				continue
			}
			if (len(name) > 1 || title.MatchString(s.norm[from:]) || selfNamed.MatchString(s.norm[to:])) && !asksElse.MatchString(c.before(s)) {
				return name, hit{s, from, to}
			}
		}
	}
	return nil, hit{}
}

// nameStarts returns the places of a sentence at which a name may stand: its beginning, after
// the words that open an answer and, in the first turn, after the agent's name.
func (c *conversation) nameStarts(s *sentence) []int {
	starts := []int{0}
	if at := leadIn.FindStringIndex(s.norm); at != nil {
		starts = append(starts, at[1])
	}
	if s.turn == c.mine[0].turn {
		if at := vocative.FindStringIndex(s.norm); at != nil {
			starts = append(starts, at[1])
		}
	}
	for _, sp := range spellings(s.norm) { // "I M A N I. Imani Broussard."
		if strings.HasPrefix(s.norm[sp.hi:], ". ") {
			starts = append(starts, sp.hi+2)
		}
	}
	return starts
}

// completed returns the full name where somebody gives it after the first alone.
func (c *conversation) completed(name []string, at hit) ([]string, hit) {
	if len(name) > 1 {
		return name, at
	}
	full, fullAt := c.namedAlone()
	same := func(part string) bool { return len(name) == 0 || wording.Fold(part) == wording.Fold(name[0]) }
	if slices.ContainsFunc(full, same) {
		return full, fullAt
	}
	return name, at
}
