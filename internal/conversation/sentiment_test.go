package conversation

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// said is a transcript without times: lines like "customer: text".
func said(speaker string, texts ...string) *request.Transcript {
	t := &request.Transcript{}
	for i, text := range texts {
		t.Segments = append(t.Segments, request.Segment{Index: i, Speaker: speaker, Text: text})
	}
	return t
}

func TestTheCustomersMoodIsReadFromTheirWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"I'm furious, nobody called me back.":                               "negative",
		"This is unacceptable.":                                             "negative",
		"I'm not happy about the tile.":                                     "negative",
		"We're really disappointed with the finish.":                        "negative",
		"Why has nobody called?":                                            "negative",
		"Your guys never showed up on Monday.":                              "negative",
		"I want my money back.":                                             "negative",
		"It was a terrible job.":                                            "negative",
		"I am so sick and tired of this.":                                   "negative",
		"The paint is awful and the trim is ruined.":                        "negative",
		"Estoy muy molesta con los pintores.":                               "negative",
		"No estoy contento con el trabajo.":                                 "negative",
		"We love it, you did a great job.":                                  "positive",
		"I'm so excited to get going!":                                      "positive",
		"I couldn't be happier.":                                            "positive",
		"We can't wait!":                                                    "positive",
		"That's wonderful, thank you so much.":                              "positive",
		"I really appreciate it.":                                           "positive",
		"You guys are the best.":                                            "positive",
		"Me encantó la cocina, muchas gracias.":                             "positive",
		"What a relief.":                                                    "positive",
		"I love the work you did, but the billing has been ridiculous.":     "mixed",
		"You did a beautiful job, I'm just upset about the delay.":          "mixed",
		"Hi, I need a quote for a kitchen.":                                 "neutral",
		"Great, thanks.":                                                    "neutral",
		"Okay, perfect.":                                                    "neutral",
		"That would be great, I'd really appreciate it.":                    "neutral",
		"I'd love to get an estimate.":                                      "neutral",
		"I'm not upset, I just want to know.":                               "neutral",
		"I wasn't angry or frustrated at all.":                              "neutral",
		"It's not a problem.":                                               "neutral",
		"We want to knock out the wall to the great room, a great big one.": "neutral",
		"There's an awful stain on the ceiling.":                            "neutral",
		"Are you happy with that brand, are people impressed?":              "neutral",
		"If I'm happy with your price and impressed, we'll go ahead.":       "neutral",
		"Not only did you do a great job, you cleaned up.":                  "positive",
		"No, I love it, we're thrilled.":                                    "positive",
		"No complaints.":                                                    "neutral",
		"My roof is leaking and the basement is flooded.":                   "neutral",
		"": "",
	} {
		c := Of(said(request.Customer, text), nil)
		got := ""
		if c != nil {
			got = c.Sentiment[0].Sentiment
			if reasons := len(c.Sentiment[0].Reasons); (got == "neutral") != (reasons == 0) || (got == "mixed") != (reasons == 2) {
				t.Errorf("%q is %s for %d reasons", text, got, reasons)
			}
		}
		if got != want {
			t.Errorf("%q is %q, want %q: %+v", text, got, want, c)
		}
	}
}

func TestQuartersAreOfTimeWhereThereIsAny(t *testing.T) {
	t.Parallel()
	timed := &request.Transcript{Segments: []request.Segment{
		{Index: 0, Speaker: request.Customer, Start: 0, End: 4, Text: "I'm furious."},
		{Index: 1, Speaker: request.Agent, Start: 5, End: 80, Text: "I'm furious, too."},
		{Index: 2, Speaker: request.Customer, Start: 81, End: 99, Text: "All right. So you fix it today, is that right? And you come by at nine. I really appreciate it."},
	}}
	want := []request.QuarterSentiment{
		{Quarter: 1, Sentiment: "negative", Reasons: []request.Quote{{Segment: 0, Quote: "I'm furious."}}},
		{Quarter: 4, Sentiment: "positive", Reasons: []request.Quote{{Segment: 2, Quote: "I really appreciate it."}}},
	}
	got := Of(timed, nil)
	if diff := cmp.Diff(want, got.Sentiment); diff != "" || got.SentimentBy != request.ByTime {
		t.Errorf("by %s (-want +got):\n%s", got.SentimentBy, diff)
	}

	for i := range timed.Segments {
		timed.Segments[i].Start, timed.Segments[i].End = 0, 0
	}
	want = []request.QuarterSentiment{
		{Quarter: 1, Sentiment: "negative", Reasons: []request.Quote{{Segment: 0, Quote: "I'm furious."}}},
		{Quarter: 2, Sentiment: "neutral"},
		{Quarter: 3, Sentiment: "neutral"},
		{Quarter: 4, Sentiment: "positive", Reasons: []request.Quote{{Segment: 2, Quote: "I really appreciate it."}}},
	}
	got = Of(timed, nil)
	if diff := cmp.Diff(want, got.Sentiment); diff != "" || got.SentimentBy != request.ByWords {
		t.Errorf("by %s (-want +got):\n%s", got.SentimentBy, diff)
	}
}

func TestNobodysMoodIsReadWhereTheCustomerIsNotKnown(t *testing.T) {
	t.Parallel()
	for _, speaker := range []string{"speaker 1", request.Agent} {
		if got := Of(said(speaker, "I'm furious."), nil); got.Sentiment != nil || got.SentimentBy != "" {
			t.Errorf("%s: %+v", speaker, got)
		}
	}
}

func TestTheLexiconHasAWeightForEveryPhraseOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for line := range strings.Lines(feelingsText) {
		line = strings.TrimSpace(line)
		weight, text, _ := strings.Cut(line, " ")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if n, err := strconv.Atoi(weight); err != nil || n < -2 || n > 2 || text == "" || text != strings.ToLower(text) || strings.ContainsRune(text, '\'') || seen[text] {
			t.Errorf("line %q", line)
		}
		seen[text] = true
	}
	if len(seen) < 200 {
		t.Errorf("%d phrases", len(seen))
	}
}

func TestADenialReachesOnlySoFar(t *testing.T) {
	t.Parallel()
	for filler, want := range map[int]string{10: "neutral", 1000: "positive"} {
		text := "If" + strings.Repeat(" we", filler) + " love it so much"
		if got := Of(said(customer, text), nil).Sentiment[0].Sentiment; got != want {
			t.Errorf("%d words after the if: %s, want %s", filler, got, want)
		}
	}
}
