package rules

import (
	"strings"
)

var (
	// machine is what only a recording says.
	machine = words(`(didn't|did not|couldn't) (quite )?(catch|get|hear|understand) that`, `(please )?say (yes|no)( or (yes|no))?\W*$`, `please say`, `press (one|two|three|nine|zero|star|pound|\d|any key|the)`, `(oprima|presione|marque) (el )?(uno|dos|nueve|\d)`, `this is (a|an) (recorded|automated|pre-?recorded|important (automated|recorded|message|notice|call))`, `(automated|pre-?recorded|recorded) (message|call|announcement|system)`, `do(n't| not) hang up`, `to (be removed|opt out|unsubscribe|stop (these|receiving))`, `to speak (to|with) (a|an|one of our) (\w+ )?(agent|representative|specialist|advisor|operator|associate)`, `(remove|take) (you|your number) (from|off) (our|the|this) (call(ing)? )?list`, `this is your (final|last|second|third) (notice|attempt|call|courtesy|warning|reminder)`, `(final|last|second) (courtesy|attempt|notice|warning) (call|to)`, `stay on the line (to|for|and)`, `(on|over|this is) a recorded line`, `(reply|text|txt|send) (stop|end|quit|cancel|unsubscribe)`, `(stop|end) (to|2) (end|quit|opt|unsubscribe|stop|cancel)`, `(in|around|servicing|working in) your (neighborhood|area)\b.{0,40}(with a|special|discount\w*|offering|promotion)`, `este es un mensaje (grabado|automatic\w+)`)
	// bulk is what is offered to everybody with a telephone.
	bulk = words(`(car|vehicle|auto\w*)('s)?\b.{0,30}warranty`, `extended (vehicle |auto |car )?warranty\b.{0,40}(expir|vehicle|car|coverage)`, `google (business|listing|my business|maps|voice)( listing| profile)?\b.{0,60}(verif\w*|suspend\w*|expir\w*|unverified|flagged|removed|claim\w*|not (showing|listed)|optimi\w*|updat\w*|inactive)`, `(verify|claim|update) your (google|business) (listing|profile|business)`, `(business|working capital|small business|merchant|unsecured) (loan|loans|funding|line of credit|capital|advance|cash)\b`, `(you|your (business|company|account))(?:'ve| have|'re| are| has| is)?( been| already)* (pre-?approved|pre-?qualified|approved|qualified) (for|to)`, `merchant cash`, `(lower|reduce|reducing|lowering|cut) your\b.{0,20}(interest|electric|energy|power|utility|credit card|student)`, `social security (number|administration|office|benefits)`, `(the )?irs\b`, `(arrest )?warrant (for|out|has)`, `congratulations\b.{0,60}(selected|won|winner|qualif\w*|eligible|chosen)`, `(you have|you've|your (number|name|business|company|home) (has|was|have)) (been )?(selected|chosen|won|qualified)`, `(free|all.expense\w*|complimentary|discounted).{0,20}(cruise|vacation|trip|getaway|stay)`, `gift cards?`, `(bitcoin|crypto\w*|forex)`, `student loans?`, `medicare|health insurance|life insurance|final expense`, `credit card (debt|balance|rates?)`, `(electric|power|utility|gas) (service|account)\b.{0,40}(disconnect\w*|suspend\w*|shut off)`, `(ppp|employee retention|erc|erp) (loan|credit|funds)`, `tax (debt|relief|resolution)`, `timeshare`, `your (computer|account|package|amazon|apple)\b.{0,40}(virus|compromis\w*|suspend\w*|charge|purchase)`, `(prestamo|garantia extendida|ha sido seleccionad\w)`, `act (now|fast|today)`, `limited.time offer`, `(in|around|servicing) your (neighborhood|area|city)\b.{0,60}(special|discount\w*|promotion|offering)`, `(air )?duct (and vent )?cleaning`, `(approved|qualif\w+|eligible) for (up to )?(a )?\$ ?\d+`)
	// bulkForm is what bots and list buyers write into forms.
	bulkForm = words(`seo`, `search engine (optimi\w*|ranking\w*|visibility)`, `(first|top|1st) page( of| on| ranking)?( google| search)?`, `rank\w* (higher|on google|better|#?1|number one|at the top|your)`, `google rank\w*`, `back ?links?`, `guest posts?`, `sponsored (post|article|content)`, `(web ?site|web) (design|redesign|developer|development|traffic|audit|visitors)`, `redesign\w* your (web)?site`, `(increase|boost|drive|grow|more|generate)\b.{0,25}(traffic|visitors|ranking|online (presence|visibility)|sales|followers|revenue)`, `(your|the) (web ?site|site|domain)\b.{0,60}(errors?|rank\w*|optimi\w*|traffic|audit|improve\w*|visibility|issues|redesign|slow|mobile)`, `(social media|digital|internet|online|email) marketing`, `(leads?|email|contact|mailing) (list|database)s?`, `(exclusive|qualified|guaranteed|fresh|verified) (leads|appointments|jobs)`, `(virtual assistants?|outsourc\w*|offshore|data entry|app development)`, `(casino|viagra|cialis|porn|escorts?|betting|xxx|replica|pharmacy|pills)`, `(bitcoin|crypto\w*|forex|investment opportunity|passive income|make money)`, `(explainer|promo\w*) videos?`, `unsubscribe`, `opt.?out`, `(click|visit) (here|the link|this link|below)`, `domain (name|authority|expir\w*)`, `loan offer`, `(business|working capital) (loan|loans|funding|capital)`, `(approved|qualif\w+|eligible) for (up to )?(a )?\$ ?\d+`, `(reply|text|txt|send) (stop|end)`, `(stop|end) (to|2) (end|quit|opt.?out|unsubscribe|stop|cancel)`, `bulk (email|sms)`, `chat ?bot`, `reply (yes|stop|with)`, `\d+ (visitors|backlinks|followers)`)
	link     = expression(`https?://|www\.|\[url|<a |\b[a-z0-9-]+\.(ru|xyz|top|click|info|biz|online|site|shop|cn)\b|bit\.ly`)
)

