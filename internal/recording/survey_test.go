package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/samples"
)

const rate = 8000

// scene adds sound to seconds of a channel that is silent otherwise.
type scene []float64

func silence(seconds float64) scene { return make(scene, int(seconds*rate)) }

// voice is a row of harmonics that rise and fall in syllables, peaking at a level below full scale.
func (s scene) voice(from, to, db float64) scene {
	amplitude := math.MaxInt16 * math.Pow(10, db/20)
	for i := int(from * rate); i < int(to*rate); i++ {
		t := float64(i) / rate
		v := 0.0
		for h := 1.0; h <= 12; h++ {
			v += math.Sin(2*math.Pi*130*h*t) / h
		}
		s[i] += amplitude * v / 2 * (0.6 + 0.4*math.Sin(2*math.Pi*4*t))
	}
	return s
}

func (s scene) tone(from, to, db float64, hertz ...float64) scene {
	amplitude := math.MaxInt16 * math.Pow(10, db/20)
	for i := int(from * rate); i < int(to*rate); i++ {
		for _, f := range hertz {
			s[i] += amplitude * math.Sin(2*math.Pi*f*float64(i)/rate)
		}
	}
	return s
}

func (s scene) noise(db float64) scene {
	random := rand.New(rand.NewPCG(1, 2))
	amplitude := math.MaxInt16 * math.Pow(10, db/20)
	for i := range s {
		s[i] += amplitude * random.NormFloat64()
	}
	return s
}

// wavOf returns channels as a WAV of 16 bits.
func wavOf(channels ...scene) []byte {
	n := uint16(len(channels))
	var samples []byte
	for i := range channels[0] {
		for _, c := range channels {
			samples = binary.LittleEndian.AppendUint16(samples, uint16(int16(c[i])))
		}
	}
	file := wav(n, rate, uint32(len(samples)), 0)
	return append(file, samples...)
}

func TestListenFindsWhereThereIsSound(t *testing.T) {
	t.Parallel()
	talk := func() scene { return silence(20).voice(4, 6, -20).voice(7.5, 9, -25).voice(15, 16, -20) }
	long := []request.Span{{From: 3.4, To: 9.6}, {From: 14.4, To: 16.6}}
	all := []request.Span{{From: 0, To: 20}}
	for name, tc := range map[string]struct {
		audio []byte
		want  Survey // without the seconds of sound
		voice float64
	}{
		"silence":                  {wavOf(silence(20)), Survey{Channels: 1}, 0},
		"turns and pauses":         {wavOf(talk()), Survey{Channels: 1, Sound: long}, 4.5},
		"with a noise far below":   {wavOf(talk().noise(-70)), Survey{Channels: 1, Sound: long}, 4.5},
		"with a noise that is not": {wavOf(talk().noise(-50)), Survey{Channels: 1, Sound: all}, 20},
		"a quiet voice":            {wavOf(silence(20).voice(4, 6, -40).voice(7.5, 9, -48).voice(15, 16, -40)), Survey{Channels: 1, Sound: long}, 4.5},
		"a constant beside it":     {constant(wavOf(silence(20)), 9000), Survey{Channels: 1}, 0},

		"two voices":           {wavOf(silence(20).voice(4, 9, -20), silence(20).voice(15, 16, -20)), Survey{Channels: 2, Sound: long}, 6},
		"one channel dead":     {wavOf(talk(), silence(20).noise(-75)), Survey{Channels: 2, Only: 1, Sound: long}, 4.5},
		"the other dead":       {wavOf(silence(20), talk()), Survey{Channels: 2, Only: 2, Sound: long}, 4.5},
		"the same twice":       {wavOf(talk(), talk()), Survey{Channels: 2, Only: 1, Sound: long}, 4.5},
		"the same and noise":   {wavOf(talk(), talk().noise(-65)), Survey{Channels: 2, Only: 1, Sound: long}, 4.5},
		"the same but a turn":  {wavOf(talk(), talk().voice(8, 8.9, -22)), Survey{Channels: 2, Sound: long}, 4.5},
		"both dead":            {wavOf(silence(20), silence(20)), Survey{Channels: 2}, 0},
		"a whisper on one":     {wavOf(talk(), silence(20).voice(4, 5, -46)), Survey{Channels: 2, Sound: long}, 4.5},
		"a tone":               {wavOf(silence(20).tone(4, 9, -20, 350, 440).tone(15, 16, -20, 1000)), Survey{Channels: 1, Sound: long}, 0},
		"a busy tone and hums": {wavOf(silence(20).tone(4, 9, -20, 480, 620).voice(15, 16, -30)), Survey{Channels: 1, Sound: long}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Listen(bytes.NewReader(tc.audio))
			if err != nil {
				t.Fatal(err)
			}
			tc.want.DurationS = 20
			about := cmpopts.EquateApprox(0, 0.081) // two windows
			if diff := cmp.Diff(&tc.want, got, about, cmpopts.IgnoreFields(Survey{}, "SoundS", "VoiceS")); diff != "" {
				t.Errorf("survey (-want +got):\n%s", diff)
			}
			if math.Abs(got.VoiceS-tc.voice) > 0.25 || got.SoundS < got.VoiceS {
				t.Errorf("%.2f s of sound, %.2f s of voice, want %.2f s of voice", got.SoundS, got.VoiceS, tc.voice)
			}
		})
	}
}

// constant adds a constant to every sample of a WAV of 16 bits, as a bad line does.
func constant(file []byte, by int16) []byte {
	for i := len(file) - 20*rate*2; i < len(file); i += 2 {
		binary.LittleEndian.PutUint16(file[i:], binary.LittleEndian.Uint16(file[i:])+uint16(by))
	}
	return file
}

