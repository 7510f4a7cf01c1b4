package recording

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestProbeMeasures(t *testing.T) {
	t.Parallel()
	tag := append([]byte("ID3\x04\x00\x00\x00\x00\x20\x00"), bytes.Repeat([]byte{0xFF, 0xE3, 0x38, 0xC0}, 1024)...)
	xing := []byte{0xFF, 0xFB, 0x90, 0x00} // MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes, 1152 samples
	for name, tc := range map[string]struct {
		content []byte
		want    Sound
	}{
		"mono MP3":                       {mp3Frames(100, 1), Sound{3.6, 1}},
		"stereo MP3":                     {mp3Frames(100, 2), Sound{3.6, 2}},
		"MP3 behind a tag full of syncs": {slices.Concat(tag, mp3Frames(100, 1)), Sound{3.6, 1}},
		"MP3 with garbage inside":        {slices.Concat(mp3Frames(50, 1), []byte("garbage"), mp3Frames(50, 1)), Sound{3.6, 1}},
		"MP3 with frames of another kind inside": {
			slices.Concat(mp3Frames(50, 1), xing, mp3Frames(50, 1)), Sound{3.6, 1},
		},
		"MP3 that breaks off inside a frame": {mp3Frames(100, 1)[:99*108+50], Sound{3.564, 1}},
		"MP3 of MPEG-1":                      {bytes.Repeat(append(xing, make([]byte, 413)...), 100), Sound{2.612245, 2}},
		"mono WAV":                           {wav(1, 8000, 16000, 16000), Sound{1, 1}},
		"stereo WAV":                         {wav(2, 8000, 64000, 64000), Sound{2, 2}},
		"WAV that breaks off":                {wav(1, 8000, 16000, 8000), Sound{0.5, 1}},
		"WAV that was streamed":              {wav(1, 8000, math.MaxUint32, 24000), Sound{1.5, 1}},
		"FLAC":                               {append([]byte("fLaC\x00\x00\x00\x22"), make([]byte, 5000)...), Sound{}},
		"nothing":                            {nil, Sound{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, chunked := range []bool{false, true} {
				r := iotest.DataErrReader(bytes.NewReader(tc.content))
				if chunked {
					r = iotest.OneByteReader(r)
				}
				got, err := Probe(r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tc.want, got, cmpopts.EquateApprox(0, 1e-5)); diff != "" {
					t.Errorf("sound, byte by byte %v (-want +got):\n%s", chunked, diff)
				}
			}
		})
	}
}

func FuzzProbeSurvivesAnything(f *testing.F) {
	f.Add(mp3Frames(3, 1))
	f.Add(wav(2, 8000, 100, 100))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x02\x00\x00\x00\x00\x00data\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Probe(bytes.NewReader(content))
		if err != nil || got.DurationS < 0 || got.Channels < 0 {
			t.Errorf("Probe gave %+v, %v", got, err)
		}
	})
}

// wav returns a 16-bit WAV file with a chunk before its samples; announced is what its
// data chunk claims to hold.
func wav(channels uint16, rate, announced uint32, actual int) []byte {
	var b bytes.Buffer
	b.WriteString("RIFF\xFF\xFF\xFF\xFFWAVE")
	b.WriteString("LIST\x03\x00\x00\x00abc\x00") // an odd size, padded
	b.WriteString("fmt \x12\x00\x00\x00")
	fields := []any{uint16(1), channels, rate, rate * uint32(channels) * 2, channels * 2, uint16(16), uint16(0)}
	for _, v := range fields {
		_ = binary.Write(&b, binary.LittleEndian, v) // a bytes.Buffer takes everything
	}
	b.WriteString("data")
	_ = binary.Write(&b, binary.LittleEndian, announced)
	b.Write(make([]byte, actual))
	return b.Bytes()
}
