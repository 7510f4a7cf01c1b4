package rules

import (
	"strings"
)

var (
	// complains is anger or disappointment.
	complains = words(`can't (get|reach) (anybody|anyone|a (call|hold|straight|response)|somebody|someone|you|hold)\b`, `(been|it's been) ([\w-]+ ){1,3}(days|weeks|months) since`, `(i've|i have|we've|we have|i) (called|e-?mailed|texted|asked)( you| them)? (twice|again|repeatedly|and called|over and over|so many)`, `(get|got|getting) (this|it|that) (sorted|straightened|resolved|fixed)( out)?`, `harta|harto`, `complain\w*`, `(file|make|lodge|have) a complaint`, `(not|isn't|ain't|wasn't|aren't|never been|far from|anything but|less than)( \w+){0,3} (happy|satisfied|pleased|acceptable|thrilled|impressed|okay with)`, `un(happy|acceptable|satisfied|professional|believable)`, `dissatisfied`, `ridiculous`, `furious`, `fed up`, `disgust\w*`, `angry`, `pissed`, `upset`, `livid`, `appall\w*`, `disappoint\w*`, `frustrat\w*`, `terrible`, `horrible`, `awful`, `worst`, `rude`, `sloppy`, `shoddy`, `botched`, `incompetent`, `half.?ass\w*`, `(a|total|complete|what a|such a) (joke|disaster|mess|nightmare|scam)`, `(speak|talk) (to|with) (a|the|your) (manager|supervisor|boss|owner)`, `(better business bureau|bbb|attorney|lawyer|small claims|sue|suing|legal action|(licensing|state|contractors?) board|attorney general)`, `(left|leave|sent|sending|made|called|e-?mailed|texted)( you| them| him| her| y'all)?( guys)? (at least |about |like )?(\w+) (messages|voicemails|e-?mails|texts|calls|times)`, `(nobody|no one|none of you)( \w+){0,3} (cares?|gives? a|listens?|answers?|picks? up|returns?)`, `(call\w*|get\w*|answer\w*) (me )?back for once`, `what (kind|sort) of (company|outfit|operation|business|people)`, `waste of (time|money)`, `(ignor|dodg|avoid)(ed|ing|es) (me|us|my)`, `(quedo|quedaron|esta|estan|hicieron) (muy )?mal`, `nadie (me|nos|ha|contesta|viene|vino|responde|llam\w+)`, `(no|nunca) (vinieron|regresaron|volvieron|termin\w+|contestan|han (venido|terminado|regresado|vuelto|llamado))`, `(mal|pesimo) (trabajo|servicio)`, `(devuelv\w+|regres\w+) (mi|el) dinero`, `estafa\w*`, `(one|1).star`, `(bad|negative|terrible|scathing) review`, `chargeback`, `refund`, `(my|our) money back`, `no.?show(ed)?`, `(never|nobody|no one|didn't|haven't|hasn't|nobody's|no one's)( ever| even| has| have| has ever)? (showed?|came|come|called|call|calls|returned|return|finished|finish|fixed|fix|answered|heard|responded|got back|gotten)( up| back| me)?`, `stood (me|us) up`, `(second|third|fourth|fifth|sixth|tenth|several|three|four|five|six|ten|\d+)(rd|th|nd)? (time|times|calls|messages|voicemails)`, `(ripped|rip) (me|us)?\W*off`, `(screw\w*|mess\w*) (up|it up|me|us|over)`, `(sick|tired) (and tired )?of`, `(lied|lying) to`, `(inexcusable|infuriating|outrageous|embarrass\w*|pathetic|useless|crap\w*|garbage)`, `(overcharg\w*|double.?charg\w*|charged (me|us) (twice|extra|more))`, `(left (a|the|my|our) (mess|place|house|yard|driveway)|trash (everywhere|all over)|cigarette butts)`, `(queja|quejar\w*|molest[oa]|enojad[oa]|pesimo|terrible|inaceptable|reclamo)`)
	// damage is something that went wrong with the work.
	damage = words(`torn (apart|up)`, `half.?(done|finished)`, `cup(ping|ped)`, `fogg\w+`, `sigue\w* (goteando|roto|igual|mal|sin)`, `damag\w*`, `ruin\w*`, `broke(n)?`, `crack(s|ed|ing)?`, `scratch\w*`, `destroy\w*`, `flood\w*`, `trashed`, `peel\w*`, `warp\w*`, `bubbl\w*`, `crooked`, `uneven`, `leak\w*`, `fall(ing|en)? (off|apart|down)`, `fell (off|apart|down)`, `coming (off|apart|loose|up)`, `loose`, `(doesn't|don't|won't|isn't|not|stopped) (work\w*|clos\w*|open\w*|fit|level|drain\w*|latch\w*|lock)`, `(dent|dents|dented|chip|chipped|gap|gaps|stain|stained|mold)`, `wrong (color|size|tile|cabinets?|material|one|door|part|countertop\w*)`, `missing`, `unfinished`, `(still|yet)( not|n't)?`, `(weeks?|months?|days?) (late|behind|overdue)`, `behind schedule`, `roto|rota|danad[oa]s?|gote(a|ando)`, `(put|make|set) (it|this|that|things|them) right`, `stains?|smear\w*|splatter\w*`, `drip(s|ping|ped)?`, `(sag|buckl|lift|rust|rott?|fad|separat|squeak)(s|ed|ing)`, `manch(a|as|ado|ada|aron)|pel(a|ando|andose)|cay(o|endo|eron)|romp\w+|quebr\w+|rayad[oa]s?|chuec[oa]s?|torcid[oa]s?|(sin|no) termin\w+|ensuci\w+|(quedo|quedaron) mal`)
	// oursDone ties something to this company's own work.
	oursDone = words(`you (boys|fellas|fellows|ladies|gals|folks|kids) (hung|did|put|built|installed|painted|laid|poured|fixed|left|set)`, `since (anybody|anyone|somebody|someone|you|they|the crew|your)('s| has| have| guys)? (been|came|come|was|were|worked|showed)`, `(still|been) torn (apart|up)`, `me (pusieron|hicieron|instalaron|pintaron|dejaron|vendieron|cobraron)`, `soy cliente`, `you (people|folks)`, `(i|we)(?:'ve| have)?( already)? (paid|gave|handed) you`, `(my|our|the|this) (brand.new|new)( \w+){1,3} (won't|doesn't|don't|isn't|aren't|is|are|already|keeps?|has|have|started|came|fell)( \w+)? (clos\w+|open\w*|work\w*|leak\w*|crack\w*|peel\w*|drip\w*|loose|drain\w*|fell|fall\w*|warp\w*|stick\w*|level|coming|off|fit)`, `(contract|agreement|deal|bill|price|quote) (with you|you gave|you sent)`, `(you|you guys|y'all|you all|you people|you folks)('ve| have| had| just| already)*( \w+ly)? (did|done|installed|put (?:in|on|up|an?|the|my|our|new|some)|built|remodeled|redid|replaced|finished|painted|repaired|fixed|laid|hung|left|promised|charged|told|said you|sent|came|started|worked|sold|ruined|damaged|broke|messed|completed|ordered|billed|poured|wired|tiled|overcharged|scheduled)`, `(you|you guys|y'all)('re| are| were) (doing (my|our|the|a|some|work)|working (on|at)|supposed)`, `(signed|hired|contracted|went) (with )?you`, `your (\w+ )?(crews?|guys?|fell(a|er|ow)s?|boys?|helpers?|framers?|tilers?|handym[ae]n|finishers?|mason\w*|plasterers?|people|workers?|installers?|men|team|subs?|subcontractors?|foreman|super|superintendent|project managers?|painters?|roofers?|plumbers?|electricians?|office|estimators?|sales(man|person|guy)|tech\w*|carpenters?|contractors?|company|work|tilers?|employees?|driver|truck|scheduler)`, `(my|our) (project manager|contractor|installer|crew|contract|install\w*|final payment|balance|invoice|warranty|punch list|change order|job number)`, `(sus|los|su|el|la) (trabajadore?s?|empleados?|muchachos?|instaladore?s?|pintore?s?|plomeros?|electricistas?|carpinteros?|albaniles|techeros?|companeros?) (\w+ )?(que|dej\w+|hizo|hicieron|no|vino|vinieron|rompi\w+|instal\w+|pint\w+|puso|pusieron|me|nos|nunca)`, `sus (trabajadores|empleados|muchachos|instaladores|pintores)`, `(yo )?(pague|pagamos|les pague)`, `ustedes (instalaron|hicieron|pintaron|pusieron|vinieron|repararon|dejaron|prometieron)`)
	// theirsDone is somebody else's bad work, which is why they call this company.
	theirsDone = words(`(last|previous|other|another|first|old|original|prior|former|different) (\w+ )?(contractors?|company|guy|guys|builder|crew|roofer|plumber|outfit|painter|owners?)`, `(contractor|guy|builder|company) (i|we) (hired|had|used|paid)`, `(someone|somebody) else`, `the (builder|flipper|previous owner)`, `walked off|disappeared|ghosted|took (off|our|my|the) (with|money|deposit)`)
	// jobTalk is the business of a job done or under way.
	jobTalk = cueSet{
		strong: words(`order number`, `(put|paid|gave|left)( you| y'all)? (my|our|the|a|half) (deposit|down payment)( down)?( before| in| on| back| last| with)`, `(was|were|been) told (about )?(\w+ )?(to \w+ )?(weeks|months|days)`, `(copy|copies) of (my|our|the) (contract|invoice|receipt|warranty|paperwork|proposal|permit|agreement|estimate)`, `(got|received|have|pay|paid|paying|about|question on) (your|my|our|the|a|this) (\w+ )?(bill|invoice|statement)`, `(when|where|if|whether|on) (are |is )?(our|my) (\w+ )?(cabinets|countertops?|tile|windows|doors?|materials?|order|shingles|vanity|flooring|fixtures?|appliances) (are|is|will|were|was|have|has|coming|supposed|get|arriv\w*|due|going)`, `(let|tell|ask|have|remind) (the|your|my|our) (crew|guys|foreman|painters?|installers?|tile guy|electrician|plumber|project manager)`, `we(?:'ve| have)? (decided on|picked|chose|chosen|settled on|changed our minds? (on|about)) (the|a) (\w+ )?(\w+ )?(grout|tile|paint|color|stain|countertop|faucet|cabinet\w*|hardware|fixture|granite|quartz|backsplash)`, `soy cliente|me (hicieron|instalaron|pusieron|pintaron)|ustedes me|(el|mi) recibo`, `(your|the) (\w+ )?(crew|guys|installers?|painters?|workers|team|men|people|roofers|subs)('s|'re| is| are| was| were| isn't| aren't| hasn't| haven't| didn't| never| just| still| has| have)+ (supposed|scheduled|coming|late|here|left|working|started|doing|back|been|showed|finished|gone)`, `(somebody|someone|you|they|you guys) (was|were) supposed to (be here|come|start|finish|install|deliver|show)`, `(under|still|my|our|the|a|workmanship|have a) (\w+ )?warranty( claim| work| issue| on| for| call| department)?`, `warrant(y|ies)`, `(are|is|aren't|isn't|where are|where's|where is) (the|your|my|our) (\w+ )?(guys?|crews?|installers?|painters?|workers?|roofers|plumber|electrician|inspector|foreman|dumpster|subs?|men) (coming|on (the|their|his) way|here|going|gonna|running|supposed|still|back|done|showing|starting)`, `(the|your|my|our) (\w+ )?(guys?|crew|installers?|painters?|roofers|plumber|electrician|foreman)( \w+)? (was|were|is|are) (going to|gonna|supposed to|meant to) (be|come|start|finish|show|do|bring|pick)`, `(framing|rough|rough.in|electrical|plumbing|final|footing|city|county|foundation) inspection`, `(the|an|your|our) inspector`, `(pick|picked|choose|chose|change|swap)( out)? (the|my|our) (\w+ )?(tile|grout|color|paint|cabinets?|countertops?|hardware|fixtures?|faucet|stain)\b.{0,40}(you|order|install|crew|project|job|yet|already|before)`, `(lockbox|gate code|key|dumpster|porta.?potty)\b.{0,40}(crew|guys|job|house|driveway|removed|picked up|full)`, `(left|forgot) (a|an|their|his|some|the) (\w+ )?(tools?|ladder|saw|drill|jacket|truck|materials?|phone|level|keys?)`, `(my|our) (kitchen|bath\w*|addition|deck|roof|basement|siding|windows?|floors?|remodel|project|job)('s| is| are)( still| already)? (half|almost|nearly|not|being|scheduled|supposed)`, `(when|is) (my|our) (start date|install\w*|delivery|next payment|final payment)`, `(ustedes|sus muchachos|los muchachos)( \w+)? (estan|van a|iban a|tenian que)\b`, `(my|our|the|an|this|your|final|last|latest|that) invoice`, `invoices?`, `(final|second|third|next|last|progress|remaining|draw) (payment|draw|installment)`, `(my|our|the) (remaining )?balance`, `(pay|make a payment|paying) (on |for |off )?(my|our|the|an) (bill|balance|invoice|account|final|job|project)`, `(change order|punch list|touch.?ups?|final (walk.?through|inspection)|lien (waiver|release)|certificate of completion)`, `(when|what time|where|if)\b.{0,20}(is|are|will|does|do|would) (the|your|my|our) (\w+ )?(crew|guys|installers?|painters?|workers|team|plumber|electrician|tile guy|inspector|cabinets|countertops|materials?|dumpster|roofers|project manager|foreman|subs?)`, `(status|update|progress) (on|of|for|about|with) (my|our|the) (\w+ )?(project|job|remodel|kitchen|bath\w*|order|permit|cabinets|addition|roof|windows|work|countertops|basement|deck|renovation)`, `(my|our) (project manager|contractor|foreman|crew|job number|contract (with|number)|final payment|permit)`, `(you|you guys|y'all|your (crew|guys|team|company|people|men))('re| are| have been|'ve been) (doing (my|our|the|a|some|work)|working (on|at|here)|remodeling|building|installing|painting|redoing|replacing|in the middle)`, `(in the middle of|halfway through|partway through) (my|our|the) (\w+ )?(remodel|project|job|renovation|addition|kitchen|bath\w*)`, `(existing|current|past|previous|former|longtime) (customer|client)`, `(factura|garantia|saldo|el pago final|mi proyecto)`, `(you|you guys|y'all|your (crew|guys|team|company|people|men))('ve| have| had| just)? (recently |just |already )?(did|done|installed|put (?:in|on|up|an?|the|my|our|new|some)|built|remodeled|redid|replaced|finished|painted|laid|hung|completed|renovated|tiled|rebuilt) (my|our|the|a|an|some|new|this|that|it|mine|work)`, `receipt (for|from)`, `(paint|tile|grout|stain|countertop|shingle) (color|name|code|brand) (you|that|used|from|we)`, `account (number|with you)`),
		weak:   oursDone,
	}
)

