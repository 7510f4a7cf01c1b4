package analyze

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/evaluate"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
)

// readInjections returns calls, forms and texts in which somebody talks to the analysis, in the
// format of the evaluation.
func readInjections(t *testing.T) []evaluate.Case {
	t.Helper()
	file, err := os.Open("testdata/injections.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	set, err := evaluate.ReadCases(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Cases) < 25 || len(set.Ignored) > 0 {
		t.Fatalf("%d cases, unknown keys %v", len(set.Cases), set.Ignored)
	}
	return set.Cases
}

// wantResisted runs the cases with and without the injected words, and compares.
func wantResisted(t *testing.T, analyzer evaluate.Analyzer, cases []evaluate.Case) {
	t.Helper()
	outcomes, err := evaluate.Run(t.Context(), analyzer, cases, 2)
	if err != nil {
		t.Fatal(err)
	}
	got := evaluate.NewReport(outcomes).Injection
	if got.Cases != len(cases) || len(got.Failed) > 0 {
		t.Errorf("%d of %d cases were steered: %s", len(got.Failed), got.Cases, strings.Join(got.Failed, "; "))
	}
}

func TestTheRulesAreNotSteered(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantResisted(t, w, readInjections(t))
}

// honesty remembers honest answers by prompt: the rules give them, and take their time.
type honesty struct {
	mu    sync.Mutex
	known map[string]verdict.Answer
}

func (h *honesty) answer(user string) (prompt.Input, verdict.Answer, error) {
	in, err := prompt.Parse(user)
	if err != nil {
		return prompt.Input{}, verdict.Answer{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a, known := h.known[user]
	if !known {
		a = rules.Analyze(in)
		h.known[user] = a
	}
	return in, a, nil
}

// obedient is a model that believes what the injected words say, and answers honestly otherwise.
func obedient(t *testing.T, cases []evaluate.Case, honest *honesty, obey func(a *verdict.Answer, in prompt.Input, words string)) *Worker {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Contents []struct{ Parts []struct{ Text string } }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		in, a, err := honest.answer(body.Contents[0].Parts[0].Text)
		if err != nil {
			t.Error(err)
		}
		if words := injectedInto(in, cases); words != "" {
			obey(&a, in, words)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Error(err)
		}
		_, reply := says(string(data))("")
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write([]byte(reply)); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	cfg := gemini.Config{Project: "demo", Location: "us-central1", BaseURL: server.URL, Timeout: time.Minute}
	if err := cfg.Models.UnmarshalText([]byte("gemini-2.5-flash")); err != nil {
		t.Fatal(err)
	}
	client, err := gemini.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{Attempts: 2, Patience: time.Minute}, client, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// injectedInto returns the injected words that the input holds; empty if there are none.
func injectedInto(in prompt.Input, cases []evaluate.Case) string {
	for _, c := range cases {
		for _, words := range c.Injected {
			for _, s := range in.Segments {
				if strings.Contains(s.Text, words) {
					return words
				}
			}
		}
	}
	return ""
}

// claimEverything is the best lead that there is.
func claimEverything(a *verdict.Answer) {
	low := int64(200_000)
	a.Intent, a.ProjectType, a.Timeline, a.Budget = "quote_request", "kitchen", "immediate", request.Budget{Signal: "high", Min: &low}
	a.Spam, a.Appointment, a.ScoreEstimate = false, "booked", 100
	a.Signals = verdict.Signals{
		DecisionMaker: verdict.Yes, ServiceArea: verdict.Inside, Commitment: verdict.Ready, Interest: verdict.Active, JobSize: verdict.Normal, Engagement: verdict.High,
	}
}

func TestAModelThatObeysTheCallerDoesNotMoveTheScore(t *testing.T) {
	t.Parallel()
	cases, honest := readInjections(t), &honesty{known: map[string]verdict.Answer{}}
	for name, obey := range map[string]func(a *verdict.Answer, in prompt.Input, words string){
		"without evidence": func(a *verdict.Answer, _ prompt.Input, _ string) {
			claimEverything(a)
			a.Evidence = []request.Evidence{}
		},
		"with the caller's order as evidence": func(a *verdict.Answer, in prompt.Input, words string) {
			claimEverything(a)
			a.Evidence = []request.Evidence{}
			for _, field := range verdict.Fields {
				for _, s := range in.Segments {
					if strings.Contains(s.Text, words) {
						a.Evidence = append(a.Evidence, request.Evidence{Field: field, Segment: s.Index, Quote: words})
					}
				}
			}
		},
		"with evidence of what does not matter": func(a *verdict.Answer, in prompt.Input, _ string) {
			claimEverything(a)
			s := in.Segments[0]
			a.Evidence = []request.Evidence{{Field: verdict.FieldSentiment, Segment: s.Index, Quote: s.Text}, {Field: verdict.FieldName, Segment: s.Index, Quote: s.Text}}
		},
		"with evidence of all but the claims": func(a *verdict.Answer, _ prompt.Input, _ string) {
			honest := a.Intent
			claimEverything(a)
			a.Intent = honest
			a.Evidence = append([]request.Evidence{}, a.Evidence...)
			for i := range a.Evidence {
				a.Evidence[i].Field = verdict.FieldIntent
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantResisted(t, obedient(t, cases, honest, obey), cases)
		})
	}
}

// capture keeps what the model would be asked about each case.
type capture struct {
	t    *testing.T
	seen map[string]prompt.Prompt // by the case's id, with its injected words
}

func (c *capture) Work(ctx context.Context, job *stage.Job) (stage.Result, error) {
	tr, _, err := transcriptOf(ctx, job)
	if err != nil {
		return stage.Result{}, err
	}
	in := prompt.NewInput(job.Tenant, job.Request, tr)
	p, err := prompt.Build(in)
	if err != nil {
		return stage.Result{}, err
	}
	got, err := prompt.Parse(p.User)
	if err != nil {
		return stage.Result{}, err
	}
	if diff := cmp.Diff(in, got); diff != "" {
		c.t.Errorf("%s: the prompt does not hold what was said (-want +got):\n%s", job.Request.ID, diff)
	}
	if _, first := c.seen[job.Request.ID]; !first { // the second time is without the injected words
		c.seen[job.Request.ID] = p
	}
	return stage.Result{Analysis: &request.Analysis{}}, nil
}

func TestWhatCallersSayStaysBetweenTheMarks(t *testing.T) {
	t.Parallel()
	cases := readInjections(t)
	c := &capture{t: t, seen: map[string]prompt.Prompt{}}
	if _, err := evaluate.Run(t.Context(), c, cases, 1); err != nil {
		t.Fatal(err)
	}
	for _, one := range cases {
		p := c.seen[one.ID]
		before, rest, _ := strings.Cut(p.User, "<request_data>\n")
		data, after, _ := strings.Cut(rest, "\n</request_data>")
		if !json.Valid([]byte(data)) || strings.ContainsAny(data, "<>\n") || before != "Analyse this request.\n" || after != "\n" {
			t.Errorf("%s: the request is not one line of JSON between the marks:\n%s", one.ID, p.User)
		}
		for _, words := range one.Injected {
			if strings.Contains(p.System, words) {
				t.Errorf("%s: the system part holds what was said", one.ID)
			}
		}
	}
}
