package transcribe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"cloud.google.com/go/speech/apiv2/speechpb"
	gcs "cloud.google.com/go/storage"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/fault"
	service "github.com/your-org/multi-tenant-pipeline/internal/sandbox/speech"
	"github.com/your-org/multi-tenant-pipeline/internal/stage"
	"github.com/your-org/multi-tenant-pipeline/internal/transcribe/speech"
)

// sandbox is a bench whose Speech-to-Text is the stand-in, asked by the production client.
type sandbox struct {
	*bench
	server *service.Server
	mu     sync.Mutex
	asked  []string // methods, in order
	spoil  bool     // every operation is said to have failed
	hide   []int    // operations, from 0, that find no file
}

func newSandbox(t *testing.T, audio []byte, turns []service.Turn, modes *fault.Modes) *sandbox {
	t.Helper()
	s := &sandbox{bench: newBench(t, 1)}
	s.source.audio = audio
	s.tenant.Settings.Speech.Untrimmed = false
	s.cfg.PollMax = 50 * time.Millisecond
	s.cfg.MaxBytes = 64 << 20
	objects, err := gcs.NewClient(t.Context(), gcs.WithJSONReads()) // as recording.Open does
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = objects.Close() })
	s.server = service.New(service.Config{Location: "us", Duration: time.Millisecond, Modes: modes}, objects)
	s.server.Know(sha256.Sum256(audio), turns)
	rpc := grpc.NewServer(append(service.ServerOptions(), grpc.UnaryInterceptor(s.watch))...)
	s.server.Register(rpc)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = rpc.Serve(listener) }() // ends with Stop
	t.Cleanup(func() { rpc.Stop(); s.server.Close() })
	cfg := speech.Config{Project: "p", Location: "us", Model: "chirp_3", Endpoint: "http://" + listener.Addr().String(), Timeout: time.Minute}
	client, err := speech.New(t.Context(), cfg, s.bucket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	s.real = client
	return s
}

// watch notes what is asked for and paid for, and spoils some of it.
func (s *sandbox) watch(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	method := info.FullMethod[strings.LastIndex(info.FullMethod, "/")+1:]
	s.mu.Lock()
	n := len(s.asked)
	if method == "Recognize" || method == "BatchRecognize" {
		s.asked = append(s.asked, method)
	}
	s.mu.Unlock()
	if batch, ok := req.(*speechpb.BatchRecognizeRequest); ok && slices.Contains(s.hide, n) {
		batch.Files[0].AudioSource = &speechpb.BatchRecognizeFileMetadata_Uri{Uri: "gs://missing/audio"}
	}
	if get, ok := req.(*longrunningpb.GetOperationRequest); ok && s.spoil {
		failure := grpcstatus.New(codes.Internal, "Internal error encountered.").Proto()
		return &longrunningpb.Operation{Name: get.GetName(), Done: true, Result: &longrunningpb.Operation_Error{Error: failure}}, nil
	}
	return next(ctx, req)
}

const soundRate = 4000

// track is seconds of silence with a noise like a voice's between some moments.
func track(seconds float64, sounds ...request.Span) []int8 {
	random := rand.New(rand.NewPCG(1, 2))
	samples := make([]int8, int(seconds*soundRate))
	for _, s := range sounds {
		for i := int(s.From * soundRate); i < int(s.To*soundRate); i++ {
			samples[i] = int8(random.IntN(80) - 40)
		}
	}
	return samples
}

// wav8 returns channels as a WAV of 8 bits.
func wav8(rate int, channels ...[]int8) []byte {
	n := len(channels)
	b := append([]byte("RIFF\x00\x00\x00\x00WAVEfmt "), 16, 0, 0, 0, 1, 0, byte(n), 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(rate*n))
	b = append(b, byte(n), 0, 8, 0)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(channels[0])*n))
	for i := range channels[0] {
		for _, c := range channels {
			b = append(b, byte(int(c[i])+128))
		}
	}
	return b
}

var (
	talk  = []request.Span{{From: 10, To: 20}, {From: 80, To: 90}}
	turns = []service.Turn{
		{Speaker: "a", Start: 10.5, End: 14, Text: "Thank you for calling Acme Remodeling, how can I help?"},
		{Speaker: "c", Start: 15, End: 19, Text: "I'm looking for a new kitchen."},
		{Speaker: "a", Start: 81, End: 83, Text: "We can send somebody on Monday."},
		{Speaker: "c", Start: 85, End: 89, Text: "That would be great."},
	}
)

