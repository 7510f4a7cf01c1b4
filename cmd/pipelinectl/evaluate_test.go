package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	labelled   = `{"id":"bath","kind":"form","form_fields":{"name":"Ann Lee","message":"We want a quote for a new bathroom in our house."},"call":{"start_time":"2026-03-02T09:00:00Z"},"labels":{"intent":"quote_request","project_type":"bathroom"},"note":"x"}`
	unlabelled = `{"id":"deck","kind":"call","transcript":[{"speaker":"customer","start":0,"end":4,"text":"I would like a quote for a deck."}],"call":{"duration_s":9,"answered":true,"start_time":"2026-03-02T09:00:00Z"}}`
)

func newFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lines.jsonl")
	must(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600))
	return path
}

func TestEvaluateNeedsNoSystemForTheRules(t *testing.T) {
	t.Parallel()
	for _, dash := range []string{"-", "--"} {
		predictions := filepath.Join(t.TempDir(), "predictions.jsonl")
		got := run{}.tool(t, "evaluate", dash+"cases", newFile(t, labelled, unlabelled), dash+"model=rules", dash+"predictions", predictions)
		if got.code != exitOK || !strings.Contains(got.out, "2 cases, 1 with labels, answered by rules 2") || !strings.Contains(got.out, "project_type") {
			t.Errorf("code %d: %s%s", got.code, got.out, got.err)
		}
		if !strings.Contains(got.err, "left out: note") {
			t.Errorf("nothing is said of the unknown key: %s", got.err)
		}
		lines, err := os.ReadFile(predictions)
		must(t, err)
		if n := strings.Count(string(lines), "\n"); n != 2 || !strings.Contains(string(lines), `"customer_name":"Ann Lee"`) {
			t.Errorf("predictions:\n%s", lines)
		}
	}
}

func TestEvaluateWritesPredictionsWhereThereAreNoLabels(t *testing.T) {
	t.Parallel()
	got := run{}.tool(t, "evaluate", "--cases", newFile(t, unlabelled))
	var answers struct {
		ID          string `json:"id"`
		ProjectType string `json:"project_type"`
	}
	if err := json.Unmarshal([]byte(got.out), &answers); err != nil || answers.ID != "deck" || answers.ProjectType != "deck_patio" {
		t.Errorf("%s%s, %v", got.out, got.err, err)
	}
}

func TestEvaluatePrintsJSON(t *testing.T) {
	t.Parallel()
	got := run{}.tool(t, "evaluate", "--cases", newFile(t, labelled), "-o", "json")
	var report struct {
		Fields []struct {
			Field    string
			Accuracy struct{ Right, Of int }
		}
	}
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || len(report.Fields) != 2 || report.Fields[1].Accuracy.Right != 1 {
		t.Errorf("%s%s, %v", got.out, got.err, err)
	}
}

func TestEvaluateAsksTheModelThatIsNamed(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 8)
	vertex := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- r.URL.Path
		w.WriteHeader(http.StatusNotFound) // the rules answer then
	}))
	t.Cleanup(vertex.Close)
	env := map[string]string{"GOOGLE_CLOUD_PROJECT": "demo", "GEMINI_BASE_URL": vertex.URL, "GEMINI_MODELS": "gemini-other"}
	got := run{env: env}.tool(t, "evaluate", "--cases", newFile(t, labelled), "--model", "gemini-2.5-flash")
	if got.code != exitOK || !strings.Contains(got.out, "answered by rules 1") {
		t.Errorf("code %d: %s%s", got.code, got.out, got.err)
	}
	if path := <-asked; !strings.Contains(path, "projects/demo/") || !strings.Contains(path, "gemini-2.5-flash") {
		t.Errorf("asked %s", path)
	}
}

func TestEvaluateScoresTranscripts(t *testing.T) {
	t.Parallel()
	recording := `{"id":"a","reference":[{"speaker":"agent","text":"Hi Ann"}],"hypothesis":[{"speaker":"agent","text":"Hi Anne"}],"entities":["Ann"]}`
	got := run{}.tool(t, "evaluate", "-transcripts", newFile(t, recording))
	if got.code != exitOK || !strings.Contains(got.out, "word error rate     0.500") || !strings.Contains(got.out, "missed entity rate  1.000") {
		t.Errorf("code %d: %s%s", got.code, got.out, got.err)
	}
}

func TestEvaluateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no file named", nil, exitUsage, "cases"},
		{"no such file", []string{"--cases", "/nonexistent"}, exitFailed, "/nonexistent"},
		{"a bad line", []string{"--cases", newFile(t, labelled, `{"id":"x"}`)}, exitFailed, "line 2: case x: kind"},
		{"two kinds of file", []string{"--cases", "a", "--transcripts", "b"}, exitUsage, "transcripts"},
		{"a model without a project", []string{"--cases", newFile(t, labelled), "--model", "gemini-2.5-flash"}, exitFailed, "GOOGLE_CLOUD_PROJECT"},
		{"no model", []string{"--cases", newFile(t, labelled), "--model", "none"}, exitFailed, "no model"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := run{}.tool(t, append([]string{"evaluate"}, tc.args...)...)
			if got.code != tc.code || !strings.Contains(got.err, tc.want) {
				t.Errorf("code %d, want %d: %s, want %q", got.code, tc.code, got.err, tc.want)
			}
		})
	}
}

func TestOneDashIsEnoughForLongFlagsAlone(t *testing.T) {
	t.Parallel()
	root := newRoot(&tool{})
	for in, want := range map[string]string{
		"evaluate -cases f -o json":      "evaluate --cases f -o json",
		"evaluate -ojson -y --cases=f":   "evaluate -ojson -y --cases=f",
		"tenant show -tenant a -unknown": "tenant show --tenant a -unknown",
		"tenant show -- -tenant":         "tenant show -- -tenant",
		"tenant list -output=json":       "tenant list --output=json",
		"sign -key-file k -":             "sign --key-file k -",
	} {
		if got := strings.Join(doubled(root, strings.Fields(in)), " "); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