// readSpam finds machines, bulk offers and bogus forms.
func (c *conversation) readSpam() finding {
	if c.isForm() {
		return c.readFormSpam()
	}
	if h, ok := find(c.mine, machine); ok && !c.hasHome() {
		return finding{"spam", h, true, 0.95}
	}
	if h, ok := find(c.mine, bulk); ok && c.isMonologue() && !c.hasHome() && !c.said(ownName) {
		return finding{"spam", h, true, 0.85}
	}
	return finding{}
}

// ownName is a person who says who they are and for whom they call; machines that do give
// themselves away otherwise.
var ownName = words(`(this is|my name is|i'm) [a-z]+( [a-z]+)?,? (with|from|at|over at|calling (from|for|on behalf))`)

func (c *conversation) readFormSpam() finding {
	if h, ok := find(c.mine, bulkForm); ok && !c.hasHome() {
		return finding{"spam", h, true, 0.9}
	}
	links := 0
	var first hit
	for _, s := range c.mine {
		if at := link.FindStringIndex(s.norm); at != nil && !linkField.MatchString(s.field) {
			if links == 0 {
				first = hit{s, at[0], at[1]}
			}
			links += len(link.FindAllStringIndex(s.norm, -1))
		}
	}
	if links > 0 && !c.hasHome() {
		return finding{"spam", first, true, 0.85}
	}
	if h, ok := c.gibberish(); ok {
		return finding{"spam", h, true, 0.8}
	}
	return finding{}
}

// hasHome reports whether the customer speaks of work on a place of their own.
func (c *conversation) hasHome() bool {
	_, wants := c.wantsWork()
	return wants && c.said(ownPlace)
}

// gibberish finds a form whose fields are random letters: no vowels where words have some.
func (c *conversation) gibberish() (hit, bool) {
	junk, checked := 0, 0
	var first hit
	for _, s := range c.mine {
		if codeField.MatchString(s.field) {
			continue
		}
		checked++
		if isGibberish(s.raw) {
			if junk == 0 {
				first = hit{s, 0, len(s.norm)}
			}
			junk++
		}
	}
	return first, junk > 0 && junk*2 >= checked
}

var (
	consonants = expression(`(?i)[bcdfghjklmnpqrstvwxz]{6,}`)
	mixedCase  = expression(`[a-z][A-Z]+[a-z]+[A-Z]`)
	foreign    = expression(`\p{Cyrillic}|\p{Han}|\p{Hangul}|\p{Arabic}|\p{Thai}`)
)

func isGibberish(raw string) bool {
	for _, word := range strings.Fields(raw) {
		if len(word) >= 6 && !strings.ContainsAny(word, "@./") && (consonants.MatchString(word) || len(word) >= 8 && mixedCase.MatchString(word)) {
			return true
		}
	}
	return foreign.MatchString(raw)
}

