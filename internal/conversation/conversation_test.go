package conversation

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func p[T any](v T) *T { return &v }

// segments are a call's: speaker, start, end and text.
func segments(all ...request.Segment) *request.Transcript {
	for i := range all {
		all[i].Index = i
	}
	return &request.Transcript{Origin: request.OriginSpeech, Segments: all}
}

func seg(speaker string, start, end float64, text string) request.Segment {
	return request.Segment{Speaker: speaker, Start: start, End: end, Text: text}
}

const agent, customer = request.Agent, request.Customer

// figures leaves out what the words mean.
var figures = cmpopts.IgnoreFields(request.Conversation{}, "Sentiment", "SentimentBy", "Scorecard", "Trackers")

func TestACallIsCounted(t *testing.T) {
	t.Parallel()
	call := segments(
		seg(agent, 2, 6, "Summit Remodeling, how can I help you?"),
		seg(customer, 7, 17, "Hi. I'd like a quote for twenty-four windows and, let me see, a door."),
		seg(agent, 12, 12.6, "Uh-huh."),        // listens: no turn, no interruption
		seg(agent, 16, 20, "How many floors?"), // a second before the customer has ended
		seg(customer, 30, 32, "Two."),
		seg(agent, 32.5, 36.5, "Okay. When?"),
	)
	want := &request.Conversation{
		DurationS: p(34.5), SilenceS: p(11.5), SilenceRatio: p(0.333), LongestSilenceS: p(10.0), FirstResponseS: p(0.0), Turns: p(5),
		Speakers: map[string]request.SpeakerMetrics{
			agent: {
				TalkS: p(12.6), TalkRatio: p(0.512), Words: 13, WordsPerMinute: p(61.9), LongestMonologueS: p(4.0),
				Questions: p(3), Interruptions: p(1), ResponseS: p(0.25),
			},
			customer: {
				TalkS: p(12.0), TalkRatio: p(0.488), Words: 15, WordsPerMinute: p(75.0), LongestMonologueS: p(10.0),
				Questions: p(0), Interruptions: p(0), ResponseS: p(5.5),
			},
		},
	}
	if diff := cmp.Diff(want, Of(call, nil), figures); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatATranscriptDoesNotTellIsAbsent(t *testing.T) {
	t.Parallel()
	onlyWords := map[string]request.SpeakerMetrics{agent: {Words: 2, Questions: p(0)}, customer: {Words: 5, Questions: p(1)}}
	for _, tc := range []struct {
		name string
		call *request.Transcript
		want *request.Conversation
	}{
		{"nothing", nil, nil},
		{"nobody spoke", segments(), nil},
		{"nothing but marks", segments(seg(agent, 0, 2, " … "), seg(customer, 3, 4, "--")), nil},
		{"a form", &request.Transcript{Origin: request.OriginForm, Segments: []request.Segment{seg(customer, 0, 0, "Name: Dana")}}, nil},
		{
			"no times",
			segments(seg(agent, 0, 0, "Summit Remodeling."), seg(customer, 0, 0, "Do you do roofs too?")),
			&request.Conversation{Turns: p(2), Speakers: onlyWords},
		},
		{
			"times that contradict each other",
			segments(seg(agent, 8, 9, "Summit Remodeling."), seg(customer, 2, 3, "Do you do roofs too?")),
			&request.Conversation{Turns: p(2), Speakers: onlyWords},
		},
		{
			"one sentence has no time",
			segments(seg(customer, 1, 3, "Do you?"), seg(agent, 3, 3, "We do a lot of roofs."), seg(customer, 5, 6, "Good.")),
			&request.Conversation{Turns: p(3), Speakers: map[string]request.SpeakerMetrics{
				agent: {Words: 6, Questions: p(0)}, customer: {Words: 3, Questions: p(1)},
			}},
		},
		{
			"only when the segments begin",
			segments(seg(agent, 1, 0, "Summit Remodeling."), seg(customer, 4, 0, "Do you do roofs too?")),
			&request.Conversation{Turns: p(2), Speakers: onlyWords},
		},
		{
			"ends that are the next one's beginning, as a call tracker's",
			segments(seg(agent, 1, 4, "Summit Remodeling."), seg(customer, 4, 4, "Do you do roofs too?")),
			&request.Conversation{Turns: p(2), Speakers: onlyWords},
		},
		{
			"times that were spread over the words",
			segments(seg(agent, 0, 2, "Yes."), seg(customer, 2, 4, "No."), seg(agent, 4, 5, "Yes."), seg(customer, 5, 8, "No.")),
			&request.Conversation{DurationS: p(8.0), Turns: p(4), Speakers: map[string]request.SpeakerMetrics{
				agent: {Words: 2, Questions: p(0)}, customer: {Words: 2, Questions: p(0)},
			}},
		},
		{
			"voices that were not told apart, and no marks",
			segments(seg("speaker 1", 0, 6, "summit remodeling how can i help"), seg("speaker 1", 8, 10, "i need a roof")),
			&request.Conversation{
				DurationS: p(10.0), SilenceS: p(2.0), SilenceRatio: p(0.2), LongestSilenceS: p(2.0),
				Speakers: map[string]request.SpeakerMetrics{"speaker 1": {TalkS: p(8.0), Words: 10, WordsPerMinute: p(75.0)}},
			},
		},
		{
			"a voicemail: nobody waited, nobody was interrupted",
			segments(seg(customer, 1, 4, "Call me back, please.")),
			&request.Conversation{
				DurationS: p(3.0), SilenceS: p(0.0), SilenceRatio: p(0.0), LongestSilenceS: p(0.0), Turns: p(1),
				Speakers: map[string]request.SpeakerMetrics{customer: {TalkS: p(3.0), TalkRatio: p(1.0), Words: 4, LongestMonologueS: p(3.0), Questions: p(0)}},
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, Of(tc.call, nil), figures); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsAbsentIsNotWritten(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(Of(segments(seg("speaker 1", 0, 0, "i need a roof")), nil))
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"speakers":{"speaker 1":{"words":4}}}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheScorecardIsOfAnAgentWhoSpokeWithSomebody(t *testing.T) {
	t.Parallel()
	greeting := seg(agent, 0, 0, "Thank you for calling Summit, this is Janet.")
	for _, tc := range []struct {
		name string
		call *request.Transcript
		want []string // what was met; nil: there is no scorecard
	}{
		{"a conversation", segments(greeting, seg(customer, 0, 0, "Hi."), seg(agent, 0, 0, "What's your name?")), []string{request.Greeted, request.AskedName}},
		{"the customer begins", segments(seg(customer, 0, 0, "Hello?"), greeting), []string{request.Greeted}},
		{"nothing done", segments(seg(customer, 0, 0, "Hello?"), seg(agent, 0, 0, "Yes.")), []string{}},
		{"a greeting that comes too late", segments(seg(agent, 0, 0, "Yes?"), seg(customer, 0, 0, "Hello?"), greeting), []string{}},
		{"the customer asks", segments(seg(agent, 0, 0, "Yes."), seg(customer, 0, 0, "What's your name?"), seg(agent, 0, 0, "Janet.")), []string{}},
		{"a menu, then a person", segments(
			seg(agent, 0, 0, "Thank you for calling Summit. For service, press two."), seg(customer, 0, 0, "Two."), seg(agent, 0, 0, "What's your budget?"),
		), []string{request.AskedBudget}},
		{"a voicemail", segments(seg(agent, 0, 0, "Thank you for calling. How can we help? Leave a message after the tone."), seg(customer, 0, 0, "Hi.")), nil},
		{"the greeting in two parts", segments(greeting, seg(agent, 0, 0, "Please leave your name and number after the tone."), seg(customer, 0, 0, "Hi.")), nil},
		{"roles unknown", segments(seg("speaker 1", 0, 0, "Thank you for calling."), seg("speaker 2", 0, 0, "Hi."), seg("speaker 1", 0, 0, "What's your name?")), nil},
		{"the customer alone", segments(seg(customer, 0, 0, "Hi.")), nil},
		{"nobody answers the greeting", segments(greeting), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			card := Of(tc.call, nil).Scorecard
			if (card == nil) != (tc.want == nil) {
				t.Fatalf("scorecard = %+v", card)
			}
			met := []string{}
			for _, point := range card {
				if point.Met {
					met = append(met, point.Point)
				}
			}
			if tc.want != nil && !cmp.Equal(tc.want, met) {
				t.Errorf("met %v, want %v", met, tc.want)
			}
		})
	}
}
