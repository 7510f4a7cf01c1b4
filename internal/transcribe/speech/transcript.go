package speech

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

// Transcript is what was heard, in turns of "speaker 1", "speaker 2" and so on.
type Transcript struct {
	Segments []request.Segment
	Language string  // BCP 47, of the first words; empty if nothing was heard
	BilledS  float64 // seconds over all channels; 0: not told
}

// word is one word of one speaker. Without words from the service it is a whole result.
type word struct {
	speaker    string
	text       string
	start, end float64 // seconds
}

// transcriptOf makes turns of the service's results. Silence has none.
func transcriptOf(results []*speechpb.SpeechRecognitionResult, meta *speechpb.RecognitionResponseMetadata) *Transcript {
	t := &Transcript{BilledS: seconds(meta.GetTotalBilledDuration())}
	byChannel := map[int32][]word{}
	lastEnd := map[int32]float64{}
	for _, r := range results {
		if len(r.GetAlternatives()) == 0 {
			continue
		}
		channel := r.GetChannelTag()
		words := wordsOf(r, lastEnd[channel])
		byChannel[channel] = append(byChannel[channel], words...)
		for _, w := range words {
			lastEnd[channel] = max(lastEnd[channel], w.end)
		}
		if t.Language == "" && len(words) > 0 {
			t.Language = r.GetLanguageCode()
		}
	}
	t.Segments = segments(byChannel)
	return t
}

// wordsOf returns the words of a result that begins after another one ended.
func wordsOf(r *speechpb.SpeechRecognitionResult, after float64) []word {
	best := r.GetAlternatives()[0]
	end := max(after, seconds(r.GetResultEndOffset()))
	if len(best.GetWords()) == 0 {
		text := strings.TrimSpace(best.GetTranscript())
		if text == "" {
			return nil
		}
		return []word{{speaker: speaker(r, ""), text: text, start: after, end: end}}
	}
	words := make([]word, 0, len(best.GetWords()))
	for _, info := range best.GetWords() {
		words = append(words, word{
			speaker: speaker(r, info.GetSpeakerLabel()), text: strings.TrimSpace(info.GetWord()),
			start: seconds(info.GetStartOffset()), end: seconds(info.GetEndOffset()),
		})
	}
	if !timed(best.GetWords()) {
		spread(words, after, end)
	}
	return words
}

// timed reports whether the words have offsets: the model may leave them out although
// they were asked for. The first word's start may be zero, but not every end.
func timed(words []*speechpb.WordInfo) bool {
	return slices.ContainsFunc(words, func(w *speechpb.WordInfo) bool { return seconds(w.GetEndOffset()) > 0 })
}

// spread gives words the time between two moments by their length. It is a guess, good
// enough to order two channels and to jump to a place in the recording.
func spread(words []word, start, end float64) {
	total := 0
	for _, w := range words {
		total += len(w.text) + 1
	}
	at := start
	for i := range words {
		words[i].start = at
		at += (end - start) * float64(len(words[i].text)+1) / float64(total)
		words[i].end = at
	}
}

// speaker names who said a word: the channel if there are several, else the voice.
func speaker(r *speechpb.SpeechRecognitionResult, label string) string {
	switch {
	case label != "":
		return "speaker " + label
	case r.GetChannelTag() > 0:
		return "speaker " + strconv.Itoa(int(r.GetChannelTag()))
	default:
		return "speaker 1"
	}
}

func seconds(d *durationpb.Duration) float64 {
	return float64(d.AsDuration()) / float64(time.Second)
}

// Where a turn ends although its speaker goes on.
const (
	pauseS   = 1.0 // a longer silence begins a new segment
	maxWords = 40  // from here on, the end of a sentence does too
)

// segments makes turns: first the utterances of each channel, then all of them in the
// order in which they began, joined where one speaker simply goes on. Ordering single
// words would cut a sentence into pieces at every "uh-huh" of the other channel.
func segments(byChannel map[int32][]word) []request.Segment {
	var utterances []request.Segment
	for _, channel := range slices.Sorted(maps.Keys(byChannel)) {
		utterances = append(utterances, utterancesOf(byChannel[channel])...)
	}
	if len(byChannel) > 1 { // within one, the service's order is right even where times are missing
		slices.SortStableFunc(utterances, func(a, b request.Segment) int { return cmp.Compare(a.Start, b.Start) })
	}
	turns := []request.Segment{}
	for _, u := range utterances {
		if last := len(turns) - 1; last >= 0 && goesOn(turns[last], u) {
			turns[last].Text += " " + u.Text
			turns[last].End = max(turns[last].End, u.End)
			continue
		}
		u.Index = len(turns)
		turns = append(turns, u)
	}
	return turns
}

// utterancesOf cuts the words of one channel where the speaker changes, pauses, or ends
// a sentence.
func utterancesOf(words []word) []request.Segment {
	var out []request.Segment
	for _, w := range words {
		if w.text == "" {
			continue
		}
		last := len(out) - 1
		if last >= 0 && out[last].Speaker == w.speaker && w.start-out[last].End <= pauseS && !endsSentence(out[last].Text) {
			out[last].Text += " " + w.text
			out[last].End = max(out[last].End, w.end)
			continue
		}
		out = append(out, request.Segment{Speaker: w.speaker, Start: w.start, End: w.end, Text: w.text})
	}
	return out
}

// goesOn reports whether an utterance belongs to the turn before it.
func goesOn(turn, next request.Segment) bool {
	return turn.Speaker == next.Speaker &&
		next.Start-turn.End <= pauseS &&
		(len(strings.Fields(turn.Text)) < maxWords || !endsSentence(turn.Text))
}

func endsSentence(s string) bool {
	return strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!")
}
