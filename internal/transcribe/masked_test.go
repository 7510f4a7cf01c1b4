package transcribe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/redact"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/tenant"
)

func TestCardNumbersAreMaskedBeforeTheyAreStored(t *testing.T) {
	t.Parallel()
	const number = "4111 1111 1111 1111"
	t.Run("that were heard", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, 1)
		b.speech.heard.Segments = append(b.speech.heard.Segments, request.Segment{Index: 2, Speaker: "speaker 2", Start: 6, End: 9, Text: "My card is " + number + "."})
		result, _, err := b.visit(t)
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Transcript.Segments[2].Text; got != "My card is [card number]." {
			t.Errorf("got %q", got)
		}
		want := []request.Redaction{{Segment: 2, Kind: redact.CardNumber, Start: 6, End: 9}}
		if diff := cmp.Diff(want, result.Transcript.Redactions); diff != "" {
			t.Errorf("redactions (-want +got)\n%s", diff)
		}
		if !strings.HasSuffix(result.Detail, "; masked 1 times") {
			t.Errorf("detail %q", result.Detail)
		}
	})
	t.Run("in the source's own transcript", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, 1)
		b.source.details = request.Details{CallType: "missed", SourceTranscript: "Agent: Card?\nCaller: " + number}
		b.record.saved.Details = request.Details{}
		result, r, err := b.visit(t)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.Details.SourceTranscript, "1111") || result.Transcript.Segments[1].Text != "[card number]" || len(result.Transcript.Redactions) != 1 {
			t.Errorf("details %q, transcript %+v", r.Details.SourceTranscript, result.Transcript)
		}
	})
	t.Run("not where the tenant keeps them", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, 1)
		b.tenant.Settings.Privacy = tenant.Privacy{KeepCardNumbers: true}
		b.speech.heard.Segments[1].Text = number
		result, _, err := b.visit(t)
		if err != nil || result.Transcript.Segments[1].Text != number || result.Transcript.Redactions != nil {
			t.Errorf("%v, transcript %+v", err, result.Transcript)
		}
	})
}
