package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/api"
	"github.com/your-org/multi-tenant-pipeline/internal/conversation"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func putTrackers(trackers string) string {
	return `{"name":"Demo Company","time_zone":"America/Denver","region":"US","settings":{"trackers":[` + trackers + `]}}`
}

func TestACompanysTrackersAreKept(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	a.send(t, http.MethodPut, "", putTrackers(`{"name":"competitors","phrases":["Bob's Kitchens","another quote"],"speaker":"customer"},{"name":"financing","phrases":["financing"]}`),
		http.StatusOK, "If-Match", "*")
	got := decode[api.Tenant](t, a.send(t, http.MethodGet, "", "", http.StatusOK)).Settings.Trackers
	want := []tenant.Tracker{
		{Name: "competitors", Phrases: []string{"Bob's Kitchens", "another quote"}, Speaker: "customer"}, {Name: "financing", Phrases: []string{"financing"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("trackers (-want +got):\n%s", diff)
	}
}

func TestTrackersThatCannotBeCountedAreRefused(t *testing.T) {
	t.Parallel()
	a := newWorld(t, nil).admin(t, demo)
	refused := a.send(t, http.MethodPut, "", putTrackers(`{"name":"a","phrases":["one","?!"]},{"name":"a","phrases":["two"]},{"name":" ","phrases":["three"]}`),
		http.StatusUnprocessableEntity, "If-Match", "*")
	if diff := cmp.Diff([]string{"settings.trackers.0.phrases.1", "settings.trackers.1.name", "settings.trackers.2.name"}, fields(t, refused)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	many := func(one string, n int) string { return strings.Repeat(one+",", n-1) + one }
	for name, trackers := range map[string]string{
		"no name":          `{"phrases":["one"]}`,
		"no phrases":       `{"name":"a","phrases":[]}`,
		"a long phrase":    `{"name":"a","phrases":["` + strings.Repeat("x", 101) + `"]}`,
		"too many phrases": `{"name":"a","phrases":[` + many(`"one"`, 101) + `]}`,
		"too many lists":   many(`{"name":"a","phrases":["one"]}`, 51),
		"another speaker":  `{"name":"a","phrases":["one"],"speaker":"machine"}`,
		"another field":    `{"name":"a","phrases":["one"],"side":"agent"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a.send(t, http.MethodPut, "", putTrackers(trackers), http.StatusBadRequest, "If-Match", "*")
		})
	}
}

func TestARequestShowsItsConversation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	before, id := w.call(t, demo, "CAL1"), w.call(t, demo, "CAL2")
	w.finish(t, demo, before, newTranscript("From before it was counted."), newAnalysis("Wants a quote."))
	if shown := w.detail(t, before).Analysis; shown == nil || shown.Conversation != nil {
		t.Errorf("from before it was counted: %+v", shown)
	}

	transcript, analysis := newTranscript("I'm upset, Bob's Kitchens never showed up. What do you charge?"), newAnalysis("Wants a quote.")
	transcript.Segments = append(transcript.Segments, request.Segment{Index: 2, Speaker: request.Agent, Start: 8, End: 12, Text: "What's your budget?"})
	analysis.Conversation = conversation.Of(transcript, []tenant.Tracker{{Name: "competitors", Phrases: []string{"bobs kitchens"}}, {Name: "none", Phrases: []string{"x"}}})
	w.finish(t, demo, id, transcript, analysis)
	got := w.detail(t, id).Analysis.Conversation
	if diff := cmp.Diff(analysis.Conversation, got); diff != "" {
		t.Errorf("conversation (-want +got):\n%s", diff)
	}
	if got == nil || len(got.Trackers) != 2 || len(got.Scorecard) != len(request.ScorecardPoints) || *got.Speakers[request.Agent].Interruptions != 1 {
		t.Errorf("conversation = %+v", got)
	}
}
