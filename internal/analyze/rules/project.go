package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var (
	// desire is a customer who wants something done.
	desire = words(`(i|we|she|he|they)(?:'m|'re|'d| am| are| is| was| were| would| really| just| also| have| has|'ve)* (been )?(want\w*|wanna|need\w*|like|love|looking|look|hoping|hope|plan\w*|trying|try|ready|interested|thinking|considering|gonna|going to|wondering|wonder|got to|gotta|have to|has to)`,
		`(quote|estimate|price|bid|pricing|proposal|ballpark) (on|for|to|of|about)`, `how much (would|does|do|is|will|for|to|are)`, `looking (for|to|at|into|in)`, `interested in`, `(redo|redoing|redone|remodel\w*|renovat\w*|replac\w*|install\w*|updat\w*|upgrad\w*|refinish\w*|convert\w*|finish\w*|build\w*|rebuild\w*|repair\w*|fix\w*|gut\w*|moderni[sz]\w+)`, `calling (about|for|regarding|because)`, `need(s|ed)?`, `new`,
		`(quiero|queremos|necesito|necesitamos|quisiera|quisieramos|busco|buscamos|me gustaria|nos gustaria|me interesa|cambiar|arreglar|renovar|remodelar|instalar|reparar|presupuesto|cotizacion)`)
	// pastJob is work that is over, or was somebody else's.
	pastJob    = words(`(you|you guys|y'all|you all|your (crew|company|guys|team)) (did|installed|remodeled|built|put|redid|replaced|finished|painted|already)`, `(did|redid|finished|remodeled|replaced|built|redone|had) (our|my|the|a|it)\b.{0,40}(last|ago|years?|back|before|already|in 20\d\d|summer|spring|fall|winter)`, `already (did|done|redid|have|had|got|been|replaced|remodeled|taken care|finished|updated)`, `last (year|spring|summer|fall|winter|month|time)`, `years? ago`, `months ago`, `a while (back|ago)`, `(was|were|been) (just )?(done|redone|replaced|updated|remodeled|finished)( already| last| in| a| two| three| few|\W*$)`, `used to`, `previous(ly)?`)
	firstThing = words(`first`, `start(ing)? with`, `priority`, `main(ly)?`, `mostly`, `most(ly)? important\w*`, `more than anything`, `right now`, `primarily`, `biggest`, `especially`, `for now`, `to begin with`, `focus\w*`, `primero`, `principalmente`)
	laterThing = words(`eventually`, `later( on)?`, `down the (road|line)`, `some ?day`, `phase (two|2|three|3)`, `after that`, `in the future`, `maybe (also|then|some)`, `then maybe`, `next year`, `while you're (at it|here)`, `might (also|as well)`, `possibly`, `if there's (money|budget)`, `at some point`, `mas adelante`, `también|tambien`)
	together   = words(`the lot`, `all (of it|at once|together|at the same time|of those|of that|three|four|five)`, `everything`, `whole (house|thing|place|home)`, `at the same time`, `at once`, `the works`, `all new`, `entire`, `basically everything`, `todo`)

	deniedBefore = expression(`\b(not|isn't|wasn't|aren't|don't (need|want|do|have|care about)|doesn't (need|want|include)|didn't (say|want|need|ask|call|mean)|never (said|asked|wanted|mentioned)|nothing (with|about|to do with|wrong with)|instead of|rather than|other than|except( for)?|aside from|apart from|forget( about)?|skip|no|leav(e|ing)|keep(ing)?|no es|no quiero)( (about|for|on|doing|touching|really|even|actually|so much|calling|the|a|an|any|our|my|your|to|with|interested|in|el|la|los|las|mi|new|alone|and|or|nor|kitchens?|bath(room)?s?|basements?|roofs?|windows?|floors?|decks?|siding))* ?$`)
	notOnly      = expression(`\bnot (just|only|simply|merely)( \w+)* ?$`)
	deniedAfter  = expression(`^s?(?:'s| is| are| was| were| has been|'re) (all )?(finished|done|redone|brand new)\b|^s?(?:'s| is| are| was| were| has been|'re)? ?(fine|good|okay|ok|great|already|in (good|great) shape|not (the|what|it|included|part)|can wait|stays?|staying|is staying|was last|we('ve)? (already|did|just)|off the table|came out)\b`)
	aboutCompany = expression(`\b(is this|did i reach|have i reached|reached|this is) \w+( \w+){0,3}$`)
	anyProject   = words(`projects?`, `remodel\w*`, `renovat\w*`, `(some |any )?work done`, `home improvement`, `repairs?`, `construction`, `build\w*`, `proyecto`, `remodelacion`, `obra`)
)