// readComplaint finds people who are unhappy with this company: the anger and the
// company's work stand together, or the call opens with the work.
func (c *conversation) readComplaint() finding {
	if h, ok := find(c.mine, plainComplaint); ok && !c.wishesQuote() {
		return finding{"complaint", h, true, 0.85}
	}
	opening := c.opening()
	if c.said(plainComplaint) || !c.opensWithWish() {
		for _, s := range c.mine {
			at := complains.FindStringIndex(s.norm)
			if at == nil {
				continue
			}
			near := c.turnOf(s)
			ours := oursDone.MatchString(near) || oursDone.MatchString(opening)
			bad := saidOfWork.MatchString(near) || damage.MatchString(near) || damage.MatchString(opening) || len(complains.FindAllStringIndex(near, 2)) > 1
			if ours && bad && !theirsDone.MatchString(near) {
				return finding{"complaint", hit{s, at[0], at[1]}, true, 0.85}
			}
		}
	}
	return finding{}
}

// openingTurns are the turns in which people say why they call.
const openingTurns = 2

// opening returns what the customer says first.
func (c *conversation) opening() string {
	var said []string
	for _, s := range c.openingSentences() {
		said = append(said, s.norm)
	}
	return strings.Join(said, " ")
}

func (c *conversation) openingSentences() []*sentence {
	turns, last := 0, -1
	for i, s := range c.mine {
		if s.turn != last {
			turns, last = turns+1, s.turn
		}
		if turns > openingTurns {
			return c.mine[:i]
		}
	}
	return c.mine
}

