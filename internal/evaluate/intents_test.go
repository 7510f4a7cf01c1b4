package evaluate

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/classify"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var update = flag.Bool("update", false, "train the rules' model of intents anew")

const (
	caseFiles  = "../../test/testdata/evaluation"
	intentFile = "../analyze/rules/intents.tsv"
)

// examplesOf returns the cases of a file as the model of intents is trained on them.
func examplesOf(t *testing.T, name string) []classify.Example {
	t.Helper()
	file, err := os.Open(filepath.Join(caseFiles, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	set, err := ReadCases(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []classify.Example
	for i := range set.Cases {
		if e := exampleOf(t, &set.Cases[i]); len(e.Features) > 0 {
			out = append(out, e)
		}
	}
	return out
}

func exampleOf(t *testing.T, c *Case) classify.Example {
	t.Helper()
	job := c.job()
	tr, err := job.Record.Transcript(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Kind != request.Call {
		tr = prompt.FormTranscript(job.Request.Details)
	}
	return classify.Example{
		Features: rules.Features(prompt.NewInput(job.Tenant, job.Request, tr)),
		Class:    c.Labels.accepted[Intent][0],
	}
}

// The table in the program is what the development cases give: with -update it is written anew.
func TestTheIntentModelIsThatOfTheDevelopmentCases(t *testing.T) {
	t.Parallel()
	var all []classify.Example
	for _, name := range trainingFiles {
		all = append(all, examplesOf(t, name)...)
	}
	var want bytes.Buffer
	if _, err := classify.Train(all).WriteTo(&want); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(intentFile, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(intentFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("%s is not up to date, run with -update (-want +got):\n%.2000s", intentFile, diff)
	}
}

var trainingFiles = []string{"development.jsonl", "development-2.jsonl", "development-3.jsonl"}

// Trained on the other files, the model knows the intents of a file far better than always
// giving the commonest answer would.
func TestTheIntentModelHoldsForCasesThatItHasNotSeen(t *testing.T) {
	t.Parallel()
	for _, left := range trainingFiles {
		var train []classify.Example
		for _, name := range trainingFiles {
			if name != left {
				train = append(train, examplesOf(t, name)...)
			}
		}
		m := classify.Train(train)
		cases := examplesOf(t, left)
		right, common := 0, map[string]int{}
		for _, e := range cases {
			p := m.Probabilities(e.Features)
			if m.Classes()[slices.Index(p, slices.Max(p))] == e.Class {
				right++
			}
			common[e.Class]++
		}
		most := 0
		for _, n := range common {
			most = max(most, n)
		}
		t.Logf("%s left out: %d of %d right (%.3f), the commonest answer %.3f",
			left, right, len(cases), float64(right)/float64(len(cases)), float64(most)/float64(len(cases)))
		if right <= most {
			t.Errorf("%s left out: %d of %d right, no better than the commonest answer", left, right, len(cases))
		}
	}
}
