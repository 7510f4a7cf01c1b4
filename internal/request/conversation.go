package request

// Conversation is what can be counted in the transcript of a call, by nobody's judgement. A
// figure that the transcript does not tell is nil, never 0: many have no times, some do not
// say who is who. Seconds have two decimals, ratios three.
type Conversation struct {
	DurationS       *float64 `json:"duration_s,omitempty"`        // from the first word to the last
	SilenceS        *float64 `json:"silence_s,omitempty"`         // of it, when nobody spoke
	SilenceRatio    *float64 `json:"silence_ratio,omitempty"`     // 0-1, of the duration
	LongestSilenceS *float64 `json:"longest_silence_s,omitempty"` //
	FirstResponseS  *float64 `json:"first_response_s,omitempty"`  // from the customer's first turn to the agent's answer
	Turns           *int     `json:"turns,omitempty"`             // how often the word passed to somebody, the first time included

	Speakers    map[string]SpeakerMetrics `json:"speakers"`               // by the transcript's names: agent, customer, "speaker 1"
	SentimentBy string                    `json:"sentiment_by,omitempty"` // what the quarters are quarters of: ByTime or ByWords
	Sentiment   []QuarterSentiment        `json:"sentiment,omitempty"`    // of the customer, in order
	Trackers    []TrackerCount            `json:"trackers,omitempty"`     // those of the tenant that could be counted
	Scorecard   []ScorecardPoint          `json:"scorecard,omitempty"`    // of the agent, in the order of ScorecardPoints
}

// SpeakerMetrics are the figures of one speaker.
type SpeakerMetrics struct {
	TalkS             *float64 `json:"talk_s,omitempty"`
	TalkRatio         *float64 `json:"talk_ratio,omitempty"` // 0-1, of what all talked
	Words             int      `json:"words"`
	WordsPerMinute    *float64 `json:"words_per_minute,omitempty"` // while they talked
	LongestMonologueS *float64 `json:"longest_monologue_s,omitempty"`
	Questions         *int     `json:"questions,omitempty"`     // sentences that end in a question mark
	Interruptions     *int     `json:"interruptions,omitempty"` // how often they began before another one had ended
	ResponseS         *float64 `json:"response_s,omitempty"`    // the median wait before they took the word
}

// What the quarters of a conversation are quarters of.
const (
	ByTime  = "time"
	ByWords = "words"
)

// QuarterSentiment is how the customer sounded in one quarter of the call. A quarter in which
// they said nothing has none.
type QuarterSentiment struct {
	Quarter   int     `json:"quarter"`   // 1-4
	Sentiment string  `json:"sentiment"` // one of Sentiments
	Reasons   []Quote `json:"reasons,omitempty"`
}

// Quote is words of a transcript.
type Quote struct {
	Segment int    `json:"segment"` // index of the transcript segment
	Quote   string `json:"quote"`   // words of that segment
}

// TrackerCount is how often the phrases of one of the tenant's trackers were said.
type TrackerCount struct {
	Name     string  `json:"name"`
	Count    int     `json:"count"`
	Mentions []Quote `json:"mentions,omitempty"` // the first few
}

// ScorecardPoint is one thing that an agent should do in a call, and whether they did.
type ScorecardPoint struct {
	Point   string `json:"point"` // one of ScorecardPoints
	Met     bool   `json:"met"`
	Segment *int   `json:"segment,omitempty"` // index of the transcript segment that shows it
	Quote   string `json:"quote,omitempty"`   // words of that segment
}

// The points of an agent's scorecard.
const (
	Greeted            = "greeted"
	AskedName          = "asked_name"
	AskedNeed          = "asked_need"
	AskedTimeline      = "asked_timeline"
	AskedBudget        = "asked_budget"
	OfferedAppointment = "offered_appointment"
	ConfirmedNextStep  = "confirmed_next_step"
)

// ScorecardPoints are the points in the order of a scorecard.
var ScorecardPoints = []string{
	Greeted, AskedName, AskedNeed, AskedTimeline, AskedBudget, OfferedAppointment, ConfirmedNextStep,
}
