package speech

import (
	"encoding/json"
	"strings"
	"testing"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"google.golang.org/protobuf/encoding/protojson"
)

// FuzzTranscript: whatever Speech-to-Text writes, the transcript can be kept, its turns are in
// order, and no word that it heard is left out.
func FuzzTranscript(f *testing.F) {
	f.Add([]byte(`{"results":[{"alternatives":[{"transcript":"Hello there","words":[{"startOffset":"0s","endOffset":"0.5s","word":"Hello","speakerLabel":"1"},{"startOffset":"2s","endOffset":"2.5s","word":"there","speakerLabel":"2"}]}],"resultEndOffset":"3s","languageCode":"en-US"}]}`))
	f.Add([]byte(`{"results":[{"alternatives":[{"transcript":"yes"}],"channelTag":2,"resultEndOffset":"3s"},{"alternatives":[{"transcript":"no."}],"channelTag":1}],"metadata":{"totalBilledDuration":"15s"}}`))
	f.Add([]byte(`{"results":[{"alternatives":[{"words":[{"word":"a"},{"word":" "},{"word":"b","endOffset":"-1s"}]}]},{},{"alternatives":[]}]}`))
	f.Add([]byte(`{"results":[{"alternatives":[{"words":[{"word":"x","startOffset":"315576000000s"}]}],"resultEndOffset":"-315576000000s"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var heard speechpb.BatchRecognizeResults
		if (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &heard) != nil {
			return
		}
		got := transcriptOf(heard.GetResults(), heard.GetMetadata())
		words := 0
		for i, s := range got.Segments {
			if s.Index != i || strings.TrimSpace(s.Text) == "" || s.Speaker == "" {
				t.Errorf("turn %d of %q is %+v", i, body, s)
			}
			words += len(strings.Fields(s.Text))
		}
		if want := wordsIn(&heard); words != want {
			t.Errorf("%q has %d words, the transcript %d", body, want, words)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("%q cannot be kept: %v", body, err)
		}
	})
}

func wordsIn(heard *speechpb.BatchRecognizeResults) int {
	n := 0
	for _, r := range heard.GetResults() {
		if len(r.GetAlternatives()) == 0 {
			continue
		}
		best := r.GetAlternatives()[0]
		for _, w := range best.GetWords() {
			n += len(strings.Fields(w.GetWord()))
		}
		if len(best.GetWords()) == 0 {
			n += len(strings.Fields(best.GetTranscript()))
		}
	}
	return n
}