// TestListenHearsTheTurnsOfTheSamples: no word of a sample may lie where there is said to be
// nothing.
func TestListenHearsTheTurnsOfTheSamples(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"roof-emergency", "robocall", "voicemail-deck"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := samples.ByName(name)
			beginning := s.Audio[:60_000] // decoding takes its time
			got, err := Listen(bytes.NewReader(beginning))
			if err != nil {
				t.Fatal(err)
			}
			sound, err := Probe(bytes.NewReader(beginning))
			if err != nil || math.Abs(sound.DurationS-got.DurationS) > 0.05 || sound.Channels != got.Channels || got.Only != 0 {
				t.Errorf("survey %+v, frames say %+v (%v)", got, sound, err)
			}
			for _, turn := range s.Transcript {
				if turn.End < got.DurationS && !within(got.Sound, turn.Start, turn.End) {
					t.Errorf("turn %+v lies outside of %v", turn, got.Sound)
				}
			}
		})
	}
}

func within(spans []request.Span, from, to float64) bool {
	for _, s := range spans {
		if s.From <= from && to <= s.To {
			return true
		}
	}
	return false
}

func TestWhatCannotBeDecodedIsSaidSo(t *testing.T) {
	t.Parallel()
	low := bytes.Clone(mp3Frames(100, 1))
	for i := 0; i < len(low); i += 108 {
		low[i+1] &^= 0x10 // MPEG-2.5
	}
	for name, content := range map[string][]byte{
		"nothing": nil, "a web page": []byte("<!doctype html>"), "FLAC": append([]byte("fLaC\x00\x00\x00\x22"), make([]byte, 5000)...),
		"MP3 of MPEG-2.5": low, "WAV without samples": wavOf(silence(1))[:30],
		"WAV of a rate that nobody uses":      bytes.Replace(wavOf(silence(1)), []byte{0x40, 0x1F, 0, 0}, []byte{0, 0, 0, 0xFF}, 1),
		"WAV whose rates do not fit":          bytes.Replace(wavOf(silence(1)), []byte{0x80, 0x3E, 0, 0}, []byte{0x80, 0x3E, 1, 0}, 1),
		"WAV of a rate that carries no voice": slowWAV(1, 100), "WAV of a rate just too low": slowWAV(minRate-1, 100),
		"WAV that goes on for too long": slowWAV(minRate, 60*32),
		"WAV of 24 bits":                bytes.Replace(wavOf(silence(1)), []byte{16, 0, 0, 0, 'd'}, []byte{24, 0, 0, 0, 'd'}, 1),
	} {
		if _, err := Listen(bytes.NewReader(content)); !errors.Is(err, ErrUndecodable) {
			t.Errorf("%s: error %v, want ErrUndecodable", name, err)
		}
	}
	broken := errors.New("connection lost")
	if _, err := Listen(io.MultiReader(bytes.NewReader(wavOf(silence(1))[:8000]), unplugged{broken})); !errors.Is(err, broken) || errors.Is(err, ErrUndecodable) {
		t.Errorf("error %v, want the reader's", err)
	}
}

// slowWAV returns a WAV of 8 bits. A second format behind its samples tells a meter that it is short.
func slowWAV(rate uint32, seconds int) []byte {
	header := func(rate uint32) []byte {
		f := wavFormat{format: formatPCM, channels: 1, rate: rate, block: 1, bits: 8}
		return append([]byte("fmt \x10\x00\x00\x00"), f.encode()...)
	}
	n := int(rate) * seconds
	file := append([]byte("RIFF\xFF\xFF\xFF\xFFWAVE"), header(rate)...)
	file = binary.LittleEndian.AppendUint32(append(file, "data"...), uint32(n))
	return slices.Concat(file, bytes.Repeat([]byte{128}, n), header(maxRate))
}

func TestListenTakesWhatIsNotTooLong(t *testing.T) {
	t.Parallel()
	s, err := Listen(bytes.NewReader(slowWAV(minRate, 60*30)))
	if err != nil || s.DurationS != 60*30 {
		t.Errorf("got %+v, %v; want half an hour", s, err)
	}
}

type unplugged struct{ err error }

func (f unplugged) Read([]byte) (int, error) { return 0, f.err }

func FuzzListenSurvivesAnything(f *testing.F) {
	f.Add(mp3Frames(3, 1))
	f.Add(wav(2, 8000, 100, 100))
	sample, _ := samples.ByName("robocall")
	f.Add(sample.Audio[:4000])
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Listen(bytes.NewReader(content))
		if err == nil && (got.DurationS < 0 || got.VoiceS > got.SoundS || got.Only > got.Channels) {
			t.Errorf("Listen gave %+v", got)
		}
		if err != nil && !errors.Is(err, ErrUndecodable) {
			t.Errorf("error %v", err)
		}
	})
}

// BenchmarkListen measures what a minute of recording costs to listen to.
func BenchmarkListen(b *testing.B) {
	sample, _ := samples.ByName("robocall") // MP3, 16 kHz
	for name, audio := range map[string][]byte{"MP3": sample.Audio, "WAV": wavOf(silence(60).voice(5, 55, -20))} {
		b.Run(name, func(b *testing.B) {
			var s *Survey
			for b.Loop() {
				var err error
				if s, err = Listen(bytes.NewReader(audio)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)*1000*60/s.DurationS, "ms/minute")
		})
	}
}