var (
	wrongNumber = words(`^(hi|hey|hello),? (honey|sweetie|babe|mom|dad|grandma|grandpa|sis)\b`, `(here|came|want\w*) to pick up (the|my|our) (car|truck|camry|prescription|order|dry cleaning|pizza|dog|cat)`, `(it's|this is|it is) (your )?(dad|mom|mama|grandma|grandpa|papa|mommy|daddy|nana)\b.{0,60}(call me|love you|honey|sweetie|home|dinner|work)`, `love you,? (bye|honey|sweetie|baby)`, `wrong (number|place|company|business|person|house|department|office|extension)`, `(dialed|called|reached|got|have|hit|clicked|clicked on|tapped|pressed|punched|typed|found|looked up|picked|read) (in )?(the |a |it |that |this )?(number )?wrong`, `(isn't|not|wasn't) (who|what|the (number|place|company|one)) (i|we) (was|were|am|wanted|meant|need\w*|thought|looking|trying)( \w+)*`, `(butt|pocket|accidentally|accidental)[ -](dial\w*|call\w*)`, `(didn't mean to|meant to) (call|dial|ring) `, `(called|dialed) (you |this )?(by (mistake|accident)|accidentally)`, `(equivocad[oa]|marque mal)`, `mis-?dial\w*`, `numero equivocado`, `me equivoque`, `(thought|think) (this|you) (was|were|is) (the )?(\w+ ){0,3}(office|store|clinic|school|restaurant|salon|pharmacy|bank|hospital|shop)`)
	otherPlace  = words(`is (this|that)( not)? (the |dr\.? |doctor )?(\w+ ){0,4}(pizza|pizzeria|dentist\w*|dental|doctor|doctor's|clinic|pharmacy|hospital|salon|school|restaurant|bank|vet\w*|library|church|hotel|airline|bakery|cafe|florist|garage|dealership|insurance|dmv|walmart|post office|auto\w*|motors|tire\w*|veterinar\w*|animal|nail\w*|barber\w*|gym|daycare|cable|wireless|urgent care|urgent|pediatric\w*)`, `(looking for|trying to (reach|get|call|get a hold of|get hold of)|calling for|is) (dr\.?|doctor|the) (\w+ ){0,3}(office|clinic|pharmacy|school|store|restaurant|dentist|dealership|hospital|salon|bank)?`, `(order|pick ?up|refill|prescription|appointment with dr|make a reservation|large (pepperoni|pizza)|haircut|oil change|checkup|teeth cleaning)`, `(trying to (reach|get|call|get a hold of)|looking for|is) [a-z]+( there| home| available| in)?\W*$`)
	// otherOffice is somebody whom nobody rings up at a builder's.
	otherOffice = words(`(es|hablo (a|con)|llamo (a|al)|es este) (la |el |al )?(\w+ )?(clinica|hospital|farmacia|escuela|banco|restaurante|consultorio|dentista|doctor\w*|iglesia|tienda|oficina de|salon)`, `(is this|this is|trying to (reach|get|call|get (a )?hold of)|looking for|calling for|do i have|have i reached)\b.{0,25}(county|city hall|the city|building department|permit office|utility|water (department|company)|gas company|electric company|power company|post office|dmv|courthouse|clerk|sheriff|police|school|library|hospital|pharmacy|clinic|dentist|doctor|bank|church|hotel|restaurant|pizza|salon|cable|airline)`)
	agentDenies = words(`no,? (senora?|senorita)`, `somos una (compania|empresa)`, `(se|esta) equivoc\w+`, `este es un negocio`, `(that's|that is|you(?:'d| would)? (want|need)) (a different|another|not us|the (county|city|other))`, `(you(?:'ve| have)|you) reached (a|an)\b`, `(this is|we're|we are) (a|an) (private|different|\w+ing) (company|contractor|business)`, `(you(?:'ve| have|'ve got)?|i think you(?:'ve| have)?|looks like you(?:'ve| have)?|may have|might have|must have) (\w+ )?(the |a )?wrong`, `wrong number`, `(no one|nobody|no-one|there's no ?(one|body)?|we don't have( a| anyone| anybody)?|there isn't (a|anyone|anybody)) (\w+ )?(here )?(by|with|named|called|here)`, `no,? (sir|ma'am)?,? ?(this is|we're|we are|you(?:'ve| have) (reached|called))`, `we(?:'re| are) (a|an) (\w+ )?(remodel\w*|home|construction|roofing|contract\w*|kitchen|renovation)`, `numero equivocado`)
	sorryCaller = words(`sorry`, `my (bad|mistake|apologies)`, `never ?mind`, `apologi[sz]e`, `oops`, `whoops`, `disculp\w+`, `perdon\w*`)
)

