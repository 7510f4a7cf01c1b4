package verdict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Limits of an answer; a longer text or list is a fault of the model, not a finding.
const (
	maxEvidence = 40
	maxSteps    = 5
	maxSummary  = 2000 // bytes
	maxText     = 400  // bytes of any other text
	maxMoney    = 1_000_000_000
	maxReplies  = 2 * request.MaxQuestions
)

// FaultError says why an answer cannot be used. Its words are fixed and hold nothing of the
// answer or the request: they go back to the model and into logs.
type FaultError struct{ Why string }

func (f *FaultError) Error() string { return "answer refused: " + f.Why }

func faultf(format string, args ...any) error { return &FaultError{Why: fmt.Sprintf(format, args...)} }

// Decode reads an Answer strictly: one JSON object with every field of the schema, no
// other, every word out of its vocabulary and every number in its range. The error is a
// FaultError that names everything that is wrong. The questions are those that were asked.
func Decode(data []byte, questions ...request.Question) (Answer, error) {
	var a Answer
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return Answer{}, decodeFault(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Answer{}, faultf("there is text after the JSON object")
	}
	if err := missing(data, ResponseSchema(questions...), ""); err != nil {
		return Answer{}, err
	}
	return a, a.Validate()
}

// decodeFault words a decoding error without repeating anything that was decoded.
func decodeFault(err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return faultf("%s has the wrong JSON type", wrong.Field)
	case errors.As(err, &wrong):
		return faultf("it is not a JSON object")
	case bytes.HasPrefix([]byte(err.Error()), []byte("json: unknown field")):
		return faultf("it has a field that the schema does not have")
	default:
		return faultf("it is not valid JSON")
	}
}

// missing returns a fault for the first required field that data does not have.
func missing(data []byte, s *Schema, path string) error {
	if s.Items != nil {
		var items []json.RawMessage
		if err := json.Unmarshal(data, &items); err != nil || items == nil {
			return faultf("%s is not an array", path)
		}
		for _, item := range items {
			if err := missing(item, s.Items, path+"[]"); err != nil {
				return err
			}
		}
		return nil
	}
	if s.Properties == nil {
		return nil
	}
	var have map[string]json.RawMessage
	if err := json.Unmarshal(data, &have); err != nil || have == nil {
		return faultf("%s is not an object", path)
	}
	for _, name := range s.Required {
		value, ok := have[name]
		if !ok {
			return faultf("%s%s is missing", path, name)
		}
		if err := missing(value, s.Properties[name], path+name+"."); err != nil {
			return err
		}
	}
	return nil
}

// Validate returns a FaultError that names everything that is outside its vocabulary or range.
func (a *Answer) Validate() error {
	var v validator
	v.word("intent", a.Intent, request.Intents)
	v.word("project_type", a.ProjectType, request.ProjectTypes)
	v.word("timeline", a.Timeline, request.Timelines)
	v.word("budget.signal", a.Budget.Signal, request.Budgets)
	v.word("appointment", a.Appointment, request.Appointments)
	v.word("sentiment", a.Sentiment, request.Sentiments)
	v.word("signals.decision_maker", a.Signals.DecisionMaker, DecisionMakers)
	v.word("signals.service_area", a.Signals.ServiceArea, ServiceAreas)
	v.word("signals.commitment", a.Signals.Commitment, Commitments)
	v.word("signals.interest", a.Signals.Interest, Interests)
	v.word("signals.job_size", a.Signals.JobSize, JobSizes)
	v.word("signals.engagement", a.Signals.Engagement, Engagements)
	v.money(a.Budget)
	v.check(a.ScoreEstimate >= 0 && a.ScoreEstimate <= 100, "score_estimate is not between 0 and 100")
	for _, c := range []float64{a.Confidence.Intent, a.Confidence.ProjectType, a.Confidence.Timeline, a.Confidence.Budget} {
		v.check(c >= 0 && c <= 1, "a confidence is not between 0 and 1")
	}
	v.check(len(a.Summary) <= maxSummary, "summary is too long")
	v.check(len(a.NextSteps) <= maxSteps, "there are too many next_steps")
	v.check(len(a.Evidence) <= maxEvidence, "there is too much evidence")
	for _, s := range append(slices.Clone(a.NextSteps), a.Customer.Name, a.Customer.Email, a.Customer.Phone, a.Customer.Address) {
		v.check(len(s) <= maxText, "a text is too long")
	}
	for _, e := range a.Evidence {
		v.word("evidence.field", e.Field, Fields)
		v.check(e.Segment >= 0, "evidence.segment is negative")
	}
	v.check(len(a.Answers) <= maxReplies, "there are too many answers")
	for _, r := range a.Answers {
		v.check(r.Confidence >= 0 && r.Confidence <= 1, "a confidence is not between 0 and 1")
	}
	return v.fault()
}

// validator collects what is wrong, each thing once.
type validator struct{ faults []string }

func (v *validator) check(ok bool, fault string) {
	if !ok && !slices.Contains(v.faults, fault) {
		v.faults = append(v.faults, fault)
	}
}

func (v *validator) word(field, got string, words []string) {
	v.check(slices.Contains(words, got), field+" is not one of the allowed words")
}

func (v *validator) money(b request.Budget) {
	for _, amount := range []*int64{b.Min, b.Max} {
		v.check(amount == nil || (*amount >= 0 && *amount <= maxMoney), "a budget amount is out of range")
	}
	v.check(b.Min == nil || b.Max == nil || *b.Min <= *b.Max, "budget.min is above budget.max")
}

func (v *validator) fault() error {
	if len(v.faults) == 0 {
		return nil
	}
	return &FaultError{Why: strings.Join(v.faults, "; ")}
}
