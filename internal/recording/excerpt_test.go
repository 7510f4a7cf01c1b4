package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/your-org/multi-tenant-pipeline/internal/request"
	"github.com/your-org/multi-tenant-pipeline/internal/sandbox/samples"
)

// decoded returns a recording's samples.
func decoded(t *testing.T, content []byte) (left, right []int16) {
	t.Helper()
	p, err := decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, p.block)
	for {
		l, r, err := p.next(buf)
		if errors.Is(err, io.EOF) {
			return left, right
		}
		if err != nil {
			t.Fatal(err)
		}
		left, right = append(left, l), append(right, r)
	}
}

func TestAnExcerptHoldsTheSpansSampleBySample(t *testing.T) {
	t.Parallel()
	sample, _ := samples.ByName("roof-emergency")
	stereo := sample.Audio[:24_000] // 6 s of MP3
	talk := wavOf(silence(5).voice(1, 2, -20), silence(5).voice(3, 4, -20))
	for name, tc := range map[string]struct {
		audio   []byte
		rate    int
		channel int
	}{
		"all channels of a WAV": {talk, rate, 0}, "the first": {talk, rate, 1}, "the second": {talk, rate, 2},
		"the second of an MP3": {stereo, 16000, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := Origin{SHA256: sha(tc.audio), Spans: []request.Span{{From: 1.04, To: 2.16}, {From: 3, To: 4.2}}}
			var out bytes.Buffer
			if err := Excerpt(&out, bytes.NewReader(tc.audio), from, tc.channel); err != nil {
				t.Fatal(err)
			}
			left, right := decoded(t, tc.audio)
			at := func(s float64) int { return int(s*float64(tc.rate) + 0.5) }
			pick := func(c []int16) []int16 {
				return append(append([]int16{}, c[at(1.04):at(2.16)]...), c[at(3):at(4.2)]...)
			}
			want := [2][]int16{pick(left), pick(right)}
			switch tc.channel {
			case 1:
				want[1] = want[0]
			case 2:
				want[0] = want[1]
			}
			gotLeft, gotRight := decoded(t, out.Bytes())
			if diff := cmp.Diff(want, [2][]int16{gotLeft, gotRight}); diff != "" {
				t.Error("the samples differ from those of the recording")
			}
			sound, err := Probe(bytes.NewReader(out.Bytes()))
			if err != nil || sound.DurationS < 2.31 || sound.DurationS > 2.33 || (sound.Channels == 2) != (tc.channel == 0) {
				t.Errorf("sound %+v, %v; want 2.32 s", sound, err)
			}
			if size := binary.LittleEndian.Uint32(out.Bytes()[4:]); int(size) != out.Len()-8 {
				t.Errorf("the file says that it has %d bytes after the eighth, it has %d", size, out.Len()-8)
			}
			if got, ok := OriginOf(out.Bytes()[:200]); !ok || cmp.Diff(from, got) != "" {
				t.Errorf("origin %+v, %v; want %+v", got, ok, from)
			}
		})
	}
}

