package rules

import "slices"

var (
	// moneyTalk makes a bare number money wherever it stands: "the credit line is for seventy-five".
	moneyTalk = words(`line of credit`, `credit line`, `equity( line| loan)?`, `heloc`, `(lender|bank|credit union)( \w+){0,2} (approved|gave|lent|is giving|will lend|will go)`, `approved (us |me |for )*`, `in the books`, `(in|around|near|close to) (that|the same|your|this) (neighborhood|ballpark|range)`, `(was|were|is|am|'m|'re|are) (quoted|bid|priced)`, `priced (it|this|that|one|the)`, `(pay|spend|go) (over|more than|past|above|up to)`, `(signed off on|approved) (a )?(scope|claim|estimate) (of|for)`, `(bank|lender|they)( will|'ll| would)? (go|lend)( us| me)? (up )?to`, `(settlement|payout|insurance (check|money)|escrow|reserve|inheritance)`,
		`(made|making) (my|our) peace with`, `(we|i) (agreed|said|settled|figured|decided|planned|thought)( on| to put in| to spend| it would be| about| around| up to)+`, `(can|could|would|will|'ll|'d|want to|going to|willing to)( only| probably| maybe)? (do|go|put|pay|spend|manage)( in| up| as high as| to| about| around| maybe| up to)* \$?(\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred)`, `(emergency|rainy day|vacation|building|house|remodel\w*) fund`, `in (the|my|our|a) (savings|bank|account|cd|fund)`, `(cut|sent|wrote|mailed|issued)( us| me)? (the|a|our|my) check`, `(we'd|i'd|we would|i would|it'd|we'll|land\w*|com(e|ing) (out|in)|end up) (be )?(somewhere )?(around|about|near|close to) (\d|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)`, `(hoping|trying|like|want)( for| to (stay|be|keep it))? (under|below|less than) \$?\d{3,}`, `(charges?|charged|paid|cost|wanted|quoted)( me| us)? \$?\d{3,}`, `braced for`, `prepared to (do|pay|spend|go)`, `is a (mercy|relief|bargain|steal|deal)`, `(\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|a hundred)( \w+)?('s| is) (fine|good|okay|ok|workable|doable|right|about right|all right)`)
	// yesToMoney accepts or names a figure once one has been spoken of: "eighteen is fine".
	yesToMoney = words(`(is|'s|would be|sounds|that'd be|are) (fine|good|okay|ok|doable|reasonable|fair|about right|right|perfect|great|what)`, `(fine|okay|ok|good|comfortable|happy|all right) with`, `works`, `(i|we) (could|can|'d|would|will|'ll) (do|go|live with|handle|swing|manage|stretch)`, `(expect|figure|figured|thought|thinking|hoping|guess\w*|say|call it|closer to|more like|around|about|maybe|at|under|up to)`)
	// rehabLoan is the name of a loan that sounds like money.
	rehabLoan = words(`(203|two oh three|two o three)[ (-]*k`)
	// bigMoney is talk in which three hundred is three hundred thousand.
	bigMoney = words(`lender`, `bank`, `loan`, `equity`, `apprais\w+`, `mortgage`, `settlement`, `build.?out`, `addition`, `whole (house|home|place)`, `house back`, `gut`, `architect`, `million`, `(hundred|\d\d\d) (and \w+ )?thousand`)
	// smallPay stands near the few dollars that somebody means to pay.
	smallPay = words(`pay`, `give`, `spend`, `budget`, `bucks`, `worth it`, `afford`)
	// counted is a number of something else in a sentence of a few words.
	counted = words(`years?`, `months?`, `weeks?`, `days?`, `o'clock`, `a\.?m`, `p\.?m`, `feet|foot|inches|squares?`, `windows|doors|rooms|people|kids|stories|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december`)
	// offScreen is a price from a screen or a page, which nobody means to pay.
	offScreen = words(`(those|these|the|a|one of the) (\w+ )?(shows?|videos?|articles?|blogs?|magazines?)`, `hgtv|youtube|tiktok|pinterest|google[ds]?|internet|on ?line|tv|reddit`, `not real`)
)

// speaksOfMoney reports whether a bare number in a sentence is money because of what is said
// round it: the sentence itself, or the figures that the conversation has just come to.
func (c *conversation) speaksOfMoney(s *sentence) bool {
	if s.agent || s.field != "" && !freeText.MatchString(s.field) {
		return false
	}
	if !moneyTalk.MatchString(s.norm) && (!yesToMoney.MatchString(s.norm) || counted.MatchString(s.norm) || !c.figuresNear(s)) {
		return false
	}
	said := c.before(s) // "Seven thirty?" "Seven thirty's fine."
	return !clockTime.MatchString(said) || priceWords.MatchString(said) || pricedIn(said)
}

// figuresNear reports whether the sentences just before, of either side, came to a price.
func (c *conversation) figuresNear(s *sentence) bool {
	for i := s.at; i >= 0 && i >= s.at-figuresReach; i-- {
		o := c.all[i]
		if priceWords.MatchString(o.norm) {
			return true
		}
		if pricedIn(o.norm) {
			return true
		}
	}
	return false
}

// pricedIn reports whether a text names a price.
func pricedIn(norm string) bool {
	return slices.ContainsFunc(money(tokenize(norm)), func(a amount) bool { return a.marked && a.high >= 1000 })
}

// figuresReach is how many sentences a price stays the matter.
const figuresReach = 3

var priceWords = words(`charges?`, `(runs?|running) (about|around|roughly|from|between|you)`, `(you'd|you're|you'll|you would)( probably| likely)? (be|looking)( at| around| roughly)`, `(spent|spend|cost|costs|price|pricing|budget|paid|bid|bids|quoted)`)

// thousands reads "eighteen five" as 18.5, which is thousands where it is money.
func thousands(tokens []token, a, b number) (amount, bool) {
	if hundreds := a.value >= 1 && a.value <= 9 && b.value >= 10 && b.value <= 99; hundreds && !a.scaled && !b.scaled && a.to == b.from && tokens[a.from].text[0] > '9' && tokens[b.from].text[0] > '9' {
		value := 100*a.value + b.value // "two forty"
		return amount{low: value, high: value, lo: a.lo, hi: b.hi, from: a.from, to: b.to}, true
	}
	if a.scaled || b.scaled || a.to != b.from || a.value < 10 || a.value > 99 || b.value < 1 || b.value > 9 {
		return amount{}, false
	}
	if tokens[a.from].text[0] <= '9' || tokens[b.from].text[0] <= '9' { // "18 5" is not said
		return amount{}, false
	}
	value := a.value + b.value/10
	return amount{low: value, high: value, lo: a.lo, hi: b.hi, from: a.from, to: b.to}, true
}
