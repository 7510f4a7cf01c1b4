package rules

// intentCues is what tells the intents apart besides the words that readers look for. How an
// agent takes a call is told as plainly by the agent's own words ("take us off your list", "I've
// moved you to Wednesday", "we'll make it right") as by the caller's, and in fewer ways.
var intentCues = joined(sellerCues, applicantCues, lostCues, strangerCues, unhappyCues, clientCues, visitCues, askerCues, buyerCues)

func joined(sets ...[]cue) []cue {
	var out []cue
	for _, set := range sets {
		out = append(out, set...)
	}
	return out
}

const (
	vendor    = "vendor_solicitation"
	applicant = "job_seeker"
	complaint = "complaint"
	existing  = "existing_customer"
	visitor   = "appointment"
	buyer     = "quote_request"
	asker     = "service_question"
	stranger  = "other"
	lost      = "wrong_number"
)

// sellerCues tell people who sell to the company.
var sellerCues = []cue{
	{customer, vendor, 3, words(
		`(booths?|sponsorships?|ad space|memberships?) (left|available|lapsed|open)`, `your (truck|van|vehicle) (wraps?|lettering|graphics)`, `(do you|you) (guys |all )?(ever )?(farm|sub) (any|it|that|some|work)?( \w+)? ?out`, `(would|could) you let me (price|bid|quote)`, `(mind if|could|can) i (just )?send (you|over) (a|an|some|our|my)`, `(see|look at|go over|send you) (my|our) rates`, `i (cover|handle|have) (the|your) (valley|area|county|territory|region)( now)?`, `(we|i) specialize in (the trades|contractors|builders|construction)`, `pick up (a few|some|a couple) more (builders|contractors|accounts|clients)`,
		`took over (for|from) \w+`, `(sample|color|display) (boards?|racks?)`, `your (display|showroom) (board|rack|wall)?`, `bring you( guys| all)? (some )?(coffee|lunch|donuts|breakfast)`, `(whoever|who) takes care of (your|the)`, `i can beat (them|that|their|those|any|your)`, `we just opened (a|up)`, `(post|bid on|win) (jobs|projects)`, `(first|next) (\w+ )?(is|are) on us`,
		`(haven't|have not|stopped) order(ed|ing) (\w+ )?(from|with) us`, `(who's|who has|who have) got (that|your|the|our) account`, `(who|whoever|the (one|person) who) (handles|does|runs|manages|orders|buys) (your|the) \w+( \w+)?\b`, `(we've|we have|i've) (helped|worked with) (\w+ ){0,3}(contractors|builders|remodelers|companies|roofers|businesses|shops)`, `(contractors|builders|companies|businesses|shops) like (you|yours|yourself)`, `one.?pager`, `(we|i) (work|partner) with (a lot of|many|several|most of the) \w+`, `(isn't|not|aren't|is not) (showing up|ranking|ranked|listed) (in|on|when)`,
		`(be|become) your (\w+ )?(guy|sub|crew|supplier|go.?to|vendor|person)`, `take (\w+ ){1,3}off (a|your) (\w+'?s? )?plate`, `if (he|she|they) (ever )?lets? you down`,
		`(bid|vendor|subcontractor|sub|supplier) list`, `(i|we) (left|dropped off|dropped) (a|my|our|some) (card|cards|brochure|samples?|binder|catalog)\w*`, `(is this|are you|speak (to|with)) the (decision maker|person who (makes|handles|buys|does))`, `(your|the) contract(?:'s| is)? up`, `(i'll|let me|i can) circle back`, `who you(?:'re| are) (us(ing|e)|with|buying from) (now|right now|for)`,
		`(exclusive|qualified|pre-?qualified|live|verified|fresh|free|warm|hot|homeowner|ready.to.buy)( \w+){0,2} leads`, `\w+ leads (on us|for you|a month|per month|each month)`, `leads (in|for) your`, `pay per (lead|call|appointment)`,
		`i (work|partner|team up) with (a lot of |other |local |home |remodeling )?(contractors|builders|remodelers|companies|roofers|businesses|shops)`,
		`(need|use|using|want|looking for|take on|add|try) (a |an |any |another |some |more |good |new )*(subs|subcontract(ors?|ing)|sub.?contractors?|supplier|suppliers|vendors?|distributors?)`,
		`(i|we) (have|got|run|own) (a|my own|our own|two|three|four|five|a couple of) (\w+ )?(crews?|guys|men|(company|business) (for|that|doing|of) (the )?\w+)`, `(i|we) (do|can do|offer) (sub(contract)?(ing)?|subcontract|sub) work`,
		`price (by|per) the (sheet|square|foot|yard|door|unit|piece|box)`, `(open|set up|start) (an?|your) (trade |contractor |dealer |net \w+ )?account\b`, `net thirty`,
		`(your|the) (local|area|regional|new|inside|outside|account|territory|sales|business) (sales )?(rep|representative|manager|consultant)`, `(introduce|show you|tell you about|go over|walk you through|demo|pitch) (myself|ourselves|our|my) (\w+ )?(company|product|service|line|program|platform|software|app|system|material|tool|team)\w*`,
		`(i|we) (sell|supply|distribute|manufacture|carry|import|stock|wholesale|rent out|lease) (\w+ ){0,3}(to|for) (\w+ )?(contractors|builders|companies|remodelers|the trade|businesses|you)`,
		`(who|whoever) (handles|does|is in charge of|takes care of|manages|buys|orders|runs) (the |your |all the |all your )*(\w+ )?(marketing|purchasing|advertising|buying|ordering|insurance|payroll|phones?|internet|website|materials|fleet|accounts? payable|it|books|uniforms|supplies)`,
		`(save|saving|saved) (you|your company|contractors|builders|companies) (money|time|a lot|thousands|\d+|up to|on)`, `grow your (business|company|brand)`, `(listed|featured|advertise|sponsor\w*|spot|placement|ad|profile) (in|on|for) (our|the) (\w+ )?(directory|magazine|guide|map|app|list|site|website|calendar|show|program|newsletter|platform)`,
		`who does your (\w+ )?(buying|purchasing|ordering|marketing|cleaning|framing|drywall|tile|concrete|hauling|dumpsters?|printing|signs?|websites?|books)`, `(give|gave|giving) us a (shot|try|chance)`, `(i|we) (help|clean|haul|serve|service|train|staff|insure|finance) (\w+ ){0,2}(roofers|contractors|builders|remodelers|painters|plumbers|electricians|companies|businesses|trades|shops)`, `(handle|have|got|any|your) (the |some |any )?(overflow|extra work|jobs you can't)`, `(i|we) (run|have|own|got) (a|an|my|our|two|three) (\w+ )?(crew|crews|outfit)\b`,
		`(clean|haul|sub|work|frame|hang|pour|dig|tile|roof|paint)(s|ed)? for (other )?(contractors|builders|remodelers|general contractors|gcs|constructoras)`, `(send|e-?mail|drop|leave)( you| off)? (our|my) (\w+ )?(rates|rate sheet|price sheet|pricing|catalog\w*|binder|brochure|line card|portfolio|info|information)`, `(send|drop|leave)( you| off)? a (catalog\w*|binder|brochure|line card|rate sheet|sample\w*)`, `(damos|ofrecemos|hacemos) (un )?servicios? (a|para) (constructor\w*|contratistas|empresas|companias)`,
		`(vendo|vendemos|ofrecemos|distribuimos|somos (proveedores|distribuidores|una empresa de))`, `necesita\w* (subcontratistas?|un subcontratista|proveedor\w*)`,
	)},
	{customer, vendor, 1.5, words(
		`(the )?reason (for|of|i'm|why i'm) (my |our |the )?call`, `how (are you|is your day|are we)( doing)?( today| this (morning|afternoon))?\?*$`, `who (are|do|were) you( guys)? (currently |presently )?(us(e|ing)|with|work\w* with|buy\w* from|get\w*)\b.{0,30}(now|currently|for)`, `no (obligation|monthly fee|card|contract|commitment|setup fee|cost to you|risk|strings)`, `(in|around) your (market|territory|industry|space)`,
		`(workers'? comp|certificate of insurance|general liability|bonded and insured)`, `(two|five|ten|fifteen|couple|few|quick|thirty) (minutes?|seconds?|second) (of your time|to (show|chat|explain|talk))`, `(drop|swing|stop|pop) (by|in|off)\b.{0,30}(samples?|donuts|catalog\w*|brochure\w*|card|book|binder|lunch)`, `(free|complimentary|no.cost) (trial|demo|sample|audit|month|leads?|analysis|listing|lunch)`, `(lead|best|minimum) (time|price|rates?|order)\b.{0,20}(pallet|truckload|volume|bulk|trade)`, `(contractor|trade|volume|dealer) (price|pricing|discount|rate|program)s?`, `(our|my) (clients|contractors|members|dealers|partners|accounts)`, `(other|several|many|most|some of the) (contractors|builders|remodelers|companies) (in|around|here|we|like|use|are)`,
	)},
	{agent, vendor, 2.5, words(
		`we sub (that|it|those|all that|our \w+) out`, `(my|our) (wife|husband|bookkeeper|daughter|accountant|nephew) (does|handles|takes care of) (the|our|that|all)`,
		`(take|put|get|remove) (us|me|this number|our number) (off|on|from|out) (of )?(your|the|that) (\w+ )?(list|database|do not call)`, `(what|which) (company )?(are you|is it you're|is this you're) (selling|offering)`, `(is this|are you) (a |making a )?(sales call|selling|solicit\w*|telemarket\w*)`, `we (already )?(have|use|got|work with|buy from|get)( got)? (a|our|an|one|some|somebody|someone|people|enough|plenty of|another) ?(\w+ )?(sub|subs|supplier|vendor|agency|distributor|guy|company|people|crew|person|lumber ?yard|rep)?( for (that|it|this)| right now| already| we (like|use)|$)`,
		`(e-?mail|send|drop|leave|mail|fax)( me| us| off| over)* (your|some) (\w+ )?(info|information|rates?|certificate|coi|brochure|line card|catalog\w*|price (list|sheet)|samples?|card|portfolio|w-?9|insurance|literature|deck|pricing)\b.{0,60}`, `(purchasing|the owner|our (buyer|controller|office manager)|superintendent) (handles|makes|does|decides|takes|isn't|is not|will)`, `we don't (take|accept|do|allow) (solicit\w*|cold calls|sales calls|vendors)`, `how did you get (this|our|my) number`, `(are you|you're) (a )?(licensed|insured) (and|or) (insured|bonded)`, `we(?:'ve| have) (got )?(people|somebody|someone|a guy|a company|an agency) for (that|those|it)`,
		`(we|they) (have|use|have got|'ve got) (a|our own|our) (\w+ )?(crew|company|guy|supplier|service|person|team) (that|who|for|already)`, `(send|e-?mail)( me| us)? your (rates|certificate|coi|insurance|info|pricing|w-?9)`, `ya tenemos (quien|a alguien|proveedor|gente)`, `no (nos interesa|estamos interesados)`,
	)},
	{agent, vendor, 1, words(`we(?:'re| are) (all set|good|fine|covered|happy|okay|ok)( with|$|,| on| thanks| for)`, `(not|no,? we're not) interested`, `we(?:'ll| will) (call|reach out|be in touch|keep you|pass)\b.{0,30}(if we|need|file|mind)`, `keep (you|your (info|number|card)) on file`, `(in the middle of|kind of busy|swamped)`)},
	{customer, vendor, 2.5, words(`your (\w+ )?(contract|plan|lease|subscription|policy)('s| is| was) (coming|about to come|almost|nearly)? ?(up|due|expir\w+|out)\b`, `you qualify for (a|an|our|the) `, `(look|glance|peek) (at|over) your (\w+ )?(bill|statement|contract|rates|invoice)s?`, `(do|would) (you|y'all|you guys)( all| guys)?( ever)? buy (reclaimed|salvaged|that (stuff|kind of thing))`, `if you (take|buy|want) (it|them|the lot) all`)},
	{customer, vendor, -2.5, ownPlace},
}

