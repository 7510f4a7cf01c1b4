package rules

import (
	"slices"
	"strings"
)

var (
	dayName   = words(`mon(day)?s?`, `tues?(day)?s?`, `wed(nesday)?s?`, `thu(rs?)?(day)?s?`, `fri(day)?s?`, `sat(urday)?s?`, `sun(day)?s?`, `today`, `tomorrow`, `tonight`, `this (afternoon|morning|evening)`, `the (\d{1,2}|\w+)(st|nd|rd|th)`, `(january|february|march|april|may|june|july|august|september|october|november|december) (the )?(\d{1,2}|\w+(st|nd|rd|th))`, `\d{1,2}/\d{1,2}`, `lunes`, `martes`, `miercoles`, `jueves`, `viernes`, `sabado`, `domingo`, `hoy`, `manana`, `(twenty|thirty)?[- ]?(first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|twentieth|thirtieth)`, `within (the|an|two|\d) hours?`)
	clockTime = words(`half past`, `quarter (to|past|of|after|till)`, `\w+.?ish`, `lunch( ?time)?`, `first thing`, `a las? (una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)`, `(at|around|by|about|after|before|for|from|say|@|a las|las|between|is|to|until|or|,) ?(1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)([: ](\d\d|thirty|fifteen|forty.?five|o'clock))?`, `(\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)( thirty|:\d\d| fifteen)? ?(a\.?m|p\.?m|o'clock)`, `\d{1,2}:\d\d`, `noon`, `(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (thirty|fifteen|forty.?five|in the (morning|afternoon|evening)|a\.?m|p\.?m)`, `mediodia`, `in (an|one|two|\d|half an|the next) (hours?|minutes)`, `within the hour`, `hours?`)
	partOfDay = words(`morning`, `afternoon`, `evening`, `first thing`, `de la (manana|tarde)`)

	agentConfirms = words(`(i|we)(?:'ve|'ll| have| will| got| just| can)* (got |have |put |get |pencil |lock |book |mark |schedule )*you( \w+)? (down|scheduled|booked|set|in|on the (schedule|calendar|books)|for|confirmed|penciled)`, `you(?:'re| are) (all )?(set|booked|scheduled|confirmed|good|on the (schedule|calendar|books|board)|in)`, `(see|meet) you`, `(we|he|she|they|i|\w+)(?:'ll| will) (see you|be (there|out|by)|come (out|by)|stop by|arrive|meet you|swing by)`, `(it's|that's|consider it|you're|all) (confirmed|booked|scheduled|set)`, `(confirmed|booked|scheduled|set|down) for`, `moved (you|it|that|your)`, `(lo|la|le) (tengo|esperamos|agend\w+|anot\w+)`, `nos vemos`, `(he|she|\w+|our \w+) (can|will|is going to|is gonna) be there`, `on (their|the|our|my|his) way`)
	agentOffers   = words(`(le|les) (mando|mandamos|parece|queda|sirve)`, `(let me|i'll|i'd|we'd|we'll|would|should|could|want)`, `(how about|what about|how's|how is|does|would|can (we|you|i)|could (we|you|i)|i (have|can|could)|we (have|can|could)|is|are you|i've got|we've got|the (next|first|earliest)|next available|opening|he can|she can|let's (do|say|plan)|earliest|que tal|le parece|puede\w*|podemos)`)
	agrees        = words(`(love (it|that)|splendid|lovely|terrific|super|brilliant|marvelous|you bet|andele)`, `have (him|her|them) (call|ring|text)`, `whenever you`, `i think (so|we (better|should)|that)`, `please hurry`, `^\W*when\?`, `muy bien`, `ahi (estare|estamos)`, `esta bien`, `(bet|cool|you got it|that'll (do|work)|fine by me|see you then|done|will do|it's a date|lock it in|write me in|good by me|any ?time|whenever|just call me|of course|why not|fair enough|suits me|i'd appreciate (it|that)|do( it)?|you better)`, `i'll (be (here|there|home|waiting|around|ready)|leave|have)`, `please( do| have (him|her|them|somebody|someone))?`, `i would`, `(i|we)(?:'d| would) (be grateful|appreciate|love|like) (that|it|to)`, `by all means`, `have (him|her|them|somebody|someone) (call|come|phone)`, `por favor`, `(lo|la|los)s? espero`, `(that|that'd|it'd|it) (would |will )?(be|is) (fine|great|good|perfect|nice|wonderful)`, `\w+ works( for (me|us))?`, `(yes|yeah|yep|yup|sure|perfect|great|okay|ok|absolutely|definitely|wonderful|excellent|awesome|fantastic|alright|all right|cool|deal|good|fine|si|claro|de acuerdo|esta bien|perfecto)`, `(that|it|which|\w+day)(?:'s| is| would|'ll| will| should| does)?( be| just)? (works?|fine|good|great|perfect|okay|ok|perfectly)`, `works (for me|great|fine|perfectly|well)`, `sounds (good|great|perfect|fine)`, `let's do (it|that|\w+)`, `i'll (be (here|there|home)|take (it|that))`, `see you`, `(i|we) can (do|make) (that|it|\w+day)`, `book it`, `put (me|us) down`)
	disagrees     = words(`not (until|till|before|just yet|yet)`, `(maybe|perhaps) (after|later|next|when|once|in|some)`, `when (it's|it gets|we're|i'm|the time) (closer|ready|time)`, `no need`, `i'd rather (not|you)`, `(can't|couldn't|could|can) you (just )?(do it|tell me|give me|measure it) (off|from|by|over|without|with)`, `(off|from) (the )?(satellite|air|photos?|pictures?|google)`, `if i let`, `(can't|cannot|won't|doesn't|don't|not) (do|make|work|be|able|available)`, `(no|nope),? (i|that|we|it)`, `hold off`, `call (you )?back`, `let me (think|check|talk|get back|call)`, `(i'll|we'll|i will|let me) (think|call|check|let you know|get back|have to)`, `not (ready|yet|right now|interested)`, `think about it`, `too (late|early|soon|far)`, `different (day|time)`, `any(thing)? (sooner|earlier|later|else)`, `work then`, `no puedo`)
	phoneOnly     = words(`(call|phone|ring|text|e-?mail) (you|me|us|him|her)`, `(give|giving) (you|me|us|him|her) a (call|ring|buzz)`, `phone (call|consultation|appointment)`, `(reach|get back to) (you|me)`, `zoom|video call`)
	willArrange   = words(`(get|put) you on the (schedule|calendar|books) for`, `(we'll|i'll|we will|i will|we can|i can|let me|we could|i could) (get|send|have) (someone|somebody|a (tech\w*|guy|plumber|person|crew|truck)|one of (our|the|my) \w+) (out|over|to (you|come|your)|by)\b`, `(we'll|i'll|we will|i will|we can|i can|let me) (get|send|have) [\w ]{2,20} (come|go (up|out|over|by))\b`, `(call|calls|ring|phone) you and (find|set|pick|schedule)`, `(llam\w+|hablam\w+) para (ponernos|agendar|coordin\w+|hacer)`, `call you with (one|a|some)( \w+)?`, `(send|sending|have|get) (the |our |a |my |his )?(\w+ ){1,3}(out|over|by) to (look|check|fix|see|take|adjust|measure)`, `(find|figure out|set|pick|work out|nail down|agree on|look for|get) (a|some|you a|us a) (\w+ )?(time|times|day|date|slot)s?\b`, `(call|calls|ring|text|phone|reach out to) you\b.{0,40}(calendar|schedule|some times|availability|openings|a time|times|walk|measure|look)`, `(send|sending|dispatch\w*|get|getting|have)( you| our| a| an| my| somebody| someone| one of)*( \w+){0,3} (straight |right )?(over|out|there)( (now|right now|right away|today|tonight|asap|shortly|to you|as soon as))`, `(i'm|we're) dispatching`, `(as soon as|when|once) (one|somebody|someone|a (guy|crew|truck)) (frees|gets free|is free|opens)`, `(call|calls|phone|phones|ring|reach|text|texts) (you |him |her )?(to|and|so (he|she|they|we) can) (\w+ )?(come|look|see|walk|pick|meet|stop|swing|measure|choose|find a)`, `(le|lo|la) (llam\w+|marc\w+|habl\w+)\b.{0,30}(cita|visita|agendar|programar|ir|pasar)`, `(someone|somebody|he|she|they|i|we|our \w+|an? \w+|\w+)(?:'ll| will| can| is going to|'s going to)? (\w+ )?(call|reach out|contact|give you a call|get back|be in touch|follow up|phone|text|e-?mail)\b.{0,50}(schedul\w+|set (up|a|something)|appointment|visit|time|book|come out|arrange|walk.?through|consult\w*|estimate|get you)`, `(have|get) (someone|somebody|our \w+|an? \w+) (call|reach out|contact)\b.{0,40}(schedul\w+|set|appointment|visit|time|book)`)
	offersVisit   = words(`(i'd|we'd|i would|we would) (love|like) to (come|walk|see|stop|look|swing)`, `let me (come|stop|swing|take a look|get you on)`, `why don't (i|we) (have|send|get|come|meet|stop|set)`, `(are you|you) (free|around|available|home)\b.{0,30}(come|look|stop|measure|swing)`, `(i'll|we'll) (walk|come (see|look)|measure) (it|the \w+|with)`, `(shall|should|can|could) (we|i) (get|have) (it|that|this|you|them) (measured|looked at|checked|scheduled)`, `(want|like) (me|us) to (have|send|get) (\w+ )?(come|out|over|by)`, `let me (get|have|send) (someone|somebody|our \w+|\w+) (to )?(come|see|look|out)`, `(like|love) (our|an?|the|my) (designer|estimator|project manager|\w+) to (walk|see|look|come|measure)`, `tendria que ir alguien`, `(would|do) you (like|want|need) (a|an|to (set|schedule|book|arrange)|us to)( \w+){0,3} (visit|appointment|consult\w*|estimate|walk.?through|come|out)`, `(would|do) you (like|want)( \w+){0,6} (come|stop|swing|take a look|look at)`, `(would you like|do you want|want me|can (i|we)|could (i|we)|should (i|we)|shall (i|we)|like me|we(?:'d| would| could| can)|i(?:'d| can| could)|let's|happy to)( \w+){0,3} (schedule|set( \w+)? up|book|send (someone|somebody|him|her|our|one|an?|\w+ (out|over|by))|have (someone|somebody|our|one)|get (someone|somebody|you|our|an?)|come (out|by|take)|arrange|put you (down|in|on (the|our) (schedule|calendar|books?))|stop by|walk|measure|swing by|look at)`)
	cancels       = words(`call (it|that|this|him|her|them|the \w+) off`, `cancel\w*`, `cancelar`)
	visitWish     = words(`(inspected|looked at|checked( out)?|fixed|seen|done) by (your|you|somebody|someone)`, `(want|need) (it|this|them) (inspected|looked at|checked)`, `(call|ring|phone|text|contact) me\b.{0,15} to (come|set|schedule|arrange|book|pick|meet)`, `(somebody|someone|a (guy|person)|you guys) to (give|work up|write|do) (me |us |up )?(an? )+(estimate|quote|price|bid)`, `(arrange|set|schedule|book) (a|an) (visit|time|appointment|meeting|walk.?through)`, `(come|comes) (out|by|over)( (and|to|here|there|for|on|this|next|today|tomorrow|sometime|asap|right|as)|\W*$|\W*[,.?])`, `come (and|take|look|see|check|give|measure|to (my|our|the) (house|home|place))`, `(in.?home|on.?site|free) (estimate|consult\w*|visit|appointment|quote|measure\w*)`, `appointment`, `consultation`, `site visit`, `(send|have|get) (someone|somebody|a (guy|person|rep|tech\w*|plumber|electrician|roofer|designer|estimator|crew)|anybody|anyone|one of your)( \w+)? (out|over|by|to|come|look)`, `(someone|somebody|anyone|anybody|you( guys)?|a (guy|person|plumber|tech\w*|electrician|roofer|designer|crew)) (\w+ )?(come|out here|get out|be out|get here|stop|swing|look at|take a look)`, `(schedule|book|set up|arrange) (a|an|something|someone|time|the|my)`, `(take|have) a look( at)?`, `look at (it|the|my|our)`, `walk.?through`, `(need|want) (someone|somebody|a plumber|an electrician|a tech\w*)\b.{0,20}(today|now|out|here|asap|right away|tonight|tomorrow)`, `(una )?(cita|visita)`, `(venir|venga|vengan|mande\w*|manden|pasar|pasen)\b`, `(re-?schedul\w*|move|change|push) (my|our|the|it)`)
	visitField    = expression(`appointment|preferred (date|day|time)|visit|consult|schedule|best (day|time)|when can we come|cita`)
)

