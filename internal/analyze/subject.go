package analyze

import (
	"math"
	"slices"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rubric"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/contact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Subject is one request with everything that its analysis depends on.
type Subject struct {
	Input       prompt.Input
	Transcript  *request.Transcript
	Contactable bool               // there is a number or an address to answer to
	Weights     map[string]float64 // the tenant's; nil: the default
}

// Rules analyses the subject without a model.
func (s Subject) Rules() *request.Analysis {
	checked := verdict.Check(rules.Analyze(s.Input), s.Transcript)
	result := s.conclude(&checked)
	result.Analyzer = request.AnalyzerRules
	result.PromptVersion = rules.Version
	for _, q := range s.Input.Questions {
		result.Answers = append(result.Answers, q.Unanswered())
	}
	if len(s.Input.Questions) > 0 && !s.Transcript.Empty() {
		result.Warnings = append(result.Warnings, "only the model answers the company's own questions")
	}
	return result
}

// Answered analyses the subject by a model's answer. The error is a *verdict.FaultError if the
// answer cannot be used.
func (s Subject) Answered(text string) (*request.Analysis, error) {
	answer, err := verdict.Decode([]byte(text), s.Input.Questions...)
	if err != nil {
		return nil, err
	}
	checked := verdict.Check(answer, s.Transcript)
	if checked.Unfounded(s.Transcript) {
		return nil, &verdict.FaultError{Why: "none of its quotes is in the segments"}
	}
	if checked.Steered {
		if checked.Intent != "other" && !checked.Supported(verdict.FieldIntent) {
			return nil, &verdict.FaultError{Why: "its intent has no quote in the segments that counts"}
		}
		s.secure(&checked)
	}
	result := s.conclude(&checked)
	answers, warnings := verdict.Replies(answer.Answers, s.Input.Questions, s.Transcript)
	result.Answers, result.Warnings = answers, append(result.Warnings, warnings...)
	result.Analyzer = request.AnalyzerModel
	result.PromptVersion = prompt.Version
	result.ModelScore = &answer.ScoreEstimate
	return result, nil
}

// secure has the rules judge what needs no quote: a model may have obeyed who tries to steer it.
func (s Subject) secure(c *verdict.Checked) {
	own := rules.Analyze(s.Input)
	c.Signals.Engagement = own.Signals.Engagement
	c.Spam = c.Spam || own.Spam
}

// conclude scores a checked answer and writes it as a result.
func (s Subject) conclude(c *verdict.Checked) *request.Analysis {
	contested := s.heedMark(c)
	score := rubric.Score(c, s.facts(), s.Weights)
	result := &request.Analysis{
		Intent: c.Intent, ProjectType: c.ProjectType, Timeline: c.Timeline, Budget: c.Budget,
		IsLead: score.IsLead, Spam: c.Spam || c.Intent == "spam",
		LeadScore: score.Score, ScoreBand: score.Band, ScoreBreakdown: score.Breakdown,
		Confidence: lowered(c.Trust(), contested), Summary: c.Summary, Sentiment: c.Sentiment, Customer: c.Customer,
		Appointment: c.Appointment, NextSteps: c.NextSteps, Evidence: c.Evidence, Warnings: c.Warnings,
	}
	if email := result.Customer.Email; email != "" && contact.Email(email) == "" {
		result.Customer.Email = ""
		result.Warnings = append(result.Warnings, "the e-mail address is not one and was dropped")
	}
	if doubt := s.roleDoubt(); doubt > 0 {
		result.Confidence = lowered(result.Confidence, doubt)
		result.Warnings = append(result.Warnings, "it is not certain which of the speakers is the customer")
	}
	if s.Input.Cut {
		result.Warnings = append(result.Warnings, "it is too long; only the beginning was analysed")
	}
	if result.Evidence == nil { // the contract has a list, not null
		result.Evidence = []request.Evidence{}
	}
	return result
}

// certainRoles is the confidence in who is who from which nothing is taken off.
const certainRoles = 0.75

// roleDoubt returns how much of the confidence is lost because the customer's words may be the
// agent's: nothing where roles are certain or unknown, for then the words themselves tell.
func (s Subject) roleDoubt() float64 {
	if s.Input.Kind != request.Call || s.Transcript.Empty() {
		return 0
	}
	sure := s.Transcript.RoleConfidence
	named := slices.ContainsFunc(s.Transcript.Segments, func(g request.Segment) bool { return g.Speaker == request.Customer })
	if !named || sure <= 0 || sure >= certainRoles {
		return 0
	}
	return 1 - sure/certainRoles
}

// lowered returns a confidence less a share of it.
func lowered(c request.Confidence, share float64) request.Confidence {
	less := func(f float64) float64 { return math.Round(100*f*(1-share)) / 100 }
	fields := make(map[string]float64, len(c.Fields))
	for name, f := range c.Fields {
		fields[name] = less(f)
	}
	return request.Confidence{Overall: less(c.Overall), Fields: fields}
}

func (s Subject) facts() rubric.Facts {
	call := s.Input.Call
	return rubric.Facts{
		Contactable: s.Contactable,
		Words:       !s.Transcript.Empty(),
		Missed:      s.unheard(),
		DurationS:   call.DurationS,
	}
}

// unheard reports whether somebody asked to be spoken to and was not: a caller whom nobody
// answered, or a form that holds nothing but who sent it.
func (s Subject) unheard() bool {
	switch s.Input.Kind {
	case request.Call:
		return !s.Input.Call.Answered || s.Input.Call.Voicemail
	case request.Form:
		return s.Contactable && !slices.ContainsFunc(s.Input.Segments, func(g prompt.Segment) bool {
			return !contact.IsIdentity(contact.Answer{Name: g.Field, Value: g.Text})
		})
	default:
		return false
	}
}

// Rescore gives an analysis the score that other weights make of it.
func Rescore(a *request.Analysis, weights map[string]float64) {
	rubric.Reweigh(a, weights)
}