// applicantCues tell people who look for work.
var applicantCues = []cue{
	{customer, applicant, 2.5, words(
		`(finishing|graduat\w+|studying|enrolled) (\w+ )?(my|a|the|in|from|at) (\w+ )?(certificate|apprenticeship|program|trade school|course|tech school|vocational)`, `(take|takes|taken|taking) (on )?(students|interns|apprentices)`,
		`(ando|estoy|me quede) sin (trabajo|empleo|chamba)`, `been (at it|doing (it|this)|in the trade)( \w+){0,3} since`, `my boss (is|just|'s)`, `piece ?work`, `(full|part).time,`,
		`(are|if|whether) (you|y'all|you guys)('re| are)? (\w+ )?(hiring|taking on (anybody|people|help)|looking for (help|people|workers|hands|somebody|someone|anybody|guys))`, `(looking for|need|want|find|get) (a |some |any |steady |full.time |part.time |more )*(work|job|employment|position|apprenticeship|hours)( (as|in|with|doing)|\W*$|,|\.)`, `(my|a|an|the) (resume|application|cv)`, `(apply|applying|applied) (for|to|with|at|in)`, `(got|was|been|just) (laid off|let go)`, `(apprentice(ship)?|helper|journeyman|laborer) (position|spot|job|program|opening|work)`, `(busco|buscando|necesito) (trabajo|empleo|chamba|jale)`, `(is|are) (the|that|those|any) (\w+ )?(job|position|opening|spot)s? (still )?(open|available|filled)`,
		`(says|saying|sign|ad|post|listing)\b.{0,25}(wanted|hiring|help wanted|needed)`, `(learn|get into|break into) (the |a )?(trade|carpentry|roofing|painting|plumbing|electrical|business|construction|tile|framing)`, `(take|hire|bring) (kids|students|people|anybody|apprentices|beginners|guys|anyone|summer help)( on)?\b`, `(need|use|looking for) (a |an |another |an extra |any |some )?(hand|hands|helper|pair of hands|guy|body|worker|apprentice)\b`, `(estan|andan) (ocupando|contratando|buscando) (gente|personal|ayudantes?|trabajadores)`, `ocupan (gente|ayudantes?|a alguien)`, `(hay|tienen|habra) (trabajo|vacantes?|chamba|jale)`,
	)},
	{customer, applicant, 1, words(`(six|\d+|two|three|four|five|seven|eight|ten|fifteen|twenty|tres|dos|cinco|diez) (years|anos)( de| of| doing| in| as|,|\.|$)`, `years? (of )?experience`, `my own (tools|truck|transportation)`, `(i can|could|able to) start`, `(what|how much) (do|does) (you|it|y'all)( guys)? (pay|start)`, `(i've|i have|i) (been )?(worked?|doing|working|framed|hung|painted|roofed)\b.{0,25}(years|since i was)`, `(used to|i) (work|worked) (for|at|with)`)},
	{agent, applicant, 2.5, words(`looking for (full|part).time`, `(full|part).time( work)?\?`, `habl\w+ con el (patron|jefe|dueno)`, `(we're|we are|are we|we aren't)( always| not| currently)? hiring`, `(fill (it |one )?out|drop off|submit|put in) (an|the|your|our) (\w+ )?application`, `how (many|much) (years|experience)\b`, `(send|e-?mail|bring|drop off)( me| us| in| over)? (your|a) (resume|references)`, `(come|bring you) in for an interview`, `do you have (your own|a) (tools|truck|license|transportation|driver's license|cdl)`, `(starting|starts at|pay (is|starts)|an hour to start)`, `(apply|application) (online|on (our|the) (web ?)?site|page)`, `(do you have|any|got|have|tiene|cuanta) (any )?(experience|experiencia)`, `(have|tell) (him|her) (to )?(apply|fill|send (me |us )?(a|his|her) resume|(come|stop) (in|by) (and|to) (fill|apply))`, `years?( of)? experience`)},
	{customer, applicant, 2.5, words(`(tendran|tendra|habra|no tienen|no hay)( \w+)? (trabajo|jale|chamba|empleo)`, `(yo )?le hago (a|al) (la |el |todo)`)},
	{customer, applicant, -2.5, ownPlace},
}

