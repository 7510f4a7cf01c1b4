package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// sampleRate is what flite's rms and slt voices speak and what the MP3 files have, in Hz.
const sampleRate = 16000

// voice is how one speaker sounds.
type voice struct {
	Name  string  `json:"voice"` // a flite voice: rms or slt
	Pitch float64 `json:"pitch"` // factor on the voice's own pitch; 0 means 1
}

// speak returns the text as mono 16-bit samples without the silence around it.
func speak(ctx context.Context, v voice, text string) ([]int16, error) {
	dir, err := os.MkdirTemp("", "samples")
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	wav := filepath.Join(dir, "turn.wav")
	pitch := v.Pitch
	if pitch == 0 {
		pitch = 1
	}
	cmd := exec.CommandContext(ctx, "flite", "-voice", v.Name, // #nosec G204 -- words of the project's own scripts
		"--setf", "f0_shift="+strconv.FormatFloat(pitch, 'f', 3, 64), "-t", text, "-o", wav)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("run flite: %w: %s", err, out)
	}
	raw, err := os.ReadFile(wav) // #nosec G304 -- made a moment ago in our own folder
	if err != nil {
		return nil, fmt.Errorf("speak: %w", err)
	}
	pcm, err := decodeWAV(raw)
	if err != nil {
		return nil, fmt.Errorf("speak with voice %q: %w", v.Name, err)
	}
	return trim(pcm), nil
}

// decodeWAV returns the samples of a mono 16-bit WAV file of the expected rate.
func decodeWAV(raw []byte) ([]int16, error) {
	if len(raw) < 12 || string(raw[:4]) != "RIFF" || string(raw[8:12]) != "WAVE" {
		return nil, errors.New("not a WAV file")
	}
	for rest := raw[12:]; len(rest) >= 8; {
		kind, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:8]))
		body := rest[8:]
		if size > len(body) {
			return nil, fmt.Errorf("chunk %q is cut off", kind)
		}
		switch kind {
		case "fmt ":
			if size < 16 {
				return nil, errors.New("format chunk is too short")
			}
			channels := binary.LittleEndian.Uint16(body[2:])
			rate := binary.LittleEndian.Uint32(body[4:])
			if channels != 1 || rate != sampleRate {
				return nil, fmt.Errorf("%d channels at %d Hz, want 1 at %d", channels, rate, sampleRate)
			}
		case "data":
			return decodePCM(body[:size]), nil
		}
		rest = body[min(size+size%2, len(body)):] // chunks are padded to an even size
	}
	return nil, errors.New("no data chunk")
}

func decodePCM(b []byte) []int16 {
	pcm := make([]int16, len(b)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:])) // #nosec G115 -- two's complement, every bit pattern is meant
	}
	return pcm
}

// quiet is the level below which a sample counts as silence: 1 % of full scale.
const quiet = 330

// trim cuts off the silence that flite puts around its speech, so that a turn's times
// are those of its words.
func trim(pcm []int16) []int16 {
	first, last := 0, len(pcm)
	for first < last && pcm[first] < quiet && pcm[first] > -quiet {
		first++
	}
	for last > first && pcm[last-1] < quiet && pcm[last-1] > -quiet {
		last--
	}
	return pcm[first:last]
}
