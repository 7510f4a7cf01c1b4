package rules

import (
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// finding is a claim with the place that it was read from.
type finding struct {
	word string
	at   hit
	ok   bool // the place is set
	sure float64
}

func (f finding) evidence(field string) []request.Evidence {
	if !f.ok {
		return nil
	}
	return []request.Evidence{evidence(field, f.at)}
}

// cueSet scores how much the customer's sentences sound like one intent.
type cueSet struct {
	strong *pattern // enough alone
	weak   *pattern // two are enough
}

// score returns the weight of the cues in the sentences and the first place of the best.
func (s cueSet) score(sentences []*sentence) (float64, hit) {
	total, best, bestWeight := 0.0, hit{}, 0.0
	take := func(re *pattern, o *sentence, weight float64) {
		if re == nil {
			return
		}
		if at := re.FindStringIndex(o.norm); at != nil {
			total += weight
			if weight > bestWeight {
				best, bestWeight = hit{o, at[0], at[1]}, weight
			}
		}
	}
	for _, o := range sentences {
		take(s.strong, o, 2)
		take(s.weak, o, 1)
	}
	return total, best
}

// enough is the score from which an intent is believed.
const enough = 2.0

// findIntent returns what the caller wanted: the first intent, in the order of their
// definitions, that the words bear out.
func (c *conversation) findIntent() finding {
	if len(c.mine) == 0 {
		return finding{word: "other", sure: 0.6}
	}
	for _, read := range []func(*conversation) finding{
		(*conversation).readSpam, (*conversation).readWrongNumber, (*conversation).readSurvey, (*conversation).readJobSeeker,
		(*conversation).readVendor, (*conversation).readComplaint, (*conversation).readExisting,
	} {
		if f := read(c); f.word != "" {
			return f
		}
	}
	return c.readWish()
}

// wantsWork returns where the customer says that they want work done on a trade of ours.
func (c *conversation) wantsWork() (hit, bool) {
	for _, s := range c.mine {
		if pastJob.MatchString(s.norm) && !newWork.MatchString(s.norm) {
			continue
		}
		at := wishIn(s.norm)
		if at == nil {
			continue
		}
		if len(c.tradesIn(s)) > 0 || anyProject.MatchString(s.norm) || doneToIt.MatchString(s.norm) {
			return hit{s, at[0], at[1]}, true
		}
	}
	return hit{}, false
}

// doneToIt is work on a thing that was named before.
var doneToIt = words(`(want|need|like|have|get) (it|them|that|this|those|everything|all of it|the (house|place|room|thing|whole thing)) (\w+ )?(gutted|done|redone|replaced|fixed|repaired|remodeled|renovated|rebuilt|torn (out|down|off)|painted|installed|put (in|back|up)|opened up|finished|updated)`)

// asked stands before words that would be a wish if they were not a question.
var asked = expression(`\b(do|does|did|should|would|will|if|don't|when|until|once|why|what|all) $`)

// wishIn returns where a sentence wishes for something, nil if it does not.
func wishIn(norm string) []int {
	for _, at := range wish.FindAllStringIndex(norm, -1) {
		if !asked.MatchString(norm[:at[0]]) && !onlyToKnow.MatchString(norm[at[1]:]) {
			return at
		}
	}
	return nil
}

// onlyToKnow follows a wish for information, not for work.
var onlyToKnow = expression(`^ ?(to )?(know|ask|find out|see (if|whether)|check|understand|confirm|verify|hear|talk|speak|make sure)\b`)

// wantsFirmly reports whether any wish for work is more than a thought.
func (c *conversation) wantsFirmly() bool {
	for _, s := range c.mine {
		if wishIn(s.norm) != nil && firmWish.MatchString(s.norm) && (len(c.tradesIn(s)) > 0 || anyProject.MatchString(s.norm)) {
			return true
		}
	}
	return false
}

// wish is desire in the customer's own name; it is narrower than desire, which also takes
// bare verbs of building.
var wish = words(`(researching|pricing out|shopping (for|around)|calling around|checking (around|prices|on prices)|getting (prices|quotes|bids|estimates))`, `(i|we)(?:'d| would) (really |just )?(love|like|want)`, `(i|we)(?:'m|'re|'d| am| are| was| were| would| really| just| also| have| 've| had)* (been )?(want\w*|wanna|need\w*|like|love|looking|hoping|plan\w*|trying|ready|interested|thinking|considering|gonna|going to|wondering|got to|gotta|have to)`,
	`looking (for|to|at|into|in)`, `interested in`, `calling (about|for|regarding|to get|because)`, `(my|our) (\w+ )?(needs|wants)`, `needs? (to be )?(replac|fix|repair|redo|paint|remodel|updat)\w*`, `(want|need)(s|ed)? (a|an|to|some|new|my|our)`, `(quote|estimate|price|bid|pricing|proposal|ballpark|cost) (on|for|to|of|about)`, `how much`, `(quiero|queremos|necesito|necesitamos|quisiera|quisieramos|busco|buscamos|me gustaria|nos gustaria|me interesa|presupuesto|cotizacion|cuanto)`)

var newWork = words(`(the|our|my) \w+'s turn`, `another`, `now (i|we|i'm|we're|it's)`, `this time`, `next`, `new project`, `also (want|need|like|looking|thinking)`, `other (bath\w*|room|side)`, `additional`, `(i|we)(?:'m|'re|'d| are| am)? (now|also|ready)`, `and now`)

// readWish tells appointment, quote and question apart once nothing else fits.
func (c *conversation) readWish() finding {
	change, changes := find(c.mine, visitChange)
	if changes {
		return finding{"appointment", change, true, 0.85}
	}
	price, asksPrice := find(c.mine, priceTalk)
	outNow, urgent := find(c.mine, sendSomeone)
	urgent = urgent && !asksRange.MatchString(outNow.s.norm)
	if trouble, ok := c.findEmergency(); ok && (urgent || c.helpIsComing()) {
		if !urgent {
			outNow = trouble
		}
		return finding{"appointment", outNow, true, 0.8}
	}
	work, wants := c.wantsWork()
	question, asks := c.readQuestion()
	visit, books := find(c.mine, visitSet)
	books = books && !asksRange.MatchString(visit.s.norm)
	switch {
	case asksPrice && (wants || !asks || priceOfWork.MatchString(price.s.norm) || len(c.tradesIn(price.s)) > 0) && !(books && visit.s.at < price.s.at && !wants):
		return finding{"quote_request", price, true, 0.85}
	case books && !(wants && work.s.at < visit.s.at):
		return finding{"appointment", visit, true, 0.75}
	case urgent && !(wants && work.s.at < outNow.s.at):
		return finding{"appointment", outNow, true, 0.7}
	case asks && !(wants && c.wantsFirmly()):
		return finding{"service_question", question, true, 0.7}
	case wants:
		return finding{"quote_request", work, true, 0.75}
	case books, urgent:
		if !books {
			visit = outNow
		}
		return finding{"appointment", visit, true, 0.6}
	default:
		return c.readRemains()
	}
}

// helpIsComing reports whether the agent sends somebody at once.
func (c *conversation) helpIsComing() bool {
	for _, s := range c.all {
		if s.agent && dispatch.MatchString(s.norm) && !disagrees.MatchString(c.after(s)) {
			return true
		}
	}
	return false
}

var dispatch = words(`(i'm|we're|i am) sending \w+`, `(he|she|they)('ll| can| will) be (there|over|out) (by|in|within|at)`, `(get|have|send) \w+ (to|out to|over to) you (by|in|within|at|today|tonight)`, `(out|there|over|by|come|send|truck|van|tech|help|technician|plumber|electrician|crew|someone)\b.{0,40}(today|tonight|within (the|an|two|\w+) hours?|right (away|now|over)|this (afternoon|morning|evening)|in (an|the next|about an|\w+) (hour|minutes)|first thing|tomorrow morning)`, `on (the|his|their|her) way`)

// readRemains answers from the trade or form alone.
func (c *conversation) readRemains() finding {
	for _, s := range c.mine {
		named := c.tradesIn(s)
		if len(named) == 0 {
			continue
		}
		if c.isForm() || c.said(callBack) || c.in.Call.Voicemail {
			return finding{"quote_request", named[0].first, true, 0.55}
		}
		if c.weighTrades() {
			return finding{"quote_request", named[0].first, true, 0.5}
		}
	}
	if h, ok := find(c.mine, anyProject); ok && !aboutCompany.MatchString(h.s.norm[:h.lo]) {
		return finding{"quote_request", h, true, 0.45}
	}
	for _, s := range c.mine { // somebody who answers about money and dates wants work
		if s.at != s.opening { // the same was said before the whole turn
			continue
		}
		if said := c.before(s); asksBudget.MatchString(said) || asksTimeline.MatchString(said) {
			return finding{"quote_request", hit{s, 0, len(s.norm)}, true, 0.4}
		}
	}
	return finding{word: "other", at: hit{c.mine[0], 0, len(c.mine[0].norm)}, ok: true, sure: 0.5}
}

// weighTrades reports whether any trade is named and not denied.
func (c *conversation) weighTrades() bool { return len(c.tally(false)) > 0 }

var callBack = words(`call (me|us) back`, `give (me|us) a (call|ring|buzz)`, `get back to me`, `reach me`, `return my call`, `call me`, `llam(e|a|en)(me|nos)`)

var (
	visitChange = words(`(i've|we've|i have|we have) got \w+ coming (at|today|this|tomorrow|over|by)\b`, `(have|need|going) to (pass|skip|bail) (on )?(today|tomorrow|this|monday|tuesday|wednesday|thursday|friday)`, `call (it|that|this|him|her|them|the \w+) off`, `(could|can) (we|you) (do|make it|try|say)\b.{0,40}\binstead`, `(was|is|were|are) supposed to (come|be here|be out|stop by)\b.{0,40}(to (look|measure|see)|estimate|quote)`, `(have|had|got) (a|an|my|our|the) (\w+ )?(estimate|appointment|visit|consult\w*|measure) (\w+ )?(set|scheduled|booked|for|on|with|tomorrow|today|this|next|monday|tuesday|wednesday|thursday|friday|saturday)\b`, `(cancel|push back|postpone|skip|move|reschedule) (on |for )?(today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|saturday|this|next)`, `confirming (that |if |whether |for |on |about )?(somebody|someone|you|he|she|they|our|my|we|the|today|tomorrow|\w+day)`, `tengo (una )?cita`, `(somebody|someone|he|she|they)('s| is|'re| are) (still )?coming (out )?(at|today|tomorrow|on|by|around)`, `(you're|you are|you guys are|he's|he is|she's|they're|someone is|somebody is|i'm|we're|i am|we are|i was|you were|he was) (all )?(scheduled|booked|coming|set|slated|down) (to (come|measure|look|be|meet|give|do)|for (my|our|the|a|an|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|today|tomorrow|\d|the))\b`, `(come|be (here|there)|get here|do it|make it) (any )?(earlier|later|sooner) (than|that|in the|on)`, `(i|we)(?:'ll| will) (see|expect|be ready for) (you|him|her|them|\w+)\b.{0,30}\b(today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|at \d)`, `(appointment|visit|estimate|consult\w*|measure)\b.{0,30}(is|was|still|set|on|for|at) .{0,20}(still (on|good|happening|coming)|on for|right\b)`, `(still|are we) (on|good|coming|set) (for|at) (mon|tue|wed|thu|fri|sat|today|tomorrow|\d|noon|this)\w*`, `(push|move|bump|change|switch) (it|that|this|us|me) (to|back|out|up|from)`, `re-?schedul\w*`, `(cancel\w*|move|change|push|bump|switch|confirm\w*|postpone) (my|our|the|that|an?|this|it)\b.{0,30}(appointment|visit|consult\w*|estimate|meeting|time|walk.?through|slot|date|measure|inspection|monday|tuesday|wednesday|thursday|friday|saturday)`, `(cancel|confirm\w*|postpone) (my|our|the|an) (appointment|visit|consultation|estimate|meeting)`, `(my|our|the|an) (appointment|visit|consultation|estimate)\b.{0,40}(can't make|cancel|re-?schedul|move|different (day|time)|another (day|time)|push|earlier|later)`, `(can't|cannot|won't be able to|not going to) make (it|my|our|the)\b.{0,30}(appointment|visit|consult\w*|estimate|monday|tuesday|wednesday|thursday|friday|saturday|tomorrow|today)`, `have an appointment\b.{0,60}(move|cancel|change|confirm|can't|check|verify|what time|push)`, `(cambiar|cancelar|mover|confirmar|reprogramar) (mi|la|una|nuestra) (cita|visita)`, `running late for`)
	visitSet    = words(`(make|set( up)?|schedule|book|get|have|arrange|request|need|want|like) (an? |the |my |our )?(free |in-home |initial |first |design |on-?site )*(appointment|consultation|visit|walk.?through|site visit|meeting)`, `(schedule|book|set up|arrange) (a )?(time|day|someone|somebody|service)`, `(get|be|put) (me |us )?on (the|your) (schedule|calendar)`, `(someone|somebody|anyone|anybody|a (guy|person|rep|tech\w*|plumber|electrician|roofer|designer|estimator)|you( guys)?|one of your guys) (to )?(come|swing|stop) (out|by|over|take|look|see|check|and|to|measure)`, `(send|have|get) (someone|somebody|a (guy|person|rep|tech\w*|plumber|electrician|roofer|designer|estimator))( \w+)? (out|over|by|to)`, `(hacer|agendar|programar|sacar|una) (una )?(cita|visita)`, `(mandar|enviar) (a )?alguien`, `que (venga|vengan)`)
	sendSomeone = words(`puede[ns]? venir (hoy|ahora|ya|esta)`, `(need|want|send|get) (someone|somebody|an? \w+|anybody|help)\b.{0,30}(this (morning|afternoon|evening)|tonight|within the hour|right over)`, `(someone|somebody|anyone|anybody|you( guys)?|a (tech\w*|plumber|electrician|roofer|crew|guy|person)|they)( please)? (to )?(come|get|be|out|over|here|send|make it|get here|show)( \w+){0,4} (out|over|today|now|right away|tonight|asap|tomorrow|quickly|here|soon|as soon|this (morning|afternoon|evening|week))`, `(come|get|send|have) (\w+ ){0,4}(out|over|here)( \w+){0,3} (today|now|right away|tonight|asap|tomorrow|as soon as|immediately|right now|this (morning|afternoon|evening))`, `(need|send|get) (someone|somebody|an? (plumber|tech\w*|electrician|roofer)|help|anybody)\b.{0,25}(today|now|right away|tonight|asap|immediately|fast|quick\w*|out here|over here|emergency|out)`, `(alguien|plomero|electricista|tecnico)\b.{0,25}(hoy|ahora|ya|rapido|urgente)`, `how (soon|fast|quick\w*) can (you|someone|somebody|they)`)
	priceTalk   = words(`what are we (looking at|talking)`, `what('s| is)? the damage`, `whats the damage`, `what i'm in for`, `the least (i|we) (can|could)`, `get away with`, `what would (a|one|something|anything) like (that|this|it|mine|ours)`, `what do you( guys)? (get|want|ask|take) for`, `what (would|does|do) (a|one|some|any)?(person|body|guy|people|folks)? ?(\w+ )?(spend|pay)`, `what (people|folks|others|most|they|you|homeowners|everyone)( \w+){0,2} (pay|charge|spend|ask)`, `what would (it|that|this|one) be( \w+)?(, |\W*$)`, `(calling|shopping) around`, `(can't|don't want to|won't|not) (pay|spend) (\w+ )?(much|more|over|a lot)`, `(money|price|cost) is no (object|issue|problem|concern)`, `(i|we) (have|got|'ve got|can spend|can do|want to spend|budgeted)\b.{0,20}(thousand|grand|bucks|dollars)`, `quot(e|es|ing)`, `estimat(e|es|ing)`, `bids?`, `pric(e|es|ing|ed)`, `how much (would|does|do|is|will|for|to|it|would it|are|you|money|roughly|something|should)`, `cost(s|ing)?`, `ballpark`, `proposals?`, `what (would|does|do|will) (it|that|this|something|you|y'all)\b.{0,30}(run|charge|cost)`, `what (a|an|the|something|that|those|these|it)\b.{0,40} (runs?|costs?|goes? for)`, `rough (idea|number|figure)`, `run me`, `(what|how much) do you( guys)? charge`, `rates?`, `presupuesto`, `cotiza\w+`, `cuanto (cuesta|sale|cobra\w*|costaria|saldria|vale|me)`, `precio`, `estimado`)
	priceOfWork = words(`what would (a|one|something|anything) like (that|this|it|mine|ours)`, `what do you( guys)? (get|want|ask|take) for`, `(spend|pay) on (a|an)`, `(can't|don't want to|won't|not) (pay|spend) (\w+ )?(much|more|over|a lot)`, `what (it|this|that|one|something|they)(?:'d| would| should| might| could| will| does)?( \w+)? (cost|run|go for|take)s?`, `what (people|folks|others|most|they|you|homeowners|everyone)( \w+){0,2} (pay|charge|spend|ask)`, `what would (it|that|this|one) be\b`, `(price|pricing|getting (prices|quotes|bids)|calling around|shopping)`, `(what|how much) (do|would|will) (you|y'all)( guys)? charge`, `(price|pricing|cost|rate)s? (for|to|of|on)`, `run me`, `(free |an? |get |written |some |the )*(quotes?|estimates?|bids?|proposal)`, `how much`, `ballpark`, `presupuesto`, `cotizacion`)
	firmWish    = words(`(i|we)(?:'d| would) (really |also |just )?(love|like|want)( to have| to get)? (a|an|new|our|my|the|some)`, `(i|we)(?:'m|'re| am| are|'d| would)? (really |just |also |definitely )*(want|need|like to|love to|looking (to|for)|ready|going to|gonna|planning to|hoping to|trying to)`, `(quiero|queremos|necesito|necesitamos|quisiera)`)
)

var (
	questionCue = words(`are (you|y'all)( guys| folks| all| people)? (licensed|insured|bonded|certified|open|able|familiar|accredited|local|family|taking|doing|booking|closed|available|located)`, `(are|is|do|does|did|will|would|can|have|has) (your|any of your|the|all your) (\w+ )?(crews?|guys|people|painters?|workers?|installers?|roofers|plumbers?|electricians?|company|team|warranty|showroom|office|estimates?|work|prices?|financing|materials?|products?|subs|employees)`, `what(?:'s| is| are) (your|the|a)`, `who (does|do|would|handles|pulls)`, `(ustedes|uds\.?) (tambien )?(hacen|arreglan|reparan|instalan|trabajan|ofrecen|pintan|venden|atienden|aceptan|tienen|dan|cobran|manejan)`, `(hacen|arreglan|reparan|instalan|pintan|venden|dan|manejan) (ustedes|tambien)`, `(queria|quisiera|quiero) (saber|preguntar)`, `do (you|y'all)( guys| all| folks)?( also| even| ever| still| actually| currently)? [a-z]+`, `(can|could|would) (you|you guys|y'all|one|i|we|it|that)\b`, `how (long|soon|often|many|does|do|would|big|thick|is)`, `what (kind|type|sort|brand|is|are|does|happens|about|would|do|material|warranty)`, `which (one|kind|brand|type|sort|is|of)`, `is (it|that|this|there)( even| really| still| actually)? (possible|better|worth|something|okay|ok|true|necessary|safe|legal|a|any|required|an)`, `(do|would|will|should) (i|we) (need|have|be|get|want)`, `are (you|y'all|you guys) (licensed|insured|bonded|certified|open|able|familiar|accredited|local|family)`, `(quick |a |just a |one )question`, `wondering (if|whether|how|about|what)`, `(want|wanted|like|trying) to (know|ask|find out|see if|understand|check if)`, `(difference|recommend|advice|suggest)`, `(hacen|ofrecen|trabajan|instalan|tienen|aceptan|atienden|pueden) (ustedes|en|con|los|las|el|la)?`, `cuanto (tiempo|tarda|demora)`, `una pregunta`)
)

// readQuestion returns a question that the customer asks about the service.
func (c *conversation) readQuestion() (hit, bool) {
	for _, s := range c.mine {
		if visitSet.MatchString(s.norm) || s.field != "" && !freeText.MatchString(s.field) {
			continue
		}
		if h, ok := find([]*sentence{s}, questionCue); ok && !smallTalk.MatchString(s.norm) {
			return h, true
		}
	}
	return hit{}, false
}

// smallTalk are questions that are none.
var smallTalk = words(`can you hear`, `how (are|is) (you|it)`, `can you (repeat|hold|say|call|spell|transfer|connect|put|have)`, `can i (get|have|ask|leave|speak|talk|call|give)`, `could (you|i) (call|have|speak|talk|repeat|ask|leave|get|please)`, `would you (like|mind)`, `what(?:'s| is) (your|that) (name|address)`, `which (is|was|means|i|we|would|works)`, `how many (do|would) you`, `would that (work|be)`, `that would`, `would it be possible to (schedule|set|have|get|reschedule)`, `(i|we) (can|could|would)`, `do you (know|want|need my|remember|hear|see|mind|think)`, `do you have (my|anything|any (openings|availability)|availability|an opening|time)`)

// readSurvey tells polls and fundraisers from people with a house.
func (c *conversation) readSurvey() finding {
	h, ok := find(c.mine, survey)
	if !ok {
		return finding{}
	}
	if _, wants := c.wantsWork(); wants && !surveyFirm.MatchString(h.s.norm) {
		return finding{}
	}
	return finding{"other", h, true, 0.7}
}

var (
	survey     = words(`(this is|it's|i'm|hi,?|hey,?) (ups|fed ?ex|usps|dhl)`, `(ups|fed ?ex|usps|dhl|amazon)\b.{0,60}(package|deliver\w*|signature|door|drop)`, `sign for (a|the|it|this)`, `(officer|deputy|detective|inspector) \w+ (with|from) the`, `(i'm|i am|this is|it's)( \w+)? (the|your) (truck|driver|delivery|delivery (driver|guy|man)|courier|inspector)`, `(truck|driver|delivery|pallet|load|shipment|freight|package|order)( \w+)? (with|of|for) (your|you guys)`, `(deliver|delivering|dropping off|drop off) (your|the|a|some) (\w+ )?(drywall|lumber|materials?|order|package|dumpster|pallet|cabinets|tile|shingles|windows)`, `(conducting|doing|taking|participate in|take|complete|short|brief|quick|customer|satisfaction|market|research|opinion|two.minute|few.minute) (\w+ )?(survey|poll|study|research|questionnaire)`, `(census|polling|public opinion)`, `survey(ing)? (of|about|on|local|home|business|contractors)`, `(donat\w+|fundrais\w+|charity|little league|booster club|toy drive|food drive)`, `(reporter|journalist) (with|for|from|at)`, `encuesta`)
	surveyFirm = words(`ups|fed ?ex|usps|dhl`, `officer|deputy`, `(truck|driver|delivery|deliver\w*|dropping off|drop off|shipment|courier|load)`, `conducting`, `participate`, `research`, `poll\w*`, `donat\w+`, `encuesta`)
)

// isMonologue reports whether nobody answered what the customer says, as with machines.
func (c *conversation) isMonologue() bool { return c.customerTurns() <= 1 }

var (
	// freeText are the fields of a form in which somebody may ask something.
	freeText = expression(`message|comment|question|detail|note|descri|mensaje|help`)
)
