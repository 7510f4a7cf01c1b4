package rules

var vendorCues = cueSet{
	strong: words(
		`(we|our (company|team|agency|firm|platform|software|service|program|crew))( can| also| actually| specialize in| currently|'re| are)? (help|helping|work with|partner with|provide|offer|supply|supplies|generate|manufacture|distribute|represent|specialize in|deliver|guarantee|get|connect|sell)\b.{0,50}(contractors?|remodel\w*|builders?|compan(y|ies)|business(es)?|leads|dealers?|installers|home service|homeowners (looking|who)|jobs|trades?|pros|professionals|owners)`,
		`(help|helping) (contractors|businesses|companies|remodelers|builders|you (get|grow|generate|increase|save|book|close|bring)|your (business|company))`,
		`(i'm|i am|this is [\w .'-]{2,30}|my name is [\w .'-]{2,30}|i'm calling|name's \w+),? (your|a|the|an)? ?(new |local |area |regional |outside |inside |account |territory |sales |factory |manufacturer'?s? )*(rep|representative|account (manager|executive|rep)|sales(man|person|woman)|territory manager|sales manager|business development\w*)\b`,
		`(rep|representative|account (manager|executive)|territory manager|sales rep) (for|with|from|at|over at|here)`,
		`(cover|covering|handle|new to|have) (your|this|the) territory`, `(drop|dropping|bring|leave|send) (off |by |you |over )?(a|some|our|the) (\w+ )?(samples?|sample (kit|board|box)\w*|catalogs?|price (list|sheet)|line card|brochures?)`, `(get|give|offer|save) you (a )?(better|lower|best|great|competitive) (rate|price|deal|pricing)s?`,
		`(who|person|somebody|someone|the one|individual|owner)\b.{0,20}(handles|in charge of|responsible for|makes the decisions|does|takes care of|oversees|manages|buys|orders)\b.{0,20}(marketing|purchasing|advertising|your|the|it\b|phones|payroll|ordering|website|insurance|material\w*|buying)`,
		`(credit card|payment|merchant|card) processing`, `(search engine|seo|google ads|first page of google|top of google|lead generation|exclusive leads|qualified leads|pre.?qualified (leads|homeowners)|booked appointments|pay.per.lead|more (leads|customers|jobs|reviews|calls))`,
		`(product|price|sample|our|new) (demo|line|catalog|brochure|samples|price list|pricing sheet|line.?card)`, `(stop|drop|swing|come) by (and |to )?(drop off|show|introduce|bring|leave|with)\b.{0,30}(samples?|catalogs?|brochure\w*|you|our|donuts|the|some|myself|price)`, `(free|quick|short|\d+.minute|ten.minute|fifteen.minute|five.minute) (demo|trial|consultation call|presentation)`,
		`(save|saving) (you|your (company|business)|contractors|up to|companies|businesses)`, `(wholesale|trade|contractor|dealer|volume|bulk) (pricing|prices|program|discount\w*|account|rates)`, `(your|set up an) account with us`, `i('d| would) (love|like) to (show|introduce|tell|offer|talk to you about|discuss|walk you through|get you|see if (you|there))\b.{0,40}(you|our|how|a|interest)?`,
		`(lower|reduce|cut|save on|shave) (\w+ ){0,4}(premiums?|overhead|processing fees|energy costs?|payroll (costs?|taxes))`, `(work|working|worked|partner\w*) with (a number of|several|many|other|lots of|a lot of|some of the|dozens of|hundreds of) (\w+ )?(companies|contractors|businesses|builders|remodelers|firms|shops)`, `(we're|we are|we've|i'm|just) (taking on|bringing in|rolling out|launching|introducing|stocking|picking up|started carrying) (a |an |the |our |some )?(\w+ )?(new )?(\w+ )?(line|brand|product\w*|program|collection|service|app|software)`, `(contractor|dealer|builder|trade|vendor) (day|breakfast|lunch|event|night|appreciation|open house|training)`, `(stop|drop|swing|come|pop) (in|by|over) with (the|some|our|a|my)\b`, `(rep|representative)s? (for|with|from) [\w ]{2,30}(lumber|supply|tile|cabinet\w*|windows?|stone|roofing|paint|hardware)`, `(calling|reaching out|writing|message) from [\w ]{2,40}(services|solutions|media|marketing|payroll|capital|funding|staffing|software|digital|supply|wholesale|insurance|lumber|distribut\w+)\b`, `(message|call|e-?mail)( is)? for (the|your) (business )?(owner|manager|purchasing|marketing|person who|whoever)`, `(become|becoming) (a|an|our) (dealer|partner|installer|preferred)`, `(partner|partnering|partnership) with (you|your|us|local|companies|contractors)`, `(we|our) (crew|crews|guys|team) (do|does|can|is|are)\b.{0,30}(sub|subcontract\w*|available)`, `(sub|subcontract\w*) (work|for you|crew|to you|opportunit\w*)`, `(need|looking for|use) (any )?(subs|subcontractors|sub crews)`, `on behalf of [\w ]{2,40}(software|marketing|media|insurance|payroll|supply|energy|solar|security|capital|solutions)`,
		`(workers'? comp\w*|general liability|liability insurance|business insurance|uniforms?|staffing|payroll services?|copiers?|coffee service|dumpsters?|porta.?pott\w+|fleet|telematics|fuel cards?|crm software|scheduling software|call answering|answering service)\b.{0,60}(for|your|you|company|business|contractors|quote|program)`,
		`(lower|reduce|cut) your (costs?|bills?|processing|fees|overhead|rates?|expenses|premiums?)`, `(your|the) (web ?site|google (listing|profile|reviews|ranking)|online (presence|reviews|reputation))\b.{0,50}(rank|improve|noticed|traffic|better|losing|optimi\w*|help|more)`,
		`ofrec(emos|iendo)\b.{0,40}(empresas|negocios|contratistas|compania|su negocio)`, `advert\w+ (with|in|on|opportunit\w*|space|rates|package)`, `sponsor\w* (the|our|a) (magazine|directory|guide|calendar|map|program)`, `(home show|trade show|expo) booth`, `(reserve|book) (your|a) (ad|booth|spot)`),
	weak: words(`(with|from|at|over at) [\w ']{2,30}(lumber|supply|supplies|distribut\w+|wholesale|tile|cabinet\w*|stone|millwork|hardware|building products|materials|insurance agency|agency|marketing|media|solutions)\b`, `(a|per|each|by the) (linear |square |board )?(foot|sheet|box|pallet|square|case|bundle)`, `(lower|reduce|cut|save) (your|on)`, `(i'm|i am|we're|just) (calling|reaching out) (on behalf of|from|with|to introduce|to see if|to tell|to offer)`, `(speak|talk) (to|with) (the )?(owner|decision.?maker|business owner|manager|person in charge|whoever)`, `(owner|decision maker|manager) (available|in|around|there)`, `special (offer|pricing|promotion|deal)`, `(no obligation|no cost to you|no contract|no upfront)`, `(our|new) (product|products|line|service|services|platform|software|program|company|solution|solutions|app)`, `(distributor|distribution|manufacturer|supplier|supply (house|company)|vendor|wholesaler|showroom)`, `(contractors|remodelers|builders) (like you|in your area|such as|we work)`, `compan(y|ies) like yours`, `your (business|company|industry|crews|contractors|installers|purchasing)`, `(set up|schedule|grab|have|book) (a|some|ten|fifteen|\d+) ?(quick )?(call|meeting|minutes|time|zoom|demo|lunch|appointment)\b.{0,30}(show|discuss|go over|with|talk|tell|demo|owner)?`, `(lunch and learn|lunch.and.learn)`, `(who do you|are you) (currently|presently|now) (us(e|ing)|buy\w*|work\w*|happy|get\w*)`, `(happy|satisfied) with your (current|existing)`, `(roi|subscription|per lead|commission)`, `(if|whether) you(?:'re| are| might be|'d be) interested in`, `would you be interested in`, `offer(ing)? (you|your|a|free|contractors)`),
}