func TestAnExcerptBeyondTheEndIsRefused(t *testing.T) {
	t.Parallel()
	from := Origin{Spans: []request.Span{{From: 1, To: 6}}}
	for name, cut := range map[string]func() error{
		"decoded": func() error { return Excerpt(io.Discard, bytes.NewReader(wavOf(silence(5))), from, 0) },
		"cut":     func() error { return Cut(io.Discard, bytes.NewReader(wavOf(silence(5))), from) },
	} {
		if err := cut(); !errors.Is(err, errShort) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestACutHoldsItsSpan(t *testing.T) {
	t.Parallel()
	sample, _ := samples.ByName("robocall")
	tagged := append([]byte("ID3\x04\x00\x00\x00\x00\x02\x00"), bytes.Repeat([]byte{0xFF, 0xF3, 0x38, 0xC0}, 64)...)
	for name, tc := range map[string]struct {
		audio []byte
		rate  int
		loose int // samples that a cut may begin or end off its place
		muted int // samples at its beginning that may differ
	}{
		"of a WAV":              {wavOf(silence(60).voice(10, 50, -20)), rate, 0, 0},
		"of an MP3":             {sample.Audio, 16000, 576, 4 * 576},
		"of an MP3 with a tag":  {append(tagged, sample.Audio...), 16000, 576, 4 * 576},
		"of a WAV of two":       {wavOf(silence(60).voice(10, 50, -20), silence(60)), rate, 0, 0},
		"of a WAV that streams": {bytes.Replace(wavOf(silence(60).voice(10, 50, -20)), []byte{0x00, 0xA6, 0x0E, 0x00}, []byte{0xFF, 0xFF, 0xFF, 0xFF}, 1), rate, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := Origin{SHA256: strings.Repeat("ab", 32), Spans: []request.Span{{From: 5, To: 25}}}
			var out bytes.Buffer
			if err := Cut(&out, bytes.NewReader(tc.audio), from); err != nil {
				t.Fatal(err)
			}
			whole, _ := decoded(t, tc.audio)
			got, _ := decoded(t, out.Bytes())
			if n := len(got) - 20*tc.rate; n < -tc.loose || n > tc.loose {
				t.Fatalf("%d samples, want about %d", len(got), 20*tc.rate)
			}
			found := false
			for shift := 0; shift <= tc.loose && !found; shift++ {
				want := whole[5*tc.rate+shift:][:len(got)]
				found = slices.Equal(want[tc.muted:], got[tc.muted:])
			}
			if !found {
				t.Error("the samples differ from those of the recording")
			}
			if origin, ok := OriginOf(out.Bytes()[:200]); !ok || cmp.Diff(from, origin) != "" {
				t.Errorf("origin %+v, %v", origin, ok)
			}
			if _, err := sniff(out.Bytes()[:sniffBytes]); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestACutLeavesOutWhatCountsTheFramesOfAll: a first frame that says how many follow is wrong
// about a part of them.
func TestACutLeavesOutWhatCountsTheFramesOfAll(t *testing.T) {
	t.Parallel()
	for tag, at := range map[string]int{"Xing": 4 + 9, "Info": 4 + 2 + 9, "VBRI": 4 + 32} {
		counting := mp3Frames(1, 1)
		copy(counting[at:], tag)
		for name, tc := range map[string]struct {
			audio []byte
			want  int // frames
		}{
			"first": {slices.Concat(counting, mp3Frames(99, 1)), 9},
			"later": {slices.Concat(mp3Frames(5, 1), counting, mp3Frames(94, 1)), 10}, // it is sound that looks like it
		} {
			from := Origin{SHA256: strings.Repeat("ab", 32), Spans: []request.Span{{From: 0, To: 0.36}}}
			var out bytes.Buffer
			if err := Cut(&out, bytes.NewReader(tc.audio), from); err != nil {
				t.Fatal(err)
			}
			frames := out.Bytes()[len(from.tag()):]
			if len(frames) != tc.want*108 || bytes.Contains(frames, []byte(tag)) != (name == "later") {
				t.Errorf("%s %s: %d frames, want %d", tag, name, len(frames)/108, tc.want)
			}
		}
	}
}

func TestOnlyAnExcerptHasAnOrigin(t *testing.T) {
	t.Parallel()
	for _, content := range [][]byte{nil, mp3Frames(3, 1), []byte(originLabel), []byte(originLabel + strings.Repeat("a", 64) + ": 1-")} {
		if o, ok := OriginOf(content); ok {
			t.Errorf("%q has the origin %+v", content, o)
		}
	}
}

// TestOldTelephoneCodesAreExpanded compares with values of ITU-T G.711, scaled to 16 bits.
func TestOldTelephoneCodesAreExpanded(t *testing.T) {
	t.Parallel()
	for b, want := range map[byte]int16{0x00: -32124, 0x80: 32124, 0xFF: 0, 0x7F: 0, 0xF0: 120, 0x8F: 16764} {
		if got := fromULaw(b); got != want {
			t.Errorf("μ-law %#x = %d, want %d", b, got, want)
		}
	}
	for b, want := range map[byte]int16{0xD5: 8, 0x55: -8, 0xAA: 32256, 0x2A: -32256, 0xC5: 264} {
		if got := fromALaw(b); got != want {
			t.Errorf("A-law %#x = %d, want %d", b, got, want)
		}
	}
}
