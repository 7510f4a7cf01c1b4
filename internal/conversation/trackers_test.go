package conversation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestTrackersCountTheirPhrases(t *testing.T) {
	t.Parallel()
	call := segments(
		seg(agent, 0, 0, "Do you have financing? We offer financing."),
		seg(customer, 0, 0, "Bob’s Kitchens quoted us, and the café. BOBS   KITCHENS! Not Bob's kitchenette."),
		seg(agent, 0, 0, "Is it the kitchen remodel, the kitchen-remodel, or the kitchen?"),
	)
	got := Of(call, []tenant.Tracker{
		{Name: "competitors", Phrases: []string{"Bob's Kitchens", "Cafe"}},
		{Name: "money", Phrases: []string{"financing"}, Speaker: agent},
		{Name: "their money", Phrases: []string{"financing"}, Speaker: customer},
		{Name: "rooms", Phrases: []string{"kitchen", "Kitchen Remodel", "remodel"}, Speaker: tenant.TrackAnybody},
		{Name: "nothing", Phrases: []string{"!!", ""}},
	}).Trackers
	question := "Is it the kitchen remodel, the kitchen-remodel, or the kitchen?"
	want := []request.TrackerCount{
		{Name: "competitors", Count: 3, Mentions: []request.Quote{
			{Segment: 1, Quote: "Bob’s Kitchens quoted us, and the café."}, {Segment: 1, Quote: "Bob’s Kitchens quoted us, and the café."}, {Segment: 1, Quote: "BOBS   KITCHENS!"},
		}},
		{Name: "money", Count: 2, Mentions: []request.Quote{{Segment: 0, Quote: "Do you have financing?"}, {Segment: 0, Quote: "We offer financing."}}},
		{Name: "their money"},
		{Name: "rooms", Count: 3, Mentions: []request.Quote{{Segment: 2, Quote: question}, {Segment: 2, Quote: question}, {Segment: 2, Quote: question}}},
		{Name: "nothing"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestATrackerOfOneSideNeedsToKnowTheSides(t *testing.T) {
	t.Parallel()
	got := Of(said("speaker 1", "Roof."), []tenant.Tracker{
		{Name: "hers", Phrases: []string{"roof"}, Speaker: customer}, {Name: "anybody's", Phrases: []string{"roof"}},
	}).Trackers
	if len(got) != 1 || got[0].Name != "anybody's" || got[0].Count != 1 {
		t.Errorf("trackers = %+v", got)
	}
}

func TestAQuoteIsCutRoundThePhrase(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("before ", 60) + "the granite" + strings.Repeat(" after", 60)
	got := Of(said(customer, text, text, text, text), []tenant.Tracker{{Name: "stone", Phrases: []string{"granite"}}}).Trackers[0]
	if got.Count != 4 || len(got.Mentions) != maxMentions {
		t.Fatalf("got %d mentions of %d", len(got.Mentions), got.Count)
	}
	quote := got.Mentions[0].Quote
	if len(quote) > quoteLength || !strings.Contains(quote, "before the granite after") || !strings.Contains(text, quote) {
		t.Errorf("quote = %q", quote)
	}
}

func TestQuotesComeFromTheRedactedTranscript(t *testing.T) {
	t.Parallel()
	call := segments(
		seg(agent, 0, 0, "Summit Remodeling, how can I help?"),
		seg(customer, 0, 0, "I'm furious, you charged my card 4111 1111 1111 1111 twice, expiring oh five twenty-nine."),
		seg(agent, 0, 0, "So I have 4111 1111 1111 1111, and what's your name?"),
	)
	redact.Transcript(call)
	got := Of(call, []tenant.Tracker{{Name: "cards", Phrases: []string{"card"}}})
	quotes := []string{got.Trackers[0].Mentions[0].Quote, got.Sentiment[0].Reasons[0].Quote, got.Scorecard[1].Quote}
	for _, quote := range quotes {
		if quote == "" || strings.Contains(quote, "1111") {
			t.Errorf("quotes = %q", quotes)
		}
	}
}
