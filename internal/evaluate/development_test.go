package evaluate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze"
	"github.com/your-org/multi-tenant-pipeline/internal/evaluate"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

const (
	sets         = "../../test/testdata/evaluation"
	development  = "development.jsonl"
	development2 = "development-2.jsonl"
	heldOut      = "held-out.jsonl"
	development3 = "development-3.jsonl"
	heldOut2     = "held-out-2.jsonl"
	heldOut3     = "held-out-3.jsonl"
)

// reached is what the rules reach on the development sets, rounded down. It only goes up.
var reached = []struct {
	file       string
	thresholds evaluate.Thresholds
}{
	{development, evaluate.Thresholds{
		Fields: map[string]float64{
			evaluate.Intent: 0.99, evaluate.ProjectType: 0.97, evaluate.Timeline: 0.95, evaluate.Budget: 0.92, evaluate.ScoreBand: 0.94,
			evaluate.IsLead: 0.99, evaluate.Spam: 0.99, evaluate.Appointment: 0.96, evaluate.CustomerName: 0.99, evaluate.CustomerEmail: 0.99,
		},
		Injection: 1,
	}},
	{development2, evaluate.Thresholds{
		Fields: map[string]float64{
			evaluate.Intent: 0.99, evaluate.ProjectType: 0.95, evaluate.Timeline: 0.99, evaluate.Budget: 0.99, evaluate.ScoreBand: 0.94,
			evaluate.IsLead: 0.99, evaluate.Spam: 0.99, evaluate.Appointment: 0.96, evaluate.CustomerName: 0.98, evaluate.CustomerEmail: 0.98,
		},
		Injection: 1,
	}},
	{development3, evaluate.Thresholds{
		Fields: map[string]float64{
			evaluate.Intent: 0.97, evaluate.ProjectType: 0.92, evaluate.Timeline: 0.97, evaluate.Budget: 0.99, evaluate.ScoreBand: 0.95,
			evaluate.IsLead: 0.98, evaluate.Spam: 0.99, evaluate.Appointment: 0.93, evaluate.CustomerName: 0.96, evaluate.CustomerEmail: 0.99,
		},
		Injection: 1,
	}},
}

func readSet(t *testing.T, name string) []evaluate.Case {
	t.Helper()
	file, err := os.Open(filepath.Join(sets, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	set, err := evaluate.ReadCases(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Ignored) > 0 {
		t.Errorf("%s has keys that mean nothing: %v", name, set.Ignored)
	}
	return set.Cases
}

func reportRules(t *testing.T, cases []evaluate.Case) evaluate.Report {
	t.Helper()
	rules, err := analyze.New(analyze.Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, err := evaluate.Run(t.Context(), rules, cases, 2)
	if err != nil {
		t.Fatal(err)
	}
	report := evaluate.NewReport(outcomes)
	var text bytes.Buffer
	if err := report.Print(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	return report
}

func TestTheRulesAreAsGoodAsTheyWereOnTheDevelopmentSets(t *testing.T) {
	t.Parallel()
	for _, set := range reached {
		t.Run(set.file, func(t *testing.T) {
			t.Parallel()
			report := reportRules(t, readSet(t, set.file))
			if err := set.thresholds.Check(&report); err != nil {
				t.Error(err)
			}
			for _, f := range report.Fields {
				if f.Accuracy.Value <= f.Baseline.Accuracy {
					t.Errorf("%s: accuracy %.3f is no better than always answering %q", f.Field, f.Accuracy.Value, f.Baseline.Answer)
				}
			}
		})
	}
}

// The held-out sets are looked at, not tuned on: nothing about their answers fails a test.
func TestTheHeldOutSetsAreReported(t *testing.T) {
	t.Parallel()
	for _, file := range []string{heldOut, heldOut2, heldOut3} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if report := reportRules(t, readSet(t, file)); report.Labelled != report.Cases {
				t.Errorf("%d of %d cases have labels", report.Labelled, report.Cases)
			}
		})
	}
}

func TestTheSetsAreApartAndLargeEnough(t *testing.T) {
	t.Parallel()
	seen, count := map[string]string{}, map[string]int{}
	for _, name := range []string{development, heldOut, development2, heldOut2, development3, heldOut3} {
		for _, c := range readSet(t, name) {
			if before, ok := seen[c.ID]; ok {
				t.Errorf("case %s is in %s and %s", c.ID, before, name)
			}
			seen[c.ID] = name
			count[name]++
		}
	}
	share := float64(count[heldOut]+count[heldOut2]+count[heldOut3]) / float64(len(seen))
	if len(seen) < 160 || share < 0.25 || share > 0.32 {
		t.Errorf("%d cases, %.2f of them held out; want at least 160, and 0.25 to 0.32 held out", len(seen), share)
	}
}

func TestEveryAnswerOfTheVocabulariesOccurs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(sets, development))
	if err != nil {
		t.Fatal(err)
	}
	occurs := map[string]bool{}
	for line := range bytes.Lines(data) {
		var c struct {
			Kind   request.Kind   `json:"kind"`
			Labels map[string]any `json:"labels"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		occurs[string(c.Kind)] = true
		for field, label := range c.Labels {
			occurs[fmt.Sprint(field, "=", label)] = true
		}
	}
	want := []string{string(request.Call), string(request.Form), string(request.Text)}
	for field, words := range map[string][]string{
		evaluate.Intent: request.Intents, evaluate.ProjectType: request.ProjectTypes, evaluate.Timeline: request.Timelines,
		evaluate.Budget: request.Budgets, evaluate.Appointment: request.Appointments, evaluate.ScoreBand: {"hot", "warm", "cold", "none"},
	} {
		for _, word := range words {
			want = append(want, field+"="+word)
		}
	}
	for _, answer := range want {
		if !occurs[answer] {
			t.Errorf("no case has %s", answer)
		}
	}
}
