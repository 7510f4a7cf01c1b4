package analyze

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/rules"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/verdict"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

var morning = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)

// record is a request's place in the store.
type record struct {
	stage.Record
	transcript *request.Transcript
	analysis   *request.Analysis
}

func (r *record) Transcript(context.Context) (*request.Transcript, error) { return r.transcript, nil }
func (r *record) Answer(context.Context) (*request.Analysis, error)       { return r.analysis, nil }

func newJob(texts ...string) *stage.Job {
	tr := &request.Transcript{Origin: request.OriginSpeech}
	for i, text := range texts {
		speaker, words, _ := strings.Cut(text, ": ")
		tr.Segments = append(tr.Segments, request.Segment{Index: i, Speaker: speaker, Text: words})
	}
	return &stage.Job{
		Tenant: &tenant.Tenant{ID: "tenant_demo", Name: "Summit Remodeling", TimeZone: "America/Denver", Region: "US"},
		Request: &request.Request{
			TenantID: "tenant_demo", ID: "req_1", Kind: request.Call, ReceivedAt: morning.Add(-time.Minute), StartedAt: morning.Add(-5 * time.Minute),
			Caller: request.Caller{Phone: "+13035550142", Name: "DENVER CO"}, Details: request.Details{Answered: true, DurationS: 95, CallerIDName: "DENVER CO"},
		},
		Record: &record{transcript: tr},
	}
}

func kitchenJob() *stage.Job {
	return newJob(
		"agent: Summit Remodeling, how can I help?",
		"customer: Hi, my name is Dana Smythe. I'd like to get a quote for remodeling our kitchen.",
		"agent: When would you like to start, and do you have a budget?",
		"customer: We want to start in January, and we have set aside sixty to seventy thousand dollars.",
	)
}

// vertex is a model behind the real API: it answers each call with the next of its answers.
type vertex struct {
	*httptest.Server
	prompts []string
}

type answer func(user string) (status int, body string)

func newVertex(t *testing.T, answers ...answer) *vertex {
	t.Helper()
	v := &vertex{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Contents []struct{ Parts []struct{ Text string } }
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
			return
		}
		var text strings.Builder
		for _, part := range body.Contents[0].Parts {
			text.WriteString(part.Text)
		}
		v.prompts = append(v.prompts, text.String())
		status, reply := answers[min(len(v.prompts), len(answers))-1](text.String())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if _, err := io.WriteString(w, reply); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(v.Close)
	return v
}

// says answers with a text; status answers with an error.
func says(text string) answer {
	return func(string) (int, string) {
		quoted, _ := json.Marshal(text) // a string always encodes
		return 200, `{"candidates":[{"content":{"parts":[{"text":` + string(quoted) + `}]},"finishReason":"STOP"}],"modelVersion":"v-1","usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":10}}`
	}
}

func raw(status int, body string) answer { return func(string) (int, string) { return status, body } }

// careful answers as the rules would, from the prompt alone, after changes.
func careful(t *testing.T, changes ...func(*verdict.Answer)) answer {
	return func(user string) (int, string) {
		in, err := prompt.Parse(user)
		if err != nil {
			t.Error(err)
		}
		a := rules.Analyze(in)
		for _, change := range changes {
			change(&a)
		}
		data, err := json.Marshal(a)
		if err != nil {
			t.Error(err)
		}
		return says(string(data))(user)
	}
}

// newWorker returns a worker that asks the server, and the pauses that it made.
func newWorker(t *testing.T, v *vertex) (*Worker, *[]time.Duration) {
	t.Helper()
	cfg := gemini.Config{Project: "demo", Location: "us-central1", BaseURL: v.URL, Timeout: 10 * time.Second}
	if err := cfg.Models.UnmarshalText([]byte("gemini-2.5-flash")); err != nil {
		t.Fatal(err)
	}
	client, err := gemini.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{Attempts: 3, MaxPause: 5 * time.Second, Patience: 10 * time.Minute}, client, nil)
	if err != nil {
		t.Fatal(err)
	}
	var pauses []time.Duration
	w.now = func() time.Time { return morning }
	w.sleep = func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil }
	return w, &pauses
}