// opensWithWish reports whether the first thing said is a firm wish for work, and not about
// anything that this company did.
func (c *conversation) opensWithWish() bool {
	for _, s := range c.openingSentences() {
		if oursDone.MatchString(s.norm) {
			return false
		}
		if wishIn(s.norm) != nil && firmWish.MatchString(s.norm) && len(c.tradesIn(s)) > 0 {
			return true
		}
	}
	return false
}

var (
	plainComplaint = words(`(you|your) ([\w']+ ){0,3}(cracked|broke|scratched|damaged|backed (over|into)|ran (over|into)|drove (over|on|into|across)|knocked|spilled|dented|ruined|flooded|tore|busted|chipped|smashed|destroyed|messed up|screwed up|killed|overcharged|double.?charged|double.?billed) (my|our|the|a|me|us|it|up|through)`, `(you|y'all|they)( \w+)? (billed|charged|invoiced) (me|us) (for|twice|extra)\b.{0,40}(only|never|didn't|twice|not|extra|more)`, `your (\w+ )?(crews?|guys|workers|men|people|trucks?|driver)\b.{0,30}(blocking|blocked|hammering|smoking|swearing|cursing|parked|parking|starts? (\w+ )?at (five|six)|too loud|loud music|noise|trash|trespass\w*)`, `(it|this) has (got )?to stop`, `(stop|quit) (calling|texting|mailing|parking|blocking) (me|us|my|here|in)`, `(estoy|estamos|ya me tienen) (\w+ )?(hart[oa]s?|cansad[oa]s?|furios[oa]s?|molest[oa]s?)`, `complaint`, `(want|demand|need|like) (a |my |our )?(full |partial )?(refund|money back)`, `(speak|talk) (to|with) (a|the|your) (manager|supervisor)\b`, `(want|need|expect|demand) (a|the|your|that|somebody's) (manager|supervisor|owner|boss) (to )?(call|phone|ring|contact|come)`, `(quiero|necesito) (que )?(hablar con )?(el|la|un|una) (duen[oa]|gerente|supervisor\w*|encargad[oa]|jef[ea])`, `(better business bureau|bbb|small claims|my (attorney|lawyer)|legal action)`, `queja`)
	saidOfWork     = words(`(not|isn't|aren't|un)\w* (happy|satisfied|pleased|acceptable)`, `unhappy`, `unacceptable`, `unprofessional`, `disappointed`, `terrible`, `horrible`, `awful`, `shoddy`, `sloppy`, `rude`, `furious`, `ridiculous`, `no.?show(ed)?`, `never (showed|came|finished|called)`, `overcharg\w*`, `(mal|pesimo|fatal) (trabajo|servicio)`, `molest[oa]`, `enojad[oa]`, `(quedo|quedaron|hicieron) mal`)
)

