package evaluate

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func turns(texts ...string) []Turn {
	out := make([]Turn, 0, len(texts))
	for _, text := range texts {
		speaker, words, _ := strings.Cut(text, ": ")
		out = append(out, Turn{Speaker: speaker, Text: words})
	}
	return out
}

func TestTranscriptsAreScoredByWordsEntitiesAndSpeakers(t *testing.T) {
	t.Parallel()
	said := turns("agent: Thanks for calling, how can I help?", "customer: I'm José Ortiz, we want a new deck.")
	entities := []string{"José Ortiz", "deck"}
	type want struct {
		substitutions, deletions, insertions int
		missed, speaker                      float64
	}
	for _, tc := range []struct {
		name  string
		heard []Turn
		want  want
	}{
		{"word for word", turns("agent: thanks for calling how can i help", "customer: im jose ortiz we want a new deck"), want{}},
		{"nothing", nil, want{deletions: 15, missed: 1}},
		{"another word, one more and one less", turns("agent: thanks so for calling how can i help", "customer: im jose or tease we want a deck"), want{substitutions: 1, deletions: 1, insertions: 2, missed: 0.5}},
		{"roles the wrong way round", turns("customer: thanks for calling how can i help", "agent: im jose ortiz we want a new deck"), want{speaker: 1}},
		{"voices without roles", turns("speaker 2: thanks for calling how can i help", "speaker 1: im jose ortiz we want a new deck"), want{}},
		{"one voice for both", turns("speaker 1: thanks for calling how can i help im jose ortiz we want a new deck"), want{speaker: 7.0 / 15}},
		{"turns cut at another place", turns("agent: thanks for calling how can i", "customer: help im jose ortiz we want a new deck"), want{speaker: 1.0 / 15}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := ScoreTranscripts([]Recording{{ID: "a", Reference: said, Hypothesis: tc.heard, Entities: entities}})
			got := want{s.Substitutions, s.Deletions, s.Insertions, s.MissedEntityRate, s.SpeakerErrorRate}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(want{}), closely); diff != "" {
				t.Error(diff)
			}
			if rate := float64(s.Substitutions+s.Deletions+s.Insertions) / 15; s.Words != 15 || s.WordErrorRate != rate {
				t.Errorf("%d words, error rate %.3f, want 15 and %.3f", s.Words, s.WordErrorRate, rate)
			}
		})
	}
}

func TestRecordingsAreReadStrictly(t *testing.T) {
	t.Parallel()
	good := `{"id":"a","reference":[{"speaker":"agent","text":"Hi Ann"}],"hypothesis":[],"entities":["ann"]}`
	got, err := ReadTranscripts(strings.NewReader(good + "\n"))
	if err != nil || len(got) != 1 || got[0].Reference[0].Text != "Hi Ann" {
		t.Fatalf("recordings = %+v, %v", got, err)
	}
	for line, want := range map[string]string{
		`[]`:                        "line 2",
		`{"reference":[]}`:          "no id",
		`{"id":"b","reference":[]}`: "no words",
		`{"id":"b","reference":[{"text":"Hi"}],"entities":["Bob"]}`: `the entity "Bob"`,
	} {
		if _, err := ReadTranscripts(strings.NewReader(good + "\n" + line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error = %v, want %q", line, err, want)
		}
	}
}

func TestTheTranscriptScoreIsPrinted(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	score := ScoreTranscripts([]Recording{{Reference: turns("agent: one two three four"), Hypothesis: turns("agent: one two three")}})
	if err := score.Print(&out); err != nil {
		t.Fatal(err)
	}
	if want := "1 recordings, 4 words\nword error rate     0.250 (0 wrong, 1 missing, 0 made up)\n"; !strings.HasPrefix(out.String(), want) {
		t.Errorf("printed:\n%s", out.String())
	}
}
