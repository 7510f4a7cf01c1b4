package rules

import (
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Edges of the budget classes, in dollars.
const (
	highBudget   = 50_000
	mediumBudget = 15_000
)

var (
	// asksBudget is a question after the customer's money.
	asksBudget = words(`budget`, `comfortable (with|spending)\W*$`, `(what's|what is|anything|how much is) (been )?(allocated|earmarked|set aside)`, `where you(?:'d)? (want|need|hope|like) to be`, `(give|gave|offer\w*|pay\w*) you an? (amount|number|figure)`, `(have|got|is there) (a|any) range`, `what(?:'s| is) the (figure|number|most)`, `range (you're|you are|are you)`, `(hop|want|look|lik|try)\w* to (land|be at|be on|come in|stay|keep)`, `(have|got|is there) (a|any|some) (number|figure|idea|sense|notion)( \w+)? ?(in mind|of (what|the (cost|price))|on (price|cost)|\?|$)`, `what('s| is) (your|the) (number|ceiling|limit|max\w*|top)`, `(talked|discussed|thought about|settled on) (numbers|money|price|cost)`, `(do you have|what about|how about|and) a (number|figure|price)\W*$`, `(idea|notion) of (what it|the) (cost|price|costs)`, `(has|have) (\w+ ){1,3}(reserves|money|funds|cash)`, `(an )?idea of what it costs`, `(looking|want|wanting|hoping|like|plan\w*|comfortable|willing) (to )?(spend\w*|invest\w*)`, `price range`,
		`how much (were|are|do|did) you`, `ballpark`, `spend`, `investment`, `range in mind`, `number in mind`, `figure in mind`, `presupuesto`, `gastar`)

	// ownMoney stands near an amount that the customer means to spend.
	ownMoney = words(`(i|we) (can|could) (do|swing|go|manage|put)`, `(can't|couldn't|cannot|won't|wouldn't|not|don't want to)( \w+){0,3} (more than|over|above|past)`, `budget\w*`, `spend\w*`, `afford`, `set aside`, `put aside`, `put away`, `saved`, `savings`, `approved( for)?`, `in the books`, `equity`, `lender`, `(made|making) (my|our) peace`, `(fine|okay|good) with`, `put in`, `loan`, `heloc`, `line of credit`,
		`(check|payout|settlement|claim|insurance)`, `cap`, `max\w*`, `limit`, `up to`, `no more than`, `not more than`, `stay\w* (under|below|around|within|near)`,
		`keep it`, `invest\w*`, `comfortable`, `range`, `work(ing)? with`, `willing`, `prepared`, `inherit\w*`, `tax refund`, `hoping`, `(i|we)(?:'ve| have)? (got )?(about|around|roughly)`,
		`(i|we)(?:'ve)? (have|got)`, `thinking`, `figur\w+`, `looking at`, `looking to`, `go (as high as|to|up)`, `stretch`, `tops`, `at most`, `ceiling`, `presupuesto`, `gastar`, `tengo`, `tenemos`, `puedo`, `podemos`)

	// strangersPrice is somebody else's figure.
	strangersPrice = words(`quoted`, `(priced (it|this|that)|price) (out )?(with|from|by) (a|another|some|one)`, `(one|a|another|this|some) (guy|fella|fellow|company|outfit|man) (\w+ )?(at )?\$?(\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)`, `(brother|sister|father|mother)-in-law`, `(got|had|received|gave|have|with) (us |me |him )?(a|an|one|another|two|three|some|their|his) (\w+ )?(quote|bid|estimate|proposal)s?`, `(quote|bid|estimate|proposal)s? (was|came|from|were)`, `(their|his|first|last|other) (quote|bid|estimate|number|price)`, `(other|another|different|one|last|first|second|next) (company|companies|contractor|contractors|guy|guys|place|outfit|builder|builders|firm|remodeler|roofer|plumber)`,
		`they (want|wanted|said|charge\w*|came|told|asked)`, `he (want|wanted|wants|said|charge\w*|came|told|asked)`, `competitors?`, `neighbou?rs?`, `friends?`, `home depot|lowe'?s|costco`, `my (brother|sister|cousin|coworker|boss|uncle|buddy)\b.{0,30}(paid|spent|cost)`, `somebody else`, `someone else`, `cotizaron|cobran|me cobra`)

	// otherSum is money, but not what the work may cost.
	otherSum = words(`bought`, `purchase\w*`, `(house|home|place|property) (is|was|cost|for)`, `worth`, `of (tools|equipment|stuff)`, `each (one|time|of)`, `patch(ing|ed)? `, `mortgage`, `apprais\w+`, `sold`, `(i|we) (paid|spent|already)`, `paid`, `income`, `salary`,
		`i make`, `we make`, `deductible`, `per`, `a month`, `monthly`, `an hour`, `hourly`, `apiece`, `credit score`, `deposit`, `down payment`, `down`, `fee`, `trip charge`, `service call`, `invoice\w*`,
		`owe`, `balance`, `bill\w*`, `coupon`, `discount`, `off`, `square`, `rebate`, `tax credit`, `rent`, `al mes`, `charged me`, `prize|won`)

	accepts = words(`that (i|we) (could|can) (do|swing|manage|handle)`, `so i think \w+`, `(?:i |we )?(?:can|could) live with`, `that(?:'s| is| would be|'ll be|'d be| sounds| seems)? (works?|fine|ok|okay|good|doable|great|perfect|reasonable|fair|about (what|right|where)|in (our|my|the) (budget|range|ballpark)|right (in|at|around|where)|what (i|we)|within|pretty much what|totally|all right|alright|no problem)`,
		`sounds (good|fair|reasonable|about right|right|ok|okay|fine|doable|great)`, `(is|are|'s|was|were) (just |totally |perfectly )?(fine|okay|ok|good|reasonable|fair|doable|al(l )?right)`, `(what|whatever) (am i|are you) gonna do`, `in (that|the same) (neighborhood|ballpark|range)`, `ahi queda`, `(i|we) can (do|swing|handle|manage|live with|work with) (that|it)`, `works for (me|us)`, `(fine|okay|ok|good|comfortable|happy) with (that|it)`,
		`(what|about what|exactly what) (i|we) (figured|expected|thought|had|planned|were|was|budgeted)`, `(i|we)(?:'d| had)? (figured|expected|budgeted|assumed|thought)( on)? (about|around|as much|it|that|roughly|something)`, `seem(s|ed)? (pretty |very |totally )?(fair|reasonable|about right|right|in line)`, `(in line|on par) with`, `going rate`,
		`(we|i)(?:'re|'m| are| am) (ok|okay|fine|good|expecting|ready|prepared|willing|happy)( to (pay|spend))?`, `fair (price|enough)`, `reasonable`, `expect(ing)? (to pay|about|that|the same|around)`, `so (that's|i'm|we're|i am|we are) (what|expecting|figuring|budgeting|assuming)`, `right around there`, `give or take`, `esta bien`, `me parece bien|de acuerdo`)

	rejects = words(`too (much|high|expensive|rich|steep)`, `crazy`, `insane`, `ridiculous`, `way (over|more|above|too|out)`, `(can't|cannot|can not|couldn't|won't|not going to|not gonna|never) (do|pay|afford|spend|swing|be)`, `not (paying|spending|gonna pay)`, `rip.?off`, `outrageous`, `robbery`, `steep`, `no way`, `out of (my|our|the) (budget|range|league)`,
		`more than (i|we) (want|have|can|had|was|were|expected|thought)`, `hop(e|ing) (for less|you('re| are| can|'d))`, `cheaper`, `beat (that|it|their)`, `(do|come in) (better|lower|less)`, `less than that`, `(that's|seems|sounds|seemed|felt|feels) (a lot|high|nuts|absurd|wild)`, `seemed (high|like a lot)`, `fell (out|over)`, `sticker shock`, `(wow|whoa|yikes|ouch)`, `muy caro|demasiado|carisimo`)

	noLimit  = words(`(money|price|cost|budget)(?:(?:'s| is| was)? (?:really )?(?:no|not)| isn't| wasn't| ain't)(?: really| going to be| gonna be| a| an| the| any| much| of| big| huge)* (object|issue|concern|problem|obstacle)`, `no (budget|price|spending) (limit|cap|ceiling)`, `(don't|do not|doesn't) (really )?(care|worry|matter) (about |what |how much )?(the |it |about )?(cost|price|money|budget|costs)`, `whatever it (costs|takes)`, `sky(?:'s| is) the limit`, `spare no expense`, `no expense spared`, `unlimited (budget|funds)`, `budget is (unlimited|open|wide open)`, `(cost|price) is no`, `dinero no es`, `el precio no importa`, `cueste lo que cueste`)
	cheapest = words(`cheap as`, `(lowest|cheapest) (gets|wins|one gets)`, `whoever's (lowest|cheapest)`, `as cheap(ly)? as`, `cheapest`, `(dirt|super|real) cheap`, `lowest (price|cost|bid)`, `(very |really |pretty |super |extremely )?(tight|small|limited|shoestring|low|modest|tiny) (budget|on money|on cash)`, `budget is (very |really |pretty |super |extremely |kind of )?(tight|small|limited|low|tiny)`, `on a (tight |shoestring |strict )?budget`, `(don't|do not) have (much|a lot of|a ton of) (money|to spend|cash|budget)`, `can't (afford|spend) (much|a lot)`, `(bare|absolute) (minimum|bones)`, `broke`, `as (little|inexpensive\w*) as`, `inexpensive`, `keep (it|the cost|costs|the price) (as )?(low|down|cheap|minimal)`, `(something|anything) cheap`, `lo mas barat[oa]`, `barat[oa]`, `economic[oa]`, `poco dinero`)
	middling = words(`mid.?range`, `mid.?level`, `mid.?tier`, `middle of the road`, `medium budget`, `mid.?priced`, `moderate(ly priced)? budget`, `(average|moderate) (budget|price|priced)`, `somewhere in the middle`, `nothing (too )?(crazy|fancy),? but (not|nothing) (cheap|the cheapest)`, `not (the )?(cheapest|cheap)\b.{0,30}not (the )?(most expensive|luxury|high.?end|crazy)`, `not (high.?end|luxury|top of the line)\b.{0,30}not (the )?(cheapest|cheap|bottom)`, `gama media`)
	atMost   = expression(`\b((?:can't|couldn't|cannot|won't|wouldn't|not|don't want to)( \w+){0,3} (more than|over|above|past)|under|below|less than|up to|no more than|not more than|max\w*|at most|as high as|cap(ped)?( it)?( at| of)?|limit( is| of)?|within|stay(ing)? (under|below)|keep it (under|below)|hasta|menos de|not (over|above|exceed\w*)|can't go (over|above|past))( (about|around|like|the|a|is|at|of|say))?\W*$`)
	atLeast  = expression(`\b(at least|more than|over|above|north of|upwards? of|minimum( of)?|starting at|mas de|por lo menos)( (about|around|like|say))?\W*$`)
	notThis  = expression(`\b(don't have|do not have|haven't got|never had|without|not|isn't|wasn't|never|instead of|rather than)( (about|around|like|the|a|spend\w*|talking|saying))?\W*$`)
)

// findBudget returns the customer's own money and the words that say so.
func (c *conversation) findBudget() (request.Budget, hit, []request.Evidence) {
	if sum, ok := c.bestSum(); ok {
		return sum.budget(), sum.hit, []request.Evidence{evidence(verdict.FieldBudget, sum.hit)}
	}
	for _, rule := range []struct {
		re     *pattern
		signal string
	}{{noLimit, verdict.High}, {cheapest, verdict.Low}, {middling, verdict.Medium}} {
		if h, ok := find(c.mine, rule.re); ok {
			return request.Budget{Signal: rule.signal}, h, []request.Evidence{evidence(verdict.FieldBudget, h)}
		}
	}
	return request.Budget{Signal: verdict.Unknown}, hit{}, nil
}

// surelyTheirs is the weight of an amount that the customer accepts, or has.
const surelyTheirs = 3

// sum is an amount with what is known of whose it is.
type sum struct {
	amount
	hit    hit
	weight int
	floor  bool // the amount is a minimum
	roof   bool // the amount is a maximum
}

func (s sum) budget() request.Budget {
	low, high := int64(s.low), int64(s.high)
	b := request.Budget{Min: &low, Max: &high, Signal: signalOf((s.low + s.high) / 2)}
	if s.roof {
		b.Min = nil
	}
	if s.floor {
		b.Max = nil
	}
	return b
}

func signalOf(dollars float64) string {
	switch {
	case dollars >= highBudget:
		return verdict.High
	case dollars >= mediumBudget:
		return verdict.Medium
	default:
		return verdict.Low
	}
}

// bestSum returns the amount that is most surely the customer's; of equals the last, since
// people correct themselves.
func (c *conversation) bestSum() (sum, bool) {
	var best sum
	for _, s := range c.all {
		for _, candidate := range c.sums(s) {
			if candidate.weight > 0 && candidate.weight >= best.weight {
				best = candidate
			}
		}
	}
	return best, best.weight > 0
}

func (c *conversation) sums(s *sentence) []sum {
	amounts := append(money(tokenize(s.norm)), decades(s.norm)...)
	if len(amounts) == 0 { // nearly all sentences, and what was said round them need not be read
		return nil
	}
	asked, talked := c.asksMoney(s), c.speaksOfMoney(s)
	echoes := c.echoesPrice(s)
	var out []sum
	for _, a := range amounts {
		candidate := sum{amount: a, hit: hit{s, a.lo, a.hi}}
		echo := !a.marked && echoes(a)
		if !a.marked && !echo && !((asked || talked) && c.plausible(&candidate, s, asked)) {
			continue
		}
		candidate.roof = atMost.MatchString(s.norm[:moneyStart(s, a)])
		candidate.floor = !candidate.roof && (atLeast.MatchString(s.norm[:moneyStart(s, a)]) || a.hi < len(s.norm) && s.norm[a.hi] == '+')
		candidate.weight = c.weigh(s, candidate, asked)
		if echo {
			candidate.weight = c.weighStrangers(s)
		}
		out = append(out, candidate)
	}
	return out
}

// echoesPrice returns whether an amount in a customer's sentence repeats a number that the agent
// has just named, where the talk is of prices: "Twelve hundred with the permit." "Twelve hundred,
// fine."
func (c *conversation) echoesPrice(s *sentence) func(amount) bool {
	if s.agent || s.field != "" || dayOrHour.MatchString(s.norm) {
		return func(amount) bool { return false }
	}
	return func(a amount) bool {
		if a.high < 100 {
			return false
		}
		said := c.before(s)
		named := tokenize(said)
		echoed := slices.ContainsFunc(numbers(named), func(n number) bool { return n.value == a.low || n.value == a.high }) ||
			slices.ContainsFunc(money(named), func(n amount) bool { return n.low == a.low || n.high == a.high })
		return echoed && (a.high >= clearlyMoney || priceWords.MatchString(said) || namesPrice.MatchString(said))
	}
}

// namesPrice is a number that is no hour.
var namesPrice = expression(`\b(about|around|roughly|it's|that's|comes to|you're at|be|only|just) \$?(\d{3}|(one|two|three|four|five|six|seven|eight|nine) (hundred|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)([ -]\w+)?)( \w+)?( installed| plus|,|\.)|\b(one|two|three|four|five|six|seven|eight|nine) hundred\b`)

// clearlyMoney is from where a number that both sides say is a price whatever the talk is of.
const clearlyMoney = 1000

func moneyStart(s *sentence, a amount) int {
	if a.lo > 0 && s.norm[a.lo-1] == '$' {
		return a.lo - 1
	}
	return a.lo
}

// talksBudget makes a bare number in the same sentence money.
var talksBudget = words(`budget\w*`, `to (put (in|into|toward\w*)|work with)`, `spend\w*`, `price range`, `afford`, `stay\w* (around|under|below|within|near|at)`, `keep it (under|around|to|below|within)`, `invest\w*`, `gastar`, `presupuesto`)

var budgetField = expression(`budget|price|invest|spend|cost|presupuesto`)

// asksMoney reports whether a bare number in the sentence would be money.
func (c *conversation) asksMoney(s *sentence) bool {
	if s.field != "" {
		return budgetField.MatchString(s.field)
	}
	if s.agent {
		return false
	}
	return talksBudget.MatchString(s.norm) || asksBudget.MatchString(c.before(s))
}

// plausible turns a bare number into dollars: "around sixty" is sixty thousand. Hundreds are
// thousands only where the budget was asked for or the talk is of a bank's money or a building.
func (c *conversation) plausible(m *sum, s *sentence, asked bool) bool {
	if m.high >= 3 && m.high < 100 || m.high >= 100 && m.high < 1000 && (asked || bigMoney.MatchString(c.before(s)+" "+c.turnOf(s))) {
		m.low, m.high = m.low*1000, m.high*1000
	}
	return m.high >= 100 && m.high <= 5e6 && !looksLikeTime(s.norm, m.lo)
}

var clockBefore = expression(`\b(at|around|until|after|before) $`)

func looksLikeTime(norm string, lo int) bool {
	return clockBefore.MatchString(norm[:lo]) && dayOrHour.MatchString(norm)
}

var dayOrHour = words(`(o'clock|a\.?m|p\.?m|today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)`)

// weigh returns how surely an amount is the customer's: 0 is not theirs.
func (c *conversation) weigh(s *sentence, a sum, asked bool) int {
	near := s.norm[max(0, a.lo-45):min(len(s.norm), a.hi+30)]
	if a.high < 100 && !(a.marked && smallPay.MatchString(near)) || offScreen.MatchString(s.norm) || rehabLoan.MatchString(near) || notThis.MatchString(s.norm[:moneyStart(s, a.amount)]) {
		return 0
	}
	if s.agent {
		return c.weighAgents(s, near)
	}
	if otherSum.MatchString(near) && !asked && !talksBudget.MatchString(near) {
		return 0
	}
	if strangersPrice.MatchString(s.norm) && !ownWish.MatchString(s.norm) {
		return c.weighStrangers(s)
	}
	if rejects.MatchString(s.norm) && !ownMoney.MatchString(near) {
		return 0
	}
	switch {
	case asked && ownMoney.MatchString(near), s.field != "" && asked:
		return 5
	case asked:
		return 4
	case ownMoney.MatchString(near):
		return 4
	default:
		return 1
	}
}

// ownWish is the customer's own figure in a sentence about somebody else's.
var ownWish = words(`(my|our) budget`, `(we|i)(?:'d| would|'re| are)? (like|want|hop\w+|looking|plan\w*)? ?to (spend|stay|keep|pay)`)

// weighStrangers looks whether the customer takes somebody else's price as the going rate.
func (c *conversation) weighStrangers(s *sentence) int {
	said := c.sameTurnFrom(s)
	if accepts.MatchString(said) && !rejects.MatchString(said) {
		return surelyTheirs
	}
	return 0
}

// weighAgents looks whether the customer accepts what the agent names.
func (c *conversation) weighAgents(s *sentence, near string) int {
	if otherSum.MatchString(near) {
		return 0
	}
	answer := c.after(s)
	if rejects.MatchString(answer) {
		return 0
	}
	asks := strings.HasSuffix(s.norm, "?") && (asksBudget.MatchString(s.norm) || len(strings.Fields(s.norm)) <= 8)
	if accepts.MatchString(answer) || asks && yes.MatchString(answer) {
		return 2
	}
	return 0
}

// yes is an answer that agrees.
var yes = expression(`^\W*(do it|let's do (it|that)|you got it|bet|cool|fine|deal|yes|yeah|yep|yup|correct|right|exactly|sure|uh-huh|mm-hmm|absolutely|definitely|that's right|that's correct|si|claro|correcto|perfect|sounds good|that works|okay|ok|great)\b`)

// no is an answer that denies.
var no = expression(`^\W*(no|nope|nah|not really|actually no|actually,? it's|well,? no|uh,? no|oh,? no)\b`)

// sameTurnFrom returns the rest of the turn from a sentence on.
func (c *conversation) sameTurnFrom(s *sentence) string {
	var said []string
	for i := s.at; i < len(c.all) && c.all[i].turn == s.turn; i++ {
		said = append(said, c.all[i].norm)
	}
	return strings.Join(said, " ")
}