// lostCues tell people who wanted somebody else. The agent says so.
var lostCues = []cue{
	{agent, lost, 2.5, words(
		`^\W*no,? (sir|ma'am|hon),? (we|this|you|it)`, `(got|have|reached) the wrong (person|number|place|company|business)`,
		`(i think |maybe )?you(?:'re| are)? (want|wanted|need|looking for|trying to reach|after)\b.{0,60}(we get|they(?:'re| are)|next door|down the|across|their number|at \d|auto|dental|clinic|pharmacy|hospital|school|bank|hotel|restaurant|\w+'s office)`, `(this|it|we)(?:'s| is|'re| are)?( not|n't) (the|a|an|that|his|her) \w+`, `you(?:'ve| have)? (called|reached|dialed|got|gotten) (a|an|the) (\w+ )?(contractor|remodel\w*|builder|construction|roof\w*|kitchen|painting|company|business|wrong|plumb\w*|electric\w*)`, `(we|i) (get|keep getting) (their|his|her|your|those|these|that) (calls|a lot)`, `(one|a) digit off`, `wrong (number|place|company|business)`, `(nobody|no one|no) (by|with|of) that name`, `no \w+ (here|works here)`, `numero equivocado|se equivoco|aqui no (es|hay|vive|trabaja)`,
	)},
	{customer, lost, 1.5, words(`mis-?dial\w*`, `(wrong|other|bad) number`, `(sorry|apologi[sz]e) (to|for) (bother|the (trouble|bother)|wast\w+|calling)`, `(prescription|refill|pharmacy|room (\d+|(one|two|three|four|five|six|seven|eight|nine) \w+)|reservation|my (truck|car|order|pizza|test results|lab|table|dog|cat)( is)?( ready)?|doctor's|dentist|(see|appointment with|is this) dr\.? \w+|checking account|oil change|haircut)`, `is this (not )?(the|a) (bank|hospital|clinic|school|pharmacy|church|hotel|motel|restaurant|store|salon|vet|library|dmv|post office|gym|\w+ office)`, `isn't this (the )?\w+`, `for heaven's sake`, `my (internet|cable|phone|credit card|electric|gas|water) bill`, `order me`, `i(?:'ve| must have| have)? (dialed |got |called )?(the )?wrong`, `(disculpe|perdon|perdone)`)},
	{customer, lost, 2.5, words(`(my|an|the) appointment with (dr|doctor|the (dentist|doctor|vet))\b`, `(apartment|room|unit|house|condo|duplex) (that's |is )?for rent`, `(get|getting) (a )?hold of ([a-z]+ )?(bank|credit union|pharmacy|clinic|hospital|insurance|motors)`, `^(hey|hi|yo),? (man|dude|bro|buddy|girl|cousin),? (it's|this is)`, `we're all (\w+ )?(at|here|waiting)\b.{0,60}bring`)},
	{agent, lost, 2.5, words(`(this is|we're|we are) (a|just a) (home ?builder|builder|contractor|remodeler|construction company|roofing company)s?\W*$`, `different [a-z]+,? sorry`, `we don't (rent|sell|fix|treat|deliver|do) (apartments|rooms|cars|food|pizza|houses|that here),?`)},
	{customer, lost, -1, ownPlace},
	{agent, lost, -2.5, words(`you(?:'d| had|'ve| have)? (\w+ )?(asked|requested|inquired|filled|reached out|contacted)`, `(calling|getting) (you )?back`, `(following up|checking in|touching base)`)},
	{agent, lost, -1.5, words(`(budget|square f\w+|estimate|quote|measure|come (out|by))`)},
}

