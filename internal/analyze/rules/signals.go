package rules

import (
	"regexp"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
)

var (
	noSay     = words(`can't (authorize|approve|decide)`, `^no,? (a )?(tenant|renter|renting|i rent)`, `(i'm|i am|we're|we are|we|i|just|only|currently) (just |only |currently |actually )*(rent|renting|renters?|a renter|tenants?|a tenant|leasing)( |\b)`, `(my|the|our) landlord`, `(calling|asking|checking|looking|inquiring|pricing) (\w+ )?(for|on behalf of) (a friend|my (neighbor|friend|boss|landlord|coworker)|somebody else|someone else)`, `not (my|our) (house|home|place|decision|call|property)`, `(don't|do not) own (it|the|this)`, `(school|class|homework) (project|assignment|paper)`, `not (my|up to me|mine) to (decide|make)`, `i have no (say|authority)`, `soy inquilino|rento|alquilo|el (dueno|casero) de la casa`)
	sharedSay = words(`(talk|check|discuss|run (it|this|that|everything)|speak|ask|consult|clear (it|this)|go over|sit down)( it| this| that| things| to| over)* ?(to|with|by|past) (my|the|our) (husband|wife|spouse|partner|fiancee?|hoa|board|boss|family|parents|mother|mom|father|dad|kids|brother|sister|siblings|co-?owner|landlord|business partner|other half|committee|condo)`, `(husband|wife|spouse|partner|hoa|board|boss|owner|parents|mother|mom|father|dad|sister|brother)('s| is| has| needs| wants| would| will| still| also| gets| really| have)* (to |the (one|final)|still )?(decide|decision|approve|approv\w+|agree|sign off|see (it|the)|be (there|here|home|involved|on board|part)|weigh in|think about|ok|okay|final say|say|convinc\w+|makes the|who decides)`, `(isn't|not|is not) (on board|convinced|sold( on)?)`, `(ask|check with|talk to) (my )?(husband|wife|her|him|them) first`, `both (need|have) to (agree|be)`, `(not|isn't) (just )?(my|only my) decision`, `hoa (approval|has to|needs to)`, `board (approval|vote|meeting)`, `hablar(lo)? con mi (esposo|esposa|marido|mujer)`)
	speaksFor = words(`power of attorney`, `(i|we) (handle|take care of|manage|am handling|'m handling) (her|his|their|all|the)`, `(i|we)('m| am|'re| are) (the )?(executor|trustee|paying)`, `(husband|wife|spouse|partner)('s| is| are)? (already )?(on board|agrees?|agreed|fine with|signed off|ready|all for|both)`, `we(?:'ve| have)? (both|all) (agree\w*|decided|want|talked|on board)`, `(my|our) (wife|husband|spouse|partner) and (i|me)`, `it's (my|our) (decision|call|house)`, `i make the decisions?`, `i(?:'m| am) the (only )?(owner|homeowner|decision.?maker)`)
	owns      = words(`home ?owners?`, `own (the|our|my|this|a) (home|house|place|property|building|condo|townhouse)`, `(we|i) own`, `(we|i)( just| recently)? (bought|purchased|closed on|are closing|inherited)`, `(my|our) (\w+ )?(house|home|kitchen|bath\w*|basement|roof|deck|windows?|floors?|place|condo|yard|backyard|garage|attic|furnace|porch|patio|siding|driveway|water heater|property|rental|townhouse|duplex|living room|bedroom|shower|tub|gutters|ac|a/c|panel|addition|ceiling|fence)`, `my (wife|husband) and i`, `(mi|nuestra|nuestro) (casa|cocina|bano|techo|sotano|patio)`)

	notServed   = words(`(don't|do not|can't|cannot|won't|unable to)( \w+)? (service|serve|cover|work|go|travel|come)( out| down| up| over| in| to| that| there| as| your| around)+`, `outside (of )?(our|the) (service |coverage )?(area|range|territory|radius)`, `out of (our|the) (service |coverage )?(area|range|territory)`, `too far( for us| out| away| of a)?`, `beyond our`, `(not|isn't) (in|within|inside|part of) our (service |coverage )?(area|range|territory)`, `(we )?only (serve|service|work in|cover|go)`, `no atendemos|fuera de (nuestra|la) (area|zona)`)
	servedThere = words(`(we|yes,? we|we do|we definitely|we absolutely)( do| definitely| absolutely)? (service|serve|cover|work in|work out|go to|come out to|do a lot of work)( \w+){0,3}`, `(you're|that's|that is) (in|within|inside|right in) our (service )?(area|territory|backyard)`)
	zipCode     = expression(`\b\d{5}\b`)

	readyNow  = words(`(certified|cashier's) check`, `ready to (sign|move forward|go|start|book|pull the trigger|put|commit|hire|get|proceed|do (this|it)|begin|pay|write|roll)`, `(pay|put|give|drop|leave|send|write)( you| down)? (a|the|my|you a|down a) ?(\w+ )?(deposit|check)`, `deposit (today|now|right now|this week|ready|check)`, `sign (today|the contract|a contract|right (now|away)|up|the (agreement|proposal|paperwork))`, `let's (do it|go ahead|get (it|this) (done|going|started|moving))`, `(cash|money|funds|funding|financing|loan|heloc|budget)('s| is| are)?( all| already| been)* (in (the bank|hand|place)|ready|approved|lined up|set aside|secured|available|sitting)`, `(approved|pre-?approved) for (a |the |our |my )?(\w+ )?(loan|heloc|financing|mortgage|line)`, `(go|going|gone|move|moving) (ahead|forward) with (you|it|this|the|your)`, `accept(ed|ing)? (the|your) (proposal|bid|quote|estimate)`, `(want|like) to (go ahead|move forward|proceed|hire you|sign|get (this|it) (going|started|on the schedule))`, `paying cash`, `cash (buyer|ready|in hand)`, `(listo|listos) para (empezar|firmar|comenzar)`)
	claimTalk = words(`insurance (claim|company|adjuster|is|has|approved|covers?|will|already|check|paid|said|gave|settlement|adjuster's|pays|'s)`, `(filed|opened|approved|have|started|submitted|put in|got|an open) (a |an |the |our |my )?(\w+ )?claim`, `claim (number|is|was|has|approved|went|through|check)`, `adjuster`, `(state farm|allstate|usaa|farmers|geico|nationwide|progressive|liberty mutual)\b.{0,60}(approv\w*|cover\w*|pay\w*|claim|adjuster|check)`, `(covered|paid) by (my |the |our )?insurance`, `(the )?seguro (cubre|aprobo|va a pagar|ya)`)
	noClaim   = words(`(don't|do not|didn't|haven't|not|won't|isn't|no|denied|without)( \w+){0,4} (insurance|claim|claims|covered|cover)`, `insurance (won't|denied|doesn't|didn't|isn't|is not|rejected)`, `(licensed|bonded) and insur\w*`, `(your|proof of|liability) insurance`, `warranty claim`, `are you insured`)
	scopeDone = words(`(have|got) (\w+ )?(drawings|blueprints|a permit|permits)( drawn| done| ready|,| and|\.|$)`, `(architect|plans?|drawings?|blueprints?|permits?|design|scope)('s| is| are| were| was| have been| has been|'ve been)?( all| already| just| been| fully)* (done|drawn( up)?|ready|approved|finished|in hand|complete|completed|stamped|signed off|pulled|finalized|set|issued)`, `(have|got|with) (the |our |my |full |complete |approved |stamped |finished |architectural |a set of |all the |architect's |permitted |engineered )+(plans|drawings|blueprints|permits?|scope of work|scope)`, `(signed|approved|agreed|settled)( off)?( on)? (the |your |our |on )*(scope|plans?|proposal|design|estimate|bid|drawings|contract)`, `scope of work`, `(materials|cabinets|tile|fixtures|everything)('s| is| are)?( all| already| been)* (picked out|ordered|bought|purchased|delivered|selected|here)`)
	notYet    = words(`(not|n't|no|don't have|without|need|before|until|waiting on|once|if|when)( \w+){0,4} (plans?|drawings?|blueprints?|permits?|approved|scope)`)

	idle = words(`(got|has|gets) it in (her|his|their) head`, `changes (her|his|their|my) mind`, `poking around`, `know(ing)? what's coming`, `(son|daughter|husband|wife|brother|nephew|uncle|cousin|friend|neighbor|buddy)(-in-law)?('s| is)? (going to|gonna) (do|handle|take care of|build|fix) (it|that|this)`, `(nowhere|not anywhere) near (that|it|there|ready)`, `way too (soon|early) to`, `(watch|see) (the|those|these) shows`, `order of magnitude`, `just (messing|fooling|goofing|playing)( around)?`, `just (being )?nosy`, `(looking|dreaming|thinking|planning|talking|daydreaming) (stage|phase)`, `(a couple|two|three|a few|several) (of )?years (off|out|away)`, `(not|n't) (doing|going to do|gonna do|going ahead|going forward|moving forward)( \w+){0,4} (this year|now|any ?more|after all)`, `(hours got cut|lost my job|got laid off|can't afford (it|to))`, `wouldn't hold (my|your) breath`, `just (curious|browsing|researching|exploring|kicking|wondering|window shopping|dreaming|fishing|getting (a |some |an )?(feel|idea|ideas|sense|rough)|gathering|collecting|pricing (it|things|stuff)|thinking (out loud|about it)|daydreaming|playing)`, `(just|only|really just|still just) looking( around| for (ideas|inspiration|information|a (rough|ballpark))|\W*$)`, `(getting|gathering|looking for|collecting|want) (some |a few )?(ideas|inspiration)`, `(very |really |super )?(early|beginning|preliminary|initial) (stages?|phase|days|planning)`, `some ?day`, `(maybe |possibly )?eventually`, `down the (road|line)`, `(not|n't)( really| quite| at all| anywhere near| even)? (ready|serious|in a position|looking to do anything|planning on doing|going to do (anything|it) (soon|yet|any ?time|for))\b`, `no (immediate |firm |real |concrete |solid )?plans`, `kicking (the |around )?(tires|the idea|ideas)`, `window shopping`, `haven't (decided|made up|really thought|committed)`, `toying with`, `pipe dream`, `(changed (my|our) mind)`, `went with (someone|somebody|another|a different)`, `no longer (need|interested|want)`, `(out of|idle|pure|just) curiosity`, `one of these days`, `(may|might) never`, `if we (ever|even)`, `(solo|nada mas|solamente) (estoy|estamos|queria|quiero) (viendo|mirando|preguntando|saber|preguntar)`, `por curiosidad`, `algun dia`, `we('re| are) not (sure|certain) (if|whether) (we|it)`, `(more )?of a dream`, `just (an |a )?(idea|thought)`)

	// halfIdle is what some say who only dream, and some who mean to build.
	halfIdle = words(`just (trying to get|want|wanted|wanting|need|needed|looking for|after|getting|calling for|to get) (a |an |some )?(rough |quick |general )?(ballpark|idea|number|sense|feel|range)`, `(save|saving) (up )?(for|towards?)`, `(just|only|it was just) a thought`)

	tinyThing = words(`haul (off|away)`, `one (load|pile)`, `(a|one|single|this one|just the|my|the|couple of|two|only one) (\w+ )?(single |small |little |tiny |loose |squeaky |sticky |leaky |dripping |leaking |running |broken |stuck |cracked |missing )*(faucet|outlet|door ?knob|hinge|light ?bulb|light switch|shelf|shelves|picture frame|towel (bar|rack)|toilet seat|toilet|flapper|doorbell|dead ?bolt|floor ?board|deck board|stair tread|light fixture|ceiling fan|mailbox|blinds|curtain rod|cabinet (handle|knob|door|hinge)|garbage disposal|screen|interior door|closet door|toilet handle|baseboard|smoke detector)`, `hang(ing)? (a|some|two|three|my|pictures|a few|the) (\w+ )?(tv|pictures?|mirrors?|shel(f|ves)|curtains?|blinds|paintings?|door|art)`, `(tiny|small|little|minor|quick|simple|easy|really small|itty.bitty) (little |handyman )?(job|repair|patch|fix|hole|touch.?up|crack|thing|task|project)`, `odd jobs`, `honey.?do`, `(re-?)?caulk\w*`, `handyman`, `squeak\w*`, `patch (a|one|the|some|up)? ?(small |little )?(hole|spot|drywall|dent)`, `tv mount\w*`, `assemble`, `gutter clean\w*|clean (out )?(the|my|our) gutters`, `(un trabajo|algo) (pequeno|chiquito)`)
	tooSmall  = words(`(below|under|less than|short of|meet) (our|the) (job |project )?minimum`, `too small( of a job)? for us`, `we (don't|do not|can't)( really| usually| normally)? (do|take|handle)( on)? (\w+ )?(small|handyman|little|minor|single|one.off|repair)`, `(our|have a|the) (job |project )?minimum (is|of|job)`)
	biggerJob = words(`remodel\w*`, `renovat\w*`, `gut`, `whole`, `entire`, `replace all`, `addition`, `all (the|of) (our|the|my)? ?\w+s`, `new roof`, `re-?roof`, `complete`)
)

