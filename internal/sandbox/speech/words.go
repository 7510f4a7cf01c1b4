package speech

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// resultS is after how many seconds a result ends with the next turn: results are
// stretches of audio, not turns, so one holds words of several speakers.
const resultS = 20.0

// results returns what the service says about audio, with the features that were asked for.
func results(a audio, c *speechpb.RecognitionConfig) []*speechpb.SpeechRecognitionResult {
	f := c.GetFeatures()
	labels := speakerLabels(a.turns)
	var all []*speechpb.SpeechRecognitionResult
	for channel := 1; channel <= heardChannels(a, f); channel++ {
		var turns []Turn
		for _, t := range a.turns {
			if (a.voices[t.Speaker]-1)%a.channels+1 == channel && strings.TrimSpace(t.Text) != "" {
				turns = append(turns, t)
			}
		}
		for _, stretch := range stretches(turns) {
			r := result(stretch, f, labels)
			r.LanguageCode = language(c)
			if separate(f) {
				r.ChannelTag = int32(channel)
			}
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(x, y *speechpb.SpeechRecognitionResult) int {
		return cmp.Compare(x.GetResultEndOffset().AsDuration(), y.GetResultEndOffset().AsDuration())
	})
	return all
}

func separate(f *speechpb.RecognitionFeatures) bool {
	return f.GetMultiChannelMode() == speechpb.RecognitionFeatures_SEPARATE_RECOGNITION_PER_CHANNEL
}

// heardChannels: without a channel mode the service hears the first one only.
func heardChannels(a audio, f *speechpb.RecognitionFeatures) int {
	if separate(f) {
		return a.channels
	}
	return 1
}

// speakerLabels numbers the speakers as they begin to speak. In a recording of several
// channels each speaker has one of them, in the same order.
func speakerLabels(turns []Turn) map[string]int {
	labels := map[string]int{}
	for _, t := range turns {
		if _, ok := labels[t.Speaker]; !ok {
			labels[t.Speaker] = len(labels) + 1
		}
	}
	return labels
}

func stretches(turns []Turn) [][]Turn {
	var all [][]Turn
	for _, t := range turns {
		last := len(all) - 1
		if last < 0 || t.End-all[last][0].Start > resultS {
			all = append(all, []Turn{t})
			continue
		}
		all[last] = append(all[last], t)
	}
	return all
}

func result(turns []Turn, f *speechpb.RecognitionFeatures, labels map[string]int) *speechpb.SpeechRecognitionResult {
	var said []string
	var words []*speechpb.WordInfo
	end := 0.0
	for _, t := range turns {
		said = append(said, strings.Join(strings.Fields(t.Text), " "))
		words = append(words, wordsOf(t, f, labels)...)
		end = max(end, t.End)
	}
	// chirp_3 gives no confidence: 0 means unset.
	return &speechpb.SpeechRecognitionResult{
		Alternatives:    []*speechpb.SpeechRecognitionAlternative{{Transcript: strings.Join(said, " "), Words: words}},
		ResultEndOffset: offset(end),
	}
}

// wordsOf returns nothing unless something was asked for that only words can tell.
func wordsOf(t Turn, f *speechpb.RecognitionFeatures, labels map[string]int) []*speechpb.WordInfo {
	diarize := f.GetDiarizationConfig() != nil
	if !diarize && !f.GetEnableWordTimeOffsets() && !f.GetEnableWordConfidence() {
		return nil
	}
	fields := strings.Fields(t.Text)
	total := 0
	for _, w := range fields {
		total += len(w) + 1
	}
	words := make([]*speechpb.WordInfo, 0, len(fields))
	said := 0
	for _, w := range fields {
		info := &speechpb.WordInfo{Word: w}
		if diarize {
			info.SpeakerLabel = strconv.Itoa(labels[t.Speaker])
		}
		start := t.Start + (t.End-t.Start)*float64(said)/float64(total)
		said += len(w) + 1
		if f.GetEnableWordTimeOffsets() {
			info.StartOffset = offset(start)
			info.EndOffset = offset(t.Start + (t.End-t.Start)*float64(said)/float64(total))
		}
		words = append(words, info)
	}
	return words
}

// offset rounds to the service's 10 ms.
func offset(seconds float64) *durationpb.Duration {
	return durationpb.New(time.Duration(math.Round(seconds*100)) * 10 * time.Millisecond)
}

// language is what was detected, or the first that was asked for.
func language(c *speechpb.RecognitionConfig) string {
	if code := c.GetLanguageCodes()[0]; code != "auto" {
		return code
	}
	return "en-US"
}

// billed counts begun seconds, for each channel that was heard.
func billed(a audio, c *speechpb.RecognitionConfig) *durationpb.Duration {
	channels := time.Duration(heardChannels(a, c.GetFeatures()))
	return durationpb.New(time.Duration(math.Ceil(a.durationS)) * time.Second * channels)
}