// tally is how much the conversation dwells on a trade, and where first.
type tally struct {
	name   string
	weight float64
	first  hit

	mentions int
}

// findProject returns what the customer wants done. Of a job that is over, which a warranty
// call or a complaint is about, past mentions count too.
func (c *conversation) findProject(intent string) (string, []request.Evidence) {
	if slices.Contains([]string{"spam", "wrong_number", "job_seeker", "vendor_solicitation"}, intent) {
		return verdict.None, nil
	}
	pastCounts := intent == "complaint" || intent == "existing_customer"
	tallies := c.tally(pastCounts)
	if faint(tallies) {
		tallies = append(tallies, c.agentTally()...)
	}
	if named := c.companyTrade(); intent != "other" && len(named) > 0 && (onlyRooms(tallies) || inPassing(tallies)) {
		tallies = named
	}
	if len(tallies) == 0 {
		return c.unnamedProject(intent)
	}
	if intent == "other" {
		return verdict.None, nil
	}
	best := tallies[0]
	for _, t := range tallies[1:] {
		if t.weight > best.weight {
			best = t
		}
	}
	return best.name, []request.Evidence{evidence(verdict.FieldProjectType, best.first)}
}

// faint reports whether the customer named nothing that is surely a project.
func faint(named []tally) bool {
	return !slices.ContainsFunc(named, func(t tally) bool { return t.weight >= plainCue })
}

// unnamedProject answers when no trade is named: work of some kind is still a project.
func (c *conversation) unnamedProject(intent string) (string, []request.Evidence) {
	if intent != "quote_request" && intent != "appointment" && intent != "service_question" {
		return verdict.None, nil
	}
	if h, ok := find(c.mine, anyProject); ok && !aboutCompany.MatchString(h.s.norm[:h.lo]) {
		return "other", []request.Evidence{evidence(verdict.FieldProjectType, h)}
	}
	return verdict.None, nil
}

// tally weighs every trade that is named and not denied.
func (c *conversation) tally(pastCounts bool) []tally {
	t := tallies{}
	for _, s := range c.all {
		named := c.tradesIn(s)
		factor := c.projectFactor(s, pastCounts)
		for i, n := range named {
			weight := n.weight * factor
			if i == earliest(named) { // of things named in one breath the first counts most
				weight *= 1.1
			}
			if n.name == "other" && len(named) > 1 {
				weight *= 0.3
			}
			t.add(n.name, weight, n.first)
		}
		if name, ok := c.fieldTrade(s); ok {
			t.add(name, 2*strongCue, hit{s, 0, len(s.norm)})
		}
		if manyRooms(s.norm, named) && (together.MatchString(s.norm) || c.summedUp(s)) && factor >= 1 {
			t.add("whole_home", 12, named[0].first)
		}
		if at := paintWish.FindStringIndex(s.norm); at != nil && !s.agent && factor >= 1 {
			t.add("painting", plainCue, hit{s, at[0], at[1]})
		}
	}
	t.deny(c)
	t.everywhere()
	t.absorb()
	return t.ordered()
}

// earliest returns which of the trades the sentence names first.
func earliest(named []tally) int {
	first := 0
	for i, n := range named {
		if n.first.lo < named[first].first.lo {
			first = i
		}
	}
	return first
}

// agentTally falls back on what the agent asks about ("what's your budget for the
// addition?") when the customer never names it.
func (c *conversation) agentTally() []tally {
	var out []tally
	for _, s := range c.all {
		if s.agent && agentAsksAbout.MatchString(s.norm) && !no.MatchString(c.after(s)) {
			out = append(out, c.tradesIn(s)...)
		}
	}
	return out
}

var agentAsksAbout = words(`(your|the|this|that) \w+`)

var projectField = expression(`project|service|interest|type|work|need|job|room|proyecto|servicio`)

// projectFactor says how much the trades that a sentence names count.
func (c *conversation) projectFactor(s *sentence, pastCounts bool) float64 {
	if s.agent {
		return c.agentFactor(s)
	}
	if s.field != "" && projectField.MatchString(s.field) && len(s.norm) < 80 {
		return 3
	}
	factor := 1.0
	if desire.MatchString(s.norm) {
		factor = 2
	}
	if firstThing.MatchString(s.norm) {
		factor += 0.7
	}
	if laterThing.MatchString(s.norm) {
		factor *= 0.35
	}
	if !pastCounts && pastJob.MatchString(s.norm) {
		factor *= 0.25
	}
	return factor
}

