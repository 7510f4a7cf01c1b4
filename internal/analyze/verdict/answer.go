package verdict

import "github.com/your-org/multi-tenant-pipeline/internal/request"

// Answer is what an analyser claims about one request. Its JSON form is the wire format
// that a model is asked to write.
type Answer struct {
	Intent        string             `json:"intent"`
	ProjectType   string             `json:"project_type"`
	Timeline      string             `json:"timeline"`
	Budget        request.Budget     `json:"budget"`
	Spam          bool               `json:"spam"`
	Appointment   string             `json:"appointment"`
	Sentiment     string             `json:"sentiment"`
	Customer      request.Person     `json:"customer"`
	Signals       Signals            `json:"signals"`
	Summary       string             `json:"summary"`
	NextSteps     []string           `json:"next_steps"`
	ScoreEstimate int                `json:"score_estimate"` // 0-100; kept beside the rubric's score, never used for it
	Confidence    Confidence         `json:"confidence"`
	Evidence      []request.Evidence `json:"evidence"`
	Answers       []Reply            `json:"answers,omitzero"` // nil: nobody asked
}

// Reply is what an analyser answers to one of the company's own questions.
type Reply struct {
	ID         string  `json:"id"`
	Value      any     `json:"value"` // as text; JSON's own yes or number is understood, too
	Segment    int     `json:"segment"`
	Quote      string  `json:"quote"`
	Confidence float64 `json:"confidence"`
}

// Signals are what the rubric weighs besides the claims of the result contract.
type Signals struct {
	DecisionMaker string `json:"decision_maker"` // yes, shared, no, unknown
	ServiceArea   string `json:"service_area"`   // inside, outside, unknown
	Commitment    string `json:"commitment"`     // ready, insurance_claim, signed_off_scope, none
	Interest      string `json:"interest"`       // active, early, unknown
	JobSize       string `json:"job_size"`       // tiny, normal, unknown
	Engagement    string `json:"engagement"`     // high, medium, low
}

// Confidence is how sure the analyser is of its main claims, 0-1.
type Confidence struct {
	Intent      float64 `json:"intent"`
	ProjectType float64 `json:"project_type"`
	Timeline    float64 `json:"timeline"`
	Budget      float64 `json:"budget"`
}

// The values of the signals.
const (
	Yes     = "yes"
	Shared  = "shared"
	No      = "no"
	Unknown = "unknown"

	Inside  = "inside"
	Outside = "outside"

	Ready          = "ready"
	InsuranceClaim = "insurance_claim"
	SignedOffScope = "signed_off_scope"
	None           = "none"

	Active = "active"
	Early  = "early"

	Tiny   = "tiny"
	Normal = "normal"

	High   = "high"
	Medium = "medium"
	Low    = "low"
)

// The vocabularies of the signals.
var (
	DecisionMakers = []string{Yes, Shared, No, Unknown}
	ServiceAreas   = []string{Inside, Outside, Unknown}
	Commitments    = []string{Ready, InsuranceClaim, SignedOffScope, None}
	Interests      = []string{Active, Early, Unknown}
	JobSizes       = []string{Tiny, Normal, Unknown}
	Engagements    = []string{High, Medium, Low}
)

// The names of what evidence may support.
const (
	FieldIntent        = "intent"
	FieldProjectType   = "project_type"
	FieldTimeline      = "timeline"
	FieldBudget        = "budget"
	FieldSpam          = "spam"
	FieldAppointment   = "appointment"
	FieldSentiment     = "sentiment"
	FieldName          = "customer_name"
	FieldEmail         = "customer_email"
	FieldPhone         = "customer_phone"
	FieldAddress       = "customer_address"
	FieldDecisionMaker = "decision_maker"
	FieldServiceArea   = "service_area"
	FieldCommitment    = "commitment"
	FieldInterest      = "interest"
	FieldJobSize       = "job_size"
)

// Fields lists what evidence may support.
var Fields = []string{
	FieldIntent, FieldProjectType, FieldTimeline, FieldBudget, FieldSpam, FieldAppointment,
	FieldSentiment, FieldName, FieldEmail, FieldPhone, FieldAddress, FieldDecisionMaker,
	FieldServiceArea, FieldCommitment, FieldInterest, FieldJobSize,
}
