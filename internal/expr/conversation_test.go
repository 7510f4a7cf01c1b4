package expr_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/expr"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func newConversation() *request.Conversation {
	ratio, response, segment := 0.62, 1.4, 2
	return &request.Conversation{
		Speakers:    map[string]request.SpeakerMetrics{request.Agent: {TalkRatio: &ratio, Words: 120}, request.Customer: {ResponseS: &response}},
		SentimentBy: request.ByTime,
		Sentiment:   []request.QuarterSentiment{{Quarter: 4, Sentiment: "negative", Reasons: []request.Quote{{Segment: 2, Quote: "I'm upset."}}}},
		Trackers:    []request.TrackerCount{{Name: "competitors", Count: 2}},
		Scorecard:   []request.ScorecardPoint{{Point: request.Greeted, Met: true, Segment: &segment, Quote: "Hello."}, {Point: request.AskedBudget}},
	}
}

func TestExpressionsReadTheConversation(t *testing.T) {
	t.Parallel()
	s := newSubject()
	s.Analysis.Conversation = newConversation()
	vars := s.Vars()
	for source, want := range map[string]any{
		"conversation.speakers.agent.talk_ratio > 0.6":                                           true,
		"conversation.speakers['agent'].words":                                                   int64(120),
		"conversation.speakers.customer.talk_ratio":                                              nil,
		"conversation.speakers[?'speaker 1'].?words.orValue(-1)":                                 int64(-1),
		"'customer' in conversation.speakers":                                                    true,
		"has(conversation.duration_s)":                                                           false,
		"coalesce(conversation.speakers.agent.response_s, 9.0)":                                  9.0,
		"conversation.sentiment.exists(q, q.quarter == 4 && q.sentiment == 'negative')":          true,
		"conversation.sentiment[0].reasons[0].quote":                                             "I'm upset.",
		"conversation.trackers.exists(t, t.name == 'competitors' && t.count > 0)":                true,
		"conversation.scorecard.exists(p, p.point == 'asked_budget' && !p.met)":                  true,
		"double(conversation.scorecard.filter(p, p.met).size()) / 2.0":                           0.5,
		"analysis.conversation.speakers.agent.words":                                             int64(120),
		"conversation.scorecard.filter(p, !p.met).map(p, p.point.words()).join(', ')":            "asked budget",
		"conversation.speakers.agent.questions == null && conversation.first_response_s == null": true,
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			p, err := expr.Compile(source, expr.Values...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Value(t.Context(), vars)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARequestWithoutAConversationMatchesNoRuleAboutOne(t *testing.T) {
	t.Parallel()
	vars := newSubject().Vars()
	for source, fails := range map[string]bool{
		"conversation.speakers.agent.talk_ratio > 0.6":                true,
		"conversation.duration_s > 60.0":                              true,
		"analysis.conversation.duration_s > 60.0":                     true,
		"conversation.trackers.exists(t, t.count > 0)":                false,
		"conversation.sentiment.exists(q, q.sentiment == 'negative')": false,
		"analysis.conversation != null":                               false,
		"has(analysis.conversation)":                                  false,
	} {
		p, err := expr.Compile(source, expr.Bool)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.Match(t.Context(), vars); got || (err != nil) != fails {
			t.Errorf("%s: got %t, %v", source, got, err)
		}
	}
}

func TestAMisspeltFigureIsRefused(t *testing.T) {
	t.Parallel()
	_, err := expr.Compile("conversation.silence > 3.0", expr.Bool)
	if want := `1:14: conversation has no field "silence"; did you mean "silence_s"?`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
