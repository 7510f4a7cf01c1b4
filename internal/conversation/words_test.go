package conversation

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestATextIsReadInSentences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"One. Two? Three!": {"one", "two ?", "three"},
		"It costs 2.5 million. Ask Mr. Ortega at 9:30.": {"it costs 2 5 million", "ask mr ortega at 9 30"},
		"first line\nsecond line":                       {"first line", "second line"},
		"S. M. Y. T. H. is it":                          {"s m y t h is it"},
		"It was I. Then he":                             {"it was i", "then he"},
		"Write to dana.smythe@example.com, please":      {"write to dana smythe example com please"},
		"“Really?” she said. (No.) ... Yes…":            {"really she said", "no", "yes"},
		"¿Cuándo? El año que viene.":                    {"cuando ?", "el ano que viene"},
		"What’s that?! I don't know.":                   {"what's that ?", "i don't know"},
		" . \n … ":                                      nil,
	} {
		u := utterance{text: text}
		u.read()
		var got []string
		for i := range u.sentences {
			got = append(got, u.sentences[i].plain())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestWordsAreCountedAsPeopleSpeakThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"Twenty-four windows": 2, "$4,000 at 9:30": 3, "I don't know": 3, "well , okay": 2, "dana@example.com": 1, "…": 0, "": 0,
	} {
		u := utterance{text: text}
		if u.read(); u.spoken != want {
			t.Errorf("%q has %d words, want %d", text, u.spoken, want)
		}
	}
}

func TestAWordThatNeverEndsIsCut(t *testing.T) {
	t.Parallel()
	word := strings.Repeat("é", 500)
	got := Of(said(customer, "One "+word), []tenant.Tracker{{Name: "long", Phrases: []string{word}}}).Trackers[0]
	if got.Count != 1 || len(got.Mentions[0].Quote) > quoteLength+maxMarks || !strings.HasPrefix(word, got.Mentions[0].Quote) || got.Mentions[0].Quote == "" {
		t.Errorf("tracker = %+v", got)
	}
}

func TestOfManySpeakersThoseWhoSayMostAreShown(t *testing.T) {
	t.Parallel()
	call := segments(seg("speaker of the house", 0, 0, "I say more than anybody else"), seg(customer, 0, 0, "Yes."))
	for i := range 3 * maxSpeakers {
		call.Segments = append(call.Segments, request.Segment{Index: i + 2, Speaker: fmt.Sprintf("speaker %d", i), Text: "Oh yes."})
	}
	got := Of(call, nil)
	if len(got.Speakers) != maxSpeakers || got.Speakers["speaker of the house"].Words != 6 || got.Speakers[customer].Words != 1 || *got.Turns != 3*maxSpeakers+2 {
		t.Errorf("%d speakers in %d turns, %+v", len(got.Speakers), *got.Turns, got.Speakers)
	}
}