// findSignals reads what the rubric weighs besides the claims.
func (a *analysis) findSignals() {
	a.signal(verdict.FieldDecisionMaker, &a.answer.Signals.DecisionMaker, a.decisionMaker())
	a.signal(verdict.FieldServiceArea, &a.answer.Signals.ServiceArea, a.serviceArea())
	a.signal(verdict.FieldCommitment, &a.answer.Signals.Commitment, a.commitment())
	a.signal(verdict.FieldInterest, &a.answer.Signals.Interest, a.interest())
	a.signal(verdict.FieldJobSize, &a.answer.Signals.JobSize, a.jobSize())
	a.answer.Signals.Engagement = a.engagement()
}

// signal stores a finding and its evidence.
func (a *analysis) signal(field string, to *string, f finding) {
	*to = f.word
	a.answer.Evidence = append(a.answer.Evidence, f.evidence(field)...)
}

func (c *conversation) decisionMaker() finding {
	if h, ok := find(c.mine, speaksFor); ok {
		return finding{verdict.Yes, h, true, 0}
	}
	if h, ok := find(c.mine, noSay); ok && !c.said(landlord) {
		return finding{verdict.No, h, true, 0}
	}
	if h, ok := find(c.mine, sharedSay); ok {
		return finding{verdict.Shared, h, true, 0}
	}
	if h, ok := find(c.mine, kinsHome); ok && !c.said(bought) {
		return finding{verdict.Shared, h, true, 0}
	}
	if h, ok := find(c.mine, owns); ok {
		return finding{verdict.Yes, h, true, 0}
	}
	return finding{word: verdict.Unknown}
}

