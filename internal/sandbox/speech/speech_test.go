package speech_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	client "cloud.google.com/go/speech/apiv2"
	"cloud.google.com/go/speech/apiv2/speechpb"
	gcs "cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/storage"
)

const recognizer = "projects/p/locations/us/recognizers/_"

var conversation = []speech.Turn{
	{Speaker: "customer", Start: 0, End: 2, Text: "Hi, I need a new roof."},
	{Speaker: "agent", Start: 2, End: 4, Text: "Gladly. When?"},
	{Speaker: "customer", Start: 30, End: 32, Text: "In May."},
}

func TestRecognizeHearsWhatItKnows(t *testing.T) {
	t.Parallel()
	mono, stereo := wav(40, 1), wav(40, 2)
	tests := map[string]struct {
		audio    []byte
		features *speechpb.RecognitionFeatures
		want     []string // results as channel|words with speaker and start|transcript
	}{
		"plain": {mono, nil, []string{"0||Hi, I need a new roof. Gladly. When?", "0||In May."}},
		"diarization": {mono, &speechpb.RecognitionFeatures{DiarizationConfig: &speechpb.SpeakerDiarizationConfig{}}, []string{
			"0|Hi,/1 I/1 need/1 a/1 new/1 roof./1 Gladly./2 When?/2|Hi, I need a new roof. Gladly. When?", "0|In/1 May./1|In May.",
		}},
		"offsets": {mono, &speechpb.RecognitionFeatures{EnableWordTimeOffsets: true}, []string{
			"0|Hi,@0 I@0.35 need@0.52 a@0.96 new@1.13 roof.@1.48 Gladly.@2 When?@3.14|Hi, I need a new roof. Gladly. When?", "0|In@30 May.@30.75|In May.",
		}},
		"one channel each": {stereo, &speechpb.RecognitionFeatures{
			MultiChannelMode: speechpb.RecognitionFeatures_SEPARATE_RECOGNITION_PER_CHANNEL,
		}, []string{"1||Hi, I need a new roof.", "2||Gladly. When?", "1||In May."}},
		"stereo without a mode is the first channel": {stereo, nil, []string{"0||Hi, I need a new roof.", "0||In May."}},
	}
	server, c := newServer(t, speech.Config{}, nil)
	server.Know(sha256.Sum256(mono), conversation)
	server.Know(sha256.Sum256(stereo), conversation)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := recognize(t, c, test.audio, test.features)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, render(resp.GetResults())); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnknownAudioIsSilence(t *testing.T) {
	t.Parallel()
	server, c := newServer(t, speech.Config{}, nil)
	known := wav(40, 1)
	server.Know(sha256.Sum256(known), conversation)
	changed := bytes.Clone(known)
	changed[len(changed)-1]++
	resp, err := recognize(t, c, changed, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(resp.GetResults()) != 0 || resp.GetMetadata().GetTotalBilledDuration().AsDuration() != 40*time.Second {
		t.Errorf("got %v, want no results and 40 s billed", resp)
	}
}

func TestCommandHearsUnknownAudio(t *testing.T) {
	t.Parallel()
	audio := wav(10, 1)
	tests := map[string]struct {
		command string
		want    []string
		code    codes.Code
	}{
		"lines of text":   {`printf 'Hello there\n\nGood day\n'`, []string{"0|Hello/1@0 there/1@2.89 Good/1@5.79 day/1@8.13|Hello there Good day"}, codes.OK},
		"JSON turns":      {`echo '[{"speaker":"b","start":1,"end":2,"text":"Yes"},{"speaker":"a","start":3,"end":4,"text":"No"}]'`, []string{"0|Yes/1@1 No/2@3|Yes No"}, codes.OK},
		"the audio's own": {`test "$1" = "$AUDIO_FILE" && printf 'bytes '; wc -c < "$1"`, []string{"0|bytes/1@0 1044/1@5.45|bytes 1044"}, codes.OK},
		"nothing heard":   {`true`, []string{}, codes.OK},
		"a failure":       {`echo broken >&2; exit 3`, nil, codes.Internal},
		"broken JSON":     {`echo '[{"speaker":1}]'`, nil, codes.Internal},
		"too slow":        {`sleep 60 & wait`, nil, codes.Internal},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := time.Minute
			if name == "too slow" {
				timeout = 50 * time.Millisecond
			}
			_, c := newServer(t, speech.Config{Command: test.command, CommandTimeout: timeout}, nil)
			resp, err := recognize(t, c, audio, &speechpb.RecognitionFeatures{
				DiarizationConfig: &speechpb.SpeakerDiarizationConfig{}, EnableWordTimeOffsets: true,
			})
			if got := status.Code(err); got != test.code {
				t.Fatalf("got %v, want %v", err, test.code)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(test.want, render(resp.GetResults())); diff != "" {
				t.Errorf("results (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecognizeRefusesWhatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	_, c := newServer(t, speech.Config{}, nil)
	tests := map[string]struct {
		change func(*speechpb.RecognizeRequest)
		want   string
	}{
		"another location":   {func(r *speechpb.RecognizeRequest) { r.Recognizer = "projects/p/locations/global/recognizers/_" }, "Expected resource location to be us, but found global"},
		"another model":      {func(r *speechpb.RecognizeRequest) { r.Config.Model = "chirp_2" }, `model "chirp_2" does not exist`},
		"no decoding":        {func(r *speechpb.RecognizeRequest) { r.Config.DecodingConfig = nil }, "decoding config"},
		"no language":        {func(r *speechpb.RecognizeRequest) { r.Config.LanguageCodes = nil }, "language code is required"},
		"not a language":     {func(r *speechpb.RecognizeRequest) { r.Config.LanguageCodes = []string{"English"} }, `"English" is not supported`},
		"no audio":           {func(r *speechpb.RecognizeRequest) { r.AudioSource = nil }, "Audio source"},
		"a web page":         {content([]byte("<html><body>Not found</body></html>")), "supported encoding"},
		"nothing":            {content([]byte{}), "supported encoding"},
		"more than a minute": {content(wav(61, 1)), "maximum of 60 seconds"},
		"more than 10 MiB":   {content(make([]byte, 10<<20+1)), "payload size"},
		"an empty phrase set": {func(r *speechpb.RecognizeRequest) {
			r.Config.Adaptation = &speechpb.SpeechAdaptation{PhraseSets: []*speechpb.SpeechAdaptation_AdaptationPhraseSet{{
				Value: &speechpb.SpeechAdaptation_AdaptationPhraseSet_InlinePhraseSet{InlinePhraseSet: &speechpb.PhraseSet{}},
			}}}
		}, "at least one phrase"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &speechpb.RecognizeRequest{Recognizer: recognizer, Config: config(nil)}
			content(wav(1, 1))(r)
			test.change(r)
			_, err := c.Recognize(t.Context(), r)
			if status.Code(err) != codes.InvalidArgument || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want InvalidArgument with %q", err, test.want)
			}
		})
	}
}

func content(audio []byte) func(*speechpb.RecognizeRequest) {
	return func(r *speechpb.RecognizeRequest) { r.AudioSource = &speechpb.RecognizeRequest_Content{Content: audio} }
}

func config(f *speechpb.RecognitionFeatures) *speechpb.RecognitionConfig {
	return &speechpb.RecognitionConfig{
		DecodingConfig: &speechpb.RecognitionConfig_AutoDecodingConfig{AutoDecodingConfig: &speechpb.AutoDetectDecodingConfig{}},
		Model:          "chirp_3", LanguageCodes: []string{"auto"}, Features: f,
	}
}

func recognize(t *testing.T, c *client.Client, audio []byte, f *speechpb.RecognitionFeatures) (*speechpb.RecognizeResponse, error) {
	t.Helper()
	r := &speechpb.RecognizeRequest{Recognizer: recognizer, Config: config(f)}
	content(audio)(r)
	return c.Recognize(t.Context(), r)
}

// newServer serves a Speech that reads and writes the storage, which may be nil.
func newServer(t *testing.T, cfg speech.Config, objects *gcs.Client) (*speech.Server, *client.Client) {
	t.Helper()
	cfg.Location = "us"
	server := speech.New(cfg, objects)
	s := grpc.NewServer(speech.ServerOptions()...)
	server.Register(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { s.Stop(); server.Close() })
	c, err := client.NewClient(t.Context(),
		option.WithEndpoint(listener.Addr().String()), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return server, c
}

// wav returns silence: 100 samples of 8 bits a second.
func wav(seconds, channels int) []byte {
	const rate = 100
	n := uint32(seconds * rate * channels)
	var b bytes.Buffer
	b.WriteString("RIFF")
	_ = binary.Write(&b, binary.LittleEndian, 36+n)
	b.WriteString("WAVEfmt ")
	for _, v := range []any{uint32(16), uint16(1), uint16(channels), uint32(rate), uint32(rate * channels), uint16(channels), uint16(8)} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, n)
	b.Write(bytes.Repeat([]byte{128}, int(n)))
	return b.Bytes()
}

// newStorage returns a storage with these objects in bucket b.
func newStorage(t *testing.T, objects map[string][]byte) *gcs.Client {
	t.Helper()
	server, err := storage.Start(t.Context(), storage.Config{Listen: "127.0.0.1:0", Buckets: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	c, err := gcs.NewClient(t.Context(), option.WithEndpoint("http://"+server.Host()+"/storage/v1/"),
		option.WithoutAuthentication(), gcs.WithJSONReads())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for name, content := range objects {
		w := c.Bucket("b").Object(name).NewWriter(t.Context())
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}