// TestOnlyWhatIsNewIsPaidFor: of two minutes with twenty seconds of talk, the talk is.
func TestOnlyWhatIsNewIsPaidFor(t *testing.T) {
	t.Parallel()
	agent, customer := track(120, request.Span{From: 10, To: 14.5}, request.Span{From: 81, To: 84}), track(120, request.Span{From: 15, To: 20}, request.Span{From: 85, To: 90})
	for name, tc := range map[string]struct {
		audio  []byte
		change func(*sandbox)
		billed float64
		method string
	}{
		"one channel":                     {wav8(soundRate, track(120, talk...)), nil, 23, "Recognize"},
		"the same on two":                 {wav8(soundRate, track(120, talk...), track(120, talk...)), nil, 23, "Recognize"},
		"the second is dead":              {wav8(soundRate, track(120, talk...), track(120)), nil, 23, "Recognize"},
		"one side on each":                {wav8(soundRate, agent, customer), nil, 44, "Recognize"},
		"a tenant wants it whole":         {wav8(soundRate, agent, customer), func(s *sandbox) { s.tenant.Settings.Speech.Untrimmed = true }, 240, "BatchRecognize"},
		"within a day":                    {wav8(soundRate, track(120, talk...)), func(s *sandbox) { s.tenant.Settings.Speech.Batch = true }, 23, "BatchRecognize"},
		"no silence to speak of":          {wav8(soundRate, track(120, request.Span{From: 1, To: 119})), nil, 120, "BatchRecognize"},
		"an answered call without sound":  {wav8(soundRate, track(120)), nil, 120, "BatchRecognize"},
		"no decoder for its kind of file": {mp25(120), nil, 120, "BatchRecognize"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, tc.audio, turns, nil)
			if tc.change != nil {
				tc.change(s)
			}
			result, r := s.settle(t)
			if got := r.Metering.SpeechS + r.Metering.SpeechBatchS; got != tc.billed || result.Transcript.DurationS != tc.billed {
				t.Errorf("%v s are metered, the transcript says %v; want %v", got, result.Transcript.DurationS, tc.billed)
			}
			if diff := cmp.Diff([]string{tc.method}, s.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			wantTurns(t, turns, result.Transcript, 0.05) // on the recording's clock, whatever was sent
			if result.Transcript.RoleConfidence < 0.9 {
				t.Errorf("the roles are sure by %.2f only", result.Transcript.RoleConfidence)
			}
			result.After(t.Context())
			for entry := range s.bucket.List(t.Context(), "") {
				if entry.Object != r.Recording.Object {
					t.Errorf("%s is left", entry.Object)
				}
			}
		})
	}
}

// mp25 returns an MP3 of MPEG-2.5, 8 kHz and 24 kbit/s.
func mp25(seconds float64) []byte {
	frame := make([]byte, 216) // 72 ms
	copy(frame, []byte{0xFF, 0xE3, 0x38, 0xC0})
	return bytes.Repeat(frame, int(seconds/0.072))
}

// twoRates returns two seconds of silence that a meter takes for a quarter of one.
func twoRates() []byte {
	format := wav8(8*soundRate, nil)[12:36]
	return append(wav8(soundRate, make([]int8, 2*soundRate)), format...)
}

// settle visits the request until it is done with, or killed.
func (s *sandbox) settle(t *testing.T) (stage.Result, *request.Request) {
	t.Helper()
	for range 50 {
		result, r, err := s.visit(t)
		var later *stage.LaterError
		switch {
		case errors.As(err, &later):
			s.now = later.When
			time.Sleep(5 * time.Millisecond) // the service works on its own
		case err != nil && !errors.Is(err, errCrash):
			t.Fatal(err)
		case err == nil:
			return result, r
		}
	}
	t.Fatal("it never ends")
	return stage.Result{}, nil
}

// wantTurns compares who said what and when with what was said.
func wantTurns(t *testing.T, want []service.Turn, got *request.Transcript, loose float64) {
	t.Helper()
	names := map[string]string{"a": request.Agent, "c": request.Customer}
	var segments []request.Segment
	for i, turn := range want {
		segments = append(segments, request.Segment{Index: i, Speaker: names[turn.Speaker], Start: turn.Start, End: turn.End, Text: turn.Text})
	}
	if diff := cmp.Diff(segments, got.Segments, cmpopts.EquateApprox(0, loose)); diff != "" {
		t.Errorf("turns (-want +got):\n%s", diff)
	}
}

