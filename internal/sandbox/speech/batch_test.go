package speech_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	client "cloud.google.com/go/speech/apiv2"
	"cloud.google.com/go/speech/apiv2/speechpb"
	gcs "cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/journal"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
)

const (
	audioURI = "gs://b/recordings/tenant_demo/req_1/1/audio"
	output   = "gs://b/speech/tenant_demo/req_1/1/intent/"
)

func TestBatchWritesItsTranscriptToStorage(t *testing.T) {
	t.Parallel()
	audio := wav(200, 1)
	objects := newStorage(t, map[string][]byte{"recordings/tenant_demo/req_1/1/audio": audio})
	server, c := newServer(t, speech.Config{Duration: time.Millisecond}, objects)
	server.Know(sha256.Sum256(audio), conversation)
	started, err := c.BatchRecognize(t.Context(), batch(audioURI))
	if err != nil {
		t.Fatal(err)
	}
	resumed := c.BatchRecognizeOperation(started.Name()) // as after a crash
	wait(t, c, started.Name())
	resp, err := resumed.Poll(t.Context())
	if err != nil || resp == nil {
		t.Fatalf("poll a finished operation: got %v, %v", resp, err)
	}
	uri := resp.GetResults()[audioURI].GetCloudStorageResult().GetUri()
	if !regexp.MustCompile(`^gs://b/speech/tenant_demo/req_1/1/intent/audio_transcript_[0-9a-f-]+\.json$`).MatchString(uri) {
		t.Errorf("output: got %s, want one named after the audio", uri)
	}
	var written speechpb.BatchRecognizeResults
	if err := protojson.Unmarshal(read(t, objects, uri), &written); err != nil {
		t.Fatal(err)
	}
	want := []string{"0||Hi, I need a new roof. Gladly. When?", "0||In May."}
	if diff := cmp.Diff(want, render(written.GetResults())); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if got := written.GetMetadata().GetTotalBilledDuration().AsDuration(); got != 200*time.Second {
		t.Errorf("billed: got %v, want 200s", got)
	}
	meta, err := resumed.Metadata()
	if err != nil || meta.GetProgressPercent() != 100 || meta.GetBatchRecognizeRequest().GetRecognitionOutputConfig().GetGcsOutputConfig().GetUri() != output {
		t.Errorf("metadata: got %v, %v; want 100 percent and the request", meta, err)
	}
	objectsOf := func(tenant string) int { return len(server.Objects(tenant)) }
	if objectsOf("tenant_demo") != 1 || objectsOf("tenant_other") != 0 || objectsOf("") != 1 {
		t.Errorf("objects: got %v", server.Objects(""))
	}
}

