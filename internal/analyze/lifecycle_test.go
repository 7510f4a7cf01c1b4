package analyze

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/analyze/gemini"
	"github.com/your-org/multi-tenant-pipeline/internal/analyze/prompt"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// newLifecycleWorker returns a worker whose models, old and then new, are behind the handler.
func newLifecycleWorker(t *testing.T, timeout time.Duration, handler http.HandlerFunc) *Worker {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := gemini.Config{Project: "demo", Location: "us-central1", BaseURL: server.URL, Timeout: timeout}
	if err := cfg.Models.UnmarshalText([]byte("gemini-old,gemini-new")); err != nil {
		t.Fatal(err)
	}
	client, err := gemini.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(Config{Attempts: 1, Patience: time.Minute}, client, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAResultNamesTheModelThatAnswered(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"the first was retired": http.StatusNotFound, "the first is down": http.StatusServiceUnavailable} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVertex(t, careful(t))
			w := newLifecycleWorker(t, time.Minute, func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "gemini-old") {
					w.WriteHeader(status)
					return
				}
				v.Config.Handler.ServeHTTP(w, r)
			})
			job := kitchenJob()
			got, err := w.Work(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			a := got.Analysis
			if a.Analyzer != request.AnalyzerModel || a.Model != "gemini-new" || a.ModelVersion != "v-1" || a.PromptVersion != prompt.Version {
				t.Errorf("answered by %s %s %s with prompt %s", a.Analyzer, a.Model, a.ModelVersion, a.PromptVersion)
			}
			want := request.Usage{InputTokens: 100, OutputTokens: 10}
			if diff := cmp.Diff(want, a.Usage); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]request.Usage{"gemini-new": want}, job.Request.Metering.Models); diff != "" {
				t.Errorf("metered (-want +got):\n%s", diff)
			}
		})
	}
}

func TestModelsThatAreTooSlowDoNotHoldTheLeadUp(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 4)
	w := newLifecycleWorker(t, 20*time.Millisecond, func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil { // only then the server sees who hangs up
			return
		}
		asked <- r.URL.Path
		<-r.Context().Done() // never in time
	})
	got, err := w.Work(t.Context(), kitchenJob())
	if err != nil {
		t.Fatal(err)
	}
	wantRules(t, got.Analysis, "did not answer")
	if len(asked) > 2 {
		t.Errorf("%d calls, want one of each model at most", len(asked))
	}
}
