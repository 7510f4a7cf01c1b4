package analyze

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// tokens are what each answer of the fake model takes.
var tokens = request.Usage{InputTokens: 100, OutputTokens: 10}

func times(n int64) map[string]request.Usage {
	return map[string]request.Usage{"gemini-2.5-flash": {InputTokens: n * tokens.InputTokens, OutputTokens: n * tokens.OutputTokens}}
}

func TestEveryAnswerIsMeteredWhateverBecameOfIt(t *testing.T) {
	t.Parallel()
	busy := raw(429, `{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"90s"}]}}`)
	for _, tc := range []struct {
		name    string
		answers []answer
		want    map[string]request.Usage
	}{
		{"used", []answer{careful(t)}, times(1)},
		{"repaired", []answer{says("no JSON"), careful(t)}, times(2)},
		{"refused", []answer{says("no JSON"), says("again none")}, times(2)},
		{"none came", []answer{raw(403, `{"error":{"code":403}}`)}, nil},
		{"unusable, then the model was busy", []answer{says("no JSON"), busy}, times(1)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w, _ := newWorker(t, newVertex(t, tc.answers...))
			job := kitchenJob()
			_, err := w.Work(t.Context(), job)
			var later *stage.LaterError
			if err != nil && !errors.As(err, &later) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, job.Request.Metering.Models); diff != "" {
				t.Errorf("tokens (-want +got):\n%s", diff)
			}
			if paid := job.Request.CostParts.ModelUSD > 0; paid != (tc.want != nil) || job.Request.CostUSD <= job.Request.CostParts.ModelUSD {
				t.Errorf("cost %v, of it %+v", job.Request.CostUSD, job.Request.CostParts)
			}
		})
	}
}

func TestAnotherRunAddsToWhatWasMetered(t *testing.T) {
	t.Parallel()
	w, _ := newWorker(t, newVertex(t, careful(t)))
	job := kitchenJob()
	before := request.Metering{SpeechS: 60, Models: times(3)}
	job.Request.Metering = before
	if _, err := w.Work(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(request.Metering{SpeechS: 60, Models: times(4)}, job.Request.Metering); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(times(3), before.Models); diff != "" {
		t.Errorf("the copy of the request changed too: %s", diff)
	}
}

func TestAnAnswerFromTheCacheIsFree(t *testing.T) {
	t.Parallel()
	w, _ := newWorker(t, newVertex(t, careful(t)))
	first := kitchenJob()
	got, err := w.Work(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	again := kitchenJob()
	again.Record.(*record).analysis = got.Analysis
	if _, err := w.Work(t.Context(), again); err != nil || again.Request.Metering.Models != nil {
		t.Errorf("got %+v, %v", again.Request.Metering, err)
	}
}

func TestAPausedModelIsNotAskedButWhatItSaidIsUsed(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t))
	w, _ := newWorker(t, v)
	pause := tenant.Pause{TenantID: "tenant_demo", Subject: tenant.PauseModel, Until: morning.Add(time.Hour)}
	paused := kitchenJob()
	paused.Tenant.Pauses = []tenant.Pause{pause}
	got, err := w.Work(t.Context(), paused)
	if err != nil {
		t.Fatal(err)
	}
	wantRules(t, got.Analysis, "the model is paused")
	if len(v.prompts) != 0 || !strings.Contains(got.Detail, "paused") || got.Analysis.PromptHash != "" {
		t.Errorf("%d prompts, detail %q, hash %q", len(v.prompts), got.Detail, got.Analysis.PromptHash)
	}

	w.now = func() time.Time { return morning.Add(2 * time.Hour) } // the pause is over
	paused.Record.(*record).analysis = got.Analysis
	if got, err = w.Work(t.Context(), paused); err != nil || got.Analysis.Analyzer != request.AnalyzerModel {
		t.Fatalf("after the pause: %+v, %v; want the model's answer", got.Analysis, err)
	}

	w.now = func() time.Time { return morning }
	paused.Record.(*record).analysis = got.Analysis
	if got, err = w.Work(t.Context(), paused); err != nil || got.Analysis.Analyzer != request.AnalyzerModel || len(v.prompts) != 1 {
		t.Errorf("known answer in a pause: %+v, %v after %d prompts", got.Analysis, err, len(v.prompts))
	}
}

func TestAStoppedInstanceKeepsWhatItPaidFor(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	w, _ := newWorker(t, newVertex(t, says("no JSON"), func(user string) (int, string) {
		stop()
		return says("no JSON either")(user)
	}))
	job := kitchenJob()
	if _, err := w.Work(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want canceled", err)
	}
	if got := job.Request.Metering.Models["gemini-2.5-flash"]; got.InputTokens < tokens.InputTokens {
		t.Errorf("got %+v", got)
	}
}