func TestBatchAnswersInlineToo(t *testing.T) {
	t.Parallel()
	audio := wav(90, 1)
	server, c := newServer(t, speech.Config{}, newStorage(t, map[string][]byte{"recordings/tenant_demo/req_1/1/audio": audio}))
	server.Know(sha256.Sum256(audio), conversation[:1])
	r := batch(audioURI)
	r.RecognitionOutputConfig = &speechpb.RecognitionOutputConfig{Output: &speechpb.RecognitionOutputConfig_InlineResponseConfig{
		InlineResponseConfig: &speechpb.InlineOutputConfig{},
	}}
	op, err := c.BatchRecognize(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, c, op.Name())
	resp, err := op.Poll(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := render(resp.GetResults()[audioURI].GetInlineResult().GetTranscript().GetResults())
	if diff := cmp.Diff([]string{"0||Hi, I need a new roof."}, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestAFileFailsWithinASuccessfulOperation(t *testing.T) {
	t.Parallel()
	offsets := &speechpb.RecognitionFeatures{EnableWordTimeOffsets: true}
	tests := map[string]struct {
		audio    []byte
		features *speechpb.RecognitionFeatures
		want     codes.Code
	}{
		"no such object":             {nil, nil, codes.NotFound},
		"a web page":                 {[]byte("<!doctype html><title>404</title>"), nil, codes.InvalidArgument},
		"more than an hour":          {wav(3601, 1), nil, codes.InvalidArgument},
		"20 minutes with word times": {wav(1201, 1), offsets, codes.InvalidArgument},
		"20 minutes without":         {wav(1201, 1), nil, codes.OK},
		"an output without a bucket": {wav(90, 1), nil, codes.NotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := map[string][]byte{}
			if test.audio != nil {
				stored["recordings/tenant_demo/req_1/1/audio"] = test.audio
			}
			_, c := newServer(t, speech.Config{}, newStorage(t, stored))
			r := batch(audioURI)
			r.Config.Features = test.features
			if name == "an output without a bucket" {
				r.RecognitionOutputConfig.GetGcsOutputConfig().Uri = "gs://missing/x"
			}
			op, err := c.BatchRecognize(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			wait(t, c, op.Name())
			resp, err := op.Poll(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := codes.Code(resp.GetResults()[audioURI].GetError().GetCode()); got != test.want {
				t.Errorf("got %v, want %v", resp.GetResults()[audioURI].GetError(), test.want)
			}
		})
	}
}

func TestBatchRefusesWhatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	_, c := newServer(t, speech.Config{}, nil)
	many := batch(audioURI, "gs://b/2", "gs://b/3", "gs://b/4", "gs://b/5", "gs://b/6")
	noOutput, noScheme := batch(audioURI), batch(audioURI)
	noOutput.RecognitionOutputConfig = nil
	noScheme.RecognitionOutputConfig.GetGcsOutputConfig().Uri = "/tmp/x"
	for name, r := range map[string]*speechpb.BatchRecognizeRequest{
		"no file": batch(), "six files": many, "a web address": batch("https://example.com/a.mp3"),
		"a bucket": batch("gs://b/"), "no output": noOutput, "an output elsewhere": noScheme,
	} {
		if _, err := c.BatchRecognize(t.Context(), r); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: got %v, want InvalidArgument", name, err)
		}
	}
}

func TestOperationsAreListedCancelledDeletedAndLost(t *testing.T) {
	t.Parallel()
	audio := wav(90, 1)
	server, c := newServer(t, speech.Config{Duration: time.Hour}, newStorage(t, map[string][]byte{"recordings/tenant_demo/req_1/1/audio": audio}))
	var names []string
	for range 3 {
		op, err := c.BatchRecognize(t.Context(), batch(audioURI))
		if err != nil {
			t.Fatal(err)
		}
		names = append([]string{op.Name()}, names...)
	}
	if diff := cmp.Diff(names, list(t, c)); diff != "" {
		t.Errorf("operations, newest first (-want +got):\n%s", diff)
	}
	running, err := c.GetOperation(t.Context(), &longrunningpb.GetOperationRequest{Name: names[0]})
	if err != nil || running.GetDone() {
		t.Errorf("an hour's operation: got %v, %v; want it running", running, err)
	}
	if err := c.CancelOperation(t.Context(), &longrunningpb.CancelOperationRequest{Name: names[0]}); err != nil {
		t.Fatal(err)
	}
	wait(t, c, names[0])
	cancelled, err := c.GetOperation(t.Context(), &longrunningpb.GetOperationRequest{Name: names[0]})
	if err != nil || cancelled.GetError().GetCode() != int32(codes.Canceled) {
		t.Errorf("cancelled operation: got %v, %v; want error Canceled", cancelled, err)
	}
	if err := c.DeleteOperation(t.Context(), &longrunningpb.DeleteOperationRequest{Name: names[1]}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{names[0], names[2]}, list(t, c)); diff != "" {
		t.Errorf("operations after deleting one (-want +got):\n%s", diff)
	}
	server.Lose()
	if _, err := c.GetOperation(t.Context(), &longrunningpb.GetOperationRequest{Name: names[2]}); status.Code(err) != codes.NotFound {
		t.Errorf("lost operation: got %v, want NotFound", err)
	}
	for _, o := range server.Objects("tenant_demo") {
		if o.Fields["lost"] != true {
			t.Errorf("inspection does not tell that %s is lost", o.ID)
		}
	}
}

var _ journal.Lister = (*speech.Server)(nil)

func batch(uris ...string) *speechpb.BatchRecognizeRequest {
	r := &speechpb.BatchRecognizeRequest{
		Recognizer: recognizer, Config: config(nil),
		RecognitionOutputConfig: &speechpb.RecognitionOutputConfig{Output: &speechpb.RecognitionOutputConfig_GcsOutputConfig{
			GcsOutputConfig: &speechpb.GcsOutputConfig{Uri: output},
		}},
	}
	for _, uri := range uris {
		r.Files = append(r.Files, &speechpb.BatchRecognizeFileMetadata{AudioSource: &speechpb.BatchRecognizeFileMetadata_Uri{Uri: uri}})
	}
	return r
}

// wait returns when the operation is done.
func wait(t *testing.T, c *client.Client, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	op, err := c.LROClient.WaitOperation(ctx, &longrunningpb.WaitOperationRequest{Name: name, Timeout: durationpb.New(30 * time.Second)})
	if err != nil || !op.GetDone() {
		t.Fatalf("operation %s: got %v, %v; want it done", name, op, err)
	}
}

// list goes through pages of two.
func list(t *testing.T, c *client.Client) []string {
	t.Helper()
	var names []string
	it := c.ListOperations(t.Context(), &longrunningpb.ListOperationsRequest{Name: "projects/p/locations/us", PageSize: 2})
	for {
		op, err := it.Next()
		if errors.Is(err, iterator.Done) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, op.GetName())
	}
}

func read(t *testing.T, c *gcs.Client, uri string) []byte {
	t.Helper()
	r, err := c.Bucket("b").Object(strings.TrimPrefix(uri, "gs://b/")).NewReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// render writes each result as channel|words|transcript, a word as word/speaker@start.
func render(results []*speechpb.SpeechRecognitionResult) []string {
	lines := []string{}
	for _, r := range results {
		best := r.GetAlternatives()[0]
		var words []string
		for _, w := range best.GetWords() {
			word := w.GetWord()
			if w.GetSpeakerLabel() != "" {
				word += "/" + w.GetSpeakerLabel()
			}
			if w.GetStartOffset() != nil {
				word += "@" + strconv.FormatFloat(w.GetStartOffset().AsDuration().Seconds(), 'f', -1, 64)
			}
			words = append(words, word)
		}
		lines = append(lines, strconv.Itoa(int(r.GetChannelTag()))+"|"+strings.Join(words, " ")+"|"+best.GetTranscript())
	}
	return lines
}