// agentSaid reports whether the company's side said anything that matches.
func (c *conversation) agentSaid(re *pattern) bool {
	for _, s := range c.all {
		if s.agent && re.MatchString(s.norm) {
			return true
		}
	}
	return false
}

// readWrongNumber finds callers who wanted somebody else.
func (c *conversation) readWrongNumber() finding {
	if h, ok := find(c.mine, wrongNumber); ok && (!c.hasHome() || c.agentSaid(agentDenies)) && !c.said(complains) {
		return finding{"wrong_number", h, true, 0.95}
	}
	h, other := find(c.mine, otherPlace)
	elsewhere, far := find(c.openingSentences(), otherOffice)
	if far && c.agentSaid(agentDenies) {
		return finding{"wrong_number", elsewhere, true, 0.85}
	}
	for _, s := range c.all {
		if !s.agent || !agentDenies.MatchString(s.norm) {
			continue
		}
		if _, wants := c.wantsWork(); wants {
			continue
		}
		if other {
			return finding{"wrong_number", h, true, 0.9}
		}
		if sorry, ok := find(c.mine, sorryCaller); ok && c.words() < 60 {
			return finding{"wrong_number", sorry, true, 0.75}
		}
	}
	return finding{}
}

var jobCues = cueSet{
	strong: words(`(give|gave) (him|her|them|me|us) a (shot|try|chance|job)`, `got my osha`, `i(?:'ve| have) run crews`, `(figured|thought) i'd call around to`, `(you|y'all|you guys|you all|they)( was| were| are|'re| is)? (looking for|need\w*) (a couple|a few|some|any|more)( \w+)? (hands|guys|help|workers|people)`, `(if )?(you|y'all|ustedes)( guys| all)? need (a (person|worker|guy|hand)|anybody|anyone|somebody|someone|people|workers|help|another (guy|hand|worker)|any (help|workers|people))( |\W*$)`, `(need|want|looking for|complete|get) (\w+ )?(internship|hours on (a |the )?(site|job))`, `(take|hire|have|accept) interns?`, `(i been|i've been|i have been) (framing|roofing|painting|tiling|laying|hanging|finishing|plumbing|wiring|building)\b.{0,30}years`, `(y'all|you|you guys|you folks|they)( \w+)? (looking for|needing|could use) (anybody|anyone|somebody|someone|people|help|hands|guys|workers)\b`, `(your|the|an) ad (for|looking for) (a|an|some)? ?(\w+ )?(helper|carpenter|painter|laborer|installer|roofer|framer|receptionist|driver|apprentice|help|workers?|position|job|estimator|electrician|plumber|technician)`, `(getting|get|come|coming|hire\w*|sign\w*) on with (you|y'all|your|one of your)`, `(ando|estoy|andamos) buscando (\w+ )?(trabajo|jale|chamba|empleo)|jale de`, `(coordinator|receptionist|scheduler|dispatcher|bookkeeper|office manager|assistant|carpenter|installer|estimator|painter|laborer|helper|foreman|superintendent|project manager|designer|technician|electrician|plumber|roofer|framer|driver|sales\w*|apprentice|internship|summer) (position|role|opening|vacancy|job|posting)`, `(application|resume|cv) (that )?(i|we|he|she) (\w+ )?(sent|submitted|filled|turned|dropped|put|e-?mailed)`, `(love|like|get|have|schedule|want|had|do) (an|my|the|a|for an) (job )?interview`, `(follow\w* up|checking|heard back|hear back|status) (\w+ )?(on|about|of|from) (my|the|an|that) (job )?(application|resume|interview)`, `(my|the|a) (son|daughter|nephew|husband|brother|friend|cousin|buddy|grandson)('s| is| was)? (\w+ )?(looking for (work|a job|an apprenticeship|a summer job)|needs (a job|work))`, `(pick up|looking for|need|want|find) (some |any |more |extra )?(side |summer |seasonal |steady |full.time |part.time )?(work|shifts|hours) (with|at|for) (you|your|y'all)`, `(sub|subcontract\w*) (for|under) you|work under you`, `(anuncio|oferta|solicitud|puesto|plaza) (de|del|para) (trabajo|empleo|ayudante|pintor|carpintero|electricista|plomero)`, `vacantes?`, `(ando|estoy|estamos|andamos) (buscando|en busca de) (trabajo|empleo|chamba|jale)`, `(necesitan|ocupan|buscan|quieren) (gente|trabajadore?s?|ayudantes?|personal|pintores|carpinteros|a alguien)`, `(aplicar|aplique|llenar|dejar) (\w+ )?(para el|al|la|una|mi)? ?(trabajo|solicitud|aplicacion|curriculum|puesto)`, `(if|do|does|could|can) (you|y'all|you guys|your (company|crew))( guys| all)? (need|needs|use|are looking for|could use|want)( any| some| extra| more| good)? (help|hands|workers|laborers?|carpenters?|framers?|people|guys|installers?|painters?|helpers?)`, `(are|if|whether|is) (you|y'all|you guys|you all|your company|they|your crew)( guys| all)?( still| currently| looking to| doing any| actively)? (hir(e|ing)|taking (applications|on (help|people|workers)))`, `(hiring|now hiring|help wanted)`, `(looking for|need|want|seeking|after|in search of) (a job|work(?: as| in| with|\W*$)|employment|steady work|a position|full.?time( work)?|part.?time( work)?|an? (apprenticeship|internship))`, `(job|employment) (application|posting|opening|openings|position|ad|listing|opportunit\w+|inquiry)`, `(my|a|the) (resume|cv|curriculum)`, `(apply|applying|applied|application) (for (a|the|any|work|your) ?(job|position|opening|work|\w+ (job|position|role|opening))|to work|in person|with (you|your company)|online for)`, `(fill out|pick up|drop off|submit|send in) (an |a |my |the )?(application|resume)`, `(any|open|available) (positions|openings|jobs|job openings|work available)( available| open)?`, `come (to )?work for (you|y'all)`, `work for (your company|you guys|y'all)`, `(estan|esta) contratando`, `(busco|buscando|necesito) (trabajo|empleo|chamba)`, `(tienen|hay|alguna) (trabajo|vacante\w*|empleo)`, `solicitud de (empleo|trabajo)`, `the (carpenter|installer|estimator|painter|laborer|project manager|sales|office|admin\w*|driver) (job|position|role|opening)`, `job (you|that) (posted|advertised)`, `posted (on|a job)\b.{0,20}(indeed|craigslist|zip)`, `on indeed`),
	weak:   words(`(he's|she's|i'm|i am|he is) a hard.?worker`, `hard.?worker`, `(just )?got laid off`, `calling for my (son|daughter|nephew|grandson|husband|brother)`, `years? (of )?experience`, `i do (\w+ ){1,5}for (\w+ )?years`, `i have references`, `(my own|own) (tools|truck|transportation)`, `i(?:'m| am| was| have been|'ve been) (a|an|working as a) (\w+ )?(carpenter|framer|installer|painter|tile setter|roofer|laborer|estimator|electrician|plumber|drywaller|apprentice|foreman|handyman|helper|finish carpenter)`, `(start|available) (right away|immediately|monday|tomorrow)`, `(pay|wage|hourly rate|benefits|per hour)`, `(references|background check|drug test)`, `experiencia`, `interview`, `(position|opening|job)s?\b.{0,20}(filled|available|open)`, `laid off`, `what do you (guys )?pay`),
}

// readJobSeeker finds people who look for work at the company.
func (c *conversation) readJobSeeker() finding {
	score, at := jobCues.score(c.mine)
	if c.isForm() {
		if h, ok := find(c.mine, jobForm); ok {
			score, at = score+2, h
		}
	}
	if score < enough || c.hasHome() {
		return finding{}
	}
	return finding{"job_seeker", at, true, 0.9}
}

var (
	ownPlace  = words(`(my|our) (house|home|kitchen|bath\w*|basement|roof|deck|windows?|floors?|place|condo|property|garage|yard|attic|room|living room|bedroom|siding|patio|porch|furnace|ac|addition|master)`, `mi (casa|cocina|bano|techo)`)
	jobForm   = words(`resume`, `cv`, `hiring`, `employment`, `career\w*`, `job (application|opportunity|opening)`)
	linkField = expression(`url|page|referr|link|website|source`)
	codeField = expression(`mail|phone|zip|tel|url|date|time|id\b`)
)
