package rules

import (
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var (
	// asksTimeline is a question after the start of the work.
	asksTimeline = words(`^\W*(and |so )?when\W*$`, `time ?line`, `time ?frame`, `how soon`, `(when|what month|what time of year) (are|were|would|do|did) (you|y'all)( guys)? (looking|hoping|wanting|thinking|like|want|planning|need|see|plan|aiming|trying|ideally)`, `when (would|do) you (want|need|like)\b.{0,30}(start|begin|done|work|project|finished|completed)`, `(looking|hoping|want|like|ready|planning|thinking) (to|of|about) (start\w*|begin\w*|get\w* (start\w*|going)|mov\w+|hav\w+ (it|this|that) (done|finished))`, `(deadline|target date|start date|in a (hurry|rush)|any rush|how urgent|completion date|by when|sense of timing)`, `when (is|was|would be) (this|that|it|the (project|work))`, `cuando (quiere|piensa|le gustaria|necesita|quisiera|desea)\b.{0,40}(empezar|comenzar|hacer|listo|terminad|trabajo|proyecto)`, `para cuando`)
	// asksVisit is a question after a time for a visit or a call.
	asksVisit = words(`what (day|days|time|times|works)`, `(best|good|better) (time|day)`, `(are|is|would|does|do|how about|what about|how's|how is|can you do) (you |we )?(\w+ )?(available|free|open|work\w*|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|morning|afternoon)`, `when (can|could|would|should) (we|someone|i|he|she|they|our)`, `(schedule|appointment|opening|availability|slot|come (out|by)|stop by)`, `que (dia|hora)`, `cita`)
	visitTalk = words(`come (out|by|over|look|see|take|check|give|measure|to)`, `coming (out|by)`, `comes? out`, `appointments?`, `consultations?`, `(free |an |the |your )estimates?`, `visits?`, `meet\w*`, `measur\w+`, `look at (it|the|my|our)`, `take a look`, `stop by`, `swing by`, `availab\w+`, `free (on|at|in|after|tomorrow|all|any)`, `works? (for|best|better|great|fine|well)`, `openings?`, `schedul\w+`, `reschedul\w+`, `call(ing)? (me|us|you|back|him|her)`, `call`, `get back to me`, `reach me`, `walk.?through`, `at (\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|noon)\b`, `o'clock`, `\d ?(a|p)\.?m`, `(mornings?|afternoons?|evenings?)`, `mon(day)?|tues?(day)?|wed(nesday)?|thurs?(day)?|friday|saturday|sunday`, `e-?mail(ed)?|text me`, `how are you`, `talk(ed)? to (you|someone|somebody)`, `see you`, `(saw|found|got|heard|seen) (you|your)`, `out of town`, `cita`, `llam\w+`, `visit\w+`)
	startTalk = words(`start\w*`, `begin\w*`, `began`, `break(ing)? ground`, `get(ting)? (it|this|that|them|these|everything|going|started|moving|the (work|project|job|kitchen|bathroom|roof|floors?|deck))`, `kick\w* off`, `(have|having|get|getting|got|need|needs|want|wanted|like|wants) (it|this|that|them|everything|the \w+( \w+)?|to be|a new \w+)\b.{0,20}(done|finished|completed|complete|ready|in|fixed|replaced|installed|wrapped|painted|built|up)`, `finish\w*`, `complet\w+`, `wrap\w* up`, `done`, `mov(e|ing) (in|into|out|forward|ahead)`, `install\w*`, `replac\w+`, `in place`, `happen\w*`, `time ?line`, `time ?frame`, `looking (to|at|for|into)`, `hoping`, `shooting for`, `aiming`, `target\w*`, `deadline`, `wait(ing)? (until|till|for)`, `not until`, `until`, `want(ed)? to`, `like to`, `plan(ning|s)?`, `thinking`, `thought`, `ideally`, `ready`, `project`, `pull the trigger`, `do (it|this|that|the \w+|them|everything)`, `work done`, `fix(ed)?`, `repair\w*`, `build\w*`, `need(s)? (it|this|them|to|a|an|the|new|somebody|someone)`, `before`, `by`, `in time`, `wedding`, `baby`, `due`, `sell(ing)?|list(ing)?|on the market`, `closing|close on|clos(e|ing)`, `empezar|comenzar|listo|terminar|terminado|hacer(lo|la)?|quiero|necesito|queremos|quisiera|arreglar|para`)
	asapWords = words(`(cambiar|arreglar|hacer|reparar)(lo|la|los|las)? ya`, `asap`, `a\.s\.a\.p`, `soon as`, `right away`, `immediat\w+`, `sooner the better`, `sooner (rather|than)`, `ready (to|whenever)`, `whenever you`, `earliest`, `urgent\w*`, `emergenc\w+`, `can't wait`, `first (available|opening)`, `lo antes posible`, `cuanto antes`, `urgente`, `de inmediato`, `any ?day now`, `soon`, `quickly`)
	loosely   = words(`depends`, `no (big |huge |real |particular |great )?(rush|hurry|timeline|time ?frame|deadline|date|set (date|time))`, `not in (a|any|too much of a|that much of a) ?(rush|hurry|big rush)?`, `some ?day`, `eventually`, `down the (road|line)`, `one of these days`, `whenever`, `flexible`, `not sure (yet|when)`, `(don't|do not) (know|have a) (when|date|timeline|time)`, `haven't decided`, `algun dia`, `sin prisa`, `no (hay|tengo|tenemos) (prisa|apuro)`, `up in the air`)
	laterOn   = words(`eventually`, `later on`, `down the (road|line)`, `some ?day`, `phase (two|2|three|3)`, `after that`, `in the future`, `maybe then`, `then we'll`, `the rest`)
	corrected = words(`actually`, `i mean`, `scratch that`, `sorry`, `make (that|it)`, `no wait`, `or rather`, `more like`, `realistically`, `honestly`, `on second thought`, `well`, `mejor dicho`)
	refined   = words(`so`, `probably`, `say`, `meaning`, `like`, `specifically`)
	negated   = expression(`\b(not|isn't|won't|wouldn't|doesn't|don't|can't|no|nothing|never|ain't|aren't)( \w+){0,5} $`)
	untilWord = words(`until`, `before`, `till`, `for`, `later`, `than`, `hasta`, `earlier`, `sooner`, `only`, `just`, `wait`)

	emergency   = words(`boarded( it)? up`, `(fishy|burning|burnt|electrical|gassy) smell`, `smells? (fishy|like (burning|something burning|plastic|smoke|fish|rotten eggs|gas))`, `(wall|outlet|switch|panel|breaker)('s| is) (warm|hot)`, `(saliendo|tirando|goteando) (el |mucha )?agua`, `charco`, `(pipes?|line|hose|valve|joint|one of (them|em|those)) (just )?(let go|split|blew)`, `(main|water)('s| is)? (been )?shut off`, `degrees in (here|the house|my|our)`, `(leaking|dripping) (in|on|into|onto) (my|our) `, `(buzzing|humming|crackling|arcing)`, `hot (to the touch|when you touch)`, `half (of )?(the|my|our) (house|power|lights) (is|are|went) out`, `(shut off|red.?tagged|turned off|cut off) (the |our |my |it |us )*(gas|water|power|furnace|yesterday|today)`, `cracked heat exchanger|heat exchanger is cracked`, `carbon monoxide`, `(need|send|get) (someone|somebody|anybody|an? (plumber|electrician|roofer|tech\w*|crew|guy))( \w+){0,3} (right now|right away|immediately|asap|tonight|today|now)`, `(storm|wind|winds|tornado|hurricane|hail|tree)\b.{0,30}(took|tore|ripped|blew|knocked|peeled)`, `burst\w*`, `flood(ed|ing|s)`, `gushing`, `pouring`, `(water|it)(?:'s| is)? (everywhere|coming (up|in|into|through|down|out)|all over|pouring|dripping (from|through|into|down)|spraying|rushing)`, `leaking (right now|everywhere|through|badly|into|all over|from the ceiling|like crazy|really bad|pretty bad)`, `(no|without|lost|don't have( any)?|have no) (heat|hot water|power|electricity|ac|a/c|air conditioning|running water|air)`, `(heat|furnace|heater|boiler|ac|a/c|air conditioner|air conditioning|power|water heater|sump pump)(?: is| just| has|'s| completely)* (went out|out|died|dead|quit|stopped|not working|broke|gave out|down|kicked the bucket)`, `spark(s|ed|ing)`, `smok(e|ing)`, `burning smell`, `smell(s|ing)? (gas|burning|smoke|something burning)`, `gas leak`, `sewage`, `back(ed|ing) up into`, `overflow\w*`, `tree (fell|came|went|is|through|on|just|crashed)`, `hole in (the|my|our) (roof|ceiling)`, `(tarp|tarped)`, `emergency`, `won't (shut off|stop)`, `can't (shut|turn) (it|the water) off`, `carbon monoxide`, `ceiling (is |just )?(fell|falling|collapsed|caving|sagging)`, `inunda\w+`, `fuga de (agua|gas)`, `emergencia`, `sin (agua|luz|calefaccion)`, `se (rompio|revento)`, `ceiling (collapsed|caved)`)
	pastTrouble = words(`last (year|spring|summer|fall|winter|month)`, `years? ago`, `months ago`, `not an? emergency`, `no emergency`, `isn't an emergency`, `in case of`, `used to`, `emergency (contact|number|exit|fund)`)

	timelineField = expression(`time ?line|time ?frame|start|when|urgen|how soon|deadline|completion|cuando|target date|project date`)
	otherDate     = expression(`contact|call|best|appointment|visit|prefer|submitted|birth|reach|created|page|hear|availab`)
)

// Edges of the timeline classes, in days from the start of the call.
const (
	withinMonth  = 38
	threeMonths  = 95
	sixMonths    = 187
	immediateDay = 7
)

func timelineOf(days float64) string {
	switch {
	case days <= withinMonth:
		return "immediate"
	case days <= threeMonths:
		return "1_3_months"
	case days <= sixMonths:
		return "3_6_months"
	default:
		return "6_plus_months"
	}
}

// choice is the best mention so far.
type choice struct {
	mention
	weight int
}

// findTimeline returns when the customer wants the work to start, and the words for it. Of
// somebody who only asks a question a time named in passing is no wish.
func (c *conversation) findTimeline(idleQuestion bool) (string, []request.Evidence) {
	h := horizon{c.in.Call.StartTime}
	var best choice
	for _, s := range c.all {
		for _, m := range h.mentions(s) {
			w := c.weighMention(m)
			if best.s != nil && settlesOn(best.s, s) { // "Not before May. I'd say July."
				best, w = choice{}, max(w, best.weight)
			}
			if w > 0 && c.prefers(best, choice{m, w}) {
				best = choice{m, w}
			}
		}
	}
	if trouble, ok := c.findEmergency(); ok && best.weight < 3 {
		best = choice{mention{hit: trouble, days: immediateDay}, 3}
	}
	if best.weight == 0 || best.weight == 1 && (c.said(loosely) || idleQuestion) {
		return verdict.Unknown, nil
	}
	return timelineOf(best.days), []request.Evidence{evidence(verdict.FieldTimeline, best.hit)}
}

// settlesOn reports whether a sentence is little more than a time, said right after another one by
// the same person.
func settlesOn(before, s *sentence) bool {
	return s.field == "" && s.turn == before.turn && s.at == before.at+1 && settledTime.MatchString(s.norm)
}

var settledTime = expression(`^\W*(?:so )?(?:i'd say|i would say|let's say|say|call it|figure|make it|more like|probably)(?: [\w']+){1,4}\W*$`)

// findEmergency returns trouble that cannot wait.
func (c *conversation) findEmergency() (hit, bool) {
	for _, s := range c.mine {
		at := emergency.FindStringIndex(s.norm)
		if at != nil && !pastTrouble.MatchString(s.norm) && !negated.MatchString(s.norm[:at[0]]) {
			return hit{s, at[0], at[1]}, true
		}
	}
	return hit{}, false
}

// prefers reports whether a later mention replaces the best so far: it is more surely about
// the work, or the start where the other is a deadline, or a correction.
func (c *conversation) prefers(best, next choice) bool {
	if next.weight != best.weight {
		return next.weight > best.weight
	}
	if best.deadline != next.deadline {
		return best.deadline
	}
	if best.s == next.s {
		lo, hi := best.hi, next.lo
		if lo >= hi {
			return next.hi-next.lo > best.hi-best.lo
		}
		between := next.s.norm[lo:hi]
		return refined.MatchString(between) || corrected.MatchString(between)
	}
	return corrected.MatchString(next.s.norm[:next.lo])
}

// weighMention returns how surely a time is the wished start of the work: 0 is not.
func (c *conversation) weighMention(m mention) int {
	s := m.s
	if s.field != "" {
		return weighField(m)
	}
	before := s.norm[:m.lo]
	if at := negated.FindStringIndex(before); at != nil && !untilWord.MatchString(before[at[0]:]) {
		return 0
	}
	if s.agent {
		return c.weighAgentMention(m)
	}
	weight := c.weighPlain(m)
	if weight > 2 && laterOn.MatchString(s.norm) && m.days < sixMonths {
		weight = 2
	}
	return weight
}

func (c *conversation) weighPlain(m mention) int {
	norm := m.s.norm
	said := c.before(m.s)
	near := norm[max(0, m.lo-60):min(len(norm), m.hi+40)]
	asap := asapWords.MatchString(m.text())
	visit := visitTalk.MatchString(near)
	start := startTalk.MatchString(near)
	soon := m.days == immediateDay && !asap
	switch {
	case serviceQuestion.MatchString(norm) && wishIn(norm) == nil:
		return 0
	case asksTimeline.MatchString(said) && (!visit || !soon || asksBegin.MatchString(said)):
		return 6
	case soon && (visit || asksVisit.MatchString(said)):
		return 0
	case visit && !strongStart.MatchString(near) && !asap && !m.deadline:
		return 0
	case asap && visit && !strongStart.MatchString(near):
		return 1
	case soon && !strongStart.MatchString(near):
		return 0
	case strongStart.MatchString(near):
		return 5
	case start || asap:
		return 4
	case m.deadline:
		return 3
	default:
		return 1
	}
}

// asksBegin is a question that no visit answers.
var asksBegin = words(`(want|like|hoping|looking|planning|ready) to (start|begin)`, `(want|need) (the work|it) (started|done|finished)`)

// serviceQuestion asks how the company works, so its times are not the customer's.
var serviceQuestion = words(`do (you|y'all)( guys| folks)? \w+`, `how long (does|do|would|will|is)`)

// strongStart is talk of the work itself.
var strongStart = words(`(want|need) (it|this|them|that) (\w+ )?(this week|today|tomorrow|dug|out|gone|closed)`, `start\w*`, `begin\w*`, `break(ing)? ground`, `get (it|this|going|started|moving)`, `done`, `finish\w*`, `complet\w+`, `mov(e|ing) (in|into|forward)`, `install\w*`, `replac\w+`, `in place`, `time ?line`, `time ?frame`, `fixed`, `fix`, `repair\w*`, `ready (for|by|before|to)`, `hoping`, `shooting for`, `do (it|this|the (work|project|job))`, `work`, `empezar|comenzar|listo|terminado|arreglar`, `pull the trigger`, `deadline`, `wedding`, `baby`)

func weighField(m mention) int {
	switch {
	case timelineField.MatchString(m.s.field) && !otherDate.MatchString(m.s.field):
		return 8
	case otherDate.MatchString(m.s.field):
		return 0
	}
	norm := m.s.norm
	asap := asapWords.MatchString(m.text())
	soon := m.days == immediateDay && !asap
	switch {
	case visitTalk.MatchString(norm) && !strongStart.MatchString(norm):
		return 0
	case soon && !strongStart.MatchString(norm):
		return 0
	case startTalk.MatchString(norm):
		return 4
	default:
		return 2
	}
}

// asksStart is a customer who asks when the work could begin.
var asksStart = words(`how (quick\w*|soon|fast|long (before|until|till|out))`, `(when|what's the soonest|how early) (could|can|would|will) (you|y'all|they|we|it|somebody|your (crew|guys|people|men))( guys)? (start|begin|get (to|started|going)|do|fit|be able)`, `(booked|backed) (out|up)`, `what's your (schedule|lead time|wait|backlog)`, `cuando (pueden|podrian) (empezar|comenzar)`)

// weighAgentMention counts what the agent sums up and the customer confirms.
func (c *conversation) weighAgentMention(m mention) int {
	norm, answer := m.s.norm, c.after(m.s)
	if asksStart.MatchString(c.before(m.s)) && (yes.MatchString(answer) || accepts.MatchString(answer) || agrees.MatchString(answer)) && !disagrees.MatchString(answer) {
		return 3
	}
	if !strings.Contains(norm, "?") && !agentSumsUp.MatchString(norm) {
		return 0
	}
	if !yes.MatchString(answer) || visitTalk.MatchString(norm) || !startTalk.MatchString(norm) {
		return 0
	}
	return 3
}
