package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func putQuestions(questions string) string {
	return `{"name":"Demo Company","time_zone":"America/Denver","region":"US","settings":{"questions":[` + questions + `]}}`
}

func TestACompanysQuestionsAreKeptAndChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a := w.admin(t, demo)
	a.send(t, http.MethodPut, "", putQuestions(`{"id":"has_pets","question":"Are there pets?","type":"yes_no"},
		{"id":"heard_of_us","question":"Where did they hear of us?","type":"choice","choices":["Radio","A friend"]}`), http.StatusOK, "If-Match", "*")
	want := []request.Question{
		{ID: "has_pets", Question: "Are there pets?", Type: request.QuestionYesNo},
		{ID: "heard_of_us", Question: "Where did they hear of us?", Type: request.QuestionChoice, Choices: []string{"Radio", "A friend"}},
	}
	got := decode[api.Tenant](t, a.send(t, http.MethodGet, "", "", http.StatusOK))
	if diff := cmp.Diff(want, got.Settings.Questions); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	if known, _ := w.directory.Lookup(demo); len(known.Settings.Questions) != 2 {
		t.Error("the pipeline does not see them")
	}
	refused := a.send(t, http.MethodPut, "", putQuestions(`{"id":"a","question":"One?\nTwo?","type":"yes_no"},
		{"id":"a","question":"Which?","type":"choice","choices":["one","ONE"]},{"id":"b","question":"What?","type":"text","choices":["x"]}`),
		http.StatusUnprocessableEntity, "If-Match", "*")
	places := []string{"settings.questions.0.question", "settings.questions.1.choices.1", "settings.questions.1.id", "settings.questions.2.choices"}
	if diff := cmp.Diff(places, fields(t, refused)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	one := `{"id":"a","question":"What?","type":"text"}`
	for _, questions := range []string{
		`{"id":"a b","question":"What?","type":"text"}`, `{"id":"a","question":"","type":"text"}`, `{"id":"a","question":"What?","type":"essay"}`,
		`{"id":"a","question":"What?","type":"text","score":100}`, `{"id":"a","type":"text"}`, strings.Repeat(one+",", 20) + one,
	} {
		a.send(t, http.MethodPut, "", putQuestions(questions), http.StatusBadRequest, "If-Match", "*")
	}
}

func TestARequestShowsTheAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	id := w.call(t, demo, "CAL1")
	first := 0
	analysis := newAnalysis("Wants a quote.")
	analysis.Answers = []request.Answer{
		{ID: "has_pets", Question: "Are there pets?", Type: request.QuestionYesNo, Value: true, Segment: &first, Quote: "a dog", Confidence: 0.9},
		{ID: "storeys", Question: "How many storeys?", Type: request.QuestionNumber, Value: 2.5, Segment: &first, Quote: "two and a half"},
		{ID: "gate", Question: "How does one get in?", Type: request.QuestionText, Value: "by the side", Segment: &first, Quote: "by the side"},
		{ID: "heard_of_us", Question: "Where did they hear of us?", Type: request.QuestionChoice},
	}
	w.finish(t, demo, id, newTranscript("We have a dog, and two and a half storeys; come in by the side."), analysis)
	if diff := cmp.Diff(analysis.Answers, w.detail(t, id).Analysis.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
