package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os/exec"
	"strconv"
)

const (
	leadIn       = 0.5  // seconds of silence before the first turn
	defaultPause = 0.45 // seconds between turns
	leadOut      = 0.6  // seconds after the last
	bitsMono     = 24   // kbit/s, what call trackers deliver
	bitsStereo   = 32   // kbit/s for both sides together
)

// codecDelay is how much later than in the track everything is heard after MP3 coding,
// in seconds: lame's encoder takes 576 samples and a decoder 529 before the first one.
const codecDelay = (576.0 + 529.0) / sampleRate

// track is a recording under construction: interleaved 16-bit samples.
type track struct {
	channels int
	samples  []int16
}

func newTrack(channels int) *track { return &track{channels: channels} }

// add appends one turn after its pause and returns when it begins and ends, in
// seconds. With two channels the customer is on the left, the agent on the right.
func (t *track) add(l line, pcm []int16) (start, end float64) {
	pause := defaultPause
	if len(t.samples) == 0 {
		pause = leadIn
	}
	if l.Pause != nil {
		pause = *l.Pause
	}
	t.silence(pause)
	start = t.seconds()
	for _, s := range pcm {
		frame := make([]int16, t.channels)
		frame[t.channel(l.Speaker)] = s
		t.samples = append(t.samples, frame...)
	}
	return round(start + codecDelay), round(t.seconds() + codecDelay)
}

func (t *track) channel(speaker string) int {
	if t.channels == 2 && speaker == "agent" {
		return 1
	}
	return 0
}

func (t *track) silence(seconds float64) {
	t.samples = append(t.samples, make([]int16, int(seconds*sampleRate)*t.channels)...)
}

func (t *track) seconds() float64 {
	return float64(len(t.samples)/t.channels) / sampleRate
}

// round keeps hundredths of a second, which is finer than anybody can hear.
func round(seconds float64) float64 { return math.Round(seconds*100) / 100 }

// encode packs the track as MP3 of a constant bit rate.
func encode(ctx context.Context, t *track, path string) error {
	t.silence(leadOut)
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, t.samples); err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	mode, bits := "m", bitsMono
	if t.channels == 2 {
		mode, bits = "s", bitsStereo
	}
	cmd := exec.CommandContext(ctx, "lame", "--quiet", "-r", "-s", "16", "--bitwidth", "16", "--signed", // #nosec G204 -- constants and a path
		"--little-endian", "-m", mode, "--cbr", "-b", strconv.Itoa(bits), "-", path)
	cmd.Stdin = &raw
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("run lame: %w: %s", err, out)
	}
	return nil
}