// findAppointment returns whether a visit was booked or asked for.
func (c *conversation) findAppointment(intent string) finding {
	if slices.Contains([]string{"spam", "wrong_number", "job_seeker", "vendor_solicitation", "other"}, intent) {
		return finding{word: "none"}
	}
	if h, ok := c.booking(); ok && !c.calledOff(h) {
		return finding{"booked", h, true, 0.85}
	}
	if c.said(cancels) && c.said(visitChange) && !c.said(otherTime) {
		return finding{word: "none"}
	}
	if h, ok := c.visitAsked(); ok {
		return finding{"requested", h, true, 0.75}
	}
	if h, ok := find(c.mine, emergency); ok && intent == visitor && c.helpIsComing() {
		return finding{"requested", h, true, 0.6}
	}
	return finding{word: "none"}
}

// booking returns where both sides agreed on a day and a time. The customer's word alone
// is no agreement.
func (c *conversation) booking() (hit, bool) {
	var found hit
	ok := false
	for _, s := range c.all {
		if s.field != "" {
			continue
		}
		at := dayName.FindStringIndex(s.norm)
		if at == nil && s.agent && clockTime.MatchString(s.norm) { // help on its way comes today
			at = arrival.FindStringIndex(s.norm)
		}
		if at == nil {
			if at = c.hourSettled(s); at != nil {
				found, ok = hit{s, at[0], at[1]}, true
			}
			continue
		}
		near := c.around(s)
		if phoneOnly.MatchString(s.norm) || !(clockTime.MatchString(near) || partOfDay.MatchString(s.norm)) {
			continue
		}
		if c.agreed(s) {
			found, ok = hit{s, at[0], at[1]}, true
		}
	}
	return found, ok
}