func (c *conversation) serviceArea() finding {
	for _, s := range c.all {
		if !s.agent {
			continue
		}
		if at := notServed.FindStringIndex(s.norm); at != nil && !strings.Contains(s.norm, "not too far") {
			return finding{verdict.Outside, hit{s, at[0], at[1]}, true, 0}
		}
		if at := servedThere.FindStringIndex(s.norm); at != nil {
			return finding{verdict.Inside, hit{s, at[0], at[1]}, true, 0}
		}
	}
	return c.areaByList()
}

// areaByList compares places that the customer names with the tenant's own list. Only a
// postal code can show that somebody lives elsewhere: towns have too many names.
func (c *conversation) areaByList() finding {
	zips := false
	for _, place := range c.in.Tenant.ServiceArea {
		folded := wording.Fold(place)
		zips = zips || zipCode.MatchString(folded)
		if folded == "" {
			continue
		}
		if h, ok := find(c.mine, words(regexp.QuoteMeta(folded))); ok {
			return finding{verdict.Inside, h, true, 0}
		}
	}
	if !zips {
		return finding{word: verdict.Unknown}
	}
	for _, s := range c.mine {
		at := zipCode.FindStringIndex(s.norm)
		if at != nil && (strings.Contains(s.norm, "zip") || strings.Contains(s.field, "zip") || strings.Contains(s.field, "postal")) {
			return finding{verdict.Outside, hit{s, at[0], at[1]}, true, 0}
		}
	}
	return finding{word: verdict.Unknown}
}