// massPitch is a sales call that rings every company of the trade; a supplier's own
// representative is none.
var massPitch = words(`leads`, `seo`, `search engine`, `google`, `web ?site`, `rank\w*`, `(credit card|payment|merchant|card) processing`, `(business|working capital|merchant) (loan\w*|funding|cash|capital|advance)`, `marketing`, `advert\w*`, `reviews`, `(electric|energy|power|utility) (rates?|bill|supplier|savings)`, `solar`, `(health|business|liability|workers'? comp\w*) insurance`, `payroll`, `phone (service|system)`, `internet service`, `software`, `pre-?approved`, `directory`, `answering service`, `virtual assistant`, `funding`, `capital`, `warranty`, `telemarket\w*`)

var suppliesTrade = words(`cabinet\w*`, `tile`, `flooring`, `lumber`, `windows?`, `doors?`, `countertops?`, `quartz`, `granite`, `shingles?`, `roofing`, `siding`, `decking`, `paint`, `plumbing`, `fixtures?`, `hardware`, `appliances?`, `insulation`, `drywall`, `millwork`, `supply`, `supplies`, `materials?`, `showroom`, `distributor`, `manufacturer`)

// readVendor finds people who sell something to the company.
func (c *conversation) readVendor() finding {
	score, at := vendorCues.score(c.mine)
	if bulkAt, ok := find(c.mine, bulk); ok {
		score, at = score+2, bulkAt
	}
	if score < enough || c.hasHome() {
		return finding{}
	}
	if _, wants := c.wantsWork(); wants && score < 2*enough && c.said(firmWish) && len(c.tally(false)) > 0 && !c.said(sellsPlainly) {
		return finding{}
	}
	return finding{"vendor_solicitation", at, true, 0.85}
}

var sellsPlainly = words(`(we|our (company|team|crew))\b.{0,20}(help|provide|offer|supply|sell|generate|manufacture|distribute|specialize)`, `(rep|representative|account (manager|executive)|sales)`, `on behalf of`, `leads`, `samples?`, `wholesale`, `contractors`, `your business`)

// isSpam reports whether an intent counts as spam: machines always, people who sell if they
// ring everybody.
func (c *conversation) isSpam(intent string) bool {
	switch intent {
	case "spam":
		return true
	case "vendor_solicitation":
		return (c.said(massPitch) || c.said(bulk)) && !(c.said(suppliesTrade) && !c.said(sellsLeads))
	default:
		return false
	}
}

var sellsLeads = words(`leads`, `seo`, `marketing`)