// around returns a sentence with the rest of its turn and the answer.
func (c *conversation) around(s *sentence) string { return c.turnOf(s) + " " + c.after(s) }

func (c *conversation) turnOf(s *sentence) string {
	var said []string
	for _, o := range c.all {
		if o.turn == s.turn {
			said = append(said, o.norm)
		}
	}
	return strings.Join(said, " ")
}

// agreed reports whether the two sides settle on the time that a sentence names.
func (c *conversation) agreed(s *sentence) bool {
	answer, own := c.after(s), c.turnOf(s)
	if s.agent && clockTime.MatchString(own) && !phoneOnly.MatchString(own) && !asksOther.MatchString(answer) && repeats(own, answer) {
		return true
	}
	if disagrees.MatchString(answer) || answer == "" && !agentConfirms.MatchString(s.norm) {
		return false
	}
	if s.agent {
		confirmed := agentConfirms.MatchString(own) && !phoneOnly.MatchString(own)
		offered := (agentOffers.MatchString(own) || strings.HasSuffix(s.raw, "?")) && clockTime.MatchString(own+" "+answer) && agrees.MatchString(answer)
		return confirmed && (clockTime.MatchString(own+" "+answer) || c.customerNamedTime(s)) || offered && !phoneOnly.MatchString(own)
	}
	return clockTime.MatchString(own) && (agentConfirms.MatchString(answer) || agrees.MatchString(answer) && c.timeWasAsked(s) && !phoneOnly.MatchString(answer))
}