// strangerCues tell people who have business with the company that is no work for it.
var strangerCues = []cue{
	{customer, stranger, 5, words(
		`(i'm|i am|calling|here|(this is|it's) [\w.' ]{2,25}),? (with|from|at|over at|for|on behalf of) (the )?(\w+ ){0,3}(county|city|state|permits?|building (department|inspect\w+)|code enforcement|zoning|planning|licensing|fire (department|marshal)|police|sheriff\w*|(high|middle|elementary) school|school district|church|pta|band|boosters?|scouts?|little league|charity|foundation|red cross|newspaper|times|post|gazette|herald|tv|radio|station|university|census|chamber of commerce|utility|gas company|water department|bank|mortgage|lender|title company|credit union|attorney'?s?|law (firm|office)|courthouse)`, `(i'm|i am|this is)( \w+,?)? (an?|the|your) (\w+ ){0,3}adjuster`,
	)},
	{customer, stranger, 3, words(
		`(verify|verifying|confirm) (employment|income|insurance|a policy)`, `employment verification`, `(a|the|job) reference (for|on|check)`, `(pallet|package|delivery|shipment|load|parcel|freight) (for (you|y'all|your)|that needs|here)`, `policy ?holder|claimant|insured of ours`, `(your|the) (application|plans?|permit) (for|at|on)\b.{0,30}(missing|incomplete|approved|ready|rejected|needs?|expired)`, `(donat\w+|fundrais\w+|raffle|sponsor (a|the|our) (team|hole|game))`, `(doing|working on|writing) (a|an) (story|article|piece|survey|study|report|paper)`, `(five|ten|few|couple of) (minute )?(survey|questions) (about|on|for|regarding)`, `estudio|encuesta`,
	)},
	{customer, stranger, 3, words(`(i've|i have|i) got (a|the|your) (\w+ )?(flatbed|truckload|load|delivery|shipment|pallet)`, `(no idea|don't know|not sure|tell me) which (house|lot|job|address|door)`, `(drop off|bring by|bring over) (some )?(cookies|brownies|a cake|lunch|a thank.?you)\b.{0,60}`)},
	{customer, stranger, -2, ownPlace},
	{agent, stranger, 1, words(`what's the claim number`, `(he's|she's|they're) (at|in|on) (the|a|his|her) (field|job|site|meeting)`, `what do you need (from us|me to)`)},
}