// agentFactor counts what the agent names and the customer confirms at once.
func (c *conversation) agentFactor(s *sentence) float64 {
	if !agentSumsUp.MatchString(s.norm) {
		return 0
	}
	if answer := c.after(s); yes.MatchString(answer) && !no.MatchString(answer) {
		return 1
	}
	return 0
}

var agentSumsUp = anyOf(`\?\W*$`, `\b(so you|you(?:'re| are) (looking|wanting|interested|calling)|sounds like|just to confirm|i have you)\b`)

// tradesIn returns the trades that a sentence names and does not deny, each once.
func (c *conversation) tradesIn(s *sentence) []tally {
	if !s.sought {
		s.named, s.sought = c.seekTrades(s), true
	}
	return slices.Clone(s.named)
}

func (c *conversation) seekTrades(s *sentence) []tally {
	var out []tally
	norm := maskName(s.norm, wording.Fold(c.in.Tenant.Name))
	for _, t := range trades {
		best, denied := tally{name: t.name}, false
		for _, cue := range t.cues {
			for _, at := range cue.re.FindAllStringIndex(norm, -1) {
				factor := mentionFactor(norm, at, t.name)
				weight := cue.weight * factor
				denied = denied || factor == 0
				if weight > best.weight {
					best.weight, best.first = weight, hit{s, at[0], at[1]}
				}
			}
		}
		if denied {
			s.denied = append(s.denied, t.name) // what is denied once is spoken of, not wanted
			best.weight *= 0.3
		}
		if best.weight > 0 {
			out = append(out, best)
		}
	}
	return placesLast(norm, out)
}

// maskName blanks the company's own name: "is this Summit Kitchens?" is no project.
func maskName(norm, name string) string {
	if name == "" {
		return norm
	}
	return regexp.MustCompile(`\b`+regexp.QuoteMeta(name)+`\b`).ReplaceAllStringFunc(norm, func(m string) string {
		blank := make([]byte, len(m))
		for i := range blank {
			blank[i] = '_'
		}
		return string(blank)
	})
}

// mentionFactor is 0 for a mention that is denied or part of something else.
func mentionFactor(norm string, at []int, name string) float64 {
	before, after := norm[:at[0]], norm[at[1]:]
	switch {
	case deniedBefore.MatchString(before) && !notOnly.MatchString(before):
		return 0
	case deniedAfter.MatchString(after):
		return 0
	case aboutCompany.MatchString(before), onlyWeather.MatchString(norm[max(0, at[0]-20):at[1]]), name == "flooring" && storey.MatchString(norm[max(0, at[0]-12):at[1]]):
		return 0
	case name == "bathroom" && strings.HasSuffix(before, "hot "): // a hot tub stands outside
		return 0
	case name == "windows_doors" && (strings.HasPrefix(after, " seat") || innerDoor.MatchString(before)):
		return 0
	case besideThing.MatchString(before):
		return 0.4
	case surface.MatchString(norm[max(0, at[0]-15):at[1]]):
		return 0.2
	case name == "whole_home" && ofTrade.MatchString(norm):
		return 0.2
	case roomBeforeThing.MatchString(after):
		return 0.3
	default:
		return 1
	}
}

// placesLast lowers rooms that only say where another trade's work is: "a leak in the
// bathroom", "the outlets in the kitchen".
func placesLast(norm string, named []tally) []tally {
	for i := range named {
		t := &named[i]
		before := norm[:t.first.lo]
		switch {
		case !isPlace(*t) || t.weight < plainCue || !roomAsPlace.MatchString(before) || lookingAt.MatchString(before):
		case len(named) == 1:
			t.weight *= 0.6
		case !ownThings(t.name, named):
			t.weight *= 0.3
		}
	}
	return named
}

// isPlace reports whether a trade is named by a place where other trades work too.
func isPlace(t tally) bool {
	switch t.name {
	case "kitchen", "bathroom", "basement", "addition", "windows_doors", "deck_patio":
		return true
	case "landscaping":
		return strings.HasSuffix(t.first.text(), "yard") || t.first.text() == "lawn"
	case "other":
		return roomWord.MatchString(t.first.text()) || t.first.text() == "garage"
	default:
		return false
	}
}

// ownThings reports whether all other trades in the sentence are only faintly named, so
// that the room is the project after all ("tile in the bathroom").
func ownThings(room string, named []tally) bool {
	for _, t := range named {
		if t.name != room && t.weight > faintCue {
			return false
		}
	}
	return room != "bathroom" && room != "kitchen" || !slices.ContainsFunc(named, func(t tally) bool { return t.name == "plumbing" })
}
