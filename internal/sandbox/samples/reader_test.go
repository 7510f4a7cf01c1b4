package samples

import (
	"strings"
	"testing"

	"github.com/your-org/multi-tenant-pipeline/internal/callrail"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

func TestThePipelineReadsEveryPayload(t *testing.T) {
	t.Parallel()
	kinds := map[request.Kind]callrail.Kind{request.Call: callrail.PostCall, request.Form: callrail.FormSubmission}
	for _, s := range All() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			body, err := s.Payload(company, start)
			if err != nil {
				t.Fatal(err)
			}
			payload, err := callrail.Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			if got := payload.Kind(); got != kinds[s.Kind] {
				t.Errorf("kind = %q, want %q", got, kinds[s.Kind])
			}
			r, err := payload.Request(kinds[s.Kind], "US")
			if err != nil {
				t.Fatal(err)
			}
			if r.ExternalID != s.ExternalID || !r.StartedAt.Equal(start) {
				t.Errorf("external id %q, started at %v", r.ExternalID, r.StartedAt)
			}
			if r.Details.HasRecording != (len(s.Audio) > 0) {
				t.Errorf("has recording = %v with %d bytes of audio", r.Details.HasRecording, len(s.Audio))
			}
			if !strings.HasPrefix(r.Caller.Phone, "+130355501") {
				t.Errorf("phone = %q", r.Caller.Phone)
			}
			if s.Kind == request.Form && s.Expect.CustomerEmail != r.Caller.Email && s.Expect.CustomerEmail != "" {
				t.Errorf("e-mail = %q, want %q", r.Caller.Email, s.Expect.CustomerEmail)
			}
			if r.Details.MarkedSpam {
				t.Error("marked as spam")
			}
		})
	}
}