// askerCues tell people who want to know, not to buy.
var askerCues = []cue{
	{customer, asker, 2, words(`can (you|they|one|a person|somebody) (\w+ ){1,3}(over|on top of) (what|the|it|existing|old)`, `or (does|do|will|would) (it|that|all of it|everything|they) (all )?(need|have) to`)},
	{customer, asker, 1.5, words(
		`what (size|kind|type|color|brand|grit|thickness) (\w+ ){0,3}(goes|do i|should|fits|would|works)`, `i'll try (that|it|those)`, `is that (in|part of|included in) the (price|bid|quote)`, `(pull|get|need) (the|a) permit`,
		`(quick|dumb|silly|stupid|weird|strange|general|random|just a|one|couple of|few|different) (\w+ )?questions?`, `i (just )?(have|had|got|wanted to ask) (a|one|this) (\w+ )?question`, `(just|only|mainly|really) (wanted|want|wondering|calling|curious|trying) (to (know|ask|find out|see|check|understand)|if|whether|about|how|what)`, `una pregunta`,
		`(do|would|does|can) (you|anybody|one|i|it|that|the (city|county|town|hoa|law|code|state))( guys)? (know|need|have to|make (you|us|me)|require|allow|let|recommend|suggest)`, `(should|shouldn't|can) i (just |even |also )?(use|do|put|get|wait|worry|leave|seal|paint|keep|try|turn|run|buy)`, `(is|are) (it|that|this|they) (true|right|correct|normal|safe|ok|okay|legal|bad|true|something|dangerous|mold|worth|a good idea|possible|supposed|required|better|going to)`, `(what's|is there a|what is the|any) difference( between)?`,
	)},
	{customer, asker, 1.8, words(
		`(can|could|would) you (put|use|paint|run|lay|go|install|tile|build)( \w+){1,4} (over|on top of|under|without|onto)`, `(or )?does (it|that|the \w+) have to (come|be|go)`, `give it a (shot|try|go|whirl)`, `do (you|y'all)( all| guys)? (come|go|work|travel|service|cover)( out| up| down| over)? (as far as|to|in|out to|out as far)`, `thanks anyway`, `(know|recommend) (anybody|anyone|somebody|someone)( else)?`,
		`(gonna|going to|i'll|i will|i might|we'll|probably) (just |probably |try to |try and |at least )*(do|try|fix|handle|tackle|paint|install|call|ask|check|see|look into) (it|that|this|them|those|the \w+)? ?(myself|ourselves|on my own|on our own|first|with the (city|county))`, `on (my|our) own`, `(myself|ourselves)\W*$`, `(that's|that is|that was) (all|exactly|just|really all) (i|we) (needed|wanted|was|had)`, `(that|you) (answers|answered) (my|that|it)`, `good to know`, `(so|then|okay|ok|guess|oh),? (i'm|we're|i am) (fine|good|okay|ok|all set)`, `(that|this) (helps|is helpful|was helpful|'s helpful)`, `(i'll|we'll|i will) (keep (that|you|it) in mind|think (about|on) it|look into it)`, `you'll (probably )?hear from me`,
	)},
	{customer, asker, -1.5, words(`(quote|estimate|bid|proposal)s?`, `how much (would|is|does|do|will|to|for)`, `(come|send (somebody|someone)) (out|by|over|take|look|measure)`, `(we|i)(?:'d| would) (like|love|want) to (get|have|do|redo|replace|remodel|hire|schedule|set)`, `presupuesto|cotizacion|cuanto (cuesta|sale|cobra\w*|me)`)},
	{agent, asker, -1.2, words(`(what's|what is|do you have|is there|have) (your|a|the|any) (\w+ )?(budget|number|price range|figure|timeline|time frame|timeframe)`, `(when|how soon) (are|were|would|do) (you|y'all)( \w+)? (hop|look|want|think|need|like|plan)\w*`, `(we|i|he|she|somebody|someone)(?:'d| can| could| will|'ll) (\w+ )?(come|send|measure|swing|stop|have (somebody|someone|\w+)) (out|by|over|you|come|measure|take|call|and)`, `(write|work|put) (it|that|something|one|you) up`, `square (feet|foot|footage)`)},
}
