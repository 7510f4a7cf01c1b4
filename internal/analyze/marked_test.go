package analyze

import (
	"slices"
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

const (
	marked    = "CallRail marks this call as spam"
	contested = "CallRail marks this call as spam, but its words say otherwise"
)

// markedJob is a call that CallRail takes for spam.
func markedJob(job *stage.Job) *stage.Job {
	job.Request.Details.MarkedSpam = true
	return job
}

func analysisOf(t *testing.T, w *Worker, job *stage.Job) *request.Analysis {
	t.Helper()
	got, err := w.Work(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return got.Analysis
}

// Without words that show a wish nobody knows more of the call than who marked it.
func TestTheMarkAsSpamDecidesWhereTheWordsDoNot(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		job      *stage.Job
		answered bool
	}{
		"answered, and no words":        {newJob(), true},
		"missed":                        {newJob(), false},
		"only the agent spoke":          {newJob("agent: Summit Remodeling, how can I help? Hello?"), true},
		"words that wish for nothing":   {newJob("agent: Summit Remodeling.", "customer: Hello? Hello? Can you hear me?"), true},
		"words of a voicemail, unclear": {newJob("customer: Yes, this is about your roof."), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := New(Config{Attempts: 1}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			job := markedJob(tc.job)
			job.Request.Details.Answered = tc.answered
			a := analysisOf(t, w, job)
			if !a.Spam || a.Intent != "spam" || a.IsLead || a.ScoreBand != request.NoLead || len(a.NextSteps) != 0 || a.NextSteps == nil {
				t.Errorf("analysis = %+v, want spam and nothing to do", a)
			}
			if !slices.Contains(a.Warnings, marked) {
				t.Errorf("warnings %q do not say why", a.Warnings)
			}
			if slices.ContainsFunc(a.Evidence, func(e request.Evidence) bool { return e.Field == verdict.FieldIntent }) {
				t.Errorf("evidence %+v: no words show that it is spam", a.Evidence)
			}
		})
	}
}

func TestClearWordsOutweighTheMarkAsSpam(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	plain, got := analysisOf(t, w, kitchenJob()), analysisOf(t, w, markedJob(kitchenJob()))
	if got.Spam || got.Intent != plain.Intent || got.LeadScore != plain.LeadScore {
		t.Errorf("%s, score %d; want %s, %d as the words say", got.Intent, got.LeadScore, plain.Intent, plain.LeadScore)
	}
	if !slices.Contains(got.Warnings, contested) || got.Confidence.Overall >= plain.Confidence.Overall {
		t.Errorf("warnings %q, confidence %v after %v; want it said and doubted", got.Warnings, got.Confidence.Overall, plain.Confidence.Overall)
	}
	if slices.Contains(plain.Warnings, marked) || slices.Contains(plain.Warnings, contested) {
		t.Errorf("warnings %q of a call that nobody marked", plain.Warnings)
	}
}

// Somebody who is no lead for another reason stays what the words say, and so does spam.
func TestTheMarkAsSpamLeavesOtherAnswersThatAreNoLead(t *testing.T) {
	t.Parallel()
	for words, intent := range map[string]string{
		"customer: I'm calling about your car's extended warranty, which is about to expire. Press one now.": "spam",
		"customer: Hi, are you hiring? I'm a carpenter and I'm looking for a job.":                           "job_seeker",
	} {
		w, err := New(Config{Attempts: 1}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := analysisOf(t, w, markedJob(newJob(words)))
		if a.Intent != intent || a.IsLead || !slices.Contains(a.Warnings, marked) || len(a.Evidence) == 0 {
			t.Errorf("analysis = %+v, want %s by its words", a, intent)
		}
	}
}

func TestTheModelIsToldOfTheMarkAsSpam(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t))
	w, _ := newWorker(t, v)
	a := analysisOf(t, w, markedJob(kitchenJob()))
	if a.Analyzer != request.AnalyzerModel || !a.IsLead || !slices.Contains(a.Warnings, contested) {
		t.Errorf("analysis = %+v, want the model's, and the mark named", a)
	}
	unmarked := kitchenJob()
	_ = analysisOf(t, w, unmarked)
	if !strings.Contains(v.prompts[0], "marked this call as spam") || strings.Contains(v.prompts[1], "spam") {
		t.Errorf("prompts %q: want the mark in the first alone", v.prompts)
	}
	silent := newVertex(t, careful(t, func(a *verdict.Answer) { a.Intent, a.NextSteps = "other", []string{"Call back"} }))
	w, _ = newWorker(t, silent)
	if a := analysisOf(t, w, markedJob(kitchenJob())); !a.Spam || a.IsLead || len(a.NextSteps) != 0 {
		t.Errorf("analysis = %+v, want spam where the model sees no wish", a)
	}
}