// wishesQuote reports whether the customer wants new work besides.
func (c *conversation) wishesQuote() bool {
	_, wants := c.wantsWork()
	return wants && c.said(priceTalk)
}

// readExisting finds people with a job done or under way, unless they come back with
// something new.
func (c *conversation) readExisting() finding {
	score, at := jobTalk.score(c.mine)
	if c.said(walkedOff) && c.said(wish) && !c.said(anchored) {
		return finding{}
	}
	if score < enough || c.said(theirsDone) && !c.said(oursDone) {
		return finding{}
	}
	if c.comesBack() {
		return finding{}
	}
	if !c.said(oursDone) && !c.said(anchored) && (c.wishesQuote() || c.isQuestionAbout(warrantyOnly)) {
		return finding{}
	}
	return finding{"existing_customer", at, true, 0.85}
}

var (
	anchored     = words(`(my|our|the|an|this) (\w+ )?(invoice|balance|project manager|change order|punch list|contract|job number|permit|final payment|crew)`, `(my|our) warranty`, `existing customer`, `current customer`)
	warrantyOnly = expression(`\b(warrant\w*|guarantee\w*|permits?|inspections?|inspectors?)\b`)
)

// isQuestionAbout reports whether every mention of a thing is in a question about how the
// company does it.
func (c *conversation) isQuestionAbout(thing *pattern) bool {
	asked := false
	for _, s := range c.mine {
		if !thing.MatchString(s.norm) {
			continue
		}
		if !questionCue.MatchString(s.norm) && !strings.HasSuffix(s.raw, "?") {
			return false
		}
		asked = true
	}
	return asked
}

