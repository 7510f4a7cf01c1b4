package analyze

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/conversation"
	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

// trackedJob is a call of a tenant with a tracker.
func trackedJob() *stage.Job {
	job := kitchenJob()
	job.Tenant.Settings.Trackers = []tenant.Tracker{{Name: "rooms", Phrases: []string{"kitchen"}, Speaker: request.Customer}}
	return job
}

// work analyses a call and returns what was counted in it.
func work(t *testing.T, w *Worker, job *stage.Job) *request.Analysis {
	t.Helper()
	result, err := w.Work(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return result.Analysis
}

func TestACallIsCountedWhoeverAnalysesIt(t *testing.T) {
	t.Parallel()
	v := newVertex(t, careful(t))
	w, _ := newWorker(t, v)
	job := trackedJob()
	tr, err := job.Record.Transcript(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := conversation.Of(tr, job.Tenant.Settings.Trackers)
	if want == nil || want.Trackers[0].Count != 1 || !want.Scorecard[0].Met {
		t.Fatalf("conversation = %+v", want)
	}

	model := work(t, w, job)
	if diff := cmp.Diff(want, model.Conversation); diff != "" || model.Analyzer != request.AnalyzerModel {
		t.Errorf("%s (-want +got):\n%s", model.Analyzer, diff)
	}
	rules, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, work(t, rules, trackedJob()).Conversation); diff != "" {
		t.Errorf("the rules (-want +got):\n%s", diff)
	}

	again := trackedJob() // the answer was kept before anything was counted, and by another tracker's name
	model.Conversation = nil
	again.Record.(*record).analysis = model
	again.Tenant.Settings.Trackers[0].Name = "places"
	cached := work(t, w, again)
	if len(v.prompts) != 1 || cached.Conversation == nil || cached.Conversation.Trackers[0].Name != "places" || cached.Conversation.Trackers[0].Count != 1 {
		t.Errorf("after %d prompts the answer from the cache has %+v", len(v.prompts), cached.Conversation)
	}
}

func TestNothingIsCountedWhereNobodySpoke(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	form := trackedJob()
	form.Request.Kind = request.Form
	form.Request.Details.Fields = []request.Field{{Name: "message", Value: "I need a kitchen."}}
	for name, job := range map[string]*stage.Job{"form": form, "call without words": newJob()} {
		if got := work(t, w, job).Conversation; got != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestWhatIsCountedQuotesTheTranscriptAsItWasSaved(t *testing.T) {
	t.Parallel()
	w, err := New(Config{Attempts: 1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	job := newJob("agent: How can I help?", "customer: You charged my card 4111 1111 1111 1111 twice.", "agent: What's your name?")
	job.Tenant.Settings.Trackers = []tenant.Tracker{{Name: "cards", Phrases: []string{"my card", "4111"}}}
	redact.Transcript(job.Record.(*record).transcript)
	got := work(t, w, job).Conversation.Trackers[0]
	if got.Count != 1 || strings.Contains(got.Mentions[0].Quote, "1111") {
		t.Errorf("tracker = %+v", got)
	}
}