// repeats reports whether an answer opens with a day or an hour that was offered, as people
// do who accept it.
func repeats(offer, answer string) bool {
	offered := map[string]bool{}
	for _, word := range slot.FindAllString(offer, -1) {
		offered[sameHour(word)] = true
	}
	opening := answer[:min(len(answer), repeatLength)]
	for _, word := range slot.FindAllString(opening, -1) {
		if offered[sameHour(word)] {
			return true
		}
	}
	return false
}

// repeatLength is how far into an answer the time is repeated, in bytes.
const repeatLength = 40

func sameHour(word string) string {
	if digits, ok := digitsOf(word); ok {
		return digits
	}
	return word
}

var (
	slot      = words(`monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|noon`, `lunes|martes|miercoles|jueves|viernes|sabado|domingo|manana`, `one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9]`, `dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce`)
	arrival   = words(`(be|get|come|arrive|head\w*|out) (there|over|out|to you|by)\b`, `(have|got|get|send\w*) (you )?(a|an|the|my|our|\w+) (\w+ )?(tech\w*|plumber|crew|electrician|guy|somebody|someone|truck|roofer)`, `(crew|tech\w*|plumber|electrician|somebody|someone|guy) there`)
	asksOther = words(`(can't|cannot|won't|doesn't|don't|not) (do|make|work|be|able|available)`, `too (late|early|soon|far)`, `different (day|time)`, `(any|some)(thing)? (sooner|earlier|later|else)`, `let me (think|check|talk|get back)`, `hold off`, `no puedo`)
)

