package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrackTellsWhenATurnIsHeard(t *testing.T) {
	t.Parallel()
	second := make([]int16, sampleRate)
	none := 0.0
	track := newTrack(1)
	var got [][2]float64
	for _, l := range []line{{Speaker: "agent"}, {Speaker: "customer"}, {Speaker: "agent", Pause: &none}} {
		start, end := track.add(l, second)
		got = append(got, [2]float64{start, end})
	}
	want := [][2]float64{{0.57, 1.57}, {2.02, 3.02}, {3.02, 4.02}} // 0.5 before, 0.45 between, 0.07 of coding
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestTrackKeepsSpeakersApartInStereo(t *testing.T) {
	t.Parallel()
	none := 0.0
	track := newTrack(2)
	track.add(line{Speaker: "customer", Pause: &none}, []int16{1, 2})
	track.add(line{Speaker: "agent", Pause: &none}, []int16{3})
	want := []int16{1, 0, 2, 0, 0, 3} // left, right
	if diff := cmp.Diff(want, track.samples); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}

func TestTrimCutsSilenceAroundSpeechOnly(t *testing.T) {
	t.Parallel()
	got := trim([]int16{0, -5, 9000, 0, 0, -9000, 12, 0})
	if diff := cmp.Diff([]int16{9000, 0, 0, -9000}, got); diff != "" {
		t.Errorf("trim (-want +got):\n%s", diff)
	}
	if got := trim([]int16{0, 1, 0}); len(got) != 0 {
		t.Errorf("trim of silence = %v", got)
	}
}

func TestDecodeWAV(t *testing.T) {
	t.Parallel()
	header := "RIFF\x00\x00\x00\x00WAVE"
	format := "fmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00"
	stereo := "fmt \x10\x00\x00\x00\x01\x00\x02\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00"
	tests := []struct {
		name string
		raw  string
		want []int16 // nil: refused
	}{
		{"samples follow the format", header + format + "data\x04\x00\x00\x00\x01\x00\xff\xff", []int16{1, -1}},
		{"an odd chunk between is skipped with its padding", header + format + "LIST\x01\x00\x00\x00x\x00data\x02\x00\x00\x00\x07\x00", []int16{7}},
		{"stereo is refused", header + stereo + "data\x02\x00\x00\x00\x07\x00", nil},
		{"a chunk that is cut off is refused", header + format + "data\x04\x00\x00\x00\x01", nil},
		{"no data chunk is refused", header + format, nil},
		{"a format chunk too short is refused", header + "fmt \x02\x00\x00\x00\x01\x00", nil},
		{"something else is refused", "<html>not found</html>", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := decodeWAV([]byte(tt.raw))
			if (err != nil) != (tt.want == nil) {
				t.Fatalf("decodeWAV: %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
		})
	}
}
