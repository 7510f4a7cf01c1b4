package speech

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestTranscriptOfMakesTurns(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("one two three four. ", 10)) // 40 words
	for name, tc := range map[string]struct {
		results []*speechpb.SpeechRecognitionResult
		want    []request.Segment
	}{
		"silence":              {nil, []request.Segment{}},
		"a result of no words": {results("0|9|"), []request.Segment{}},
		"speakers alternate": {
			results("0|9|1:Thank@0-0.3 1:you.@0.3-0.6 2:Hi@0.7-0.9 2:there.@0.9-1.2 1:How@1.3-1.5 1:can@1.5-1.6"),
			turns("speaker 1|0|0.6|Thank you.", "speaker 2|0.7|1.2|Hi there.", "speaker 1|1.3|1.6|How can"),
		},
		"a turn goes on over results and sentences": {
			results("0|1|1:Yes.@0-0.5", "0|2|1:We@0.6-0.8 1:do.@0.8-1"),
			turns("speaker 1|0|1|Yes. We do."),
		},
		"a pause splits": {
			results("0|9|1:Hold@0-0.5 1:on@0.5-1 1:okay@2.5-3"),
			turns("speaker 1|0|1|Hold on", "speaker 1|2.5|3|okay"),
		},
		"the end of a sentence splits a long turn": {
			results("0|9|"+words("1", long), "0|9|1:More.@8-9"),
			turns("speaker 1|0|8|"+long, "speaker 1|8|9|More."),
		},
		"words without offsets share the result's time": {
			results("0|4|1:abc 1:abc 2:abc 2:abc", "0|8|1:abc"),
			turns("speaker 1|0|2|abc abc", "speaker 2|2|4|abc abc", "speaker 1|4|8|abc"),
		},
		"results without words are taken whole": {
			results("0|4|Hello, this is a message.", "0|9|Call me."),
			turns("speaker 1|0|9|Hello, this is a message. Call me."),
		},
		"nothing has a time": {
			results("0|0|2:Hi. 1:Yes? 2:Bye."),
			turns("speaker 2|0|0|Hi.", "speaker 1|0|0|Yes?", "speaker 2|0|0|Bye."),
		},
		"channels are woven by utterance": {
			results("2|9|:We@0.5-1 :want@2-2.5 :tile.@2.5-3", "1|9|:Hello.@0-0.4 :Uh-huh.@1.1-1.3"),
			turns("speaker 1|0|0.4|Hello.", "speaker 2|0.5|3|We want tile.", "speaker 1|1.1|1.3|Uh-huh."),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := transcriptOf(tc.results, nil).Segments
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateApprox(0, 1e-6)); diff != "" {
				t.Errorf("segments (-want +got):\n%s", diff)
			}
		})
	}
}

// results reads "channel|end|words", a word being "label:text@start-end"; without a
// label anywhere the words are a transcript without word information.
func results(lines ...string) []*speechpb.SpeechRecognitionResult {
	var out []*speechpb.SpeechRecognitionResult
	for _, line := range lines {
		f := strings.SplitN(line, "|", 3)
		channel, _ := strconv.Atoi(f[0])
		alternative := &speechpb.SpeechRecognitionAlternative{Transcript: f[2]}
		if strings.Contains(f[2], ":") {
			for _, w := range strings.Fields(f[2]) {
				alternative.Words = append(alternative.Words, info(w))
			}
		}
		out = append(out, &speechpb.SpeechRecognitionResult{
			Alternatives: []*speechpb.SpeechRecognitionAlternative{alternative},
			ChannelTag:   int32(channel), ResultEndOffset: offset(f[1]), LanguageCode: "en-US",
		})
	}
	return out
}

func info(s string) *speechpb.WordInfo {
	label, rest, _ := strings.Cut(s, ":")
	text, times, ok := strings.Cut(rest, "@")
	w := &speechpb.WordInfo{Word: text, SpeakerLabel: label}
	if ok {
		start, end, _ := strings.Cut(times, "-")
		w.StartOffset, w.EndOffset = offset(start), offset(end)
	}
	return w
}

func offset(s string) *durationpb.Duration {
	f, _ := strconv.ParseFloat(s, 64)
	return durationpb.New(time.Duration(f * float64(time.Second)))
}

// words gives each word of a text 0.2 seconds.
func words(label, text string) string {
	var b strings.Builder
	for i, w := range strings.Fields(text) {
		fmt.Fprintf(&b, "%s:%s@%.1f-%.1f ", label, w, float64(i)*0.2, float64(i+1)*0.2)
	}
	return b.String()
}

// turns reads "speaker|start|end|text".
func turns(lines ...string) []request.Segment {
	var out []request.Segment
	for i, line := range lines {
		f := strings.SplitN(line, "|", 4)
		start, _ := strconv.ParseFloat(f[1], 64)
		end, _ := strconv.ParseFloat(f[2], 64)
		out = append(out, request.Segment{Index: i, Speaker: f[0], Start: start, End: end, Text: f[3]})
	}
	return out
}