func (c *conversation) customerNamedTime(s *sentence) bool { return clockTime.MatchString(c.before(s)) }

// timeWasAsked reports whether what the customer answers was about a time for a visit, or
// the customer speaks of one.
func (c *conversation) timeWasAsked(s *sentence) bool {
	return asksVisit.MatchString(c.before(s)) || visitTalk.MatchString(s.norm)
}

// visitAsked returns where the customer asks for a visit or agrees to one.
func (c *conversation) visitAsked() (hit, bool) {
	for _, s := range c.mine {
		if s.field != "" && visitField.MatchString(s.field) && !no.MatchString(s.norm) {
			return hit{s, 0, len(s.norm)}, true
		}
		if at := visitWish.FindStringIndex(s.norm); at != nil && !disagrees.MatchString(s.norm) && !theyCame.MatchString(s.norm) && !deniedBefore.MatchString(s.norm[:at[0]]) && !conditional.MatchString(s.norm[:at[1]]) && !asksRange.MatchString(s.norm) && !thingComesOut.MatchString(s.norm[:at[1]]) {
			return hit{s, at[0], at[1]}, true
		}
	}
	for _, s := range c.all {
		if !s.agent || !willArrange.MatchString(s.norm) && !offersVisit.MatchString(s.norm) {
			continue
		}
		answer := c.after(s)
		closing := answer == "" && willArrange.MatchString(s.norm) && agrees.MatchString(c.before(s))
		if (agrees.MatchString(answer) || closing) && !disagrees.MatchString(answer) {
			at := append(willArrange.FindAllStringIndex(s.norm, 1), offersVisit.FindAllStringIndex(s.norm, 1)...)[0]
			return hit{s, at[0], at[1]}, true
		}
	}
	return hit{}, false
}

// thingComesOut is something that is torn out, not somebody who visits.
var thingComesOut = expression(`\b(need|needs|has|have|got|going|want) (it |that |this |them |all of it |everything )?to come (out|off|up|down)\W*$`)

// conditional is a visit that is only imagined.
var conditional = expression(`\b(does|do|will|would) (somebody|someone|anybody|an inspector|the city|they) (\w+ )?(come|need)\b|\b(when|once) (it's|we're|it gets|i'm) (closer|ready|time)\b.{0,40}$|\b(if|once|before|when|until) (somebody|someone|you|they|he|she|i|we) (\w+ )?(come|comes|came|send|sends)\b`)

// asksRange is a question how far or for what the company comes at all.
var asksRange = words(`(do|would|will) (you|y'all)( all| guys| folks)?( ever| even| also)? (come|go|travel|drive|work|service) (out|all|as|to|up|down|over|in|around)\b.{0,25}(as far|that far|this far|for (just )?(a|an|one)|to ([a-z]+ ){0,2}[a-z]+\W*$)`)

// theyCame is a visit that is over, or one to somebody else.
var theyCame = words(`(came|come) out (last|yesterday|already|before|and (gave|did|said|told|measured|looked))`, `(they|he|she|guy|crew) (came|was|were|had come)`, `have an appointment (with|at) (the|my|a) (doctor|dentist)`, `never came`, `you (guys )?came`)

// otherTime is a visit that is moved rather than cancelled.
var otherTime = words(`re-?schedul\w*`, `another (day|time)`, `different (day|time)`, `move`)
