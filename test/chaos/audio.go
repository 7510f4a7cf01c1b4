package main

import (
	"bytes"
	"encoding/binary"
)

// The length of recordings, on either side of the minute up to which Speech-to-Text answers at
// once.
const (
	shortSeconds = 20
	longSeconds  = 75
)

// sampleRate is below any telephone's, so that ten thousand calls fit into memory. Nobody
// listens.
const sampleRate = 1000

// recording returns a WAV file of a length that no other number has: the recogniser tells
// recordings apart by their bytes.
func recording(number, seconds int) []byte {
	samples := make([]byte, seconds*sampleRate)
	binary.LittleEndian.PutUint64(samples, uint64(number)) //nolint:gosec // never negative
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, field := range []any{
		uint32(36 + len(samples)), []byte("WAVEfmt "), uint32(16), //nolint:gosec // small
		uint16(1), uint16(1), uint32(sampleRate), uint32(sampleRate), uint16(1), uint16(8), // PCM, mono, 8 bits
		[]byte("data"), uint32(len(samples)), samples, //nolint:gosec // small
	} {
		_ = binary.Write(&b, binary.LittleEndian, field) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}
