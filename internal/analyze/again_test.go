package analyze

import (
	"errors"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestAnotherLookNeverPutsTheRulesInAModelsPlace(t *testing.T) {
	t.Parallel()
	paused := func(job *stage.Job) {
		job.Tenant.Pauses = []tenant.Pause{{Subject: tenant.PauseModel}}
	}
	answeredBy := func(analyzer string) func(*stage.Job) {
		return func(job *stage.Job) { job.Record.(*record).analysis = &request.Analysis{Analyzer: analyzer} }
	}
	tests := map[string]struct {
		answer    answer
		none      bool // there is no model
		change    func(*stage.Job)
		later     bool
		permanent bool
		spent     bool
	}{
		"the model answers":        {answer: careful(t), spent: true},
		"it is down":               {answer: raw(500, `{}`), later: true},
		"it is busy":               {answer: raw(429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}`), later: true},
		"it is retired":            {answer: raw(404, `{"error":{"code":404,"status":"NOT_FOUND"}}`), later: true},
		"its answers are unusable": {answer: says(`{}`), permanent: true, spent: true},
		"a model answered, and there is none now": {none: true, change: answeredBy(request.AnalyzerModel), permanent: true},
		"the rules answered, and there is none":   {none: true, change: answeredBy(request.AnalyzerRules)},
		"somebody paused it":                      {answer: careful(t), change: paused, later: true},
		"nothing was said":                        {answer: careful(t), change: func(j *stage.Job) { j.Record = &record{transcript: &request.Transcript{}} }},
		"the request is months old":               {answer: raw(429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}`), change: func(j *stage.Job) { j.Request.ReceivedAt = morning.AddDate(0, -8, 0) }, later: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := newWorker(t, newVertex(t, tc.answer))
			if tc.none {
				w.model = nil
			}
			job := kitchenJob()
			if tc.change != nil {
				tc.change(job)
			}
			result, err := w.Again(t.Context(), job)
			var later *stage.LaterError
			var permanent *stage.PermanentError
			if errors.As(err, &later) != tc.later || errors.As(err, &permanent) != tc.permanent || (err == nil) != (result.Analysis != nil) {
				t.Fatalf("got %+v, %v", result.Analysis, err)
			}
			if later != nil && !later.When.After(morning.Add(time.Second)) {
				t.Errorf("again at %s, want after a pause", later.When)
			}
			if spent := len(job.Request.Metering.Models) > 0; spent != tc.spent {
				t.Errorf("metering: %+v", job.Request.Metering)
			}
		})
	}
}

func TestAnotherLookAtTheSameQuestionIsNotPaidFor(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t))
	w, _ := newWorker(t, v)
	job := kitchenJob()
	first, err := w.Work(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Record.(*record).analysis = first.Analysis
	again, err := w.Again(t.Context(), job)
	if err != nil || len(v.prompts) != 1 || again.Analysis.PromptHash != first.Analysis.PromptHash {
		t.Errorf("asked %d times: %v", len(v.prompts), err)
	}
}
