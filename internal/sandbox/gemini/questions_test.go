package gemini_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestACompanysQuestionsAreAnsweredFromThePrompt(t *testing.T) {
	t.Parallel()
	_, client := newServer(t, nil)
	in := input("I'd like a quote for my kitchen. We have no pets. A friend told me of you. It is 12 windows.")
	in.Segments = append(in.Segments, prompt.Segment{Index: 1, Speaker: request.Agent, Text: "Is there a gate code?"})
	in.Questions = []request.Question{
		{ID: "has_pets", Question: "Are there pets in the house?", Type: request.QuestionYesNo},
		{ID: "heard_of_us", Question: "Where did they hear of us?", Type: request.QuestionChoice, Choices: []string{"Radio", "A friend"}},
		{ID: "windows", Question: "How many windows are there?", Type: request.QuestionNumber},
		{ID: "gate", Question: "What is the gate code?", Type: request.QuestionText},
	}
	for name, want := range map[string][]any{"with questions": {false, "A friend", 12.0, nil}, "without": nil} {
		asked := in
		if want == nil {
			asked.Questions = nil
		}
		resp, err := generate(t, client, flash, asked)
		if err != nil {
			t.Fatal(err)
		}
		a, err := verdict.Decode([]byte(resp.Text()), asked.Questions...)
		if err != nil {
			t.Fatal(err)
		}
		tr := &request.Transcript{Segments: []request.Segment{{Text: in.Segments[0].Text}, {Index: 1, Text: in.Segments[1].Text}}}
		answers, warnings := verdict.Replies(a.Answers, asked.Questions, tr)
		var got []any
		for _, answer := range answers {
			got = append(got, answer.Value)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(warnings) > 0 {
			t.Errorf("%s: answers (-want +got):\n%s%v", name, diff, warnings)
		}
	}
}
