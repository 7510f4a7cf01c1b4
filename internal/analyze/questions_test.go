package analyze

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// askingJob is the kitchen call of a company with questions of its own.
func askingJob() *stage.Job {
	job := kitchenJob()
	job.Tenant.Settings.Questions = []request.Question{
		{ID: "savings", Question: "Have they put money aside?", Type: request.QuestionYesNo},
		{ID: "lowest", Question: "What is the least they would pay, in dollars?", Type: request.QuestionNumber},
		{ID: "pets", Question: "Which pets are there?", Type: request.QuestionChoice, Choices: []string{"dog", "cat", "none"}},
	}
	return job
}

func replying(replies ...verdict.Reply) func(*verdict.Answer) {
	return func(a *verdict.Answer) { a.Answers = append([]verdict.Reply{}, replies...) }
}

func TestTheModelAnswersTheCompanysOwnQuestionsInTheSameCall(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t, replying(
		verdict.Reply{ID: "lowest", Value: "60,000", Segment: 3, Quote: "sixty to seventy thousand dollars", Confidence: 0.8},
		verdict.Reply{ID: "savings", Value: "yes", Segment: 1, Quote: "we have set aside", Confidence: 0.9},
		verdict.Reply{ID: "pets", Value: "dog", Segment: 3, Quote: "our dog is friendly", Confidence: 1},
		verdict.Reply{ID: "lead_score", Value: "100", Segment: 3, Quote: "we have set aside", Confidence: 1},
	)))
	w, _ := newWorker(t, v)
	got, err := w.Work(t.Context(), askingJob())
	if err != nil {
		t.Fatal(err)
	}
	third := 3
	want := []request.Answer{
		{ID: "savings", Question: "Have they put money aside?", Type: "yes_no", Value: true, Segment: &third, Quote: "we have set aside", Confidence: 0.9},
		{ID: "lowest", Question: "What is the least they would pay, in dollars?", Type: "number", Value: 60000.0, Segment: &third, Quote: "sixty to seventy thousand dollars", Confidence: 0.8},
		{ID: "pets", Question: "Which pets are there?", Type: "choice"},
	}
	if diff := cmp.Diff(want, got.Analysis.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if a := got.Analysis; a.Analyzer != request.AnalyzerModel || len(v.prompts) != 1 || !strings.Contains(strings.Join(a.Warnings, ";"), "1 answers to questions") {
		t.Errorf("analyzer %s, warnings %q after %d calls", a.Analyzer, a.Warnings, len(v.prompts))
	}
	if !strings.Contains(v.prompts[0], "Have they put money aside?") {
		t.Error("the question is not in the prompt")
	}
}

func TestQuestionsDoNotTouchTheScore(t *testing.T) {
	t.Parallel()
	plain, _ := newWorker(t, newVertex(t, careful(t)))
	asked, _ := newWorker(t, newVertex(t, careful(t, replying(verdict.Reply{ID: "savings", Value: "yes", Quote: "set aside"}))))
	want, err := plain.Work(t.Context(), kitchenJob())
	if err != nil {
		t.Fatal(err)
	}
	got, err := asked.Work(t.Context(), askingJob())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.Analysis.ScoreBreakdown, got.Analysis.ScoreBreakdown); diff != "" {
		t.Errorf("breakdown (-without +with questions):\n%s", diff)
	}
}

func TestAChangedQuestionIsAskedAgain(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t, replying(verdict.Reply{ID: "savings", Value: "yes", Quote: "set aside"})))
	w, _ := newWorker(t, v)
	first, err := w.Work(t.Context(), askingJob())
	if err != nil {
		t.Fatal(err)
	}
	same, other := askingJob(), askingJob()
	other.Tenant.Settings.Questions[2].Choices[2] = "no pets"
	for _, step := range []struct {
		name           string
		job            *stage.Job
		calls, answers int
	}{{"the same questions", same, 1, 3}, {"another choice", other, 2, 3}, {"no questions", kitchenJob(), 3, 0}} {
		step.job.Record.(*record).analysis = first.Analysis
		got, err := w.Work(t.Context(), step.job)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.prompts) != step.calls || len(got.Analysis.Answers) != step.answers {
			t.Errorf("%s: answers %+v after %d calls, want %d after %d", step.name, got.Analysis.Answers, len(v.prompts), step.answers, step.calls)
		}
	}
}

