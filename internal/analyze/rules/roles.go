package rules

import (
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/wording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// What people say who answer a company's phone.
var agentCues = []*pattern{
	words(`(thanks?|thank you) (so much )?for (calling|holding|reaching out)`, `gracias por llamar`),
	words(`how (can|may|could) (i|we) (help|direct|assist)`, `what can i (do|help)`, `como (le|te|lo|la) puedo ayudar`, `en que (le|te) puedo (ayudar|servir)`),
	words(`(can|could|may) i (get|have|grab|ask|take) (your|a|the|an?) ?(first|last|full|good|best)? ?(name|number|e-?mail|address|phone|callback|zip)`),
	words(`what(?:'s| is) (your|the|a good|the best) (name|last name|first name|address|property address|e-?mail|phone|number|zip|callback|budget|timeline|timeframe|best)`),
	words(`(our|one of our) (estimators?|designers?|project managers?|technicians?|crews?|team|schedule|schedulers?|showroom|office|consultants?|guys)`, `(an|the) estimator`),
	words(`(i|we) (can|could) (have|send|get|put|set|schedule|book) (someone|somebody|you|an? (estimator|designer|tech\w*|project)|our|that|one of)`),
	words(`(i|we)(?:'ve| have) (you|that) (down|scheduled|booked|set)`, `i have (an opening|availability|a slot)`, `we have (an opening|openings|availability)`),
	words(`(when|how soon) (are|were|would) you (looking|hoping|wanting|thinking|like)`, `do you have a (budget|timeline|timeframe|date|rough)`, `what kind of (budget|timeline|timeframe|project)`),
	words(`we (do|offer|handle|specialize|service|serve|install) `, `we(?:'re| are) (licensed|insured|booking|scheduling|currently|a family)`, `yes,? we do`, `we also`),
	words(`is this (the )?(best|a good) number`, `anything else i can`, `someone will (call|reach|be in touch)`, `we(?:'ll| will) (call|see you|send|be in touch|get back|have someone)`),
	words(`(this call (may|is|will) be|calls? (may|are)( be)?) (recorded|monitored)`, `leave (a|your) (message|name)`, `you(?:'ve| have) reached`, `after the (tone|beep)`),
	words(`is this a (recording|robot|machine|sales call)`, `(not|no,? we're not) (hiring|interested)`, `you filled out`, `(on|through) our (site|website)`, `i (could|can) come (by|out)`, `how did you hear about`, `are you the (homeowner|owner)`, `do you own the`, `let me (check|look at|see|pull up|get) (the|our|my|your|some)`),
}

// What people say who call one.
var customerCues = []*pattern{
	words(`(i|we)(?:'m| am|'re| are)? (just )?(calling|looking|hoping|trying|interested|need|want|wanted|would like|'d like|was wondering|were thinking)`, `i(?:'d| would) like`, `quiero`, `necesito`, `quisiera`),
	words(`my (house|home|kitchen|bathroom|roof|basement|wife|husband|place|deck|name is|address is|e-?mail is|invoice|project)`, `our (house|home|kitchen|bathroom|roof|basement|place|deck)`),
	words(`do you (guys|all|folks|do|offer|install|handle|work)`, `are you (guys )?(hiring|licensed|open|able)`, `can (you|someone|somebody) (come|give|send|tell)`),
	words(`how much (would|does|do|is|will)`, `you (guys )?(did|installed|remodeled|put in|built|replaced)`, `your (crew|guys|company|website|ad|sign|truck|installers|work)`),
	words(`i (saw|found|got) your`, `(you|y'all) (were )?recommended`, `(i'm|we're|i am) on a recorded line`, `(in|around) your (neighborhood|area)`, `our (regular|special|introductory) (price|rate|offer)`, `i have a (question|leak|problem)`, `on behalf of`, `press (one|1)`, `i filled out`),
}

// agentSpeakers returns for every segment whether the company speaks. Where the speakers
// are not named by role, the one who sounds like a receptionist is the agent; a recording
// with one voice is the customer's, but for a greeting.
func agentSpeakers(in prompt.Input) []bool {
	out := make([]bool, len(in.Segments))
	agent := agentName(in)
	alone := isAlone(in)
	for i, s := range in.Segments {
		out[i] = s.Speaker == agent
		if alone && in.Kind == request.Call {
			out[i] = isGreeting(wording.Fold(s.Text))
		}
	}
	return out
}

func agentName(in prompt.Input) string {
	lean := map[string]int{}
	var order []string
	for _, s := range in.Segments {
		if s.Speaker == request.Agent || s.Speaker == request.Customer {
			return request.Agent
		}
		if _, ok := lean[s.Speaker]; !ok {
			order = append(order, s.Speaker)
		}
		text := wording.Fold(s.Text)
		lean[s.Speaker] += count(agentCues, text) - count(customerCues, text)
	}
	if in.Kind != request.Call || len(order) < 2 {
		return request.Agent
	}
	best := order[0] // whoever answers speaks first
	for _, name := range order[1:] {
		if lean[name] > lean[best] {
			best = name
		}
	}
	return best
}

// isAlone reports whether all segments have one speaker who is not named by role.
func isAlone(in prompt.Input) bool {
	for _, s := range in.Segments {
		if s.Speaker != in.Segments[0].Speaker || s.Speaker == request.Agent || s.Speaker == request.Customer {
			return false
		}
	}
	return len(in.Segments) > 0
}

var greeting = words(`you(?:'ve| have) reached`, `leave (us )?(a|your) (message|name)`, `after the (tone|beep)`, `not available to take your call`, `our office hours`)

func isGreeting(text string) bool { return greeting.MatchString(text) }

func count(cues []*pattern, text string) int {
	n := 0
	for _, re := range cues {
		if re.MatchString(text) {
			n++
		}
	}
	return n
}
