package expr_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestExpressionsReadTheAnswersToTheCompanysQuestions(t *testing.T) {
	t.Parallel()
	first := 1
	s := newSubject()
	s.Analysis.Answers = []request.Answer{
		{ID: "has_pets", Question: "Are there pets?", Type: request.QuestionYesNo, Value: true, Segment: &first, Quote: "our dog", Confidence: 0.9},
		{ID: "storeys", Question: "How many storeys?", Type: request.QuestionNumber, Value: 2.0, Segment: &first, Quote: "two floors"},
		{ID: "heard_of_us", Question: "Where did they hear of us?", Type: request.QuestionChoice, Value: "Radio", Segment: &first, Quote: "radio"},
		{ID: "gate", Question: "How does one get in?", Type: request.QuestionText},
	}
	vars := s.Vars()
	for source, want := range map[string]any{
		"answers['has_pets']": true,
		"answers['has_pets'] == true && answers['storeys'] > 1":          true,
		"answers['storeys'] >= 3":                                        false,
		"answers['storeys'] * 1.5":                                       3.0,
		"answers['heard_of_us'] in ['Radio', 'Online']":                  true,
		"answers['heard_of_us']":                                         "Radio",
		"answers['gate']":                                                nil,
		"answers['gate'] == null":                                        true,
		"'gate' in answers":                                              true,
		"'gone' in answers":                                              false,
		"answers[?'gone'].orValue('unknown')":                            "unknown",
		"coalesce(answers['gate'], answers['gone'], 'ask them')":         "ask them",
		"analysis.answers.exists(a, a.id == 'gate' && a.quote == '')":    true,
		"analysis.answers[0].quote":                                      "our dog",
		"analysis.answers[0].segment":                                    int64(1),
		"analysis.answers[0].value":                                      true,
		"analysis.answers.filter(a, a.value == null).map(a, a.question)": []string{"How does one get in?"},
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p, err := expr.Compile(source, expr.Values...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Value(t.Context(), vars)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnAnswerThatIsNotKnownMatchesNothing(t *testing.T) {
	t.Parallel()
	s := newSubject()
	s.Analysis.Answers = []request.Answer{{ID: "storeys", Type: request.QuestionNumber}}
	for _, source := range []string{"answers['storeys'] > 1", "answers['has_pets'] == true", "answers['storeys']"} {
		p, err := expr.Compile(source, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		matched, err := p.Match(t.Context(), s.Vars())
		if matched || err == nil || strings.Contains(err.Error(), "storeys") {
			t.Errorf("%s: got %v, %v, want a failure", source, matched, err)
		}
	}
	if _, err := expr.Compile("answer['storeys'] > 1", expr.Bool); err == nil {
		t.Error("a misspelt variable is taken")
	}
}