func TestTheRulesLeaveQuestionsOpenAndSaySo(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	silent := askingJob()
	silent.Record = &record{}
	for name, tc := range map[string]struct {
		job      *stage.Job
		answers  int
		warnings int
	}{
		"a call":               {askingJob(), 3, 1},
		"a call without words": {silent, 3, 0},
		"no questions":         {kitchenJob(), 0, 0},
	} {
		got, err := w.Work(t.Context(), tc.job)
		if err != nil {
			t.Fatal(err)
		}
		a := got.Analysis
		if len(a.Answers) != tc.answers || len(a.Warnings) != tc.warnings {
			t.Errorf("%s: answers %+v, warnings %q", name, a.Answers, a.Warnings)
		}
		for _, answer := range a.Answers {
			if answer.Value != nil || answer.Question == "" {
				t.Errorf("%s: answer %+v, want it open", name, answer)
			}
		}
	}
}

// A service that will not take a company's questions still analyses its calls.
func TestQuestionsThatTheServiceRefusesAreLeftOut(t *testing.T) {
	t.Parallel()
	refuse := raw(400, `{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"the schema is too complex"}}`)
	v := newVertex(t, refuse, careful(t))
	w, pauses := newWorker(t, v)
	got, err := w.Work(t.Context(), askingJob())
	if err != nil {
		t.Fatal(err)
	}
	a := got.Analysis
	if a.Analyzer != request.AnalyzerModel || len(v.prompts) != 2 || len(*pauses) != 0 {
		t.Fatalf("analyzer %s, warnings %q after %d calls", a.Analyzer, a.Warnings, len(v.prompts))
	}
	if strings.Contains(v.prompts[1], "Have they put money aside?") || !strings.Contains(v.prompts[1], "Dana Smythe") {
		t.Errorf("asked again: %s", v.prompts[1])
	}
	if len(a.Answers) != 3 || a.Answers[0].Value != nil || !strings.Contains(strings.Join(a.Warnings, ";"), "without the company's own questions") {
		t.Errorf("answers %+v, warnings %q", a.Answers, a.Warnings)
	}
}

// Once the service takes them again, the questions are asked: an answer without them is no
// answer to the request with them.
func TestAnAnswerWithoutTheQuestionsIsNotKeptForThem(t *testing.T) {
	t.Parallel()
	refuse := raw(400, `{"error":{"code":400,"status":"INVALID_ARGUMENT"}}`)
	v := newVertex(t, refuse, careful(t), careful(t, replying(verdict.Reply{ID: "savings", Value: "yes", Segment: 3, Quote: "set aside", Confidence: 0.9})))
	w, _ := newWorker(t, v)
	first, err := w.Work(t.Context(), askingJob())
	if err != nil {
		t.Fatal(err)
	}
	job := askingJob()
	job.Record.(*record).analysis = first.Analysis
	again, err := w.Work(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if a := again.Analysis; len(v.prompts) != 3 || len(a.Answers) != 3 || a.Answers[0].Value != true || a.PromptHash == "" {
		t.Errorf("answers %+v, hash %q after %d calls, want the question answered by the third", a.Answers, a.PromptHash, len(v.prompts))
	}
}

func TestARequestWithoutQuestionsThatIsRefusedGoesToTheRules(t *testing.T) {
	t.Parallel()
	for name, job := range map[string]*stage.Job{"none asked": kitchenJob(), "left out": askingJob()} {
		v := newVertex(t, raw(400, `{"error":{"code":400,"status":"INVALID_ARGUMENT"}}`))
		w, _ := newWorker(t, v)
		got, err := w.Work(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if calls := 1 + min(1, len(job.Tenant.Settings.Questions)); got.Analysis.Analyzer != request.AnalyzerRules || len(v.prompts) != calls {
			t.Errorf("%s: %s after %d calls", name, got.Analysis.Analyzer, len(v.prompts))
		}
	}
}
