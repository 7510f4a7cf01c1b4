package evaluate

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// fake answers as a function of the job, and remembers the jobs.
type fake struct {
	answer func(job *stage.Job, said string) request.Analysis

	mu   sync.Mutex
	jobs map[string]*stage.Job
}

func (f *fake) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	tr, err := job.Record.Transcript(ctx)
	if err != nil {
		return stage.Result{}, err
	}
	said := job.Request.Details.Text
	for _, s := range tr.Segments {
		said += s.Text + "\n"
	}
	for _, field := range job.Request.Details.Fields {
		said += field.Name + ": " + field.Value + "\n"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.jobs == nil {
		f.jobs = map[string]*stage.Job{}
	}
	f.jobs[job.Request.ID] = job
	a := f.answer(job, said)
	return stage.Result{Analysis: &a}, nil
}

func readCases(t *testing.T, lines ...string) []Case {
	t.Helper()
	set, err := ReadCases(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return set.Cases
}

func run(t *testing.T, analyzer Analyzer, lines ...string) []Outcome {
	t.Helper()
	outcomes, err := Run(t.Context(), analyzer, readCases(t, lines...), 2)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}
