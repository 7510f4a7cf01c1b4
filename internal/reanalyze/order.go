package reanalyze

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/store"
)

// Choice says which requests are looked at again. Empty fields choose all.
type Choice struct {
	From     time.Time    `json:"from"`  // received then or later
	Until    time.Time    `json:"until"` // received before
	SourceID string       `json:"source_id,omitempty"`
	Band     request.Band `json:"score_band,omitempty"` // that they have now

	Analyzer  string `json:"analyzer,omitempty"`           // whose answer they have
	ModelNot  string `json:"model_not,omitempty"`          // not those that this model, or version of one, answered
	PromptNot string `json:"prompt_version_not,omitempty"` // not those that this prompt, or version of the rules, answered
}

// matches reports whether an answer is one that is chosen.
func (c Choice) matches(a *request.Analysis) bool {
	return a != nil && (c.Analyzer == "" || c.Analyzer == a.Analyzer) &&
		(c.ModelNot == "" || c.ModelNot != a.Model && c.ModelNot != a.ModelVersion) &&
		(c.PromptNot == "" || c.PromptNot != a.PromptVersion)
}

// Scores is the input of a job that weighs anew.
type Scores struct {
	Choice
	Weights  map[string]float64 `json:"weights,omitempty"` // as they were when it was asked for
	Push     bool               `json:"push,omitempty"`    // the records in CRMs follow
	Expected int                `json:"expected,omitempty"`
}

// Answers is the input of a job that analyses anew.
type Answers struct {
	Choice
	Push     bool `json:"push,omitempty"`
	Sample   int  `json:"sample,omitempty"`   // only so many, the newest, whose new answers are compared and dropped; 0: all
	Expected int  `json:"expected,omitempty"` // requests, by the estimate
}

// Input returns an order as a job's input.
func Input[T Scores | Answers](order T) (json.RawMessage, error) {
	raw, err := json.Marshal(order)
	if err != nil {
		return nil, fmt.Errorf("encode order: %w", err)
	}
	return raw, nil
}

// Lister lists requests with their answers, newest first.
type Lister interface {
	Assessed(ctx context.Context, f store.Filter) (store.AssessedPage, error)
}

// page returns the next requests from a place on.
func (c Choice) page(ctx context.Context, from Lister, before store.Cursor, limit int) (store.AssessedPage, error) {
	page, err := from.Assessed(ctx, store.Filter{
		From: c.From, Until: c.Until, SourceID: c.SourceID, Band: c.Band, Before: before, Limit: limit,
	})
	if err != nil {
		return page, fmt.Errorf("list requests: %w", err)
	}
	return page, nil
}

// follow returns the decision whether CRMs follow another answer; nil if they are not to.
func follow(push bool) func(was, now *request.Analysis) bool {
	if !push {
		return nil
	}
	return func(was, now *request.Analysis) bool { return !reflect.DeepEqual(shown(was), shown(now)) }
}

// shown is what of an answer people see in a CRM: not who gave it, how sure they were and why,
// nor which questions nobody could answer.
func shown(a *request.Analysis) request.Analysis {
	s := *a
	s.Analyzer, s.Model, s.ModelVersion, s.PromptVersion, s.PromptHash = "", "", "", "", ""
	s.ModelScore, s.Usage, s.Warnings = nil, request.Usage{}, nil
	s.ScoreBreakdown, s.Confidence, s.Evidence = nil, request.Confidence{}, nil
	s.Answers = nil
	for _, answer := range a.Answers {
		if answer.Value != nil {
			s.Answers = append(s.Answers, answer)
		}
	}
	return s
}

func placeOf(r *request.Request) store.Cursor {
	return store.Cursor{ReceivedAt: r.ReceivedAt, RequestID: r.ID}
}

// weighable reports whether a request has what weights are applied to.
func weighable(a store.Assessed) bool {
	return a.Request.Status.Settled() && a.Answer != nil && len(a.Answer.ScoreBreakdown) > 0
}
