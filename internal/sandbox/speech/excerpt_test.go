package speech_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"cloud.google.com/go/speech/apiv2/speechpb"
	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
)

func TestAPartOfKnownAudioIsHeardAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	server, c := newServer(t, speech.Config{}, nil)
	features := &speechpb.RecognitionFeatures{
		EnableWordTimeOffsets: true, MultiChannelMode: speechpb.RecognitionFeatures_SEPARATE_RECOGNITION_PER_CHANNEL,
	}
	whole := wav(40, 2)
	sum := sha256.Sum256(whole)
	server.Know(sum, conversation)
	for name, tc := range map[string]struct {
		sum  string
		want []string
	}{
		"known": {hex.EncodeToString(sum[:]), []string{
			"2|Gladly.@1 When?@2.14|Gladly. When?", "1|a@0 new@0.17 roof.@0.5 In@5 May.@5.75|a new roof. In May.",
		}},
		"unknown": {hex.EncodeToString(make([]byte, 32)), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var part bytes.Buffer
			from := recording.Origin{SHA256: tc.sum, Spans: []request.Span{{From: 1, To: 4}, {From: 28, To: 33}}}
			if err := recording.Excerpt(&part, bytes.NewReader(whole), from, 0); err != nil {
				t.Fatal(err)
			}
			resp, err := recognize(t, c, part.Bytes(), features)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, render(resp.GetResults())); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
			if got := resp.GetMetadata().GetTotalBilledDuration().GetSeconds(); got != 16 {
				t.Errorf("%d s are billed, want 8 on each channel", got)
			}
		})
	}
}