func (c *conversation) commitment() finding {
	for _, s := range c.mine {
		if at := readyNow.FindStringIndex(s.norm); at != nil && !negated.MatchString(s.norm[:at[0]]) {
			return finding{verdict.Ready, hit{s, at[0], at[1]}, true, 0}
		}
		if at := claimTalk.FindStringIndex(s.norm); at != nil && !noClaim.MatchString(s.norm) {
			return finding{verdict.InsuranceClaim, hit{s, at[0], at[1]}, true, 0}
		}
		if at := scopeDone.FindStringIndex(s.norm); at != nil && !notYet.MatchString(s.norm) {
			return finding{verdict.SignedOffScope, hit{s, at[0], at[1]}, true, 0}
		}
	}
	return finding{word: verdict.None}
}

// interest is early when somebody says so and gives no near date or commitment.
func (a *analysis) interest() finding {
	near := a.answer.Timeline == "immediate" || a.answer.Timeline == "1_3_months"
	for _, s := range a.mine {
		if at := idle.FindStringIndex(s.norm); at != nil && !near && a.answer.Signals.Commitment == verdict.None && a.answer.Appointment != "booked" {
			return finding{verdict.Early, hit{s, at[0], at[1]}, true, 0}
		}
	}
	if h, ok := find(a.mine, halfIdle); ok && a.undecided() {
		return finding{verdict.Early, h, true, 0}
	}
	if h, ok := a.wantsWork(); ok {
		return finding{verdict.Active, h, true, 0}
	}
	return finding{word: verdict.Unknown}
}