// TestAnEmptyVoicemailCostsNothing, and one with a word on it is heard.
func TestAnEmptyVoicemailCostsNothing(t *testing.T) {
	t.Parallel()
	dialTone := track(20)
	for i := 5 * soundRate; i < 15*soundRate; i++ {
		at := 2 * math.Pi * float64(i) / soundRate
		dialTone[i] = int8(40*math.Sin(350*at) + 40*math.Sin(440*at))
	}
	for name, tc := range map[string]struct {
		audio []byte
		words string
		asked int
		why   string
	}{
		"silence":                    {wav8(soundRate, track(20)), "", 0, "the voicemail is empty: 0.0 s of it are neither silence nor a tone"},
		"a click":                    {wav8(soundRate, track(20, request.Span{From: 5, To: 5.2})), "", 0, "the voicemail is empty: 0.2 s"},
		"the tone of a hang-up":      {wav8(soundRate, dialTone), "", 0, "the voicemail is empty: 0.0 s"},
		"half a second":              {wav8(soundRate, track(0.5, request.Span{From: 0, To: 0.5})), "", 0, "the voicemail is empty: it lasts 0.5 s"},
		"words of the source":        {wav8(soundRate, track(20)), "Caller: Please call back.", 0, "the source's transcript is used"},
		"a word":                     {wav8(soundRate, track(20, request.Span{From: 5, To: 6})), "", 1, "transcribed"},
		"a kind unknown to us":       {mp25(20), "", 1, "transcribed"},
		"a length not to be trusted": {twoRates(), "", 1, "transcribed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, tc.audio, nil, nil)
			s.source.details = request.Details{CallType: "voicemail", Voicemail: true, HasRecording: true, SourceTranscript: tc.words}
			result, r := s.settle(t)
			if len(s.asked) != tc.asked || (tc.asked == 0) != (r.Metering.SpeechS == 0) {
				t.Errorf("asked %v, metered %v s; want %d questions", s.asked, r.Metering.SpeechS, tc.asked)
			}
			if !strings.Contains(result.Detail, tc.why) || result.Transcript.Empty() != (tc.words == "") {
				t.Errorf("detail %q, transcript %+v; want %q", result.Detail, result.Transcript, tc.why)
			}
			if !r.Recording.Kept() {
				t.Error("the recording is not kept")
			}
		})
	}
}

// TestALongCallIsTranscribedInPieces kills the instance at every checkpoint of a call of an hour
// and a half: every turn must come out once, in its place and under its speaker, and every piece
// must be paid for once.
func TestALongCallIsTranscribedInPieces(t *testing.T) {
	t.Parallel()
	const seconds, rate = 5400.0, 100
	var said []service.Turn
	for at := 3.0; at < seconds-10; at += 20 {
		said = append(said,
			service.Turn{Speaker: "a", Start: at, End: at + 5, Text: "Our estimator can come and measure it."},
			service.Turn{Speaker: "c", Start: at + 7, End: at + 16, Text: "I'm looking for somebody to do my kitchen."})
	}
	for name, tc := range map[string]struct {
		channels, killAt int
		killAfter        bool
	}{
		"one channel": {channels: 1}, "two": {channels: 2},
		"killed with the first intent": {1, 1, true}, "killed before the first name": {1, 2, false},
		"killed before the second intent": {1, 3, false}, "killed with the second intent": {1, 3, true},
		"killed with the last name": {1, 10, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channels := slices.Repeat([][]int8{make([]int8, int(seconds)*rate)}, tc.channels)
			s := newSandbox(t, wav8(rate, channels...), said, nil)
			s.record.killAt, s.record.killAfter = tc.killAt, tc.killAfter
			result, r := s.settle(t)
			wantTurns(t, said, result.Transcript, 0.05)
			if len(s.asked) != 5 || len(r.Speech.Pieces) != 5 {
				t.Errorf("%d operations for %d pieces, want 5", len(s.asked), len(r.Speech.Pieces))
			}
			want := (seconds + 4*overlapS) * float64(tc.channels)
			if got := r.Metering.SpeechS; got < want || got > want+10 {
				t.Errorf("%v s are metered, want %v", got, want)
			}
		})
	}
}

