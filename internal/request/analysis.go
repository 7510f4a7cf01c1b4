package request

// Analysis is what a request means: the result contract of the API. The vocabularies
// below are the only values that its fields may hold.
type Analysis struct {
	Intent         string     `json:"intent"`
	ProjectType    string     `json:"project_type"`
	Timeline       string     `json:"timeline"`
	Budget         Budget     `json:"budget"`
	IsLead         bool       `json:"is_lead"`
	Spam           bool       `json:"spam"`
	LeadScore      int        `json:"lead_score"` // 0-100
	ScoreBand      Band       `json:"score_band"`
	ScoreBreakdown []Factor   `json:"score_breakdown"`
	Confidence     Confidence `json:"confidence"`
	Summary        string     `json:"summary"`
	Sentiment      string     `json:"sentiment"`
	Customer       Person     `json:"customer"`
	Appointment    string     `json:"appointment"`
	NextSteps      []string   `json:"next_steps"`
	Evidence       []Evidence `json:"evidence"`
	Answers        []Answer   `json:"answers,omitempty"` // to the company's own questions, one for each

	Analyzer      string   `json:"analyzer"` // model or rules
	Model         string   `json:"model,omitempty"`
	ModelVersion  string   `json:"model_version,omitempty"`
	PromptVersion string   `json:"prompt_version,omitempty"`
	PromptHash    string   `json:"prompt_hash,omitempty"` // hex SHA-256 of model and prompt: the cache key
	ModelScore    *int     `json:"model_score,omitempty"` // the model's own estimate, beside the rubric's
	Usage         Usage    `json:"usage,omitzero"`
	Warnings      []string `json:"warnings,omitempty"` // what was dropped or repaired

	Conversation *Conversation `json:"conversation,omitempty"` // of a call with words; analyses from before it was counted have none
}

// Analyzers.
const (
	AnalyzerModel = "model"
	AnalyzerRules = "rules"
)

// Factor is one line of the score's explanation. Points of all factors sum up to the
// score before it is clamped to its band.
type Factor struct {
	Signal string  `json:"signal"`
	Value  float64 `json:"value"`  // 0-1: how strongly the signal is there
	Weight float64 `json:"weight"` // points at value 1
	Points float64 `json:"points"` // value × weight
	Reason string  `json:"reason"`
}

// Confidence is 0-1, overall and by field name.
type Confidence struct {
	Overall float64            `json:"overall"`
	Fields  map[string]float64 `json:"fields"`
}

// Person is the customer as the conversation gives them; empty: not said.
type Person struct {
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
}

// Evidence ties a claim to the words that justify it.
type Evidence struct {
	Field   string `json:"field"`   // the analysis field that it supports
	Segment int    `json:"segment"` // index of the transcript segment
	Quote   string `json:"quote"`   // words of that segment
}

// Usage counts what a model call cost, in tokens.
type Usage struct {
	InputTokens    int64 `json:"input_tokens"`
	OutputTokens   int64 `json:"output_tokens"`
	ThinkingTokens int64 `json:"thinking_tokens"`
}

// Band is a class of lead score.
type Band string

// The bands: hot from 80, warm from 50, cold from 20, none below.
const (
	Hot    Band = "hot"
	Warm   Band = "warm"
	Cold   Band = "cold"
	NoLead Band = "none"
)

// BandOf returns the band of a score.
func BandOf(score int) Band {
	switch {
	case score >= 80:
		return Hot
	case score >= 50:
		return Warm
	case score >= 20:
		return Cold
	default:
		return NoLead
	}
}

// Rank orders bands: a higher rank deserves more attention.
func (b Band) Rank() int {
	switch b {
	case Hot:
		return 3
	case Warm:
		return 2
	case Cold:
		return 1
	default:
		return 0
	}
}

// The vocabularies of an analysis.
var (
	Intents = []string{
		"quote_request", "appointment", "service_question", "existing_customer", "complaint",
		"vendor_solicitation", "job_seeker", "wrong_number", "spam", "other",
	}
	// NonLeads are the intents that are never a lead.
	NonLeads = []string{
		"spam", "wrong_number", "job_seeker", "vendor_solicitation", "complaint", "existing_customer",
	}
	ProjectTypes = []string{
		"kitchen", "bathroom", "whole_home", "addition", "basement", "roofing", "siding",
		"windows_doors", "flooring", "deck_patio", "painting", "hvac", "plumbing", "electrical",
		"landscaping", "other", "none",
	}
	Timelines    = []string{"immediate", "1_3_months", "3_6_months", "6_plus_months", "unknown"}
	Budgets      = []string{"high", "medium", "low", "unknown"}
	Sentiments   = []string{"positive", "neutral", "negative", "mixed"}
	Appointments = []string{"booked", "requested", "none"}
)