// undecided reports whether the customer named neither money nor a date and wants no visit.
func (a *analysis) undecided() bool {
	return a.answer.Timeline == verdict.Unknown && a.answer.Budget.Signal == verdict.Unknown &&
		a.answer.Appointment == "none" && a.answer.Signals.Commitment == verdict.None
}

// handymanJob is the amount up to which a job is tiny whatever the tenant's minimum.
const handymanJob = 1000

func (a *analysis) jobSize() finding {
	for _, s := range a.all {
		if at := tooSmall.FindStringIndex(s.norm); s.agent && at != nil {
			return finding{verdict.Tiny, hit{s, at[0], at[1]}, true, 0}
		}
	}
	if b := a.answer.Budget; b.Max != nil && *b.Max <= max(handymanJob, a.in.Tenant.MinimumJob-1) {
		return finding{verdict.Tiny, a.moneyHit, true, 0}
	}
	if _, urgent := a.findEmergency(); urgent { // what flows over is no small job, whatever it flows from
		return finding{word: verdict.Unknown}
	}
	if h, ok := find(a.mine, tinyThing); ok && !a.said(biggerJob) && !a.paysMore() && a.answer.Budget.Signal != verdict.High && a.answer.Budget.Signal != verdict.Medium {
		return finding{verdict.Tiny, h, true, 0}
	}
	return finding{word: verdict.Unknown}
}

// paysMore reports whether the customer means to spend several times what a handyman takes.
func (a *analysis) paysMore() bool {
	most := a.answer.Budget.Max
	return most != nil && *most > 3*handymanJob
}

// Thresholds of engagement, in words that the customer said.
const (
	chatty = 110
	brief  = 25
)

func (c *conversation) engagement() string {
	n := c.words()
	switch {
	case n >= chatty || c.isForm() && n >= 60:
		return verdict.High
	case n >= brief:
		return verdict.Medium
	default:
		return verdict.Low
	}
}

var (
	// kinsHome is a relative's property, who has a say.
	kinsHome = words(`(my|our) (mom|mother|dad|father|parents|in-laws|grandmother|aunt|sister|brother)('s|s'|')? (house|home|place|kitchen|bathroom|condo|roof|basement)`)
	bought   = words(`(we|i)(?:'ve| have| just| recently)* (bought|purchased|inherited|own|closed on)`)
)

// landlord is somebody who speaks of tenants and is none.
var landlord = words(`(my|our) (rental|tenants?)`, `(our|my) tenants? (moved|is|are|left)`)