// TestWhatBecomesOfAnOperation follows the ways in which one can go wrong.
func TestWhatBecomesOfAnOperation(t *testing.T) {
	t.Parallel()
	lost := fault.NewModes(1)
	if err := lost.Replace([]fault.Mode{{System: "speech", Mode: "lose", Times: 1}}); err != nil {
		t.Fatal(err)
	}
	long := wav8(100, make([]int8, 185*100))
	for name, tc := range map[string]struct {
		modes   *fault.Modes
		turns   []service.Turn
		change  func(*testing.T, *sandbox)
		started int
		origin  string
		billed  float64
		detail  string
	}{
		"it is lost": {lost, turns, nil, 2, request.OriginSpeech, 185, "transcribed 185 s in 4 segments"},
		"it fails":   {nil, turns, func(_ *testing.T, s *sandbox) { s.spoil = true }, 2, request.OriginNone, 0, "failed twice"},
		"its file fails": {nil, turns, func(_ *testing.T, s *sandbox) {
			s.record.saved.Recording = request.Recording{Object: "recordings/tenant_demo/req_1/1/lost", DurationS: 185, Channels: 1, Bytes: 1}
		}, 2, request.OriginNone, 0, "failed twice"},
		"it hears nothing": {nil, nil, nil, 1, request.OriginSpeech, 185, "transcribed 185 s in 0 segments"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, long, tc.turns, tc.modes)
			s.tenant.Settings.Speech.Untrimmed = true
			if tc.change != nil {
				tc.change(t, s)
			}
			result, r := s.settle(t)
			if len(s.asked) != tc.started || result.Transcript.Origin != tc.origin || r.Metering.SpeechS != tc.billed || !strings.Contains(result.Detail, tc.detail) {
				t.Errorf("started %d, origin %q, %v s, %q; want %d, %q, %v s, %q", len(s.asked), result.Transcript.Origin, r.Metering.SpeechS, result.Detail,
					tc.started, tc.origin, tc.billed, tc.detail)
			}
		})
	}
}

// TestOnePieceThatFailsDoesNotCostTheOthers: of a long call whose second piece fails twice,
// the rest is read.
func TestOnePieceThatFailsDoesNotCostTheOthers(t *testing.T) {
	t.Parallel()
	s := newSandbox(t, wav8(100, make([]int8, 5400*100)), []service.Turn{
		{Speaker: "a", Start: 10, End: 15, Text: "Thank you for calling."},
		{Speaker: "c", Start: 1500, End: 1505, Text: "Nobody will hear this."},
		{Speaker: "a", Start: 5300, End: 5305, Text: "Goodbye, then."},
	}, nil)
	s.hide = []int{1, 2}
	result, r := s.settle(t)
	var heard []string
	for _, segment := range result.Transcript.Segments {
		heard = append(heard, segment.Text)
	}
	if diff := cmp.Diff([]string{"Thank you for calling.", "Goodbye, then."}, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
	if !strings.HasSuffix(result.Detail, "; 1 of 5 parts could not be transcribed") || len(s.asked) != 6 {
		t.Errorf("%q after %d starts; one of five was lost, and tried twice", result.Detail, len(s.asked))
	}
	if want := 4 * r.Speech.Pieces[0].DurationS; math.Abs(r.Metering.SpeechS-want) > 5 {
		t.Errorf("%v s are metered, want %v", r.Metering.SpeechS, want)
	}
}

// TestACallIsSentAgainAfterItsPiecesAreGone: nobody waited for the first answer any more, what was
// sent was cleared away, and somebody has it done again.
func TestACallIsSentAgainAfterItsPiecesAreGone(t *testing.T) {
	t.Parallel()
	for name, audio := range map[string][]byte{
		"an excerpt": wav8(soundRate, track(120, talk...)), "pieces": wav8(100, make([]int8, 5400*100)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSandbox(t, audio, turns, nil)
			s.tenant.Settings.Speech.Batch = true
			s.record.killAt, s.record.killAfter = 1, true // planned, nothing sent
			if _, _, err := s.visit(t); !errors.Is(err, errCrash) {
				t.Fatal(err)
			}
			if n, err := s.bucket.DeletePrefix(t.Context(), "speech/"); err != nil || n == 0 {
				t.Fatalf("%d pieces were there, %v", n, err)
			}
			result, _ := s.settle(t)
			wantTurns(t, turns, result.Transcript, 0.05)
		})
	}
}
