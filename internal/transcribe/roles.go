package transcribe

import (
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// setting is what is known about a call besides its words.
type setting struct {
	company   string // the tenant's name, which its people say when they answer
	outbound  bool
	voicemail bool
}

// cue is a phrase that one side of a call to a remodeling company says and the other
// hardly ever does. Positive weights speak for the agent.
type cue struct {
	phrase *regexp.Regexp
	weight float64
}

// The weights are rough on purpose: one greeting decides, one ordinary phrase does not.
var cues = []cue{
	{regexp.MustCompile(`\b(thank you|thanks) for calling\b`), 4},
	{regexp.MustCompile(`\bhow (can|may) (i|we) help\b|\bwhat can (i|we) do for you\b`), 3},
	{regexp.MustCompile(`\bgracias por llamar\b|\ben qué (le|te) puedo ayudar\b`), 4},
	{regexp.MustCompile(`\b(may|can|could) i (have|get|take) your\b|\bwhat('s| is) your (name|address|phone|number|email|zip|budget)\b`), 2.5},
	{regexp.MustCompile(`\bwe (can|could|will|'ll) (send|schedule|come out|have someone)\b|\bour (estimator|designer|crew|team|technician|showroom)\b`), 2},
	{regexp.MustCompile(`\b(let me|i'll) (check|look at|pull up|put you|get you|transfer)\b|\b(put|get) you (down|on the|scheduled)\b`), 1.5},
	{regexp.MustCompile(`\bdo you have a (budget|timeline|time frame)\b|\bwhen (were|are) you (looking|hoping|thinking)\b`), 2},
	{regexp.MustCompile(`\bwe (offer|specialize|do free|provide|serve)\b|\bfree (estimate|consultation)s?\b`), 1},

	{regexp.MustCompile(`\bi('d| would) like (to|a|an)\b|\bi('m| am) (looking|hoping|calling|interested|trying)\b|\bi need (a|an|to|some|someone)\b`), -2},
	{regexp.MustCompile(`\bwe('re| are) (looking|hoping|thinking|planning|wanting)\b|\bwe want(ed)? to\b`), -2},
	{regexp.MustCompile(`\b(my|our) (kitchen|bathroom|bath|basement|roof|house|home|deck|patio|floors?|windows?|siding|garage|husband|wife)\b`), -1.5},
	{regexp.MustCompile(`\bdo you (guys|all)\b|\bcould you (give|send|come|tell) (me|us|out)\b|\bhow much (would|does|do|is|will)\b`), -1.5},
	{regexp.MustCompile(`\bi (saw|found) your\b|\byou were recommended\b|\b(a|my) (friend|neighbor) (recommended|referred|told)\b`), -2},
	{regexp.MustCompile(`\b(call|reach) me (back|at)\b|\bmy (number|address|email) is\b`), -2},
	{regexp.MustCompile(`\bestoy buscando\b|\bquisiera\b|\bme gustaría\b`), -2},
}

const (
	firstWord   = 1.5 // who is called speaks first
	companyName = 3.0 // said within the first turns
	opening     = 3   // turns that count as the beginning

	minConfidence = 0.5 // below, nobody is called agent or customer
)

// assignRoles replaces "speaker 1" and so on by agent and customer where the words tell
// who is who, and returns how sure that is. Below minConfidence the labels stay.
func assignRoles(segments []request.Segment, s setting) float64 {
	if len(segments) == 0 {
		return 0
	}
	if s.voicemail {
		return assignVoicemail(segments)
	}
	scores := scoresOf(segments, s)
	if len(scores) < 2 {
		return 0 // one voice alone: a machine, or two people that could not be told apart
	}
	agent, margin := leader(scores)
	confidence := 1 - math.Exp2(-margin/2)
	if confidence < minConfidence {
		return confidence
	}
	for i := range segments {
		score := scores[segments[i].Speaker]
		if segments[i].Speaker == agent || score >= max(2, scores[agent]/2) { // a call may be handed on to a colleague
			segments[i].Speaker = request.Agent
		} else {
			segments[i].Speaker = request.Customer
		}
	}
	return confidence
}

// scoresOf adds up the cues that each speaker gave, every cue once.
func scoresOf(segments []request.Segment, s setting) map[string]float64 {
	said := map[string]string{}
	scores := map[string]float64{}
	company := plainName(s.company)
	for i, segment := range segments {
		text := strings.ToLower(strings.ReplaceAll(segment.Text, "’", "'"))
		said[segment.Speaker] += text + "\n"
		if company != "" && i < opening && strings.Contains(text, company) {
			scores[segment.Speaker] += companyName
			company = "" // who repeats it proves nothing
		}
	}
	for speaker, text := range said {
		for _, c := range cues {
			if c.phrase.MatchString(text) {
				scores[speaker] += c.weight
			}
		}
		scores[speaker] += 0 // everybody has a score
	}
	if s.outbound {
		scores[segments[0].Speaker] -= firstWord
	} else {
		scores[segments[0].Speaker] += firstWord
	}
	return scores
}

// leader returns who is most likely the agent, and by how many points.
func leader(scores map[string]float64) (speaker string, margin float64) {
	speakers := make([]string, 0, len(scores))
	for s := range scores {
		speakers = append(speakers, s)
	}
	slices.SortFunc(speakers, func(a, b string) int {
		if scores[a] != scores[b] {
			return int(math.Copysign(1, scores[b]-scores[a]))
		}
		return strings.Compare(a, b)
	})
	last := speakers[len(speakers)-1]
	return speakers[0], scores[speakers[0]] - scores[last]
}

// legalForm is what a company is called on paper and not on the phone.
var legalForm = regexp.MustCompile(`[ ,]+(llc|inc|corp|co|company|ltd)\.?$`)

func plainName(name string) string {
	return legalForm.ReplaceAllString(strings.ToLower(strings.TrimSpace(name)), "")
}

// machine is what a voicemail greeting says.
var machine = regexp.MustCompile(`(?i)\bleave (a|your|us a|me a)( \w+)?( \w+)? ?(message|name)\b|\b(after|at) the (tone|beep)\b|` +
	`\byou('ve| have) reached\b|\b(can't|cannot|can not|unable to) (take|come to|answer)\b|\bnot available\b|\bcurrently closed\b|` +
	`\bthank you for calling\b|\bdeje (un|su) mensaje\b`)

// voicemailConfidence is for the order of things: greeting, tone, caller.
const voicemailConfidence = 0.9

// assignVoicemail takes what comes before and with the greeting for the company's and the
// rest for the caller's. Voices do not help: the greeting may be missing.
func assignVoicemail(segments []request.Segment) float64 {
	greeting := -1
	for i := range min(len(segments), opening+1) {
		if machine.MatchString(segments[i].Text) {
			greeting = i
		}
	}
	for i := range segments {
		if i <= greeting {
			segments[i].Speaker = request.Agent
		} else {
			segments[i].Speaker = request.Customer
		}
	}
	return voicemailConfidence
}
