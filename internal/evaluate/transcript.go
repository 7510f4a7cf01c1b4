package evaluate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Recording is what was said in a recording, and what was understood.
type Recording struct {
	ID         string   `json:"id"`
	Reference  []Turn   `json:"reference"`
	Hypothesis []Turn   `json:"hypothesis"`
	Entities   []string `json:"entities"` // names, numbers, addresses and products of the reference that must not be lost
}

// ReadTranscripts reads recordings, one JSON object a line. The error names the line.
func ReadTranscripts(r io.Reader) ([]Recording, error) {
	var all []Recording
	err := eachLine(r, func(line []byte) error {
		var rec Recording
		if err := json.Unmarshal(line, &rec); err != nil {
			return err
		}
		switch {
		case rec.ID == "":
			return errors.New("the recording has no id")
		case len(spoken(rec.Reference)) == 0:
			return fmt.Errorf("recording %s: the reference has no words", rec.ID)
		}
		for _, entity := range rec.Entities {
			if !holds(spoken(rec.Reference), entity) {
				return fmt.Errorf("recording %s: the reference does not hold the entity %q", rec.ID, entity)
			}
		}
		all = append(all, rec)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read transcripts: %w", err)
	}
	return all, nil
}

// TranscriptScore says how good transcripts are. Recordings count by their words, so that a
// long call weighs more than a short one.
type TranscriptScore struct {
	Recordings    int `json:"recordings"`
	Words         int `json:"words"` // of the references
	Substitutions int `json:"substitutions"`
	Deletions     int `json:"deletions"`
	Insertions    int `json:"insertions"`

	WordErrorRate    float64 `json:"word_error_rate"`    // may exceed 1: words can be made up
	MissedEntityRate float64 `json:"missed_entity_rate"` // of all entities
	SpeakerErrorRate float64 `json:"speaker_error_rate"` // of the words that both have, given to another speaker

	Entities Rate `json:"entities"` // those that were understood
	Speakers Rate `json:"speakers"` // words that were given to the right speaker
}

// ScoreTranscripts compares what was understood with what was said, without case, accents and
// punctuation.
func ScoreTranscripts(recordings []Recording) TranscriptScore {
	s := TranscriptScore{Recordings: len(recordings)}
	var found, entities, attributed, shared int
	for _, rec := range recordings {
		said, heard := spoken(rec.Reference), spoken(rec.Hypothesis)
		a := align(said, heard)
		s.Words += len(said)
		s.Substitutions += a.substitutions
		s.Deletions += a.deletions
		s.Insertions += a.insertions
		for _, entity := range rec.Entities {
			entities++
			if holds(heard, entity) {
				found++
			}
		}
		shared += len(a.both)
		attributed += sameSpeaker(a.both)
	}
	s.Entities, s.Speakers = rateOf(found, entities), rateOf(attributed, shared)
	if s.Words > 0 {
		s.WordErrorRate = float64(s.Substitutions+s.Deletions+s.Insertions) / float64(s.Words)
	}
	if entities > 0 {
		s.MissedEntityRate = 1 - s.Entities.Value
	}
	if shared > 0 {
		s.SpeakerErrorRate = 1 - s.Speakers.Value
	}
	return s
}

// Print writes the score for people.
func (s TranscriptScore) Print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%d recordings, %d words\nword error rate     %.3f (%d wrong, %d missing, %d made up)\nmissed entity rate  %.3f (%d of %d understood)\nspeaker error rate  %.3f\n",
		s.Recordings, s.Words, s.WordErrorRate, s.Substitutions, s.Deletions, s.Insertions, s.MissedEntityRate, s.Entities.Right, s.Entities.Of, s.SpeakerErrorRate)
	return err
}

// word is a word and who said it.
type word struct{ text, speaker string }

func spoken(turns []Turn) []word {
	var words []word
	for _, t := range turns {
		for _, text := range plainWords(t.Text) {
			words = append(words, word{text, t.Speaker})
		}
	}
	return words
}

// holds reports whether the words of an entity stand together among the words.
func holds(words []word, entity string) bool {
	want := plainWords(entity)
	for i := 0; i+len(want) <= len(words) && len(want) > 0; i++ {
		j := 0
		for j < len(want) && words[i+j].text == want[j] {
			j++
		}
		if j == len(want) {
			return true
		}
	}
	return false
}

// sameSpeaker counts the words that were given to their speaker. Roles must be right; a name
// such as "speaker 1" stands for whoever shares most words with it.
func sameSpeaker(both [][2]word) int {
	shared := map[[2]string]int{} // said by, given to
	for _, w := range both {
		shared[[2]string{w[0].speaker, w[1].speaker}]++
	}
	right := 0
	taken := map[string]bool{}
	for len(shared) > 0 {
		best := mostShared(shared)
		said, given := best[0], best[1]
		named := isRole(said) && isRole(given)
		if (named && said == given) || (!named && !taken["said "+said] && !taken["given "+given]) {
			right += shared[best]
			taken["said "+said], taken["given "+given] = true, true
		}
		delete(shared, best)
	}
	return right
}

// mostShared returns the speakers with most words in common, the first by name of equal ones.
func mostShared(shared map[[2]string]int) [2]string {
	var best [2]string
	for pair, n := range shared {
		if n > shared[best] || (n == shared[best] && pair[0]+"\x00"+pair[1] < best[0]+"\x00"+best[1]) {
			best = pair
		}
	}
	return best
}

func isRole(speaker string) bool { return speaker == request.Agent || speaker == request.Customer }