// comesBack reports whether a past customer has a new project: they wish for work, and the
// sentence with the wish is not about what was done.
func (c *conversation) comesBack() bool {
	trouble := c.said(jobPapers) || c.said(damageNow)
	over := c.said(longOver) && !c.said(underWay)
	for _, s := range c.mine {
		if wishIn(s.norm) == nil && !itsTurn.MatchString(s.norm) || len(c.tradesIn(s)) == 0 && !anyProject.MatchString(s.norm) {
			continue
		}
		fresh := newWork.MatchString(s.norm) || priceTalk.MatchString(s.norm) || over && firmWish.MatchString(s.norm) && !oursDone.MatchString(s.norm)
		if fresh && !trouble || fresh && newProject.MatchString(s.norm) {
			return true
		}
	}
	return false
}

// itsTurn is a wish by whose order the home is done up, room by room.
var itsTurn = words(`(the|our|my) \w+'s turn`, `(is|comes|are) (up )?next`, `next (up|on the list)`)

var (
	longOver = words(`in '\d\d`, `(years?|months?) ago`, `last (year|spring|summer|fall|winter)`, `a while (back|ago)`, `in 20\d\d`, `before`, `in the past`)
	underWay = words(`('re| are|'s| is|been) (doing|working|remodeling|building|installing|painting|redoing|replacing|in the middle)`, `in the middle of`, `halfway`)
)

var (
	damageNow  = words(`leak\w*`, `crack(s|ed|ing)?`, `peel\w*`, `loose`, `broke(n)?`, `fell off|falling off|came off|coming off`, `(doesn't|won't|isn't|not) (work\w*|clos\w*|open\w*|drain\w*|latch\w*)`, `come back (out )?(and |to )?(fix|finish|look)`, `gap`, `sticking`, `sag\w*`)
	newProject = words(`(new|another|different|separate|next|second) (project|job|quote|estimate|room|bath\w*)`, `(quote|estimate|price|bid) (on|for) (a |an |the |our |my )?(new|another|different|next|second|other|guest|master|hall|upstairs|downstairs|basement|kitchen|deck|roof|bath\w*|windows|patio|addition|siding|garage)`)
)

// walkedOff is another builder who left a job undone.
var walkedOff = words(`(contractor|builder|guy|crew|company|roofer|plumber|he|they) (\w+ )?(walked off|walked out|disappeared|ghosted|vanished|took off|quit on|went (bankrupt|under|out of business))`)

var jobPapers = words(`warranty`, `invoice`, `balance`, `punch list`, `change order`, `touch.?ups?`, `payment`)
