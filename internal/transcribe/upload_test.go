package transcribe

import (
	"errors"
	"io"
	"io/fs"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/recording"
	"github.com/your-org/multi-tenant-pipeline/internal/request"
)

var upload = recording.Upload("tenant_demo", "req_1")

// newIngested returns a bench with a call that was created by API and waits for its upload
// for an hour.
func newIngested(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, 30)
	b.source.fetchErr = errors.New("nobody tracked this call")
	r := &b.record.saved
	r.Namespace, r.ExternalID = request.NamespaceAPI, "crm-1"
	r.Details = request.Details{Answered: true, HasRecording: true}
	r.Handling = request.Handling{Upload: upload, UploadUntil: received.Add(time.Hour)}
	return b
}

func (b *bench) upload(t *testing.T, content []byte) {
	t.Helper()
	err := b.bucket.Write(t.Context(), upload, "audio/mpeg", func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// exists reports whether there is an object.
func (b *bench) exists(t *testing.T, object string) bool {
	t.Helper()
	r, err := b.bucket.Reader(t.Context(), object)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.Close() == nil
}

func TestAnUploadIsTranscribedAndThenGone(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.upload(t, mp3(30, 1))
	result, r, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Fatalf("%+v, %v, want a transcript by speech", result.Transcript, err)
	}
	if want := recording.Object("tenant_demo", "req_1", 1); r.Recording.Object != want || !b.exists(t, want) {
		t.Errorf("recording %+v, want it kept as %s", r.Recording, want)
	}
	if !b.exists(t, upload) {
		t.Error("the upload is gone before the transcript is saved: a crash would lose it")
	}
	result.After(t.Context())
	if b.exists(t, upload) {
		t.Error("the upload is still there")
	}
	if b.source.opened > 0 {
		t.Error("the call tracker was asked for the recording")
	}
}

func TestAnUploadIsWaitedForMoreAndMoreRarely(t *testing.T) {
	t.Parallel()
	for waited, want := range map[time.Duration]time.Duration{
		2 * time.Second:            10 * time.Second,
		2 * time.Minute:            20 * time.Second,
		20 * time.Minute:           time.Minute,
		time.Hour - 15*time.Second: 15 * time.Second,
	} {
		b := newIngested(t)
		b.now = received.Add(waited)
		_, r, err := b.visit(t)
		wantLater(t, err, b.now.Add(want))
		if r.Recording.Absent != "" {
			t.Errorf("given up after %v: %s", waited, r.Recording.Absent)
		}
		if b.record.checkpoints != 0 {
			t.Errorf("waiting cost %d checkpoints", b.record.checkpoints)
		}
	}
}

func TestACallGoesOnWithoutAnUploadThatIsNoGood(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content []byte // nil: nothing came
		want    string
	}{
		"never came": {nil, AbsentNeverCame},
		"web page":   {[]byte("<!DOCTYPE html><html></html>"), AbsentNotAudio},
		"too large":  {mp3(1500, 1), AbsentTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newIngested(t)
			b.now = received.Add(time.Hour)
			if tc.content != nil {
				b.upload(t, tc.content)
			}
			result, r, err := b.visit(t)
			if err != nil || r.Recording.Absent != tc.want || result.Transcript.Origin != request.OriginNone {
				t.Fatalf("%+v, %+v, %v; want absent because %s", result.Transcript, r.Recording, err, tc.want)
			}
			result.After(t.Context())
			if b.exists(t, upload) {
				t.Error("the upload is still there")
			}
		})
	}
}

func TestAnUploadThatComesAtTheVeryEndCounts(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.now = received.Add(2 * time.Hour) // a tenant that was paused
	b.upload(t, mp3(30, 1))
	if result, _, err := b.visit(t); err != nil || result.Transcript.Origin != request.OriginSpeech {
		t.Errorf("%+v, %v, want a transcript by speech", result.Transcript, err)
	}
}

func TestACallByAPIWithoutAudioIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.record.saved.Handling = request.Handling{}
	result, r, err := b.visit(t)
	if err != nil || r.Recording.Absent != AbsentNotRecorded || result.After != nil {
		t.Errorf("%+v, %v", r.Recording, err)
	}
}

func TestAGivenTranscriptIsNotPaidFor(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.record.saved.Handling = request.Handling{}
	masked := []request.Redaction{{Segment: 1, Kind: "card", Start: 4.5, End: 6}}
	b.record.saved.Details.Given = &request.Transcript{Origin: request.OriginSource, Redactions: masked, Segments: []request.Segment{
		{Index: 0, Speaker: "Agent", Start: 0, End: 2, Text: "Acme, how can I help?"},
		{Index: 1, Speaker: "caller", Start: 4.5, End: 6, Text: "A kitchen, [card number]."},
		{Index: 2, Speaker: "Jane", Text: "And a bath."},
		{Index: 3, Speaker: "", Text: "Bye."},
	}}
	result, r, err := b.visit(t)
	if err != nil {
		t.Fatal(err)
	}
	want := &request.Transcript{
		Origin: request.OriginSource, RoleConfidence: labelConfidence, Redactions: masked,
		Segments: []request.Segment{
			{Index: 0, Speaker: request.Agent, Start: 0, End: 2, Text: "Acme, how can I help?"},
			{Index: 1, Speaker: request.Customer, Start: 4.5, End: 6, Text: "A kitchen, [card number]."},
			{Index: 2, Speaker: "Jane", Text: "And a bath."},
			{Index: 3, Speaker: "speaker 1", Text: "Bye."},
		},
	}
	if r.Details.Given.Segments[1].Speaker != "caller" {
		t.Error("what the call came with has changed")
	}
	if diff := cmp.Diff(want, result.Transcript); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	if b.speech.recognized+len(b.speech.starts) > 0 {
		t.Error("Speech-to-Text was asked")
	}
}

func TestSpeakersOfAGivenTranscriptAreRecognised(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.record.saved.Details.Given = &request.Transcript{Origin: request.OriginSource, Segments: conversation().Segments}
	result, _, err := b.visit(t)
	if err != nil || result.Transcript.Segments[0].Speaker != request.Agent || result.Transcript.Segments[1].Speaker != request.Customer {
		t.Errorf("%+v, %v, want the roles by what they say", result.Transcript, err)
	}
}

// After a crash that came after the copy, the next visit takes the copy over.
func TestAnUploadThatWasCopiedAlreadyIsTakenOver(t *testing.T) {
	t.Parallel()
	b := newIngested(t)
	b.upload(t, mp3(185, 1))
	b.record.killAt = 1
	if _, _, err := b.visit(t); !errors.Is(err, errCrash) {
		t.Fatalf("%v, want a crash at the first checkpoint", err)
	}
	result, r, err := b.visit(t)
	if err != nil || result.Transcript.Origin != request.OriginSpeech || !r.Recording.Kept() {
		t.Errorf("%+v, %+v, %v", result.Transcript, r.Recording, err)
	}
}
