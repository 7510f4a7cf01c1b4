package speech

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	"github.com/google/go-cmp/cmp"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	audio  = "recordings/tenant_demo/req_1/1/audio"
	output = "speech/tenant_demo/req_1/1/i1/"
)

func TestStartAsksForOneFileWrittenUnderThePrefix(t *testing.T) {
	t.Parallel()
	s := &server{}
	opts := Options{DurationS: 185, Channels: 1, Hints: []string{"Acme Remodeling", " ", "Acme Remodeling"}}
	name, err := newClient(t, s, nil).Start(t.Context(), audio, output, opts)
	if err != nil {
		t.Fatal(err)
	}
	if name != "projects/p/locations/us/operations/1" {
		t.Errorf("operation %q", name)
	}
	want := &speechpb.BatchRecognizeRequest{
		Recognizer: "projects/p/locations/us/recognizers/_",
		Config: &speechpb.RecognitionConfig{
			DecodingConfig: &speechpb.RecognitionConfig_AutoDecodingConfig{AutoDecodingConfig: &speechpb.AutoDetectDecodingConfig{}},
			Model:          "chirp_3",
			LanguageCodes:  []string{"auto"},
			Features: &speechpb.RecognitionFeatures{
				EnableAutomaticPunctuation: true, EnableWordTimeOffsets: true,
				DiarizationConfig: &speechpb.SpeakerDiarizationConfig{},
			},
			Adaptation: adaptation(append([]string{"Acme Remodeling"}, vocabulary...)),
		},
		Files: []*speechpb.BatchRecognizeFileMetadata{{
			AudioSource: &speechpb.BatchRecognizeFileMetadata_Uri{Uri: "gs://bucket/" + audio},
		}},
		RecognitionOutputConfig: &speechpb.RecognitionOutputConfig{Output: &speechpb.RecognitionOutputConfig_GcsOutputConfig{
			GcsOutputConfig: &speechpb.GcsOutputConfig{Uri: "gs://bucket/" + output},
		}},
	}
	if diff := cmp.Diff([]*speechpb.BatchRecognizeRequest{want}, s.started, protocmp.Transform()); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestWhatMayTakeADayIsStartedAsTheCheapKind(t *testing.T) {
	t.Parallel()
	s := &server{}
	cheap := Options{DurationS: 20, Channels: 1, Batch: true}
	if cheap.Short() {
		t.Error("it would be recognised at once, at the full price")
	}
	if _, err := newClient(t, s, nil).Start(t.Context(), audio, output, cheap); err != nil {
		t.Fatal(err)
	}
	if got := s.started[0].GetProcessingStrategy(); got != speechpb.BatchRecognizeRequest_DYNAMIC_BATCHING {
		t.Errorf("strategy %v", got)
	}
}

func TestFeaturesFollowTheAudio(t *testing.T) {
	t.Parallel()
	perChannel := speechpb.RecognitionFeatures_SEPARATE_RECOGNITION_PER_CHANNEL
	for name, tc := range map[string]struct {
		opts     Options
		channels speechpb.RecognitionFeatures_MultiChannelMode
		diarize  bool
		offsets  bool
	}{
		"mono":                 {Options{DurationS: 100, Channels: 1}, 0, true, true},
		"stereo":               {Options{DurationS: 100, Channels: 2}, perChannel, false, true},
		"unknown":              {Options{}, 0, true, false},
		"twenty minutes":       {Options{DurationS: 1200, Channels: 1}, 0, true, true},
		"above twenty minutes": {Options{DurationS: 1200.5, Channels: 1}, 0, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := features(tc.opts)
			got := []any{f.GetMultiChannelMode(), f.GetDiarizationConfig() != nil, f.GetEnableWordTimeOffsets()}
			if diff := cmp.Diff([]any{tc.channels, tc.diarize, tc.offsets}, got); diff != "" {
				t.Errorf("features (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecognizeSendsTheAudioAndTheLanguage(t *testing.T) {
	t.Parallel()
	s := &server{}
	got, err := newClient(t, s, nil).Recognize(t.Context(), []byte("sound"), Options{Language: "es-US", DurationS: 20, Channels: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Segments) != 0 {
		t.Errorf("silence gave %v", got.Segments)
	}
	req := s.recognized[0]
	if string(req.GetContent()) != "sound" || !slices.Equal(req.GetConfig().GetLanguageCodes(), []string{"es-US"}) {
		t.Errorf("request %v", req)
	}
}

func TestNothingPaidIsRepeatedByTheClient(t *testing.T) {
	t.Parallel()
	for code, want := range map[codes.Code]error{
		codes.Unavailable: ErrBusy, codes.ResourceExhausted: ErrBusy, codes.DeadlineExceeded: ErrBusy,
		codes.FailedPrecondition: ErrRefused,
	} {
		s := &server{fail: status.Error(code, "no")}
		c := newClient(t, s, nil)
		if _, err := c.Start(t.Context(), audio, output, Options{DurationS: 100}); !errors.Is(err, want) {
			t.Errorf("start with %v: error %v, want %v", code, err, want)
		}
		if _, err := c.Recognize(t.Context(), nil, Options{DurationS: 10}); !errors.Is(err, want) {
			t.Errorf("recognize with %v: error %v, want %v", code, err, want)
		}
		if len(s.started) != 1 || len(s.recognized) != 1 {
			t.Errorf("%v: asked %d and %d times, want once each", code, len(s.started), len(s.recognized))
		}
	}
}

// Not every language has speakers by voice, and not every location hints.
func TestWhatIsRefusedIsAskedForItsWordsAlone(t *testing.T) {
	t.Parallel()
	for _, channels := range []int{1, 2} {
		s := &server{lacks: true}
		c := newClient(t, s, nil)
		if _, err := c.Start(t.Context(), audio, output, Options{DurationS: 100, Channels: channels, Language: "pl-PL"}); err != nil {
			t.Errorf("start: %v", err)
		}
		if _, err := c.Recognize(t.Context(), nil, Options{DurationS: 10, Channels: channels}); err != nil {
			t.Errorf("recognize: %v", err)
		}
		if len(s.started) != 2 || len(s.recognized) != 2 {
			t.Fatalf("asked %d and %d times, want twice each", len(s.started), len(s.recognized))
		}
		for _, config := range []*speechpb.RecognitionConfig{s.started[1].GetConfig(), s.recognized[1].GetConfig()} {
			f := config.GetFeatures()
			if separate := f.GetMultiChannelMode() != 0; !f.GetEnableAutomaticPunctuation() || separate != (channels == 2) {
				t.Errorf("%d channels: asked for %v", channels, f)
			}
		}
	}
	s := &server{fail: status.Error(codes.InvalidArgument, "Audio data is invalid.")}
	if _, err := newClient(t, s, nil).Recognize(t.Context(), nil, Options{DurationS: 10}); !errors.Is(err, ErrRefused) || len(s.recognized) != 2 {
		t.Errorf("what is no audio: error %v after %d calls", err, len(s.recognized))
	}
}

func TestStartRefusesMoreThanAnHour(t *testing.T) {
	t.Parallel()
	s := &server{}
	_, err := newClient(t, s, nil).Start(t.Context(), audio, output, Options{DurationS: 3601})
	if !errors.As(err, new(*TooLongError)) || len(s.started) != 0 {
		t.Errorf("error %v after %d starts, want TooLongError and none", err, len(s.started))
	}
}

func TestPollTellsApartWhatCanHaveHappened(t *testing.T) {
	t.Parallel()
	failed := &statuspb.Status{Code: int32(codes.Internal), Message: "broken"}
	fileFailed := &speechpb.BatchRecognizeResponse{Results: map[string]*speechpb.BatchRecognizeFileResult{
		"gs://bucket/" + audio: {Error: &statuspb.Status{Code: int32(codes.InvalidArgument), Message: "bad file"}},
	}}
	s := &server{operations: []*longrunningpb.Operation{
		{Name: "running", Metadata: pack(t, &speechpb.OperationMetadata{ProgressPercent: 40})},
		{Name: "done", Done: true, Result: &longrunningpb.Operation_Response{Response: pack(t, &speechpb.BatchRecognizeResponse{})}},
		{Name: "failed", Done: true, Result: &longrunningpb.Operation_Error{Error: failed}},
		{Name: "file failed", Done: true, Result: &longrunningpb.Operation_Response{Response: pack(t, fileFailed)}},
	}}
	c := newClient(t, s, nil)
	for name, want := range map[string]Status{
		"running": {Progress: 40}, "done": {Done: true},
		"failed": {Done: true, Err: errors.New("broken")}, "file failed": {Done: true, Err: errors.New("bad file")},
	} {
		got, err := c.Poll(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Done != want.Done || got.Progress != want.Progress || !sameFailure(got.Err, want.Err) {
			t.Errorf("%s: status %+v, want %+v", name, got, want)
		}
	}
	if _, err := c.Poll(t.Context(), "unknown"); !errors.Is(err, ErrGone) {
		t.Errorf("unknown operation: error %v, want ErrGone", err)
	}
}

func TestFindGoesByTheOutputOverAllPages(t *testing.T) {
	t.Parallel()
	s := &server{operations: []*longrunningpb.Operation{
		{Name: "without metadata"},
		{Name: "of another kind", Metadata: pack(t, &statuspb.Status{})},
		{Name: "other output", Metadata: pack(t, metadataFor("gs://bucket/speech/tenant_demo/req_1/1/i2/"))},
		{Name: "mine", Metadata: pack(t, metadataFor("gs://bucket/"+output))},
	}}
	c := newClient(t, s, objects{})
	for prefix, want := range map[string]string{output: "mine", "speech/tenant_demo/req_2/1/i1/": ""} {
		got, err := c.Find(t.Context(), prefix)
		if err != nil || got != want {
			t.Errorf("Find(%q) = %q, %v, want %q", prefix, got, err, want)
		}
	}
}

func TestResultReadsWhatTheServiceWrote(t *testing.T) {
	t.Parallel()
	const written = `{"results":[{"alternatives":[{"transcript":"Hi there.","confidence":0.9,"words":[
		{"endOffset":"0.400s","word":"Hi","speakerLabel":"1"},{"startOffset":"0.400s","endOffset":"0.900s","word":"there.","speakerLabel":"1"}]}],
		"resultEndOffset":"1.200s","languageCode":"en-US","newField":{"a":1}}],
		"metadata":{"totalBilledDuration":"187s","requestId":"abc"}}`
	c := newClient(t, &server{}, objects{
		output + "audio_transcript_6f2a.json": written,
		"speech/bad/out.json":                 "<html>",
		"speech/empty/out.json":               "{}",
	})
	got, err := c.Result(t.Context(), output)
	if err != nil {
		t.Fatal(err)
	}
	want := &Transcript{Language: "en-US", BilledS: 187, Segments: turns("speaker 1|0|0.9|Hi there.")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	if silent, err := c.Result(t.Context(), "speech/empty/"); err != nil || len(silent.Segments) != 0 {
		t.Errorf("silence: %v, %v", silent, err)
	}
	if _, err := c.Result(t.Context(), "speech/nothing/"); !errors.Is(err, ErrNoResult) {
		t.Errorf("nothing written: error %v, want ErrNoResult", err)
	}
	if _, err := c.Result(t.Context(), "speech/bad/"); err == nil || strings.Contains(err.Error(), "html") {
		t.Errorf("garbage: error %v, want one that does not quote it", err)
	}
}

func TestValidateKeepsPlainTextOnThisMachine(t *testing.T) {
	t.Parallel()
	for endpoint, ok := range map[string]bool{
		"": true, "http://127.0.0.1:9000": true, "http://localhost:9000": true, "http://[::1]:9000": true,
		"speech.example.com:443": true, "http://speech.example.com:9000": false, "http://10.0.0.1:9000": false,
	} {
		err := Config{Project: "p", Location: "us", Model: "chirp_3", Timeout: 1, Endpoint: endpoint}.Validate()
		if (err == nil) != ok {
			t.Errorf("endpoint %q: error %v, want valid %v", endpoint, err, ok)
		}
	}
	if err := (Config{}).Validate(); err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("empty config: %v, want all four problems", err)
	}
}

func metadataFor(uri string) *speechpb.OperationMetadata {
	return &speechpb.OperationMetadata{Request: &speechpb.OperationMetadata_BatchRecognizeRequest{
		BatchRecognizeRequest: &speechpb.BatchRecognizeRequest{RecognitionOutputConfig: &speechpb.RecognitionOutputConfig{
			Output: &speechpb.RecognitionOutputConfig_GcsOutputConfig{GcsOutputConfig: &speechpb.GcsOutputConfig{Uri: uri}},
		}},
	}}
}

func pack(t *testing.T, m proto.Message) *anypb.Any {
	t.Helper()
	packed, err := anypb.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func sameFailure(got, want error) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	return strings.Contains(got.Error(), want.Error())
}

// TestTheVocabularyOfTheTradeIsALegalPhraseSet, also behind as many hints as a tenant may have.
func TestTheVocabularyOfTheTradeIsALegalPhraseSet(t *testing.T) {
	t.Parallel()
	var hints []string
	for i := range maxHints - len(vocabulary) {
		hints = append(hints, "hint "+strings.Repeat("x", i%50)+string(rune('a'+i/50)))
	}
	s := &server{}
	if _, err := newClient(t, s, nil).Start(t.Context(), audio, output, Options{DurationS: 100, Channels: 1, Hints: hints}); err != nil {
		t.Fatal(err)
	}
	phrases := s.started[0].GetConfig().GetAdaptation().GetPhraseSets()[0].GetInlinePhraseSet().GetPhrases()
	if len(phrases) != maxHints || phrases[0].GetValue() != hints[0] || phrases[maxHints-1].GetValue() != vocabulary[len(vocabulary)-1] {
		t.Errorf("%d phrases from %v to %v; want the tenant's first and then the trade's, each once", len(phrases), phrases[0], phrases[len(phrases)-1])
	}
}
