package recording

import (
	"bytes"
	"encoding/binary"
	"math"
)

const (
	riffHeaderBytes  = 12 // RIFF, size, WAVE
	chunkHeaderBytes = 8  // name, size
	formatBytes      = 16 // the part of the fmt chunk that every format has
)

// wave measures a WAV file by walking from chunk to chunk. The samples that came by are
// counted, not the announced ones: a file that is streamed or breaks off announces
// anything.
type wave struct {
	buf      []byte
	started  bool // the RIFF header is over
	skip     int64
	inData   bool
	data     int64
	byteRate uint32 // bytes per second, over all channels
	channels uint16
}

func (w *wave) write(p []byte) {
	for len(p) > 0 {
		if w.skip == 0 {
			w.inData = false
			w.collect(p[0])
			p = p[1:]
			continue
		}
		n := min(w.skip, int64(len(p)))
		p = p[n:]
		w.skip -= n
		if w.inData {
			w.data += n
		}
	}
}

// collect adds a byte to a header and acts on the header once it is complete.
func (w *wave) collect(b byte) {
	w.buf = append(w.buf, b)
	switch {
	case !w.started:
		if len(w.buf) == riffHeaderBytes {
			w.started = true
			w.buf = w.buf[:0]
		}
	case len(w.buf) < chunkHeaderBytes:
	case bytes.HasPrefix(w.buf, []byte("fmt ")):
		if len(w.buf) == chunkHeaderBytes+formatBytes {
			w.channels = binary.LittleEndian.Uint16(w.buf[10:])
			w.byteRate = binary.LittleEndian.Uint32(w.buf[16:])
			w.pass(max(0, chunkBytesOf(w.buf)-formatBytes))
		}
	case bytes.HasPrefix(w.buf, []byte("data")):
		w.inData = true
		w.pass(dataBytesOf(w.buf))
	default:
		w.pass(chunkBytesOf(w.buf))
	}
}

func (w *wave) pass(n int64) {
	w.skip = n
	w.buf = w.buf[:0]
}

func (w *wave) sound() Sound {
	s := Sound{Channels: int(w.channels)}
	if w.byteRate > 0 {
		s.DurationS = float64(w.data) / float64(w.byteRate)
	}
	return s
}

// chunkBytesOf returns the size of a chunk with the byte that pads it to an even length.
func chunkBytesOf(header []byte) int64 {
	size := int64(binary.LittleEndian.Uint32(header[4:]))
	return size + size%2
}

// dataBytesOf returns the size of the data chunk. Writers that stream leave 0 or the
// largest number there: then the samples go on to the end.
func dataBytesOf(header []byte) int64 {
	size := binary.LittleEndian.Uint32(header[4:])
	if size == 0 || size == math.MaxUint32 {
		return math.MaxInt64
	}
	return chunkBytesOf(header)
}
